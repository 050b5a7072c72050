"""A small synthetic register with every variable, for tests that need persons of many years in a second or two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from gisintegration.areas import load_areas
from gisintegration.errors import InputError
from gisintegration.registers.synthetic import SyntheticReport, synthetic_register
from gisintegration.registers.synthetic.margins import bundled_tables

#: Partille, Öckerö and Tjörn: 36 DeSO, from a suburb of many origins to islands.
SMALL_KOMMUNER = ("1402", "1407", "1419")


def small_register(
    out: str | Path,
    *,
    kommuner: Sequence[str] = SMALL_KOMMUNER,
    years: Iterable[int] = range(2010, 2025),
    share: float = 0.1,
    seed: int = 1,
) -> SyntheticReport:
    """Write a synthetic register of a few kommuner of Göteborgsregionen: persons who do not exist.

    Parameters
    ----------
    out
        Folder to write; replaced whole.
    kommuner
        Codes of kommuner of Göteborgsregionen.
    years
        Years to write, within 2010–2025.
    share
        Part of the households, in (0, 1]. The default gives some 7,000 persons a year; by 0.01 a DeSO has some twenty.
    seed
        Same seed, same bytes.

    Raises
    ------
    InputError
        A kommun is not in Göteborgsregionen, or a year or share is out of range.

    Examples
    --------
    >>> import tempfile
    >>> report = small_register(tempfile.mkdtemp() + "/register", kommuner=["1407"], years=[2022, 2023])
    >>> report.years
    (2022, 2023)
    """
    tables = bundled_tables()
    wanted = sorted({str(code) for code in kommuner})
    known = tables["deso"].str[:4]
    if unknown := sorted(set(wanted) - set(known)) or ([] if wanted else ["none"]):
        raise InputError(
            f"The synthetic register has no kommun {', '.join(unknown)}.",
            hint=f"choose among {', '.join(sorted(set(known)))}.",
        )
    return synthetic_register(
        out,
        areas_2018=load_areas("deso/2018", where={"kommun": wanted}),
        areas_2025=load_areas("deso/2025", where={"kommun": wanted}),
        years=years,
        seed=seed,
        share=share,
        tables=tables[known.isin(wanted)],
    )
