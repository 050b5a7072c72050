"""A folder of staged files that lives as long as the object that reads from it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class WorkFolder:
    """A temporary folder, removed when nothing refers to it any more, and at the end of the program at the latest.

    Examples
    --------
    >>> folder = WorkFolder(); path = folder.path; path.is_dir()
    True
    >>> del folder; path.exists()
    False
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="gisintegration-"))
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def remove(self) -> None:
        """Remove the folder now."""
        self._finalizer()

    def __repr__(self) -> str:
        return "WorkFolder()"
