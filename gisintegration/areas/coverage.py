"""Whether an edition's polygons form a coverage: what is wrong, where, and how large it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from gisintegration.areas.assemble import objects
from gisintegration.areas.codes import LEVELS, official_codes, parent_code
from gisintegration.areas.division import CRS, AreaDivision
from gisintegration.areas.history import describe_code, label
from gisintegration.areas.pairs import overlapping
from gisintegration.errors import InputError
from gisintegration.files import atomic

KINDS = (
    "invalid",
    "duplicate",
    "overlap",
    "gap",
    "sliver",
    "foreign_area",
    "missing_code",
    "unknown_code",
    "no_polygon",
    "noise",
)
# Two areas overlap when they share more than this (m²): what is less cannot be told from rounding in the last place.
LEAST = 1e-6
# A gap or a part of an area with a mean width below this (m), and 20 times as long as wide, is a sliver.
SLIVER_WIDTH = 1.0
_ELONGATION = 20.0
TOLERANCE = 0.01
_COLUMNS = ("kind", "codes", "m2", "width", "note")


@dataclass(frozen=True, eq=False)
class CoverageReport:
    """What a coverage check found.

    Parameters
    ----------
    table
        One row a finding, sorted by kind, codes and size: ``kind`` (one of ``KINDS``), ``codes`` (of the areas
        concerned, separated by a space), ``m2`` (size), ``width`` (mean width in metres: twice the area over the
        perimeter), ``note``, ``geometry`` in EPSG:3006 (None for a missing code).
    areas
        Number of areas checked.
    tolerance
        Overlaps and gaps up to this size (m²) are noise.
    overlaps
        Pairs of areas that share more than 1e-6 m², whatever the tolerance: ``first``, ``second``, ``m2`` and
        ``foreign`` (one of the two is a foreign area).
    """

    division: str
    areas: int
    tolerance: float
    table: gpd.GeoDataFrame
    overlaps: pd.DataFrame

    @property
    def clean(self) -> bool:
        """Whether there is nothing but noise."""
        return bool(self.table["kind"].isin(["noise"]).all())

    @property
    def counts(self) -> dict[str, int]:
        """Findings of each kind, in the order of ``KINDS``."""
        found = self.table["kind"].value_counts()
        return {kind: int(found.get(kind, 0)) for kind in KINDS}

    @property
    def summary(self) -> str:
        """The findings in a few lines."""
        lines = [f"{self.division}: {self.areas} areas checked, tolerance {self.tolerance} m²."]
        if len(self.overlaps):
            own = self.overlaps[~self.overlaps["foreign"]]
            lines.append(
                f"Overlaps: {len(self.overlaps)} pairs above {LEAST:g} m², {_size(self.overlaps['m2'].sum())} in all; "
                f"{len(own)} pairs, {_size(own['m2'].sum())}, without foreign areas; "
                f"{self.counts['overlap']} pairs above the tolerance."
            )
        for kind, count in self.counts.items():
            if count and kind != "overlap":
                size = self.table.loc[self.table["kind"] == kind, "m2"].sum()
                lines.append(f"{_WORDS[kind]}: {count}" + (f" ({_size(size)})." if size > 0 else "."))
        if self.table.empty:
            lines.append("Nothing was found: the areas form a coverage.")
        elif self.clean:
            lines.append("Nothing above the tolerance was found: the areas form a coverage.")
        return "\n".join(lines)

    def write(self, path: str | Path) -> Path:
        """Write the findings as a GeoPackage with one layer, ``coverage``, and return its path.

        Raises
        ------
        InputError
            The name does not end in ``.gpkg``.
        OutputError
            The file cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() != ".gpkg":
            raise InputError(f"{path} is no GeoPackage name.", hint="end it in .gpkg.")
        with atomic(path) as temporary:
            pyogrio.write_dataframe(self.table, temporary, layer="coverage", driver="GPKG", geometry_type="Unknown")
        return path

    def __repr__(self) -> str:
        return f"<CoverageReport {self.division}: {len(self.table)} findings in {self.areas} areas>"


