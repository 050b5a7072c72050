"""Reading a published table as protected statistics."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import official_codes, plain_list
from gisintegration.errors import ReportedError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.reported.build import Built, build
from gisintegration.reported.cells import plain_columns, specs_of
from gisintegration.reported.delivered import read_delivered
from gisintegration.reported.mapping import ReportedMapping, load_mapping
from gisintegration.reported.rows import check_rows
from gisintegration.tables import COLUMNS, ProtectedTable, constant

AS_PUBLISHED = "as-published"
STAMP: Mapping[str, str] = {
    "sv": "Källuppgifterna är tagna som utgivaren publicerat dem; röjandekontrollen är utgivarens.",
    "en": "The source figures are taken as their publisher published them; the disclosure control is the publisher's.",
}
_NAMED = 12


def read_reported(
    path: str | Path,
    mapping: str | Path | Mapping[str, Any],
    *,
    areas: AreaDivision | None = None,
    progress: ProgressOption = None,
) -> ProtectedTable:
    r"""A published table as statistics under the policy ``as-published``.

    Nothing is protected or computed anew: figures are the publisher's (method ``reported``), or sums and quotients of
    them where the mapping asks for that (``derived``). Numerators and denominators are kept when they are published.

    Parameters
    ----------
    path
        A text file (``.csv``, ``.txt``, ``.tsv``; encoding, separator and decimal mark are found) or Parquet.
    mapping
        What the table holds: a TOML file, the name of a ready mapping (:func:`ready_mappings`), or a dict.
        ``docs/reported.md`` shows the format.
    areas
        The areas wanted, of the table's edition. Rows of others are left out and counted; an area without a row has
        the status ``missing``. None: every area of the table.
    progress
        True, or a callable ``(fraction, message)``.

    Returns
    -------
    ProtectedTable
        A row for each figure of the mapping, area and year. Marks in place of a figure become statuses: ``..`` is
        protected, ``…`` and nothing are missing, ``.`` is not applicable, ``-`` is zero, unless the mapping says
        other. Years outside the edition's own are ``not_applicable``, whatever the publisher wrote (SCB writes 0). A 0
        in a column in which 1 and 2 never occur is protected (``zero_or_small``: 0, 1 or 2 persons) unless the mapping
        says other. Codes keep no suffix.

    Raises
    ------
    ReportedError
        The file or the mapping cannot be used: every wrong code, text, line and duplicate is listed.

    Warns
    -----
    UserWarning
        What was left out or taken for granted, in words.

    Examples
    --------
    >>> import tempfile; file = Path(tempfile.mkdtemp()) / "published.csv"
    >>> _ = file.write_text("Kommun;Folkmängd 2023;Utrikes 2023\n0114;1 000;125\n0115;900;..\n", "utf-8")
    >>> table = read_reported(file, {
    ...     "source": {"title": {"sv": "Folkmängd", "en": "Population"}, "publisher": "SCB", "licence": "CC0 1.0"},
    ...     "rows": {"code": "Kommun", "edition": "kommun/2003"},
    ...     "figure": [
    ...         {"indicator": "foreign_born_share", "numerator": "Utrikes {year}", "denominator": "Folkmängd {year}"},
    ...     ],
    ... })
    >>> table.table[["area", "year", "numerator", "denominator", "value", "status", "method"]]
       area  year  numerator  denominator  value     status    method
    0  0114  2023      125.0       1000.0   12.5      shown   derived
    1  0115  2023        NaN          NaN    NaN  protected  reported
    """
    report = reporter(progress)
    said = load_mapping(mapping)
    if areas is not None and areas.key not in said.said.rows.editions.values():
        raise ReportedError(
            f"The table is on {', '.join(said.said.rows.editions.values())}, and the areas are {areas.key}.",
            hint="pass the areas of the table's edition; recalculate brings its figures to another.",
        )
    report(0.0, "reading the table")
    delivered = read_delivered(path, plain_columns(said.said), said.said.file)
    specs = specs_of(said, delivered.columns.column_names, delivered.name)
    report(0.3, "checking the rows")
    checked = check_rows(delivered, said, specs, areas)
    report(0.6, "laying out the figures")
    built = build(delivered, said, checked, specs, areas)
    for message in (*checked.messages, *_messages(built, delivered.name, whole=areas is None)):
        warnings.warn(message, stacklevel=2)
    made = ProtectedTable(
        _policy(built.frame),
        indicators=_with_decimals(said, built),
        labels=said.labels,
        stamps={AS_PUBLISHED: STAMP},
        source=said.said.source.line,
        notes=_notes(built, said),
    )
    report(1.0, "the table is read")
    return made


def _policy(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(policy=constant(AS_PUBLISHED, len(frame)), release=constant("", len(frame)))[list(COLUMNS)]


def _with_decimals(said: ReportedMapping, built: Built) -> dict[str, Any]:
    """The declarations, with the decimals that figures were published with: they say how a figure was rounded."""
    told = {figure.indicator: figure.decimals for figure in said.said.figure if figure.decimals is not None}
    decimals = {**built.decimals, **told}
    return {
        name: item if name not in decimals else item.model_copy(update={"decimals": decimals[name]})
        for name, item in said.indicators.items()
    }


def _messages(built: Built, name: str, *, whole: bool) -> list[str]:
    """What was left out or taken for granted. ``whole``: every area of the table was asked for."""
    found = [
        f"{name}: {_number(n, 'area')} of {key} outside the areas asked for left out."
        for key, n in sorted(built.outside.items())
    ]
    found += [
        f"{name}: no row for {_number(len(codes), 'area')} of {key}, whose figures are missing: {_some(codes)}."
        for key, codes in sorted(built.missing.items())
    ]
    found += [
        f"{name}: no row for {_number(n, 'area')} of {key} in kommuner with rows of other areas: {_some(kommuner)}."
        for key, (n, kommuner) in sorted(_incomplete(built).items() if whole else ())
    ]
    found += [
        f"{name}: column {column} has no {_some(texts)}, which the mapping names; their figures are not there."
        for column, texts in sorted(built.absent.items())
    ]
    if built.unread:
        found.append(f"{name}: {_number(built.unread, 'row')} in no figure of the mapping left out.")
    if built.adjusted:
        found.append(
            f"{name}: a 0 was read as protected (0–2) in {_some(list(built.adjusted))}, where 1 and 2 never occur. "
            'Say adjusted = "none" for the figure if a 0 is nobody.'
        )
    return found


def _number(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' if n != 1 else ''}"


def _incomplete(built: Built) -> dict[str, tuple[int, list[str]]]:
    """Kommuner of which a part of the areas have rows, by edition: likely a mistake."""
    found = {}
    pairs = built.frame[["division", "edition", "area"]].drop_duplicates()
    for (division, edition), here in pairs.groupby(["division", "edition"], observed=True):
        official = official_codes(f"{division}/{edition}")
        codes = set(here["area"].astype(str))
        if division not in ("deso", "regso") or official is None:
            continue
        kommuner = {code[:4] for code in codes}
        lacking = [code for code in official - codes if code[:4] in kommuner]
        if lacking:
            found[f"{division}/{edition}"] = (len(lacking), sorted({code[:4] for code in lacking}))
    return found


def _notes(built: Built, said: ReportedMapping) -> tuple[Mapping[str, str], ...]:
    if not built.adjusted:
        return ()
    title = said.said.source.title
    names = list(built.adjusted)
    return (
        {
            "sv": f"{title['sv']}: 1 och 2 förekommer aldrig i {_some(names, 'och')}; en nolla där kan vara 0–2 och "
            "visas inte.",
            "en": f"{title['en']}: 1 and 2 never occur in {_some(names)}; a 0 there may be 0–2 and is not shown.",
        },
    )


def _some(names: Sequence[str], word: str = "and") -> str:
    """The first dozen names; the rest as a number."""
    more = {"and": "more", "och": "till"}[word]
    shown = list(names[:_NAMED]) + ([f"{len(names) - _NAMED} {more}"] if len(names) > _NAMED else [])
    return plain_list(shown, word=word)
