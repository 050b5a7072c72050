"""A crosswalk on disk: Parquet rows, and what they are in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration.change.crosswalk_table import COLUMNS, TEXTS
from gisintegration.errors import InputError
from gisintegration.files import INTERNAL, atomic, refuse_open_name

SCHEMA_VERSION = 1
ENDING = ".parquet"
STAMP = "INTERNAL: made from persons' places; not to be released. INTERNT: får inte lämnas ut."
_KEY = b"gisintegration_crosswalk"


def write(table: pd.DataFrame, facts: Mapping[str, Any], path: Path, *, raw: bool) -> Path:
    """Write rows and facts; what stood at ``path`` is replaced in one step.

    Raises
    ------
    InputError
        The name does not end in ``.parquet``.
    OutputError
        The crosswalk is raw and the name does not say so, or the file cannot be written.
    """
    if path.suffix != ENDING:
        raise InputError(f"{path} should end in {ENDING}.", hint=f"write to {path.with_suffix(ENDING)}.")
    if raw:
        refuse_open_name(
            path, "this crosswalk is made from persons' places, and gives away how many live in each piece"
        )
    told = {"schema_version": SCHEMA_VERSION, **({INTERNAL: STAMP} if raw else {}), **facts}
    types = {"year": pa.int16(), "fallback": pa.bool_(), **dict.fromkeys(TEXTS, pa.string())}
    schema = pa.schema([(name, types.get(name, pa.float64())) for name in COLUMNS])
    rows = pa.Table.from_pandas(table[list(COLUMNS)], schema=schema, preserve_index=False)
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    with atomic(path) as temporary:
        pq.write_table(
            rows.replace_schema_metadata({_KEY: text.encode()}),
            temporary,
            compression="zstd",
            use_dictionary=list(TEXTS),
        )
    return path


def read(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rows and facts of a file.

    Raises
    ------
    InputError
        There is no such file, it is damaged, or it is no crosswalk of a version that is known here.
    """
    if not path.is_file():
        raise InputError.missing_file(path)
    try:
        found = pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{path} cannot be read as Parquet: {error}.", hint="the file is damaged; make the crosswalk again."
        ) from error
    told = (found.schema.metadata or {}).get(_KEY)
    if told is None:
        raise InputError(
            f"{path} is Parquet but no crosswalk of this toolkit.",
            hint='a key of your own becomes one by gi.crosswalk(old, new, method="table", weights=path).',
        )
    try:
        facts: dict[str, Any] = json.loads(told)
    except ValueError as error:
        raise damaged(path) from error
    if facts.get("schema_version") != SCHEMA_VERSION:
        raise InputError(
            f"{path} is written as version {facts.get('schema_version')}, and version {SCHEMA_VERSION} is known here.",
            hint="read it with the version of gisintegration that wrote it, or make it again.",
        )
    if set(found.column_names) != set(COLUMNS):
        raise damaged(path)
    table: pd.DataFrame = found.select(list(COLUMNS)).to_pandas()
    if table.drop(columns=["n", "shared_area"]).isna().to_numpy().any() or np.isinf(table["weight"]).any():
        raise damaged(path)
    return table, facts


def damaged(path: Path) -> InputError:
    """The error for a file whose content is not what it was written with."""
    return InputError(
        f"{path} is damaged: its content is not what its id says.",
        hint="it was changed after it was written; make the crosswalk again.",
    )
