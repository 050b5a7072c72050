"""Writing an output whole or not at all, with every way it can fail told as one kind of error."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyogrio
from fiona.errors import FionaError
from pyogrio.errors import DataSourceError, FeatureError, GeometryError

from gisintegration.errors import InputError, OutputError
from gisintegration.files import atomic

_EPOCH = "1970-01-01T00:00:00.000Z"


@contextmanager
def writing(path: str | Path, *, suffix: str = "") -> Iterator[Path]:
    """A path to write to that replaces ``path`` when the block ends well.

    Parameters
    ----------
    suffix
        What the file's name must end in, as ``".gpkg"``; empty: anything, or a folder.

    Raises
    ------
    InputError
        The name does not end in ``suffix``, or ``path`` is a folder where a file is to be written.
    OutputError
        The disk is full, the folder cannot be written to, or a driver failed. What stood at ``path`` is whole.
    """
    path = Path(path)
    if suffix and path.suffix.lower() != suffix:
        raise InputError(f"{path} should end in {suffix}.", hint=f"write to {path.with_suffix(suffix)}.")
    if suffix and path.is_dir():
        raise InputError(f"{path} is a folder.", hint=f"name a file in it: {path / ('release' + suffix)}.")
    try:
        with atomic(path) as temporary, _fixed_clock():
            yield temporary
    except (OSError, sqlite3.OperationalError, DataSourceError, FeatureError, GeometryError, FionaError) as error:
        raise OutputError(
            f"{path} was not written: {error}.",
            hint="see that the disk has room and the folder can be written to; what was there before is untouched.",
        ) from error


def moment() -> str:
    """The time every output says it was made: ``SOURCE_DATE_EPOCH``, else the epoch; never the clock.

    Examples
    --------
    >>> moment()[-5:]
    '.000Z'
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch.isdigit():
        return _EPOCH
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@contextmanager
def _fixed_clock() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment()})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
