"""Which of the ready mappings a published table fits."""

from __future__ import annotations

from pathlib import Path

from gisintegration.errors import GisIntegrationError
from gisintegration.reported import load_mapping, ready_mappings
from gisintegration.reported.cells import plain_columns, specs_of
from gisintegration.reported.delivered import read_delivered

_ENDINGS = (".csv", ".txt", ".tsv", ".parquet")
_LARGEST = 500_000_000


def is_table(path: Path) -> bool:
    """Whether a file may be a published table, by its name and size."""
    return path.is_file() and path.name.lower().endswith(_ENDINGS) and path.stat().st_size < _LARGEST


def recognised(path: Path) -> str | None:
    r"""The ready mapping all of whose columns a table has; of several, the one that reads the most of them.

    Examples
    --------
    >>> import tempfile; file = Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = file.write_text("code;value\n0114;1\n"); recognised(file) is None
    True
    """
    fits: list[tuple[int, str]] = []
    for name in ready_mappings():
        said = load_mapping(name)
        try:
            delivered = read_delivered(path, plain_columns(said.said), said.said.file)
            columns = set(delivered.columns.column_names)
            key = said.said.rows.key
            if key in columns or key.startswith("column "):
                fits.append((len(specs_of(said, delivered.columns.column_names, delivered.name)), name))
        except GisIntegrationError:
            # It is not this one.
            continue
    return max(fits)[1] if fits else None
