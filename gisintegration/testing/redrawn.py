"""A second edition of real areas, changed as SCB changes them, with the truth of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import assemble, objects
from gisintegration.areas.codes import LEVELS
from gisintegration.areas.division import CRS
from gisintegration.errors import GeometryError
from gisintegration.testing.redraw_digitised import redigitised
from gisintegration.testing.redraw_log import counts
from gisintegration.testing.redraw_operations import perform
from gisintegration.testing.redraw_sheet import SEA, Sheet
from gisintegration.testing.redraw_truth import relations


@dataclass(frozen=True, eq=False)
class Redrawn:
    """A second edition and what truly became of every area, known from what was done and not from comparing.

    Parameters
    ----------
    areas
        The second edition, EPSG:3006, sorted by code.
    relations
        One row an area of either edition, sorted by ``side`` (``old``, ``new``) and ``code``; ``relation`` in the
        words of :class:`gisintegration.change.Relation`; ``crossed_kommun``: it gave ground to, or got ground from,
        another kommun; ``over_water``: it was extended over ground that lay in no area.
    pieces
        One row an old and a new area that share ground, sorted: ``old``, ``new``, ``area`` (m²). What borders drawn
        anew give and take is left out.
    sea
        One row a new area with ground that lay in no old one: ``new``, ``area`` (m²).
    done
        The old areas that each kind of change befell first: ``{"split": ["0114C1060"], …}``.
    """

    areas: AreaDivision
    relations: pd.DataFrame
    pieces: pd.DataFrame
    sea: pd.DataFrame
    done: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        made = ", ".join(f"{len(codes)} {kind}" for kind, codes in self.done.items())
        return f"<Redrawn {self.areas.key}: {len(self.areas)} areas ({made})>"


def redraw(
    areas: AreaDivision,
    seed: int,
    *,
    proportions: Mapping[str, float] | None = None,
    edition: str | None = None,
) -> Redrawn:
    """A second edition of real polygons with the proportions of SCB's change log DeSO 2018 → 2025.

    Areas are split in 2–4, merged, ended and shared out, made anew of several; give chunks to neighbours, also in
    another kommun; get a border moved by 10–500 m, ground outside the coverage, or another code; and some have all
    their borders drawn anew (other vertices, at most 0.5 m off, the same for both neighbours). Every cut runs from one
    vertex to another of the border there was: no other area gets a vertex more, and what was a coverage still is one.

    Parameters
    ----------
    areas
        A coverage in EPSG:3006 of any division and size. An area whose border does not match its neighbours' vertex
        by vertex is left alone.
    seed
        The same seed gives the same edition.
    proportions
        Changes per area by kind (``crossed``, ``recoded``, ``ended``, ``merged``, ``rearranged``, ``split``,
        ``budded``, ``ceded``, ``moved``, ``sea``, ``redigitised``), 0–1; kinds left out are not made. Of each kind at
        least one is tried. Default: :func:`gisintegration.testing.redraw_log.log_proportions`.
    edition
        Name of the second edition; default ``redrawn-<seed>``.

    Returns
    -------
    Redrawn
        New DeSO get the ninth digit as SCB gives it (0114C1060 → 0114C1061 and 0114C1062). Parents are carried over
        from the area that most of the ground comes from; RegSO then belong to an edition of the same new name.

    Raises
    ------
    GeometryError
        An area has no polygon or an invalid one, or the areas were declared to overlap.
    InputError
        An unknown kind of change, or a proportion outside 0–1.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> made = redraw(grid_areas(3, 3), 1, proportions={"recoded": 0.1})
    >>> made.relations[made.relations["relation"] == "recoded"][["side", "code"]].values.tolist()
    [['old', '0114A0020'], ['new', '0114B0020']]
    """
    _refuse(areas)
    rng = np.random.default_rng(seed)
    wanted = counts(len(areas), proportions)
    sheet = Sheet(areas, rng)
    done = perform(sheet, wanted)
    codes = sorted({part.new for part in sheet.parts})
    polygons = objects([_polygon(sheet, areas, code) for code in codes])
    chosen = np.sort(rng.choice(len(codes), min(wanted["redigitised"], len(codes)), replace=False))
    drawn, touched = redigitised(polygons, chosen, rng)
    if len(chosen):
        done["redigitised"] = [codes[i] for i in chosen]
    pieces, ground = _pieces(sheet, areas, dict(zip(codes, drawn, strict=True)), {codes[i] for i in touched})
    name = edition or f"redrawn-{seed}"
    second = _assembled(areas, name, codes, drawn, pieces)
    told = relations(areas, second, pieces, set(ground["new"]))
    return Redrawn(second, told, pieces, ground, {kind: tuple(found) for kind, found in done.items()})


def _refuse(areas: AreaDivision) -> None:
    polygons = areas.geometry.to_numpy()
    wrong = np.flatnonzero(shapely.is_missing(polygons) | ~shapely.is_valid(polygons))
    if len(wrong):
        raise GeometryError(
            f"{areas.key}: {len(wrong)} areas have no polygon or an invalid one, and cannot be redrawn.",
            hint="leave them out with gisintegration.areas.take.",
            failures=[{"code": str(areas.codes[row])} for row in wrong],
        )
    if areas.overlaps:
        raise GeometryError(f"{areas.key} overlaps by declaration.", hint="only a coverage can be redrawn.")


def _polygon(sheet: Sheet, areas: AreaDivision, code: str) -> shapely.Geometry:
    parts = [part for part in sheet.parts if part.new == code]
    rows = {part.old for part in parts}
    if len(rows) == 1:
        (row,) = rows
        if len(parts) == len(sheet.whole(row)) and row not in sheet.cut:
            return areas.geometry.iloc[row]
    if len(parts) == 1:
        return parts[0].polygon
    return shapely.coverage_union_all([part.polygon for part in parts])


def _pieces(
    sheet: Sheet, areas: AreaDivision, polygons: Mapping[str, shapely.Geometry], touched: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What ground each old area truly shares with each new one, and what lay in no old area."""
    rows = [(part.old, part.new, float(part.polygon.area)) for part in sheet.parts]
    frame = pd.DataFrame(rows, columns=["row", "new", "area"]).groupby(["row", "new"], as_index=False)["area"].sum()
    ground = frame[frame["row"] == SEA][["new", "area"]].reset_index(drop=True)
    frame = frame[frame["row"] != SEA].reset_index(drop=True)
    # A border drawn anew gives and takes a little: the pairs are known, their common ground is measured.
    again = frame["new"].isin(touched).to_numpy()
    mine = areas.geometry.to_numpy()[frame["row"].to_numpy()[again]]
    theirs = objects([polygons[code] for code in frame["new"][again]])
    frame.loc[again, "area"] = shapely.area(shapely.intersection(mine, theirs))
    pieces = pd.DataFrame(
        {
            "old": pd.array([sheet.old[row] for row in frame["row"]], dtype="str"),
            "new": pd.array(frame["new"], dtype="str"),
            "area": frame["area"].to_numpy(),
        }
    )
    return pieces.sort_values(["old", "new"], ignore_index=True), ground


