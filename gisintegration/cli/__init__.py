"""The command line: each command is a thin wrapper over one verb."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from gisintegration.cli.app import app  # noqa: PLC0415 — importing the package stays quick

        app(prog_name="gisintegration")
    except KeyboardInterrupt:
        # Before a command has begun: it says so itself afterwards.
        sys.stderr.write("Stopped. What was there before is untouched.\n")
        sys.exit(130)


__all__ = ["main"]