_WORDS = {
    "invalid": "Invalid polygons",
    "duplicate": "Codes in several rows",
    "gap": "Gaps",
    "sliver": "Slivers",
    "foreign_area": "Foreign areas",
    "missing_code": "Codes missing against the official list",
    "unknown_code": "Codes in no official list of the edition",
    "no_polygon": "Areas without a polygon",
    "noise": "Areas with noise below the tolerance",
}


def check_coverage(areas: AreaDivision, *, tolerance: float = TOLERANCE) -> CoverageReport:
    """Check that an edition's polygons form a coverage and that its codes are those of the official list.

    Definitions
    -----------
    overlap
        A pair of areas that share more than ``tolerance``. The report's ``overlaps`` has every pair above 1e-6 m².
    gap
        Ground enclosed by the areas that belongs to none. Whether it is a lake left out or an error is the reader's
        to judge: ``m2`` and ``width`` tell.
    sliver
        A gap, or a part of an area, with a mean width below 1 m and at least 20 times as long as wide; also a slit
        narrower than 1 m between two areas that is open outwards. (A wider one cannot be told from the outside.)
    foreign_area
        An area of a kommun with less than half of its areas here, when other kommuner have half or more: a neighbour's
        area that was cut along with the others.
    missing_code
        A code of a kommun that has half or more of its areas here, and is itself not here.
    noise
        An area whose border does not match a neighbour's vertex by vertex, when the overlaps and gaps along it are all
        below the tolerance.

    Parameters
    ----------
    areas
        Polygons in EPSG:3006. Codes may repeat, and polygons may be invalid: both are found. Remainders take part in
        overlaps and gaps, not in what is said of codes.
    tolerance
        m².

    Raises
    ------
    InputError
        The tolerance is negative.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> report = check_coverage(grid_areas(2, 2, division="district"))
    >>> print(report.summary)
    district/2018: 4 areas checked, tolerance 0.01 m².
    Nothing was found: the areas form a coverage.
    """
    if not tolerance >= 0:
        raise InputError(f"The tolerance is {tolerance}.", hint="give m², 0 or more.")
    codes, polygons = areas.codes, areas.geometry.to_numpy()
    known = np.array([polygon is not None and not polygon.is_empty for polygon in polygons], dtype=bool)
    valid = known & shapely.is_valid(polygons)
    found = _Findings(codes, polygons, np.flatnonzero(valid), tolerance)
    _invalid(found, known & ~valid)
    _duplicates(found)
    foreign = _codes_against_list(found, areas)
    _without_polygon(found, areas, known)
    pairs = _overlaps(found, foreign, declared=areas.overlaps)
    holes = _gaps(found)
    _thin_parts(found)
    if not areas.overlaps:
        _noise(found, pairs, holes)
    return CoverageReport(areas.key, len(areas), tolerance, found.table(), pairs)


class _Findings:
    """Rows of the report as they are found, and what is looked at: ``sound`` are the rows with a valid polygon."""

    def __init__(self, codes: Any, polygons: Any, sound: npt.NDArray[np.intp], tolerance: float) -> None:
        self.codes, self.polygons, self.sound, self.tolerance = codes, polygons, sound, tolerance
        self._rows: list[tuple[str, str, float, float, str]] = []
        self._geometry: list[Any] = []

    def add(self, kind: str, codes: Sequence[str], geometry: Any, note: str = "", m2: float | None = None) -> None:
        size = 0.0 if geometry is None else float(shapely.area(geometry))
        self._rows.append((kind, " ".join(codes), size if m2 is None else m2, _width(geometry), note))
        self._geometry.append(geometry)

    def named(self, *kinds: str) -> set[str]:
        """Every code in findings of some kinds."""
        return {code for kind, codes, *_ in self._rows if kind in kinds for code in codes.split(" ")}

    def table(self) -> gpd.GeoDataFrame:
        rank = {kind: i for i, kind in enumerate(KINDS)}
        order = sorted(range(len(self._rows)), key=lambda i: (rank[self._rows[i][0]], *self._rows[i][1:3]))
        frame = pd.DataFrame([self._rows[i] for i in order], columns=list(_COLUMNS))
        frame = frame.astype({"kind": "str", "codes": "str", "m2": float, "width": float, "note": "str"})
        return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([self._geometry[i] for i in order], crs=CRS), crs=CRS)


