"""The whole long table as one Parquet file."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration.publish.output import writing
from gisintegration.publish.words import LANGUAGES, Language, sentences
from gisintegration.tables import COLUMNS, SCHEMA_VERSION, Release


def write_parquet(release: Release, path: str | Path) -> Path:
    """Write every row of a release, all breakdowns, as Parquet.

    Texts are dictionary-encoded. Figures are null unless shown or zero. The file's metadata hold ``schema_version``,
    ``release``, the source line, how the figures are protected, the notes, and the declarations and labels as JSON.

    Parameters
    ----------
    path
        A name that ends in ``.parquet``.

    Raises
    ------
    OutputError
        It could not be written. What stood at ``path`` is whole.
    """
    table = pa.Table.from_pandas(release.statistics[list(COLUMNS)], preserve_index=False)
    declared = {key: item.model_dump(mode="json", by_alias=True) for key, item in release.indicators.items()}
    facts: dict[bytes, bytes] = {}
    for language in LANGUAGES:
        facts |= {
            key if key in (b"schema_version", b"release") else key + b"_" + language.encode(): text
            for key, text in file_facts(release, language).items()
        }
    facts |= {
        b"indicators": json.dumps(declared, ensure_ascii=False, sort_keys=True).encode(),
        b"labels": json.dumps(release.labels, ensure_ascii=False, sort_keys=True, default=dict).encode(),
    }
    with writing(path, suffix=".parquet") as temporary:
        pq.write_table(table.replace_schema_metadata(facts), temporary, compression="zstd", row_group_size=1_000_000)
    return Path(path)


def file_facts(release: Release, language: Language) -> dict[bytes, bytes]:
    """What every file says of itself: schema version, release, source line, protection, notes."""
    return {
        b"schema_version": SCHEMA_VERSION.encode(),
        b"release": release.id.encode(),
        b"about": "\n".join(sentences(release, language)).encode(),
    }
