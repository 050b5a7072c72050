"""fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import gisintegration as gi
from gisintegration.cli.terminal import Terminal, verb
from gisintegration.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    verb(app, "fetch")(fetch)


def fetch(
    terminal: Terminal,
    table: Annotated[str, typer.Argument(help="Id of the table: TAB6574.")],
    *,
    to: Annotated[Path | None, typer.Option(help="File to write, .json; default <table>.json.")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(help="Region=0180* or Tid=2022,2023 or Tid=latest; may be repeated. Default: all values."),
    ] = None,
    code_list: Annotated[
        list[str] | None, typer.Option(help="A list of codes of the database: Region=vs_DeSO2025; may be repeated.")
    ] = None,
    api: Annotated[str, typer.Option(help="scb, ssb, or the address of a PxWeb API, version 2.")] = "scb",
    language: Annotated[Literal["sv", "en"], typer.Option(help="Of names and notes.")] = "sv",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
) -> None:
    """Fetch a published table from SCB's database, or another PxWeb, into a file that a project reads.

    Example: gisintegration fetch TAB6574 --values "Region=0180*" --values Tid=2022,2023 --code-list Region=vs_DeSO2025
    """
    made = gi.fetch_pxweb(
        table,
        to or Path(f"{table.lower()}.json"),
        values={name: codes.split(",") for name, codes in _pairs(values, "--values").items()},
        code_lists=_pairs(code_list, "--code-list"),
        api=api,
        language=language,
        overwrite=overwrite,
        progress=terminal.progress,
    )
    sizes = " × ".join(f"{name} {size}" for name, size in made.sizes.items())
    data = {"path": str(made.path), "table": made.table, "title": made.title, "updated": made.updated}
    terminal.result(
        {**data, "cells": made.cells, "calls": made.calls, "sizes": dict(made.sizes)},
        f"{made.path} is written: {made.title or made.table}, {sizes} = {made.cells} cells"
        + (f", updated {made.updated}." if made.updated else "."),
    )


def _pairs(given: list[str] | None, flag: str) -> dict[str, str]:
    wrong = [text for text in given or [] if "=" not in text]
    if wrong:
        raise InputError(f"{flag} {wrong[0]} is not written variable=value.", hint=f"as {flag} Tid=2023.")
    return dict(text.split("=", 1) for text in given or [])
