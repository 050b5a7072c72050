"""A crosswalk cut to some of its sources, and the targets that this leaves without a part of what goes to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from gisintegration.errors import CodeError, InputError

Partial = Literal["refuse", "keep"]
_SHOWN = 10


@dataclass(frozen=True, eq=False)
class Selected:
    """What is left of a crosswalk."""

    table: pd.DataFrame
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    notes: tuple[str, ...]


def selected(
    table: pd.DataFrame,
    codes: tuple[Sequence[str], Sequence[str]],
    wanted: Collection[str],
    *,
    partial: Partial,
    keys: tuple[str, str],
) -> Selected:
    """The rows of some sources, and the targets they reach.

    Parameters
    ----------
    codes
        All sources and all targets of the crosswalk.
    wanted
        The sources to keep.
    partial
        What to do with targets that other sources share ground or persons with too.
    keys
        The two editions.

    Raises
    ------
    CodeError
        A code is none of the crosswalk's sources, or a target would be partial.
    InputError
        No sources are named.
    """
    if partial not in get_args(Partial):
        raise InputError.unknown("way with partial targets", partial, get_args(Partial))
    sources, (source, target) = tuple(sorted(set(wanted))), keys
    if not sources:
        raise InputError(f"No areas of {source} are chosen.", hint="name the sources to keep.")
    if strange := sorted(set(sources) - set(codes[0])):
        raise CodeError(
            f"{len(strange)} of the areas chosen are not among those the crosswalk leads from ({source}).",
            hint="choose among crosswalk.sources.",
            failures=[{"code": code} for code in strange],
        )
    mine = table["source"].isin(sources)
    kept = table[mine]
    reached = set(kept["target"])
    beside = table.loc[~mine & table["target"].isin(reached), ["source", "target"]].drop_duplicates()
    lacks = {str(code): sorted(rows) for code, rows in beside.groupby("target")["source"]}
    if lacks and partial == "refuse":
        raise CodeError(
            f"{len(lacks)} areas of {target} get a part from areas of {source} that are not chosen: their figures "
            "would lack it.",
            hint="choose those too (with their rows in the table); select(…, partial='keep') keeps partial areas and "
            "names them.",
            failures=[{"target": code, "lacks": ", ".join(others)} for code, others in sorted(lacks.items())],
        )
    notes = [f"Cut to {len(sources)} of {len(codes[0])} areas of {source}."]
    if lacks:
        notes.append(
            f"Partial: {len(lacks)} areas of {target} lack what other areas of {source} give them: "
            f"{named(sorted(lacks))}."
        )
    return Selected(kept, sources, tuple(code for code in codes[1] if code in reached), tuple(notes))


def named(codes: Sequence[str]) -> str:
    """The first ten codes, and how many more there are.

    Examples
    --------
    >>> named(["0114", "0115"]), named([str(number) for number in range(12)])
    ('0114, 0115', '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more')
    """
    more = len(codes) - _SHOWN
    return ", ".join(codes[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
