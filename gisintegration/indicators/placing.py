"""Who must be placed where, and in which years, for the figures that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gisintegration.areas import AreaDivision
from gisintegration.errors import RegisterError
from gisintegration.indicators.panel import years_read
from gisintegration.registers import Placement, Register, place
from gisintegration.tables import Indicator


def with_years_before(
    indicators: Mapping[str, Indicator], areas: Mapping[AreaDivision, Sequence[int]], available: Collection[int]
) -> dict[AreaDivision, list[int]]:
    """The years that persons must be placed in for some figures: for moves, the year before too.

    Parameters
    ----------
    areas
        Edition → data years of the figures.
    available
        Years of the register; what is not there is left out.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator, grid_areas
    >>> moved = example_indicator("count", flow=True, population={"moved": "in"}, additive="register_only")
    >>> list(with_years_before({"moved": moved}, {grid_areas(2, 1): [2020, 2021]}, [2019, 2020, 2021]).values())
    [[2019, 2020, 2021]]
    """
    flows = [item for item in indicators.values() if item.flow]
    found = {}
    for division, years in areas.items():
        asked = {int(year) for year in years}
        before = {other for year in asked for item in flows for other in years_read(item, year) if other == year - 1}
        found[division] = sorted(asked | (before & set(available)))
    return found


def place_voters(
    register: Register, indicators: Mapping[str, Indicator], areas: Mapping[AreaDivision, Sequence[int]]
) -> Placement | None:
    """Where persons stood on the day of the electoral roll, in the years of which there are figures of election day.

    None where there are no such figures, or the register does not say where they stood.
    """
    voted = [item for item in indicators.values() if item.reference == "election day"]
    wanted = {
        division: chosen
        for division, years in areas.items()
        if (chosen := sorted({int(year) for year in years if any(item.in_force(int(year)) for item in voted)}))
    }
    return place(register, wanted, at="election") if wanted and register.knows_election_place else None


def check_years_before(
    indicators: Mapping[str, Indicator],
    areas: Mapping[AreaDivision, Sequence[int]],
    placed: Placement,
    available: Collection[int],
) -> None:
    """Refuse a placement without the years that moves are told by.

    Raises
    ------
    RegisterError
        A year before one of moves is in the register and was not placed; each is listed with its edition.
    """
    failures = [
        {"edition": division.key, "year": year}
        for division, years in with_years_before(indicators, areas, available).items()
        for year in years
        if year not in placed.years.get(division.key, (year,))
    ]
    if failures:
        raise RegisterError(
            "The placement lacks years that moves are told by.",
            hint="place the year before each year of moves too: with_years_before tells which, or leave places out.",
            failures=failures,
        )
