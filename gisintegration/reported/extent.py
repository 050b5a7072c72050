"""Which of a table's areas and years count: those asked for, and those of each edition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import did_not_exist
from gisintegration.errors import ReportedError
from gisintegration.layers import entries
from gisintegration.reported.keys import Unit
from gisintegration.reported.mapping import ReportedMapping

# Kommuner, län and the country go on under their codes when the set of kommuner changes.
_LASTING = ("kommun", "lan", "riket")

Mask = npt.NDArray[np.bool_]
Years = tuple[int | None, int | None]


def edition_years(key: str, mapping: ReportedMapping, areas: AreaDivision | None) -> Years:
    """First and last data year whose figures count on an edition; None: open.

    Examples
    --------
    >>> from gisintegration.reported.mapping import load_mapping
    >>> edition_years("deso/2018", load_mapping("deso_2018_age_2022"), None)
    (2010, 2023)
    """
    said = mapping.said.rows
    if said.years is not None and key in said.editions.values():
        return said.years
    official = next((entry.years for entry in entries() if entry.key == key), None)
    if official is None and areas is not None and areas.key == key:
        return areas.years
    return official or (None, None)


def within_years(
    units: Sequence[Unit], years: npt.NDArray[np.int64], mapping: ReportedMapping, areas: AreaDivision | None
) -> tuple[Mask, Mask]:
    """For each area and year: whether it lies within the edition's years, and whether the area was formed."""
    within = np.ones((len(units), len(years)), dtype=np.bool_)
    keys = np.array([f"{division}/{edition}" for division, edition, _ in units])
    for key in sorted(set(keys.tolist())):
        first, last = (None, None) if key.split("/")[0] in _LASTING else edition_years(key, mapping, areas)
        for column, year in enumerate(years.tolist()):
            if (first is not None and year < first) or (last is not None and year > last):
                within[keys == key, column] = False
    formed = np.ones_like(within)
    for row, (division, _, code) in enumerate(units):
        if division == "kommun":
            formed[row] = [not did_not_exist(code, int(year)) for year in years]
    return within, formed


def areas_asked(
    units: Sequence[Unit], mapping: ReportedMapping, areas: AreaDivision | None
) -> tuple[Mask, dict[str, tuple[str, ...]], dict[str, int]]:
    """Which areas of the table were asked for, which that were asked for it lacks, and how many it has beside."""
    if areas is None:
        return np.ones(len(units), dtype=np.bool_), {}, {}
    asked = {code for code, kind in zip(areas.codes, areas.table["kind"], strict=True) if kind == "area"}
    above = {key: set(areas.parent(level)) for level, key in areas.parents.items()}
    wanted = np.array(
        [
            code in asked if f"{division}/{edition}" == areas.key else code in above.get(f"{division}/{edition}", ())
            for division, edition, code in units
        ]
    )
    has = {code for division, edition, code in units if f"{division}/{edition}" == areas.key}
    lacking = tuple(sorted(asked - has))
    outside: dict[str, int] = {}
    for (division, edition, _), keep in zip(units, wanted, strict=True):
        if not keep:
            outside[f"{division}/{edition}"] = outside.get(f"{division}/{edition}", 0) + 1
    if not asked & has:
        raise ReportedError(
            f"None of the {len(asked)} areas of {areas.key} is in the table.", hint="check the areas, and the file."
        )
    _check_kommuner(lacking, asked & has, areas, mapping)
    return wanted, ({areas.key: lacking} if lacking else {}), outside


def _check_kommuner(lacking: Sequence[str], has: set[str], areas: AreaDivision, mapping: ReportedMapping) -> None:
    if areas.division not in ("deso", "regso") or mapping.said.rows.missing_kommun == "allow":
        return
    whole = sorted({code[:4] for code in lacking} - {code[:4] for code in has})
    if whole:
        raise ReportedError(
            f"The table has no area of {len(whole)} kommun{'er' if len(whole) > 1 else ''} that "
            f"{'are' if len(whole) > 1 else 'is'} among the areas of {areas.key}.",
            hint='fetch the whole table, or say rows.missing_kommun = "allow" to have its figures as missing.',
            failures=[
                {"kommun": kommun, "areas": str(sum(code.startswith(kommun) for code in lacking))} for kommun in whole
            ],
        )