def _size(m2: float) -> str:
    return f"{m2:.1f} m²" if m2 >= 0.05 else f"{m2:.2g} m²"


def _width(geometry: Any) -> float:
    length = 0.0 if geometry is None else float(shapely.length(geometry))
    return 2.0 * float(shapely.area(geometry)) / length if length else 0.0


def _is_sliver(geometry: Any) -> bool:
    width = _width(geometry)
    return width < SLIVER_WIDTH and float(shapely.length(geometry)) / 2 >= _ELONGATION * width


def _invalid(found: _Findings, which: npt.NDArray[np.bool_]) -> None:
    for row in np.flatnonzero(which):
        found.add("invalid", [found.codes[row]], found.polygons[row], shapely.is_valid_reason(found.polygons[row]))


def _duplicates(found: _Findings) -> None:
    texts, counts = np.unique(found.codes.astype(str), return_counts=True)
    for text, count in zip(texts[counts > 1], counts[counts > 1], strict=True):
        rows = [polygon for polygon in found.polygons[found.codes == text] if polygon is not None]
        found.add("duplicate", [str(text)], shapely.GeometryCollection(rows) if rows else None, f"{count} rows")


def _without_polygon(found: _Findings, areas: AreaDivision, known: npt.NDArray[np.bool_]) -> None:
    placed = {member: rest for rest, members in areas.members.items() for member in members}
    for code in areas.codes[~known]:
        rest = f"lies in what remains of its kommun ({placed[code]})" if code in placed else ""
        found.add("no_polygon", [code], None, rest)


def _codes_against_list(found: _Findings, areas: AreaDivision) -> npt.NDArray[np.bool_]:
    """Foreign, missing and unknown codes; which rows are foreign."""
    foreign = np.zeros(len(areas), dtype=bool)
    official = official_codes(areas.key)
    if official is None or areas.division not in LEVELS:
        return foreign
    codes, polygons = found.codes, found.polygons
    is_area = np.asarray(areas.table["kind"] == "area")
    given = set(codes[is_area])
    for row in np.flatnonzero(is_area):
        if codes[row] not in official:
            note = describe_code(areas.division, codes[row], areas.edition)
            found.add("unknown_code", [codes[row]], polygons[row], note)
    owner = _owner(areas.division)
    expected: dict[str, set[str]] = {}
    for code in official:
        expected.setdefault(owner(code), set()).add(code)
    own = {group for group, members in expected.items() if 2 * len(members & given) >= len(members)}
    for code in sorted(code for group in own for code in expected[group] - given):
        note = f"one of {len(expected[owner(code)])} {label(areas.division)} of {owner(code)}"
        found.add("missing_code", [code], None, note)
    if own:
        foreign = is_area & np.array([code in official and owner(code) not in own for code in codes], dtype=bool)
        for row in np.flatnonzero(foreign):
            group = expected[owner(codes[row])]
            note = f"{len(group & given)} of {len(group)} {label(areas.division)} of {owner(codes[row])}"
            found.add("foreign_area", [codes[row]], polygons[row], note)
    return foreign


def _owner(division: str) -> Callable[[str], str]:
    """The group that codes are expected to come with: the kommun, for kommuner the län, for län the country."""
    parent = {"deso": "kommun", "regso": "kommun", "kommun": "lan"}.get(division, "riket")
    return lambda code: parent_code(division, code, parent) or "00"


