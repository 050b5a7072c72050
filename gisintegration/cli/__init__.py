"""The command line: each command is a thin wrapper over one verb."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from gisintegration.cli.app import app  # noqa: PLC0415 — importing the package stays quick

    app(prog_name="gisintegration")


__all__ = ["main"]
