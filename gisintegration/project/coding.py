"""What the codes of a delivered column are likely to mean, as lines for the project file."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyogrio

from gisintegration import sql
from gisintegration.registers import variables
from gisintegration.registers.contract import Variable, code_list
from gisintegration.registers.text import find_dialect

_ROWS, _MOST = 50_000, 40
_SYNTHETIC = b"SYNTHETIC"
# How it is usually written where the words do not tell: proposed as comments, for the user to take or leave.
_USUAL: Mapping[str, Mapping[str, str]] = {
    "sex": {"1": "men", "2": "women", "m": "men", "k": "women", "f": "women", "man": "men", "kvinna": "women"},
    "birth_region": {
        "inrikes": "sweden",
        "norden": "nordic",
        "eu": "eu_efta",
        "eu/efta": "eu_efta",
        "varlden": "world",
        "ovriga varlden": "world",
    },
}


def header(path: Path) -> Sequence[str]:
    """Names of the columns of a register's file; of a folder, those of its first file."""
    if path.is_dir():
        inner = inside(path)
        return header(inner[0]) if inner else []
    if path.suffix.lower() == ".parquet":
        return list(pq.read_schema(path).names)
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        return find_dialect(path).header
    file, _, layer = str(path).partition("|layername=")
    return list(pyogrio.read_info(file, layer=layer or None)["fields"])


def inside(folder: Path) -> list[Path]:
    """The tables in a folder that are read as the register: not helper tables, whose names begin with ``_``."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in (".parquet", ".csv")
        and not any(step.startswith((".", "_")) for step in file.relative_to(folder).parts)
    )


def is_synthetic(path: Path) -> bool:
    """Whether a register says of itself that its persons do not exist, in the metadata of its Parquet."""
    inner = inside(path) if path.is_dir() else [path]
    first = inner[0] if inner else path
    return first.suffix.lower() == ".parquet" and _SYNTHETIC in (pq.read_schema(first).metadata or {})


def values(path: Path, columns: Sequence[str]) -> dict[str, list[str]]:
    """The different values of some columns in the first rows of a file, as text, sorted; at most 40 of each."""
    if path.is_dir():
        inner = inside(path)
        return values(inner[0], columns) if inner else {}
    wanted = [column for column in columns if column in header(path)]
    if not wanted:
        return {}
    frame = _first(path, wanted)
    return {column: sorted({_text(value) for value in frame[column].unique()})[:_MOST] for column in wanted}


def code_lines(variable: str, found: Iterable[str], *, sure: bool = True) -> list[str]:
    r"""Lines of ``[register.codes.<variable>]`` for the values of its column that are no codes of the contract.

    Parameters
    ----------
    sure
        A value that says its code in words has a line; what is only usual (1 for a man) and what is not known are
        comments. False: every value has a line, with the codes to choose among where they are not told.

    Examples
    --------
    >>> print("\n".join(code_lines("sex", ["1", "Kvinnor", "9"])))
    # "1" = "men"
    "Kvinnor" = "women"
    # "9" = "…"   # women or men
    """
    known = variables()[variable]
    lines = []
    for value in found:
        if value in known.codes or (value == "" and known.nullable):
            continue
        told, usual = meaning(known, value), _USUAL.get(variable, {}).get(_plain(value))
        code = told or usual
        line = f"{quoted(value)} = {quoted(code)}" if code else f'{quoted(value)} = "…"   # {_choices(known)}'
        lines.append(line if told or not sure else f"# {line}")
    return lines


def meaning(variable: Variable, value: str) -> str | None:
    """The code whose name or words a value is, None if none or several are.

    Examples
    --------
    >>> meaning(variables()["tenure"], "Hyresrätt"), meaning(variables()["education"], "3")
    ('rental', None)
    """
    text = _plain(value)
    exact = [code for code, words in variable.codes.items() if text in {_plain(code), *map(_plain, words.values())}]
    if len(exact) == 1:
        return exact[0]
    stems = [
        code
        for code, words in variable.codes.items()
        if len(text) > 3 and any(_plain(word).startswith(text) for word in words.values())
    ]
    return stems[0] if len(stems) == 1 and not exact else None


def codes_of(paths: Iterable[Path], columns: Mapping[str, str]) -> dict[str, list[str]]:
    """Lines for every coded variable of some files that is not written in the contract's codes.

    Parameters
    ----------
    columns
        Delivered column → variable; a column named as its variable needs no entry.
    """
    found: dict[str, set[str]] = {}
    known = variables()
    for path in paths:
        named = {column: columns.get(column, column) for column in header(path)}
        coded = [column for column, name in named.items() if name in known and known[name].codes]
        for column, texts in values(path, coded).items():
            found.setdefault(named[column], set()).update(texts)
    lines = {name: code_lines(name, sorted(texts)) for name, texts in sorted(found.items())}
    return {name: told for name, told in lines.items() if told}


def _first(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    if path.suffix.lower() == ".parquet":
        listed = ", ".join(sql.name(column) for column in columns)
        with sql.connect() as con:
            found: pd.DataFrame = con.execute(
                f"select {listed} from read_parquet({sql.literal(path)}) limit {_ROWS}"
            ).df()
            return found
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        dialect = find_dialect(path)
        frame = pd.read_csv(
            path,
            sep=dialect.separator,
            encoding=dialect.encoding,
            skiprows=dialect.skip,
            nrows=_ROWS,
            dtype="str",
            keep_default_na=False,
            on_bad_lines="skip",
        )
        return frame.set_axis([str(name).strip() for name in frame.columns], axis=1)[list(columns)]
    file, _, layer = str(path).partition("|layername=")
    return pd.DataFrame(
        pyogrio.read_dataframe(
            file, layer=layer or None, columns=list(columns), read_geometry=False, max_features=_ROWS
        )
    )


def _text(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 — NaN
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", folded).strip()


def _choices(variable: Variable) -> str:
    if variable.listed:
        return code_list(variable)
    codes = list(variable.codes)
    shown = ", ".join(itertools.islice(codes, len(codes) - 1))
    return f"{shown} or {codes[-1]}" if shown else codes[0]


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
