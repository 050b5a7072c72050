"""The CRS of a register whose coordinates came without one, found by the kommun the persons are registered in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.errors import CRSError
from gisintegration.locate import locate
from gisintegration.registers.crs import CANDIDATES, SAMPLE, XY, Candidate, inside, transform

SHARE = 0.99


@dataclass(frozen=True)
class Proposal:
    """The CRS that the coordinates of a register are in, if a single candidate puts nearly all points right.

    Parameters
    ----------
    candidates
        Every candidate that puts any point in its registered kommun, the best first.
    points
        Number of points it was tried on.
    """

    candidates: tuple[Candidate, ...]
    points: int

    @property
    def fitting(self) -> tuple[Candidate, ...]:
        """The candidates that put at least 99 % of the points in their registered kommun."""
        return tuple(candidate for candidate in self.candidates if candidate.share >= SHARE)

    @property
    def chosen(self) -> Candidate:
        """The only candidate that fits.

        Raises
        ------
        CRSError
            None fits, or several do.
        """
        if len(self.fitting) == 1:
            return self.fitting[0]
        tried = "SWEREF 99 TM, the twelve local zones, RT 90 and WGS 84, each with axes either way"
        best = self.candidates[0] if self.candidates else None
        found = f"the best, {best.title}, puts {best.share:.1%} there" if best else "no candidate puts any point there"
        if self.fitting:
            found = "several do: " + "; ".join(candidate.title for candidate in self.fitting)
        raise CRSError(
            f"The CRS cannot be told from the coordinates: a single one must put {SHARE:.0%} of the points in their "
            f"registered kommun, and {found}.",
            hint=f'declare it: crs = "EPSG:…". Tried: {tried}. Check that the areas cover the register.',
        )

    @property
    def table(self) -> pd.DataFrame:
        """One row a candidate: ``crs``, ``swapped``, ``share``, ``title``."""
        rows = [(f"EPSG:{c.epsg}", c.swapped, c.share, c.title) for c in self.candidates]
        return pd.DataFrame(rows, columns=["crs", "swapped", "share", "title"])


def propose_crs(sample: pd.DataFrame, areas: AreaDivision) -> Proposal:
    """The CRS of a register's coordinates, tried on a sample of its points.

    Each candidate, with axes either way, is tried by placing the points in the areas and comparing with the kommun
    the persons are registered in. Points registered in a kommun that the areas do not cover are left out.

    Parameters
    ----------
    sample
        ``x`` and ``y`` as delivered, and ``kommun``. Beyond 20,000 rows, every n-th is used.
    areas
        Areas with a parent ``kommun`` (or kommuner themselves), EPSG:3006.

    Returns
    -------
    Proposal
        ``.chosen`` is the only fitting candidate.

    Raises
    ------
    CRSError
        The areas have no kommun, or no point is registered in a kommun that they cover.
    """
    kommun = kommuner(areas)
    if kommun is None:
        raise CRSError(
            f"{areas.key} has no column of kommuner, so the CRS cannot be told from the registered kommun.",
            hint='declare it: crs = "EPSG:…".',
        )
    usable = sample[sample["kommun"].isin(set(kommun)) & sample["x"].notna() & sample["y"].notna()]
    if usable.empty:
        raise CRSError(
            f"No point is registered in a kommun that {areas.key} covers, so the CRS cannot be told.",
            hint="check that the areas and the register are of the same part of the country.",
        )
    usable = usable.iloc[:: -(-len(usable) // SAMPLE)]
    xy = usable[["x", "y"]].to_numpy(dtype=float)
    registered = usable["kommun"].to_numpy(dtype=object)
    tried = [
        Candidate(epsg, swapped, _share(xy[:, ::-1] if swapped else xy, registered, epsg, areas=areas, kommun=kommun))
        for epsg in CANDIDATES
        for swapped in (False, True)
    ]
    hits = [candidate for candidate in tried if candidate.share > 0]
    return Proposal(tuple(sorted(hits, key=lambda candidate: -candidate.share)), len(usable))


def kommuner(areas: AreaDivision) -> npt.NDArray[np.object_] | None:
    """Kommun of each area; None if the division does not say.

    A division of kommuner is its own kommun; a DeSO and a RegSO carry it in a column.
    """
    if "kommun" in areas.table.columns:
        return areas.parent("kommun")
    return areas.codes if areas.division == "kommun" else None


def _share(
    xy: XY,
    registered: npt.NDArray[np.object_],
    epsg: int,
    *,
    areas: AreaDivision,
    kommun: npt.NDArray[np.object_],
) -> float:
    placed = transform(xy, epsg)
    near = inside(placed, _widened(areas.geometry.total_bounds))
    if not near.any():
        return 0.0
    position = locate(placed[near], areas)
    hit = (position >= 0) & (kommun[position] == registered[near])
    return float(np.count_nonzero(hit) / len(xy))


def _widened(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    return bounds[0] - 1000.0, bounds[1] - 1000.0, bounds[2] + 1000.0, bounds[3] + 1000.0
