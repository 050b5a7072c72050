"""``docs/indicators.md``: the library's indicators, classes and constants as a page, made from their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from gisintegration.indicators.classes import Class, class_sets, classes
from gisintegration.indicators.constants import Constant, library_sets
from gisintegration.indicators.declare import load_indicators
from gisintegration.swedish import number
from gisintegration.tables import Indicator, Rule
from gisintegration.tables.indicator import LevelRule

_FIELDS = {
    "`id`, `title`, `unit`, `description`": (
        'Name in files, and the words in Swedish and English (`{ sv = "…", en = "…" }`).'
    ),
    "`kind`": (
        "`count`: persons in `population`. `share`: those of them for whom `numerator` holds, per cent. "
        "`mean`, `median`: of `variable`, a whole number. `ratio`: sum of `variable` over sum of `base`, "
        "per cent, over persons with both. `quotient`: number with `numerator` over number with `denominator`. "
        "`net`: number with `numerator` less number with `denominator`, per cent of the year's mean population. "
        "`dissimilarity`: of those with `numerator` and those with `denominator` over the smallest areas, 0–100. "
        "`index`: mean of `components`. `class`: 1, 2, … by `cuts` of its one component."
    ),
    "`population`, `numerator`, `denominator`": (
        "Rules: a table of variables, of which every line must hold; `any = [{…}, {…}]` is a list of "
        "rules of which one must hold."
    ),
    "`per`": "A national constant that a mean or median is divided by.",
    "`components`, `cuts`, `classes`": (
        "The indicators that an index or class is made of; a class's limits in standard deviations from the national "
        "mean, highest first, and the words of its classes."
    ),
    "`breakdowns`": (
        "Some of `background`, `age`, `education`, or a set of classes of one: `age/voters`, `age/housing`, "
        "`background/reason`, `background/two_periods`."
    ),
    "`crossings`": 'Breakdowns given together: `[["education", "background"]]`.',
    "`levels`": (
        'What differs on a division: `levels.deso = { breakdowns = […], crossings = […] }`, or `"not_applicable"` '
        "where the indicator has no meaning."
    ),
    "`reference`": "`31 December`, `November`, `calendar year`, `school year`, `election day` or `panel`.",
    "`flow`": "`true` for events of the year (births, moves): they stand on the division of 1 January of the year.",
    "`additive`": (
        "`areas`: figures of areas add up. `register_only`: only from the register, never from published figures."
    ),
    "`register`, `code`": "Where the variable comes from, and SCB's code for the content where it is known.",
    "`years`, `only_years`": '`"2011-"`, `"1997-2021"`; or `[2018, 2022]` where there is not one every year.',
    "`breaks`": (
        "`[[indicator.breaks]]` with `year`, `sv`, `en`: from this year figures are not comparable with those before."
    ),
    "`high_is`": "`good`, `bad` or `neutral`: for the colours of maps.",
    "`unknown`, `stated_by`, `assumption`": (
        "What becomes of those whose information is missing; whose definition it is; what was assumed where the source "
        "is silent, printed as a note in every output."
    ),
    "`decimals`, `counted`, `subject`": "Decimals shown; the object counted; the file's name if not given.",
}
_INTRODUCTION = """# The indicators

<!-- Made by scripts/indicators_page.py from gisintegration/indicators/library. Do not edit by hand. -->

An indicator is declared in a TOML file, one `[[indicator]]` each; the library has a file a subject, and a project names
folders of its own ([ten lines are enough](own_indicator.md)). Every figure is given by sex; **classes** tells which of
background, age and education it is also given for, one at a time, and with × those given together. A class that nobody
in the indicator's population can belong to has no row. What each figure means in words, and whose word it is:
[definitions](definitions.md).

{fields}
A rule's line is a variable of [the register](register.md), or one [derived](definitions.md) from it, and what it must
be: a code or a list of codes, `true` or `false`, a whole number or a list of them, a span `"20-64"` (both ends belong),
a comparison `">= 10"` or `"< 0.6 * median_equivalised_income"`, `"known"` or `"missing"`; or a table of these by year,
`{ "-2022" = "20-64", "2023-" = "20-65" }`. `next.` before a variable asks for it a year later of the same person,
`previous.` a year earlier. `moved` says how the year's move looks from the area: `in`, `out`, `immigrated`,
`emigrated`, `stayed`. A condition on a missing value is false.

