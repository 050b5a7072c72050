"""What is asked of a recalculation, checked: editions, codes, boundaries, kinds, what only the register tells."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import official_codes, parent_code, strip_suffix, suffix_edition
from gisintegration.areas.history import describe_code, editions_of, label
from gisintegration.change.crosswalk import POPULATION, Crosswalk, positions
from gisintegration.change.crosswalk_editions import boundary_hash, figure_codes
from gisintegration.errors import CodeError, IndicatorError, InputError
from gisintegration.tables import Indicator, Kind

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_REASONS: Mapping[Kind, str] = {
    Kind.MEDIAN: "a median of an area does not follow from the medians of its parts, not even when whole areas merge",
    Kind.DISSIMILARITY: "the dissimilarity of an area does not follow from those of its parts",
    Kind.INDEX: "an index is made anew of its recalculated components, as its mean and spread are those of the areas",
    Kind.CLASS: "a class is made anew of the recalculated index",
}
_DECLARED = (
    "it is declared register_only: what it counts (moves, stays) changes when areas merge or divide, so that figures "
    "of areas do not add up"
)


def on_source(table: pd.DataFrame, crosswalk: Crosswalk) -> Bools:
    """Which rows stand on the crosswalk's source edition.

    Raises
    ------
    InputError
        None does; the editions that the table has are named.
    """
    division, _, edition = crosswalk.source.partition("/")
    mask = np.asarray(table["division"] == division) & np.asarray(table["edition"] == edition)
    if not mask.any():
        held = sorted({f"{row[0]}/{row[1]}" for row in table[["division", "edition"]].drop_duplicates().to_numpy()})
        already = " They are on its target already." if crosswalk.target in held else ""
        raise InputError(
            f"The table has no figures on {crosswalk.source}, which the crosswalk leads from; it has "
            f"{', '.join(held) or 'none at all'}.{already}",
            hint=f"pass a crosswalk from {held[0]}." if held and not already else "nothing is left to recalculate.",
        )
    return np.asarray(mask)


def check_boundaries(areas: AreaDivision | None, crosswalk: Crosswalk) -> None:
    """Refuse a crosswalk made of other boundaries than the table's areas.

    Raises
    ------
    InputError
        ``areas`` are of another edition than the crosswalk's source, or their boundaries differ.
    """
    if areas is None:
        return
    if areas.key != crosswalk.source:
        raise InputError(
            f"The areas are {areas.key}, and the crosswalk leads from {crosswalk.source}.",
            hint="pass the areas that the table's figures stand on.",
        )
    found = boundary_hash(areas)
    if found and crosswalk.source_hash and found != crosswalk.source_hash:
        raise InputError(
            f"The crosswalk was made of other boundaries of {crosswalk.source} ({crosswalk.source_hash}) than the "
            f"table's areas have ({found}).",
            hint="make the crosswalk of the same file of areas: gi.crosswalk(areas, …); of some of its areas, cut "
            "it: crosswalk.select(codes).",
        )


def cut_to(crosswalk: Crosswalk, areas: AreaDivision | None) -> Crosswalk:
    """The crosswalk of the areas only that the figures stand on, where it leads from more.

    Raises
    ------
    CodeError
        Areas of the target get a part from others too.
    """
    if areas is None or areas.key != crosswalk.source:
        return crosswalk
    mine = set(figure_codes(areas)) & set(crosswalk.sources)
    return crosswalk.select(mine) if mine and len(mine) < len(crosswalk.sources) else crosswalk


def places_of(area: pd.Series, crosswalk: Crosswalk) -> Ints:
    """Each row's area as a position in ``crosswalk.sources``.

    Raises
    ------
    CodeError
        Codes are not the source edition's, or not among the crosswalk's.
    """
    category = area.astype("category").cat
    names = [str(code) for code in category.categories]
    used = np.bincount(category.codes.to_numpy(), minlength=len(names)) > 0
    place = positions(names, crosswalk.sources)
    unknown = [code for code, at, here in zip(names, place, used, strict=True) if here and at < 0]
    if unknown:
        raise _unknown_codes(unknown, crosswalk)
    return place[category.codes.to_numpy()]


def check_complete(given: Collection[int], indicator: str, crosswalk: Crosswalk) -> None:
    """Refuse a table that lacks areas of the crosswalk: their figures are not zero.

    Raises
    ------
    CodeError
        Areas are missing; whole kommuner are named as such.
    """
    absent = sorted(set(range(len(crosswalk.sources))) - set(given))
    if not absent:
        return
    division = crosswalk.source.partition("/")[0]
    kommuner: dict[str, list[str]] = {}
    for place in absent:
        code = crosswalk.sources[place]
        kommuner.setdefault(parent_code(division, code, "kommun") or "", []).append(code)
    has = {parent_code(division, crosswalk.sources[place], "kommun") for place in given}
    failures: list[dict[str, object]] = []
    for kommun, codes in sorted(kommuner.items()):
        if kommun and kommun not in has:
            failures.append({"kommun": kommun, "what": f"all {len(codes)} areas are missing"})
        else:
            failures += [{"code": code, "what": "is missing"} for code in codes]
    raise CodeError(
        f"'{indicator}' lacks {len(absent)} areas of {crosswalk.source} that the crosswalk leads from: a missing "
        "area is not a zero.",
        hint="add their rows (status 'missing' for what was not delivered); or, where the table is of these areas only "
        "(where=…), cut the crosswalk: crosswalk.select(codes), or recalculate(…, areas=…) with the table's areas.",
        failures=failures,
    )


def check_kinds(
    kinds: Mapping[str, str], indicators: Collection[str], crosswalk: Crosswalk, *, what: str = "kinds"
) -> None:
    """Refuse kinds of weight that the crosswalk does not have, or for indicators that the table does not have.

    Raises
    ------
    IndicatorError
        One is unknown.
    """
    for name, kind in kinds.items():
        if name not in indicators:
            raise IndicatorError.unknown("indicator", name, sorted(indicators), where=what)
        if kind not in crosswalk.kinds:
            raise IndicatorError.unknown("kind of weight", kind, crosswalk.kinds, where="the crosswalk")
    rest = [name for name in indicators if name not in kinds]
    if rest and POPULATION not in crosswalk.kinds:
        raise IndicatorError(
            f"The crosswalk has no weights of kind '{POPULATION}', which {', '.join(sorted(rest))} would use.",
            hint=f"say which to use: kinds={{indicator: kind}}, of {', '.join(crosswalk.kinds)}.",
        )


def recalculable(indicators: Mapping[str, Indicator], crosswalk: Crosswalk, register_only: str) -> set[str]:
    """The indicators that can be recalculated; the others are refused, or left out with a warning.

    Raises
    ------
    IndicatorError
        Some can be computed from the register alone, and are to be refused; or nothing is left.
    """
    if register_only not in ("refuse", "leave_out"):
        raise IndicatorError.unknown("way with what only the register has", register_only, ["refuse", "leave_out"])
    why = {
        name: _REASONS.get(item.kind, _DECLARED)
        for name, item in sorted(indicators.items())
        if item.kind in _REASONS or item.additive == "register_only"
    }
    left = set(indicators) - set(why)
    if why and (register_only == "refuse" or not left):
        target = crosswalk.target
        raise IndicatorError(
            f"{len(why)} indicators cannot be recalculated to {target}: only the register tells them.",
            hint="count them on the target from the register, gi.aggregate(register, indicators, by=[…], "
            f'areas={{{target}: years}}), or pass register_only="leave_out".',
            failures=[{"indicator": name, "why": reason} for name, reason in why.items()],
        )
    if why:
        told = "; ".join(f"{name}: {reason}" for name, reason in why.items())
        warnings.warn(f"Left out, since only the register tells them: {told}.", UserWarning, stacklevel=4)
    return left


def _unknown_codes(codes: list[str], crosswalk: Crosswalk) -> CodeError:
    division, _, edition = crosswalk.source.partition("/")
    shown = [{"code": code, "what": _what(code, crosswalk)} for code in codes]
    suffixed = [code for code in codes if suffix_edition(code)]
    if suffixed:
        hint = "strip the suffix: it names the edition, which has a column of its own (gi.read_reported does so)."
    elif any(code in crosswalk.targets or editions_of(division, code) for code in codes):
        hint = "keep figures of each edition in rows of that edition, and recalculate those of the older."
    else:
        hint = f"check the codes against {crosswalk.source}, and that the crosswalk was made of all its areas."
    return CodeError(
        f"{len(codes)} of the table's codes on {crosswalk.source} are not among those the crosswalk leads from "
        f"({len(crosswalk.sources)} of {label(division)} {edition}).",
        hint=hint,
        failures=shown,
    )


def _what(code: str, crosswalk: Crosswalk) -> str:
    division, _, edition = crosswalk.source.partition("/")
    if suffix_edition(code):
        return f"has the suffix of edition {suffix_edition(code)}; the code is {strip_suffix(code)}"
    official = official_codes(crosswalk.source)
    if official is not None and code in official:
        return f"belongs to {crosswalk.source}, but the crosswalk does not have it"
    if code in crosswalk.targets:
        return f"is a code of {crosswalk.target}, not of {crosswalk.source}"
    return describe_code(division, code, edition) if official is not None else f"is not in {crosswalk.source}"
