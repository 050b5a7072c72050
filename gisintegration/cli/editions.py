"""An edition as commands are given it: a key of the catalogue, or a file."""

from __future__ import annotations

from pathlib import Path

import gisintegration as gi
from gisintegration.errors import InputError


def find_edition(
    given: str,
    *,
    level: str | None = None,
    edition: str | None = None,
    code: str | None = None,
    layer: str | None = None,
    flag: str = "--edition",
) -> gi.AreaDivision:
    """``deso/2025`` from the catalogue, anything else from a file; level and edition are told from its codes.

    Parameters
    ----------
    flag
        The option by which the edition is given, for hints.

    Raises
    ------
    InputError
        There is neither such an edition nor such a file, or its level or edition cannot be told.
    """
    from gisintegration.areas.check import guess_level  # noqa: PLC0415 — help reads no heavy package
    from gisintegration.layers import entries  # noqa: PLC0415 — help reads no heavy package

    if not Path(given).exists():
        keys = [one.key for one in entries()]
        if given in keys or (given.count("/") == 1 and not Path(given).suffix):
            return gi.load_areas(given)
        raise InputError(f"{given} is neither a file nor an edition.", hint=f"editions known: {', '.join(keys)}.")
    if level is None:
        guessed = guess_level(given, layer=layer)
        if guessed is None:
            raise InputError(
                f"{given}: no column of official codes is recognised.",
                hint="pass --level (any name for your own areas), --code and the editions.",
            )
        level, possible = guessed
        edition = edition or (possible[0] if len(possible) == 1 else None)
        if edition is None:
            raise InputError(f"{given}: its codes may be of edition {' or '.join(possible)}.", hint=f"pass {flag}.")
    return gi.read_areas(given, level=level, edition=edition or Path(given).stem, code=code, layer=layer)