A share or ratio of nobody has no value and status `missing`; a true nought has status `zero`. Of an even number of
values, the median is the mean of the two in the middle.
"""


def indicators_page() -> str:
    """The page, in Markdown.

    Examples
    --------
    >>> indicators_page().splitlines()[0]
    '# The indicators'
    """
    known = load_indicators().values()
    head = (
        "| Indicator | Kind | Population | Classes | Reference time | Register | Adds up | Years |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    table = "".join(_row(item) for item in known)
    details = "".join(_section(item) for item in known)
    return (
        f"{_INTRODUCTION.replace('{fields}', _fields())}\n## All indicators\n\n{head}{table}\n"
        f"## Each indicator\n{details}\n"
        f"## Classes\n{_classes()}\n## National constants\n{_constants()}"
    )


def _fields() -> str:
    return "| Field | Means |\n|---|---|\n" + "".join(f"| {field} | {means} |\n" for field, means in _FIELDS.items())


def _row(item: Indicator) -> str:
    cells = [
        f"[`{item.id}`](#{item.id}) {item.title['sv']} / {item.title['en']}",
        item.kind,
        rule_text(item.population) or "everyone",
        _classes_of(item),
        item.reference,
        item.register_,
        "yes" if item.additive == "areas" else "no",
        years_text(item),
    ]
    return "| " + " | ".join(cells) + " |\n"


def _section(item: Indicator) -> str:
    lines = [
        f"\n### {item.id}\n",
        f"**{item.title['sv']}** ({item.unit['sv']}). {item.description['sv']}  ",
        f"**{item.title['en']}** ({item.unit['en']}). {item.description['en']}\n",
        f"- Population: {rule_text(item.population) or 'everyone'}",
    ]
    lines += [
        f"- {word}: {rule_text(rule)}"
        for word, rule in (("Numerator", item.numerator), ("Denominator", item.denominator))
        if rule
    ]
    if item.variable:
        over = f" / `{item.base}`" if item.base else ""
        per = f", divided by {item.per}" if item.per else ""
        lines.append(f"- Variable: `{item.variable}`{over}{per}")
    if item.components:
        lines.append(f"- Components: {', '.join(f'`{part}`' for part in item.components)}")
    lines += [f"- Class {place}: {words['sv']} / {words['en']}" for place, words in enumerate(item.classes, start=1)]
    lines += [f"- On {division}: {_level(rule)}" for division, rule in item.levels.items()]
    if item.code:
        lines.append(f"- SCB's content code: {item.code}")
    lines += [f"- Break {entry.year}: {entry.sv} / {entry.en}" for entry in item.breaks]
    if item.assumption:
        lines.append(f"- Assumption: {item.assumption['sv']} / {item.assumption['en']}")
    return "\n".join(lines) + "\n"


def _classes() -> str:
    rows = ["| Set | Classes |", "|---|---|"]
    rows += [f"| `{name}` | {', '.join(f'`{item.code}`' for item in of)} |" for name, of in class_sets().items()]
    rows += ["", "| Breakdown | Code | Swedish | English | Who |", "|---|---|---|---|---|"]
    rows += [f"| {item.breakdown} | `{item.code}` | {item.sv} | {item.en} | {_members(item)} |" for item in classes()]
    return "\n" + "\n".join(rows) + "\n"


def _members(item: Class) -> str:
    return "sum of " + ", ".join(f"`{code}`" for code in item.sum_of) if item.sum_of else rule_text(item.rule)


def _constants() -> str:
    parts = [
        _constant(entry, f" (set `{name}`)" if name else "")
        for name, entries in library_sets().items()
        for entry in entries.values()
    ]
    return "".join(parts)


def _constant(entry: Constant, note: str) -> str:
    ordered = sorted(entry.years.items())
    same = [list(run) for _, run in groupby(enumerate(ordered), key=lambda pair: pair[1][0] - pair[0])]
    text = "; ".join(
        f"{run[0][1][0]}{'–' + str(run[-1][1][0]) if len(run) > 1 else ''}: "
        + ", ".join(number(figure, 0) for _, (_, figure) in run)
        for run in same
    )
    words = f"{entry.title['sv']} / {entry.title['en']}, {entry.unit}."
    return f"\n### {entry.name}{note}\n\n{words} Source: {entry.source}\n\n{text}\n"


def rule_text(rule: Rule) -> str:
    """A rule in words, as it stands in tables.

    Examples
    --------
    >>> rule_text({"age": {"-2022": "20-64", "2023-": "20-65"}, "labour_status": "employed"})
    '`age` 20–64 (–2022), 20–65 (2023–), `labour_status` employed'
    """
    return ", ".join(
        " or ".join(rule_text(branch) for branch in value) if key == "any" else f"`{key}` {_value(value)}"
        for key, value in rule.items()
    )


def years_text(item: Indicator) -> str:
    """The data years of an indicator: ``1997–``, ``2018, 2022``.

    Examples
    --------
    >>> years_text(load_indicators()["low_economic_standard_share"])
    '2011–'
    """
    if item.only_years:
        return ", ".join(str(year) for year in item.only_years)
    return "–".join("" if year is None else str(year) for year in item.years)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{_value(part)} ({years.replace('-', '–')})" for years, part in value.items())
    if isinstance(value, list | tuple):
        return " or ".join(str(part) for part in value)
    return str(value).replace("-", "–")


def _classes_of(item: Indicator) -> str:
    together = (" × ".join(parts) for parts in item.crossings)
    return ", ".join((*item.breakdowns, *together))


def _level(rule: LevelRule | str) -> str:
    if not isinstance(rule, LevelRule):
        return "not applicable"
    given = (("classes", rule.breakdowns), ("classes together", rule.crossings))
    return "; ".join(
        f"{word}: {', '.join(' × '.join([part] if isinstance(part, str) else part) for part in parts) or 'none'}"
        for word, parts in given
        if parts is not None
    )
