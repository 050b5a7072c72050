"""Variables that the compiler derives from the register's: what each needs, its formula, and the SELECT that adds it.

A derived variable is a column of the persons that rules are asked of; it is computed only when a rule asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from gisintegration.errors import IndicatorError
from gisintegration.registers.contract import Variable, variables
from gisintegration.registers.countries import birth_region
from gisintegration.sql import literal, name

DAYS, MOVED = "days_in_sweden", "moved"
MOVES = {
    "in": {"sv": "inflyttad från övriga Sverige", "en": "moved in from the rest of Sweden"},
    "out": {"sv": "utflyttad till övriga Sverige", "en": "moved out to the rest of Sweden"},
    "immigrated": {"sv": "invandrad", "en": "immigrated"},
    "emigrated": {"sv": "utvandrad", "en": "emigrated"},
    "stayed": {"sv": "bor kvar", "en": "stayed"},
}
_BENEFITS = ("social_assistance", "establishment_benefit", "introduction_benefit")
# Consumption units in hundredths: a single adult, a couple, a further adult, the first child, a further child.
_SINGLE, _COUPLE, _ADULT, _CHILD, _CHILDREN = 100, 151, 60, 52, 42


@dataclass(frozen=True)
class Derived:
    """One derived variable.

    Parameters
    ----------
    variable
        Name, type, words and unit, as the register's own variables have them.
    needs
        What it is computed from: columns of the register, or other derived variables.
    helps
        Columns that are used where the register has them.
    formula
        How it is computed, and when it is missing, in words.
    group
        ``household`` or ``dwelling``: it is computed from all the members; empty: from the person's own row.
    """

    variable: Variable
    needs: tuple[str, ...]
    formula: str
    helps: tuple[str, ...] = ()
    group: str = ""


def _made(kind: str, variable: str, sv: str, en: str, **more: object) -> Variable:
    fields: dict[str, object] = {"register": "RTB", "reference": "31 December", "nullable": True, **more}
    return Variable(name=variable, type=kind, sv=sv, en=en, **fields)  # type: ignore[arg-type]


@cache
def derived() -> Mapping[str, Derived]:
    """Every derived variable by name. Some are the register's own where it has them.

    Examples
    --------
    >>> derived()["overcrowded"].needs
    ('household_size', 'rooms', 'living_area')
    """
    found = [
        Derived(
            _made("integer", DAYS, "Dagar från senaste invandring till 31 december",
                  "Days from the latest immigration to 31 December", unit="dagar"),
            ("immigrated",),
            "Days from `immigrated` to 31 December of the year. Missing for who has not immigrated.",
        ),
        Derived(
            variables()["birth_region"],
            ("birth_country",),
            "From `birth_country`, where the register has no `birth_region`: Sweden, the Nordic countries, members of "
            "the EU and EFTA on 31 December of the year, the rest of Europe, the rest of the world. Missing for a "
            "country that is not known or not in the list.",
        ),
        Derived(
            _made("integer", "household_size", "Personer i hushållet", "Persons in the household", unit="personer"),
            ("household",),
            "Persons of the register with the same `household` in the year. Missing without a household.",
            group="household",
        ),
        Derived(
            _made("boolean", "overcrowded", "Trångbodd enligt norm 2", "Overcrowded (norm 2)",
                  register="Lägenhetsregistret"),
            ("household_size", "rooms", "living_area"),
            "More than two persons a room, kitchen and living room not counted: `household_size` > 2 × (`rooms` − 1). "
            "A person who lives alone is not overcrowded. Where rooms are not known: less than 20 m² of `living_area` "
            "a person. Missing where neither is known, or without a household.",
        ),
        Derived(
            variables()["equivalised_income"],
            ("household", "age", "disposable_income"),
            "Where the register has no `equivalised_income`: the household's sum of `disposable_income` over its "
            "consumption units, to whole kronor. Units: 1.00 for a single adult, 1.51 for a couple, 0.60 for a further "
            "adult, 0.52 for the first child, 0.42 for a further child. Adults are those aged 20 and over, though at "
            "least one, and two in a household that `household_type` says has a couple; without `household_type`, two "
            "adults are taken for a couple. Missing without a household, or where a member's income is missing.",
            helps=("household_type",),
            group="household",
        ),
        Derived(
            _made("code", "only_income", "Enda inkomst", "Only income", register="IoT", reference="calendar year",
                  codes={key: {"sv": variables()[key].sv, "en": variables()[key].en} for key in _BENEFITS
                         if key in variables()}
                  | {"none": {"sv": "ingen av dessa", "en": "none of these"}}),
            (*_BENEFITS, "net_income"),
            "The first of `social_assistance`, `establishment_benefit` and `introduction_benefit` that is above 0 and "
            "that `net_income` is not above; `none` where there is no such. Missing where `net_income` is.",
        ),
        *(
            Derived(
                _made("boolean", f"{unit}_first", f"Äldst i {sv}", f"Oldest of the {unit}"),
                (unit, "person", "age"),
                f"True for the oldest of those with the same `{unit}`, of equals the one with the lowest `person`: so "
                f"that each {unit} is counted once. Missing without a {unit}.",
                group=unit,
            )
            for unit, sv in (("household", "hushållet"), ("dwelling", "bostaden"))
        ),
        Derived(
            _made("code", MOVED, "Flyttning under året, sedd från området", "Move in the year, seen from the area",
                  codes=MOVES, reference="calendar year"),
            (),
            "How the year's move looks from the area, by where the person was registered at both ends of the year, and "
            "by `arrival` and `departure` where the register has them. Only in indicators with `flow = true`.",
            helps=("arrival", "departure"),
        ),
    ]  # fmt: skip
    return {item.variable.name: item for item in found}


def columns_of(names: Iterable[str], has: Collection[str] | None = None) -> set[str]:
    """The register columns that variables are read from.

    Parameters
    ----------
    names
        Variables of the register, or derived ones.
    has
        The columns of a register: what it has is read as it is. None: every variable of the contract is there.

    Examples
    --------
    >>> sorted(columns_of(["days_in_sweden", "age"])), columns_of(["birth_region"], has={"birth_country"})
    (['age', 'immigrated'], {'birth_country'})
    """
    known = variables() if has is None else has
    found: set[str] = set()
    for wanted in names:
        if wanted in known or wanted not in derived():
            found.add(wanted)
        else:
            item = derived()[wanted]
            found |= columns_of(item.needs, has) | (set(item.helps) & set(has or ()))
    return found


def derived_in(names: Iterable[str], has: Collection[str]) -> set[str]:
    """Which of some variables a register with the columns ``has`` lacks, and are derived; ``moved`` is not one.

    Examples
    --------
    >>> derived_in(["age", "overcrowded"], {"age", "household", "rooms", "living_area"})
    {'overcrowded'}
    """
    return {wanted for wanted in names if wanted not in has and wanted in derived() and wanted != MOVED}


def with_derived(source: str, names: Iterable[str], *, year: int, has: Collection[str], everyone: str = "") -> str:
    r"""A SELECT of persons with the derived variables among ``names`` added as columns.

    Parameters
    ----------
    source
        SELECT of persons, with the columns :func:`columns_of` names.
    names
        Variables that are asked for; those that the register has are left as they are.
    year
        Year of the persons.
    has
        Columns of the register.
    everyone
        SELECT of all persons of the register in the year, with those columns: households are counted whole, also where
        ``source`` has some of their members only. Default: ``source``.

    Examples
    --------
    >>> from gisintegration.sql import connect
    >>> with connect() as con:
    ...     con.execute(with_derived("select date '2022-12-01' as immigrated", ["days_in_sweden"], year=2022,
    ...         has={"immigrated"})).fetchone()[1]
    30
    """
    wanted = derived_in(names, has)
    if not wanted:
        return source
    below = wanted | {inner for item in wanted for inner in derived()[item].needs if inner in derived_in([inner], has)}
    joins = "".join(
        f" left join ({_groups(unit, sorted(members), everyone or source, has)}) {unit}s "
        f"on persons.{name(unit)} = {unit}s.{name(unit)}"
        for unit in ("household", "dwelling")
        if (members := {item for item in below if derived()[item].group == unit})
    )
    first = sorted(item for item in below if not derived_in(derived()[item].needs, has))
    inner = _adding(f"({source}) persons{joins}", first, year)
    second = sorted(below - set(first))
    return _adding(f"({inner}) persons", second, year) if second else inner


def _adding(table: str, names: Iterable[str], year: int) -> str:
    columns = "".join(f", {_expression(item, year)} as {name(item)}" for item in names)
    return f"select persons.*{columns} from {table}"


def _expression(wanted: str, year: int) -> str:
    match wanted:
        case "days_in_sweden":
            return f"date_diff('day', persons.immigrated, date '{year}-12-31')"
        case "birth_region":
            return _birth_region(year)
        case "household_size" | "equivalised_income":
            return f"households.{wanted}"
        case "household_first" | "dwelling_first":
            unit = wanted.removesuffix("_first")
            return f"persons.person = {unit}s.first"
        case "overcrowded":
            return (
                "case when household_size is null then null when household_size = 1 then false "
                "when rooms is not null then household_size > 2 * (rooms - 1) "
                "else living_area < 20 * household_size end"
            )
        case "only_income":
            cases = " ".join(f"when {key} > 0 and net_income <= {key} then '{key}'" for key in _BENEFITS)
            return f"case when net_income is null then null {cases} else 'none' end"
    raise IndicatorError.unknown("derived variable", wanted, derived())


def _groups(unit: str, wanted: Iterable[str], everyone: str, has: Collection[str]) -> str:
    """One row a household or dwelling, with what is derived from its members."""
    columns = []
    for item in wanted:
        if item == "household_size":
            columns.append("count(*) as household_size")
        elif item == "equivalised_income":
            columns.append(f"{_equivalised(has)} as equivalised_income")
        else:
            columns.append("arg_min(person, (-age, person)) as first")
    return f"select {name(unit)}, {', '.join(columns)} from ({everyone}) where {name(unit)} is not null group by 1"


def _equivalised(has: Collection[str]) -> str:
    grown = "count(*) filter (age >= 20)"
    couple = "bool_or(household_type in ('couple', 'couple_children')) is true"
    if "household_type" not in has:
        couple = f"{grown} >= 2"
    adults = f"greatest({grown}, case when {couple} then least(2, count(*)) else 1 end)"
    children = f"(count(*) - {adults})"
    first_child = f"case when {children} > 0 then {_CHILD - _CHILDREN} else 0 end"
    first_adults = f"case when {couple} and count(*) > 1 then {_COUPLE - 2 * _ADULT} else {_SINGLE - _ADULT} end"
    units = f"({first_adults} + {_ADULT} * {adults} + {first_child} + {_CHILDREN} * {children})"
    income = f"cast(round(sum(disposable_income) * 100 / {units}) as bigint)"
    return f"case when count(disposable_income) = count(*) then {income} end"


def _birth_region(year: int) -> str:
    by_region: dict[str, list[str]] = {}
    for country, region in birth_region(year).items():
        by_region.setdefault(region, []).append(country)
    cases = " ".join(
        f"when persons.birth_country in ({', '.join(literal(code) for code in sorted(codes))}) then {literal(region)}"
        for region, codes in sorted(by_region.items())
    )
    return f"case {cases} end"
