"""What became of every area between two editions: the type, its tables and its checks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas.division import CRS
from gisintegration.change.classify import Relation
from gisintegration.change.outside import Outside
from gisintegration.change.pieces import Pieces
from gisintegration.registers.report import SMALL, masked
from gisintegration.swedish import number

AREA_COLUMNS = (
    "side",
    "code",
    "name",
    "relation",
    "renamed",
    "crossed_kommun",
    "over_water",
    "code_kept",
    "n_links",
    "counterpart",
    "area",
    "shared_area",
    "moved_area",
    "persons",
    "moved_persons",
    "log",
    "agrees",
)
LINK_COLUMNS = ("old", "new", "shared_area", "old_share", "new_share", "persons", "crossed_kommun")
PIECE_COLUMNS = ("old", "new", "relation", "moved", "area", "old_share", "new_share", "persons", "geometry")
# Areas whose pieces do not add up to them within this share (or this many m², if that is more) are told by `verify`.
_RELATIVE, _LEAST = 1e-6, 1.0


@dataclass(frozen=True, eq=False)
class Ground:
    """The geometry behind relations: pieces, and what of each edition lies in no area of the other."""

    cut: Pieces
    old_outside: Outside
    new_outside: Outside
    old_codes: npt.NDArray[np.object_]
    new_codes: npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class RelationsCheck:
    """Whether relations hold together.

    Parameters
    ----------
    table
        One row a fault: ``side``, ``code``, ``what``, ``size``; empty when there is none.
    """

    table: pd.DataFrame

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return self.table.empty


@dataclass(frozen=True, eq=False)
class Relations:
    """What became of every area of one edition in another.

    Made by ``gi.compare``, and without areas by ``relations_from_log`` and ``relations_from_key``.

    Parameters
    ----------
    old, new
        Keys of the editions, ``"deso/2018"``.
    areas
        One row an area of either edition, sorted by side (old first) and code. ``side``; ``code``; ``name``;
        ``relation`` (a :class:`Relation`); flags ``renamed``, ``crossed_kommun`` (ground went over a kommun border),
        ``over_water`` (water was added that lay in no old area), ``code_kept`` (both editions have the code);
        ``n_links``: areas of the other edition it shares ground with, noise apart; ``counterpart``: of these the one
        with the same code, else the one with the most ground in common; in m² ``area``, ``shared_area`` (with the
        counterpart) and ``moved_area`` (with others, or in none); ``persons`` and ``moved_persons`` likewise, NaN
        without places; ``log``: what SCB's log says, "" if nothing; ``agrees``: whether log and geometry name the same
        areas, missing where there is no log or the ground is not known.
    links
        One row a pair that shares ground, noise apart, sorted: ``old``, ``new``, ``shared_area`` (m²), ``old_share``
        and ``new_share`` (0–1, of the old and of the new area), ``persons``, ``crossed_kommun``. Remainders are among
        the old and new. Without geometry areas and shares are NaN.
    tolerance
        m; what is narrower is noise. None without geometry.
    noise_pieces, noise_area
        Pieces and m² that were left aside as noise.
    raw
        Made from persons' places: internal, never to be published.
    notes
        What was done or taken for granted.
    """

    old: str
    new: str
    areas: pd.DataFrame
    links: pd.DataFrame
    tolerance: float | None = None
    noise_pieces: int = 0
    noise_area: float = 0.0
    raw: bool = False
    notes: tuple[str, ...] = ()
    ground: Ground | None = field(default=None, repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """``areas``."""
        return self.areas

    @property
    def policy(self) -> str:
        """``internal`` when persons are counted, else empty."""
        return "internal" if self.raw else ""

    @property
    def changed(self) -> pd.DataFrame:
        """The areas whose ground or code changed."""
        return self.areas[self.areas["relation"] != Relation.UNCHANGED.value]

    @property
    def counts(self) -> pd.DataFrame:
        """Areas of each relation: columns ``old`` and ``new``, in the order of :class:`Relation`."""
        words = [word.value for word in Relation]
        found = {side: self.side(side)["relation"].value_counts() for side in ("old", "new")}
        return pd.DataFrame(found).reindex(words).fillna(0).astype(np.int64)

    @property
    def codes(self) -> dict[str, int]:
        """Codes ``kept``, ``ended`` and ``new``, and ``kept_changed``: kept, with another boundary than before."""
        old, new = self.side("old"), self.side("new")
        kept = new[new["code_kept"]]
        known = kept["relation"] != Relation.UNKNOWN_ORIGIN.value
        return {
            "kept": len(kept),
            "ended": int((~old["code_kept"]).sum()),
            "new": int((~new["code_kept"]).sum()),
            "kept_changed": int((known & (kept["relation"] != Relation.UNCHANGED.value)).sum()),
        }

    @property
    def pure_splits(self) -> dict[str, tuple[str, ...]]:
        """Old areas that split, with the new areas each became."""
        return self._clusters("old", Relation.SPLIT)

    @property
    def pure_merges(self) -> dict[str, tuple[str, ...]]:
        """New areas that old ones merged into, with the old areas of each."""
        return self._clusters("new", Relation.MERGED)

    def side(self, side: str) -> pd.DataFrame:
        """The rows of ``"old"`` or ``"new"`` areas."""
        return self.areas[self.areas["side"] == side].reset_index(drop=True)

    @cached_property
    def pieces(self) -> gpd.GeoDataFrame:
        """The pieces of areas that changed, noise apart, EPSG:3006.

        Columns ``old`` and ``new`` (codes; "" for ground that lies in no area of that edition), ``relation`` (of the
        new area, or of the old where there is no new), ``moved`` (not with its counterpart), ``area`` (m²),
        ``old_share``, ``new_share``, ``persons``, ``geometry``. Without geometry it is empty.
        """
        frame = pd.DataFrame(columns=list(PIECE_COLUMNS[:-1]))
        if self.ground is None:
            return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=CRS), crs=CRS)
        return _pieces(self, self.ground)

    def verify(self) -> RelationsCheck:
        """Check that every area stands once, links name no other areas, and links add up to no more than the areas.

        With geometry pieces, noise and ground outside must add up to each area; with places its links must not have
        more persons than it.

        Examples
        --------
        >>> from gisintegration.change.change_log import relations_from_log
        >>> relations_from_log("kommun").verify().ok
        True
        """
        rows: list[tuple[str, str, str, float]] = []
        for side in ("old", "new"):
            own = self.side(side)
            rows += [(side, code, "stands more than once", np.nan) for code in own["code"][own["code"].duplicated()]]
            rows += _strangers(self, side, own)
            rows += _sums(self, side, own)
        return RelationsCheck(pd.DataFrame(rows, columns=["side", "code", "what", "size"]))

    @property
    def summary(self) -> str:
        """Counts of each relation, area moved, and noise left aside, in a few lines; persons 1–19 as ``<20``."""
        counts, codes = self.counts, self.codes
        old, new = self.side("old"), self.side("new")
        lines = [f"{self.old} → {self.new}: {len(old)} and {len(new)} areas."]
        if self.raw:
            lines.insert(0, "INTERNAL: counts of persons; not to be published.")
        lines += [
            f"  {word:<20}{row['old']:>7} old{row['new']:>7} new" for word, row in counts.iterrows() if row.sum() > 0
        ]
        lines.append(
            f"Codes: {codes['kept']} kept, of which {codes['kept_changed']} changed boundary; "
            f"{codes['ended']} ended, {codes['new']} new."
        )
        flags = {"renamed": "renamed", "crossed_kommun": "crossed a kommun border", "over_water": "over water"}
        told = [f"{int(new[flag].sum())} {words}" for flag, words in flags.items() if new[flag].any()]
        if told:
            lines.append(f"New areas: {', '.join(told)}.")
        if self.ground is not None:
            parted = old["relation"].isin([Relation.SPLIT.value, Relation.MERGED.value])
            went = old["moved_area"].groupby(parted).sum().reindex([True, False], fill_value=0.0) / 1e6
            lines.append(
                f"Ground that went to another area: {went[True]:.2f} km² by splits and mergers, "
                f"{went[False]:.2f} km² over other borders."
            )
            lines.append(
                f"Left aside as noise (nowhere wider than {self.tolerance:g} m): {self.noise_pieces} pieces, "
                f"{self.noise_area:.0f} m²."
            )
        if self.raw:
            lines.append(
                f"Persons: {_persons(old['persons'].sum())}, of whom {_persons(old['moved_persons'].sum())} moved."
            )
        judged = self.areas["agrees"].dropna()
        if len(judged):
            apart = len(judged) - int(judged.sum())
            lines.append(
                f"SCB's log and the geometry disagree on {apart} of {len(judged)} rows (column agrees; an area in both "
                "editions has a row in each)."
            )
        return "\n".join([*lines, *self.notes])

    def _clusters(self, side: str, word: Relation) -> dict[str, tuple[str, ...]]:
        own = self.side(side)
        codes = own.loc[own["relation"] == word.value, "code"]
        other = "new" if side == "old" else "old"
        links = self.links[self.links[side].isin(codes)]
        found = {str(code): tuple(sorted(group)) for code, group in links.groupby(side)[other]}
        return {code: partners for code, partners in sorted(found.items()) if len(partners) > 1}

    def __repr__(self) -> str:
        return f"<Relations {self.old} → {self.new}: {len(self.changed)} of {len(self.areas)} areas changed>"

    def _repr_html_(self) -> str:
        return self.counts.to_html()


def _persons(count: float) -> str:
    """Persons as they may be told; a part of a person counts as one."""
    return masked(math.ceil(count)) if count < SMALL or float(count).is_integer() else number(count, 1)


def _strangers(relations: Relations, side: str, own: pd.DataFrame) -> list[tuple[str, str, str, float]]:
    ground = relations.ground
    codes = set(own["code"])
    if ground is not None:
        # Remainders are linked and are no areas.
        codes |= set(ground.old_codes if side == "old" else ground.new_codes)
    return [(side, code, "is linked and no area", np.nan) for code in sorted(set(relations.links[side]) - codes)]


def _sums(relations: Relations, side: str, own: pd.DataFrame) -> list[tuple[str, str, str, float]]:
    rows: list[tuple[str, str, str, float]] = []
    shared = relations.links.groupby(side)["shared_area"].sum()
    share = relations.links.groupby(side)[f"{side}_share"].sum()
    for code, total in share[share > 1 + _RELATIVE].items():
        rows.append((side, str(code), "its links cover more than the area", float(total)))
    persons = own["code"].map(relations.links.groupby(side)["persons"].sum()).fillna(0.0) - own["persons"]
    for code, by in zip(own["code"][persons > _RELATIVE], persons[persons > _RELATIVE], strict=True):
        rows.append((side, str(code), "its links have more persons than the area", float(by)))
    if relations.ground is None:
        return rows
    cut = relations.ground.cut
    at, rest = (cut.old, cut.old_outside) if side == "old" else (cut.new, cut.new_outside)
    codes = relations.ground.old_codes if side == "old" else relations.ground.new_codes
    noise = pd.Series(np.bincount(at[cut.noise], cut.area[cut.noise], minlength=len(codes)), index=codes)
    total = own["code"].map(shared).fillna(0.0) + own["code"].map(noise) + own["code"].map(pd.Series(rest, index=codes))
    off = (total - own["area"]).abs()
    told = zip(own["code"], off, own["area"], strict=True)
    return rows + [
        (side, str(code), "its pieces do not add up to it", float(by))
        for code, by, size in told
        if by > max(size * _RELATIVE, _LEAST)
    ]


def _pieces(relations: Relations, ground: Ground) -> gpd.GeoDataFrame:
    old, new = relations.side("old").set_index("code"), relations.side("new").set_index("code")
    links = relations.links.set_index(["old", "new"])
    cut = ground.cut
    real = ~cut.noise
    pairs = pd.DataFrame(
        {"old": ground.old_codes[cut.old[real]], "new": ground.new_codes[cut.new[real]], "area": cut.area[real]}
    )
    parts, shapes = [pairs], [cut.shapes()[real]]
    for side, found, codes in (
        ("old", ground.old_outside, ground.old_codes),
        ("new", ground.new_outside, ground.new_codes),
    ):
        rows = ~found.noise
        other = "new" if side == "old" else "old"
        parts.append(pd.DataFrame({side: codes[found.positions[rows]], other: "", "area": found.area[rows]}))
        shapes.append(found.geometry[rows])
    frame = pd.concat(parts, ignore_index=True).astype({"old": "str", "new": "str"})
    geometry = np.concatenate(shapes)
    frame["relation"] = frame["new"].map(new["relation"]).fillna(frame["old"].map(old["relation"]))
    # Remainders have no relation of their own.
    frame["relation"] = frame["relation"].fillna(Relation.UNKNOWN_ORIGIN.value).astype("str")
    frame["moved"] = _moved(frame, old, new)
    key = pd.MultiIndex.from_frame(frame[["old", "new"]])
    for column in ("old_share", "new_share", "persons"):
        frame[column] = links[column].reindex(key).to_numpy(dtype=np.float64)
    changed = set(old.index[old["relation"] != Relation.UNCHANGED.value])
    changed_new = set(new.index[new["relation"] != Relation.UNCHANGED.value])
    kept = (frame["old"].isin(changed) | frame["new"].isin(changed_new)).to_numpy()
    frame = gpd.GeoDataFrame(frame[kept], geometry=gpd.GeoSeries(geometry[kept], index=frame.index[kept], crs=CRS))
    return frame[list(PIECE_COLUMNS)].sort_values(["old", "new"], kind="stable", ignore_index=True)


def _moved(frame: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Whether a piece is not what its old and its new area have in common with their counterparts."""
    stays = (frame["old"].map(old["counterpart"]) == frame["new"]) | (
        frame["new"].map(new["counterpart"]) == frame["old"]
    )
    return ~stays
