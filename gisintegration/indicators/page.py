"""``docs/indicators.md``: the library's indicators, classes and constants as a page, made from their declarations."""

from __future__ import annotations

from itertools import groupby

from gisintegration.indicators.classes import Class, classes
from gisintegration.indicators.constants import Constant, library_sets
from gisintegration.indicators.declare import load_indicators
from gisintegration.swedish import number
from gisintegration.tables import Indicator, Rule

_FIELDS = {
    "`id`, `title`, `unit`, `description`": (
        'Name in files, and the words in Swedish and English (`{ sv = "…", en = "…" }`).'
    ),
    "`kind`": (
        "`count`: persons in `population`. `share`: those of them for whom `numerator` holds, per cent. "
        "`mean`, `median`: of `variable`, a whole number. `ratio`: sum of `variable` over sum of `base`, "
        "per cent, over persons with both."
    ),
    "`population`, `numerator`": (
        "Rules: a table of variables, of which every line must hold; `any = [{…}, {…}]` is a list of "
        "rules of which one must hold."
    ),
    "`per`": "A national constant that a mean or median is divided by.",
    "`breakdowns`": "Some of `background`, `age`, `education`.",
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
    "`decimals`, `counted`, `subject`, `assumption`": (
        "Decimals shown; the object counted; the file's name if not given; what was assumed where the source is silent."
    ),
}
_INTRODUCTION = """# The indicators

<!-- Made by scripts/indicators_page.py from gisintegration/indicators/library. Do not edit by hand. -->

An indicator is declared in a TOML file, one `[[indicator]]` each; the library has a file a subject, and a project names
folders of its own. Every figure is given by sex; **classes** tells which of background, age and education it is also
given for, one at a time. A class that nobody in the indicator's population can belong to has no row.

{fields}
A rule's line is a variable of [the register](register.md) and what it must be: a code or a list of codes, `true` or
`false`, a whole number or a list of them, a span `"20-64"` (both ends belong), a comparison `">= 10"` or
`"< 0.6 * median_equivalised_income"`, `"known"` or `"missing"`. A condition on a missing value is false. One variable
is derived: `days_in_sweden`, days from `immigrated` to 31 December of the year.

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
        _rule(item.population) or "everyone",
        ", ".join(item.breakdowns),
        item.reference,
        item.register_,
        "yes" if item.additive == "areas" else "no",
        _years(item),
    ]
    return "| " + " | ".join(cells) + " |\n"


def _section(item: Indicator) -> str:
    lines = [
        f"\n### {item.id}\n",
        f"**{item.title['sv']}** ({item.unit['sv']}). {item.description['sv']}  ",
        f"**{item.title['en']}** ({item.unit['en']}). {item.description['en']}\n",
        f"- Population: {_rule(item.population) or 'everyone'}",
    ]
    if item.numerator:
        lines.append(f"- Numerator: {_rule(item.numerator)}")
    if item.variable:
        over = f" / `{item.base}`" if item.base else ""
        per = f", divided by {item.per}" if item.per else ""
        lines.append(f"- Variable: `{item.variable}`{over}{per}")
    if item.code:
        lines.append(f"- SCB's content code: {item.code}")
    lines += [f"- Break {entry.year}: {entry.sv} / {entry.en}" for entry in item.breaks]
    if item.assumption:
        lines.append(f"- Assumption: {item.assumption['sv']} / {item.assumption['en']}")
    return "\n".join(lines) + "\n"


def _classes() -> str:
    rows = ["| Breakdown | Code | Swedish | English | Who |", "|---|---|---|---|---|"]
    rows += [f"| {item.breakdown} | `{item.code}` | {item.sv} | {item.en} | {_members(item)} |" for item in classes()]
    return "\n" + "\n".join(rows) + "\n"


def _members(item: Class) -> str:
    return "sum of " + ", ".join(f"`{code}`" for code in item.sum_of) if item.sum_of else _rule(item.rule)


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


def _rule(rule: Rule) -> str:
    return ", ".join(
        " or ".join(_rule(branch) for branch in value) if key == "any" else f"`{key}` {_value(value)}"
        for key, value in rule.items()
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return " or ".join(str(part) for part in value)
    return str(value).replace("-", "–")


def _years(item: Indicator) -> str:
    if item.only_years:
        return ", ".join(str(year) for year in item.only_years)
    return "–".join("" if year is None else str(year) for year in item.years)
