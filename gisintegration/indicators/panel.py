"""The persons that figures are counted over: where they stood, and the same persons a year later or earlier."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from gisintegration.areas import AreaDivision
from gisintegration.indicators.constants import runs
from gisintegration.indicators.declare import reads_of
from gisintegration.indicators.derived import columns_of, with_derived
from gisintegration.indicators.moves import of_the_year_before, reads_both_ends, rules_of
from gisintegration.indicators.rules import Reads
from gisintegration.registers import Placement, Register, placed_sql
from gisintegration.sql import name
from gisintegration.tables import Indicator


def years_read(indicator: Indicator, year: int) -> tuple[int, ...]:
    """The register years that a figure of a year is made of, ascending.

    Parameters
    ----------
    indicator
        A declaration. An index or class reads what its components read, which has to be asked of them.
    year
        Data year of the figure.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> still = {"next.labour_status": "employed"}
    >>> years_read(example_indicator("share", numerator=still), 2020)
    (2020, 2021)
    >>> years_read(example_indicator("count", flow=True, population={"moved": "in"}), 2020)
    (2019, 2020)
    """
    asked = reads_of(indicator)
    before = indicator.flow and (reads_both_ends(indicator) or of_the_year_before(*rules_of(indicator)))
    found = {year, *([year + 1] if asked.next else []), *([year - 1] if asked.previous or before else [])}
    if asked.previous and before:
        found.add(year - 2)
    return tuple(sorted(found))


def years_lacking(
    indicators: Mapping[str, Indicator], has: Collection[int], years: Iterable[int]
) -> dict[str, dict[int, tuple[int, ...]]]:
    """Years of which an indicator cannot be told, since the register lacks another year that it reads.

    Parameters
    ----------
    has
        Years of the register.
    years
        Data years asked for.

    Returns
    -------
    dict
        Indicator → year → the years that lack, ascending; indicators that lack none are left out.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> still = example_indicator("share", numerator={"next.labour_status": "employed"})
    >>> years_lacking({"still": still}, {2019, 2020}, [2019, 2020])
    {'still': {2020: (2021,)}}
    """
    wanted = sorted(set(years))
    found = {
        key: {
            year: absent
            for year in wanted
            if item.in_force(year) and (absent := tuple(sorted(set(years_read(item, year)) - set(has))))
        }
        for key, item in indicators.items()
    }
    return {key: of for key, of in found.items() if of}


def words_lacking(absent: Mapping[str, Mapping[int, tuple[int, ...]]]) -> list[str]:
    """What :func:`years_lacking` found as sentences, one for the indicators that lack the same.

    Examples
    --------
    >>> words_lacking({"still": {2020: (2021,)}, "net": {2019: (2018,)}})[0]
    'still: no figures for 2020, since they read persons of 2021 too, whom the register does not have.'
    """
    alike: dict[tuple[tuple[int, ...], tuple[int, ...]], list[str]] = {}
    for key, of in absent.items():
        beside = tuple(sorted({year for years in of.values() for year in years}))
        alike.setdefault((tuple(sorted(of)), beside), []).append(key)
    return [
        f"{', '.join(keys)}: no figures for {runs(years)}, since they read persons of {runs(beside)} too, whom the "
        "register does not have."
        for (years, beside), keys in alike.items()
    ]


def persons_sql(
    register: Register,
    year: int,
    asked: Reads,
    *,
    placed: tuple[Placement, AreaDivision] | None = None,
    extra: Collection[str] = (),
) -> str:
    """SELECT of the persons of a year with the variables asked for, those of years beside it among them.

    Parameters
    ----------
    placed
        A placement and its edition: then with the columns of :func:`gisintegration.registers.placed_sql`, ``area``
        among them.
    asked
        Variables, the register's own or derived. Those of the year after or before stand as ``"next.age"``,
        ``"previous.age"``: empty for who is not in the register then, or where the register does not have the year.
    extra
        Further columns of the year itself (``person``).
    """
    has = register.variables
    beside = {word: names for word, names in (("next", asked.next), ("previous", asked.previous)) if names}
    own = {*extra, *columns_of(asked.this, has), *(["person"] if beside else [])}
    everyone = register.select(sorted(own), year)
    rows = everyone if placed is None else placed_sql(register, *placed, year, sorted(own))
    source = with_derived(rows, asked.this, year=year, has=has, everyone=everyone)
    joins, columns = "", ""
    for word, names in beside.items():
        other = year + 1 if word == "next" else year - 1
        if other in register.years:
            rows = register.select(sorted({"person", *columns_of(names, has)}), other)
            rows = with_derived(rows, names, year=other, has=has)
            joins += f" left join ({rows}) {word}_ on p.person = {word}_.person"
        for item in sorted(names):
            value = f"{word}_.{name(item)}" if other in register.years else "null"
            columns += f", {value} as {name(f'{word}.{item}')}"
    return f"select p.*{columns} from ({source}) p{joins}" if beside else source
