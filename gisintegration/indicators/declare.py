"""Indicator declarations: the library's and the user's, read and checked as a whole."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from gisintegration.errors import IndicatorError
from gisintegration.indicators import composite, moves
from gisintegration.indicators.constants import Constants, runs
from gisintegration.indicators.defaults import with_defaults
from gisintegration.indicators.derived import columns_of
from gisintegration.indicators.faults import faults, text_faults, words_of
from gisintegration.indicators.rules import Reads, constants_in, reads
from gisintegration.tables import Indicator, Kind, Rule

_NOT_SUBJECTS = ("breakdowns", "constants", "rules")


def load_indicators(
    names: Literal["all"] | Sequence[str] = "all", *, folders: Sequence[str | Path] = ()
) -> dict[str, Indicator]:
    """Declared indicators by id.

    Parameters
    ----------
    names
        ``"all"``, or the ids wanted, in the order wanted; the indicators that an index or a class is made of come
        along before it.
    folders
        Folders of the user's own ``*.toml`` with ``[[indicator]]`` entries, read after the library; the file's name is
        the subject unless ``subject`` says another. An id that is already taken is an error.

    Raises
    ------
    IndicatorError
        A folder is missing, a declaration is wrong, or a name is unknown. Every fault of every file is listed: file,
        indicator, field, what is wrong and what to do.

    Examples
    --------
    >>> found = load_indicators(["population", "employed_share"])
    >>> found["employed_share"].title["sv"]
    'Andel sysselsatta'
    """
    made: dict[str, Indicator] = {}
    failures: list[dict[str, str]] = []
    for where, subject, text in _files(folders):
        for entry in _entries(where, text, failures):
            indicator = declared(where, subject, entry, failures)
            if indicator is not None and indicator.id in made:
                failures.append(_failure(where, indicator.id, "id", "is already taken: choose another id"))
            elif indicator is not None:
                made[indicator.id] = indicator
    failures += [_failure("", key, field, what) for key, field, what in composite.faults(made)] if not failures else []
    if failures:
        raise IndicatorError(
            f"Indicator declarations have {len(failures)} fault{'s' if len(failures) > 1 else ''}.",
            hint="docs/indicators.md shows the format and every field.",
            failures=failures,
        )
    return made if names == "all" else _chosen(names, made)


def reads_of(indicator: Indicator) -> Reads:
    """The variables an indicator reads, apart from what its breakdowns read: of the year, the year after and before.

    Examples
    --------
    >>> sorted(reads_of(load_indicators()["employed_share"]).this)
    ['age', 'labour_status']
    """
    named = frozenset(name for name in (indicator.variable, indicator.base) if name is not None)
    found = Reads(this=named)
    for rule in _rules(indicator).values():
        found |= reads(rule)
    return found


def variables_of(indicator: Indicator, has: Collection[str] | None = None) -> set[str]:
    """The register columns an indicator reads in any year, apart from what its breakdowns read.

    Parameters
    ----------
    has
        The register's columns: a derived variable that it has is read as it is.

    Examples
    --------
    >>> sorted(variables_of(load_indicators()["employed_share"]))
    ['age', 'labour_status']
    """
    found = reads_of(indicator)
    return columns_of(found.this | found.next | found.previous, has)


def lacking(indicators: Mapping[str, Indicator], has: Collection[str]) -> dict[str, list[str]]:
    """What indicators need and a register does not have.

    Parameters
    ----------
    has
        The register's columns.

    Returns
    -------
    dict
        Indicator → columns, and for an index or a class the components that lack some; those that lack nothing are
        left out.

    Examples
    --------
    >>> lacking(load_indicators(["employed_share", "population"]), {"age", "sex"})
    {'employed_share': ['labour_status']}
    """
    known = set(has)
    own = {
        key: sorted((variables_of(item, known) - known) | moves.lacks(item, known)) for key, item in indicators.items()
    }
    found = {
        key: [*absent, *(part for part in sorted(composite.all_below(key, indicators)) if own.get(part))]
        for key, absent in own.items()
    }
    return {key: absent for key, absent in found.items() if absent}


def constants_of(indicator: Indicator) -> set[str]:
    """The national constants an indicator needs.

    Examples
    --------
    >>> constants_of(load_indicators()["disposable_income_mean"])
    {'price_base_amount'}
    """
    needed = {indicator.per} if indicator.per else set()
    if indicator.kind is Kind.CLASS:
        needed |= {f"{part}_{figure}" for part in indicator.components for figure in ("mean", "deviation")}
    return needed.union(*(constants_in(rule) for rule in _rules(indicator).values()))


def _rules(indicator: Indicator) -> dict[str, Rule]:
    fields = ("population", "numerator", "denominator")
    return {field: rule for field in fields if (rule := getattr(indicator, field))}


def years_without(
    indicators: Mapping[str, Indicator], constants: Constants, years: Iterable[int]
) -> dict[str, dict[str, list[int]]]:
    """Years of which an indicator cannot be told, since a national constant that it needs has no figure for them.

    Returns
    -------
    dict
        Indicator → constant → years, ascending; indicators that lack nothing are left out.

    Examples
    --------
    >>> from gisintegration.indicators.constants import load_constants
    >>> years_without(load_indicators(["low_economic_standard_share"]), load_constants(), [2018, 2019])
    {'low_economic_standard_share': {'median_equivalised_income': [2018]}}
    """
    wanted = sorted(set(years))
    found = {
        key: {
            name: absent
            for name in sorted(constants_of(item))
            if (absent := [year for year in wanted if item.in_force(year) and not _known(item, name, constants, year)])
        }
        for key, item in indicators.items()
    }
    return {key: absent for key, absent in found.items() if absent}


def _known(indicator: Indicator, constant: str, constants: Constants, year: int) -> bool:
    # The limits of a class are named after its component: no one may have published them.
    if indicator.kind is Kind.CLASS and constant not in constants.by_name:
        return False
    return constants.has(constant, year)


def words_without(absent: Mapping[str, Mapping[str, Sequence[int]]]) -> list[str]:
    """What :func:`years_without` found as sentences, one for each constant and years.

    Examples
    --------
    >>> words_without({"a_share": {"median_equivalised_income": [2018, 2021, 2022]}})[0]
    'a_share: no figures for 2018, 2021–2022, for which the national constant median_equivalised_income is not known.'
    """
    by_lack: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for key, constants in absent.items():
        for name, years in constants.items():
            by_lack.setdefault((name, tuple(years)), []).append(key)
    return [
        f"{', '.join(keys)}: no figures for {runs(years)}, for which the national constant {name} is not known."
        for (name, years), keys in by_lack.items()
    ]


def _chosen(names: Sequence[str], made: Mapping[str, Indicator]) -> dict[str, Indicator]:
    wanted = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in wanted if name not in made]
    if len(unknown) == 1:
        raise IndicatorError.unknown("indicator", unknown[0], made)
    if unknown:
        raise IndicatorError(
            f"There are no indicators {', '.join(repr(name) for name in unknown)}.", hint=f"known: {', '.join(made)}."
        )
    return {name: made[name] for name in composite.with_components(wanted, made)}


def _files(folders: Sequence[str | Path]) -> Iterator[tuple[str, str, str]]:
    """File name, subject and text of every file of declarations: the library's, then the user's, by name."""
    library = files("gisintegration.indicators").joinpath("library")
    for item in sorted(library.iterdir(), key=lambda entry: entry.name):
        subject = item.name.removesuffix(".toml")
        if item.name.endswith(".toml") and subject not in _NOT_SUBJECTS:
            yield item.name, subject, item.read_text(encoding="utf-8")
    for folder in [folders] if isinstance(folders, str | Path) else folders:
        path = Path(folder)
        if not path.is_dir():
            raise IndicatorError(
                f"{path} is not a folder of indicators.", hint="give the folder that holds your *.toml declarations."
            )
        for file in sorted(path.glob("*.toml")):
            yield str(file), file.stem, file.read_bytes().decode("utf-8", errors="replace")


def _entries(where: str, text: str, failures: list[dict[str, str]]) -> Iterable[Mapping[str, Any]]:
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        failures.append(_failure(where, "", "", f"is not TOML: {error}"))
        return []
    entries = read.get("indicator", [])
    if not isinstance(entries, list) or not entries or set(read) != {"indicator"}:
        failures.append(_failure(where, "", "", "holds [[indicator]] entries and nothing else"))
        return []
    return entries


def declared(
    where: str, subject: str, entry: Mapping[str, Any], failures: list[dict[str, str]], *, computed: bool = True
) -> Indicator | None:
    """One declaration, checked; what is wrong with it is added to ``failures``, and None is given back.

    Parameters
    ----------
    where
        File name, for the failures.
    computed
        The toolkit computes it from a register. A published figure is not computed: its rules may be empty.

    Examples
    --------
    >>> wrong = []
    >>> declared("own.toml", "boende", {"id": "x", "kind": "count"}, wrong) is None, wrong[0]["field"], wrong[0]["what"]
    (True, 'title', 'is missing')
    """
    name = str(entry.get("id", "(no id)"))
    fields = {"subject": subject, **(with_defaults(entry) if computed else entry)}
    if "years" in fields:
        fields["years"] = _years(fields["years"])
    try:
        indicator = Indicator.model_validate(fields)
    except ValidationError as error:
        failures += [
            _failure(where, name, ".".join(str(part) for part in item["loc"]) or "indicator", words_of(item))
            for item in error.errors()
        ]
        return None
    wrong = list(faults(indicator)) if computed else list(text_faults(indicator))
    failures += [_failure(where, name, field, what) for field, what in wrong]
    return None if wrong else indicator


def _years(text: object) -> object:
    """``"2011-"``, ``"1997-2021"`` and ``"2018"`` as first and last year; anything else is left for the model."""
    if not isinstance(text, str):
        return text
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not all(part.isdigit() or part == "" for part in (first, last)):
        return text
    ends = (int(first) if first else None, int(last) if last else None)
    return ends if dash else (ends[0], ends[0])


def _failure(file: str, indicator: str, field: str, what: str) -> dict[str, str]:
    parts = {"file": file, "indicator": indicator, "field": field, "what": what}
    return {key: value for key, value in parts.items() if value}