def _assembled(
    areas: AreaDivision, edition: str, codes: list[str], polygons: npt.NDArray[np.object_], pieces: pd.DataFrame
) -> AreaDivision:
    largest = pieces.sort_values(["new", "area"], kind="stable").drop_duplicates("new", keep="last")
    source = dict(zip(largest["new"], largest["old"], strict=True))
    rows = {str(code): row for row, code in enumerate(areas.codes)}
    main = [rows[source[code]] for code in codes]
    own = [name for name in areas.parents if name == "regso" or name not in LEVELS]
    names = areas.names
    return assemble(
        areas.division,
        edition,
        codes,
        polygons,
        names=[str(names[row]) if code == areas.codes[row] else code for code, row in zip(codes, main, strict=True)],
        columns={name: [areas.parent(name)[row] for row in main] for name in own},
        source=areas.source,
        licence=areas.licence,
        title=dict(areas.title),
        display=_display(areas, codes, polygons, pieces),
    )


def _display(
    areas: AreaDivision, codes: list[str], polygons: npt.NDArray[np.object_], pieces: pd.DataFrame
) -> gpd.GeoSeries | None:
    """Display geometry cut as the areas were: the land of the old areas within each new one."""
    if areas.display is None:
        return None
    land = dict(zip(areas.codes, areas.display.to_numpy(), strict=True))
    true = dict(zip(areas.codes, areas.geometry.to_numpy(), strict=True))
    sources = pieces.groupby("new")["old"].agg(list)
    drawn = []
    for code, polygon in zip(codes, polygons, strict=True):
        old = sources[code]
        if len(old) == 1 and polygon is true[old[0]]:
            drawn.append(land[old[0]])
            continue
        shared = shapely.intersection(polygon, shapely.union_all([land[one] for one in old]))
        # Where no land is left, the area is drawn whole, but for what is new in the sea.
        whole = [true[one] for one in old] if shared.is_empty else []
        drawn.append(shapely.intersection(polygon, shapely.union_all(whole)) if whole else shared)
    return gpd.GeoSeries(drawn, crs=CRS)