def _overlaps(found: _Findings, foreign: npt.NDArray[np.bool_], *, declared: bool) -> pd.DataFrame:
    """Every pair above the least size; those above the tolerance are findings unless overlaps were declared."""
    codes, polygons = found.codes, found.polygons
    first, second, size = overlapping(polygons[found.sound], above=LEAST)
    first, second = found.sound[first], found.sound[second]
    for i, j, m2 in zip(first, second, size, strict=True):
        if m2 > found.tolerance and not declared:
            found.add("overlap", [codes[i], codes[j]], _surface(shapely.intersection(polygons[i], polygons[j])))
    return pd.DataFrame(
        {
            "first": pd.array([codes[i] for i in first], dtype="str"),
            "second": pd.array([codes[j] for j in second], dtype="str"),
            "m2": size,
            "foreign": foreign[first] | foreign[second],
        }
    )


def _gaps(found: _Findings) -> npt.NDArray[np.object_]:
    """Report gaps above the tolerance; every enclosed hole, however small, is returned."""
    polygons = found.polygons[found.sound]
    if not len(polygons):
        return objects([])
    whole = shapely.union_all(polygons)
    holes = objects([shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors])
    noted = [(hole, "enclosed gap") for hole in holes]
    noted += [(slit, "gap open outwards") for slit in _slits(polygons, whole, holes)]
    tree = shapely.STRtree(polygons)
    for gap, note in noted:
        if gap.area > found.tolerance:
            near = found.sound[np.unique(tree.query(gap, predicate="dwithin", distance=0.001))]
            found.add("sliver" if _is_sliver(gap) else "gap", sorted(set(found.codes[near])), gap, note)
    return holes


def _slits(polygons: npt.NDArray[np.object_], whole: Any, holes: npt.NDArray[np.object_]) -> list[Any]:
    """Narrow gaps that are open outwards: the ground that a closing by half the sliver width fills in.

    What a closing fills in corners is not long for its width, and what is enclosed is a hole.
    """
    edges = shapely.coverage_invalid_edges(polygons, gap_width=SLIVER_WIDTH)
    edges = edges[~shapely.is_empty(edges)]
    if not len(edges):
        return []
    half = SLIVER_WIDTH / 2
    enclosed = shapely.STRtree(holes)
    slits = []
    for window in shapely.get_parts(shapely.union_all(shapely.buffer(edges, 2 * SLIVER_WIDTH))):
        local = shapely.intersection(whole, window)
        closed = shapely.buffer(shapely.buffer(local, half, join_style="mitre"), -half, join_style="mitre")
        filled = shapely.difference(shapely.intersection(closed, window), whole)
        thin = (part for part in shapely.get_parts(filled) if part.geom_type == "Polygon" and _is_sliver(part))
        slits += [part for part in thin if not len(enclosed.query(part, predicate="covered_by"))]
    return slits


def _thin_parts(found: _Findings) -> None:
    parts, owner = shapely.get_parts(found.polygons[found.sound], return_index=True)
    for part, row in zip(parts, found.sound[owner], strict=True):
        if _is_sliver(part):
            found.add("sliver", [found.codes[row]], part, "part of the area")


def _noise(found: _Findings, pairs: pd.DataFrame, holes: npt.NDArray[np.object_]) -> None:
    edges = shapely.coverage_invalid_edges(found.polygons[found.sound])
    said = found.named("overlap", "gap", "sliver", "duplicate")
    small = pairs[pairs["m2"] <= found.tolerance]
    tiny = holes[shapely.area(holes) <= found.tolerance]
    tree = shapely.STRtree(tiny)
    for i in np.flatnonzero(~shapely.is_empty(edges)):
        code = found.codes[found.sound[i]]
        if code in said:
            continue
        shared = small.loc[(small["first"] == code) | (small["second"] == code), "m2"].sum()
        beside = tiny[np.sort(tree.query(edges[i], predicate="dwithin", distance=0.001))]
        found.add("noise", [code], edges[i], "border not matched", m2=float(shared + shapely.area(beside).sum()))


def _surface(geometry: Any) -> Any:
    """The polygons of an intersection, without the lines and points where the two only touch."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
