"""Crosswalks put together and turned round: on their rows, for one kind and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.change.crosswalk_table import shares, weights
from gisintegration.errors import InputError

if TYPE_CHECKING:
    from gisintegration.change.crosswalk import Crosswalk

Floats = npt.NDArray[np.float64]
_NEARLY = 1e-9


def composed(
    first: pd.DataFrame, second: pd.DataFrame, *, through: str, same_population: bool
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows that lead from the sources of ``first`` to the targets of ``second``.

    ``n`` and ``shared_area`` are kept where they are known: where the area between lies wholly in the source or in the
    target; else NaN.

    Parameters
    ----------
    first, second
        Rows of one kind and year.
    through
        Key of the edition between, for messages.
    same_population
        ``n`` counts the same persons in both: of one method, kind and stated year.

    Returns
    -------
    tuple
        Rows, and the sources that have none since all their weight goes to areas without rows in ``second``.

    Raises
    ------
    InputError
        A source goes in part to areas that have no rows in ``second``.
    """
    on_left = ["source", "target", "weight", "n", "shared_area", "fallback"]
    left = first[on_left].assign(alone=~first["target"].duplicated(keep=False))
    right = second[on_left].assign(alone=~second["source"].duplicated(keep=False))
    both = left.merge(right, left_on="target", right_on="source", how="left", suffixes=("", "_2"))
    orphans = _lost(both, through)
    both = both[both["source_2"].notna() & ~both["source"].isin(orphans)]
    inside_target, inside_source = both["alone_2"].astype(bool), both["alone"]
    rows = pd.DataFrame(
        {
            "source": both["source"],
            "target": both["target_2"],
            "weight": both["weight"] * both["weight_2"],
            "n": both["n"].where(inside_target, both["n_2"].where(inside_source & same_population)),
            "shared_area": both["shared_area"].where(inside_target, both["shared_area_2"].where(inside_source)),
            "fallback": (both["fallback"] & (both["weight"] < 1))
            | (both["fallback_2"].astype(bool) & (both["weight_2"] < 1)),
        }
    )
    grouped = rows.groupby(["source", "target"], sort=True)
    made = grouped.agg({"weight": "sum", "fallback": "any"})
    for column in ("n", "shared_area"):
        made[column] = grouped[column].sum().where(grouped[column].count() == grouped.size())
    made = made.reset_index()
    made["weight"] = shares(pd.factorize(made["source"])[0].astype(np.int64), made["weight"].to_numpy(np.float64))
    return made, orphans


def _lost(both: pd.DataFrame, through: str) -> tuple[str, ...]:
    gone = both[both["source_2"].isna() & (both["weight"] > 0)]
    if gone.empty:
        return ()
    part = gone.groupby("source")["weight"].sum()
    halfway = set(part.index[part < 1 - _NEARLY])
    if halfway:
        raise InputError(
            f"{len(halfway)} areas go in part to areas of {through} that the second crosswalk has no rows for: their "
            "figures would be lost.",
            hint="make the second crosswalk from places, a register or a key that knows these areas; verify() lists "
            "them as orphans.",
            failures=[
                {"area": row["source"], "goes_to": row["target"]}
                for row in gone.to_dict("records")
                if row["source"] in halfway
            ],
        )
    return tuple(sorted(set(gone["source"])))


def inverted(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows that lead back, by the persons of each piece, or by its area where these are not known.

    Parameters
    ----------
    rows
        Of one kind and year.

    Returns
    -------
    tuple
        Rows, and the targets of several sources that are divided by area since the persons of some piece, but not of
        all of the crosswalk, are unknown. They are marked ``fallback``.

    Raises
    ------
    InputError
        A target has several sources, and neither persons nor areas tell what part of it each one is.
    """
    persons, area = _persons(rows), rows["shared_area"].to_numpy(np.float64)
    counted = not rows["n"].isna().all()
    group = pd.factorize(rows["target"])[0].astype(np.int64)
    weight, fallback = weights(group, [persons, area] if counted else [area])
    unknown = np.isnan(weight)
    if unknown.any():
        failures = [_untold(code, rows, persons, area) for code in sorted(set(rows.loc[unknown, "target"]))]
        raise InputError(
            f"{len(failures)} targets have several sources, and the crosswalk does not say how much of each they hold.",
            hint="make the crosswalk the other way from places, weights or areas instead.",
            failures=failures,
        )
    turned = rows.rename(columns={"source": "target", "target": "source"})
    by_area = rows.loc[fallback, "target"].isin(rows.loc[np.isnan(persons), "target"])
    codes = tuple(sorted(set(rows.loc[fallback, "target"][by_area])))
    return turned.assign(weight=weight, fallback=fallback), codes


def _persons(rows: pd.DataFrame) -> Floats:
    """Persons that each row brings to its target, NaN where they are not known.

    They are the source's persons by the row's weight, since weights may be another kind's or whole areas. Where the
    source's are not known in full, the piece's own count stands; of a source that goes whole to one of several it does
    not, as the rest of what it brings is unknown.
    """
    weight, own = rows["weight"].to_numpy(np.float64), rows["n"].to_numpy(np.float64)
    grouped = rows.groupby("source")["n"]
    known = (grouped.transform("count") == grouped.transform("size")).to_numpy()
    brought = np.where(known, weight * grouped.transform("sum").to_numpy(np.float64), own)
    brought[~known & (weight == 1)] = np.nan
    return np.where(weight > 0, brought, 0.0)


def _untold(code: str, rows: pd.DataFrame, persons: Floats, area: Floats) -> dict[str, object]:
    """A target, with the sources that neither persons nor area are known of."""
    mine = (rows["target"] == code).to_numpy()
    blank = mine & np.isnan(persons) & np.isnan(area)
    sources = ", ".join(sorted(rows["source"][blank if blank.any() else mine]))
    return {"target": code, "not_known_of": sources}


def refuse_mismatch(first: Crosswalk, second: Crosswalk) -> None:
    """Refuse to put a crosswalk after one that ends with another edition or other boundaries, or that is empty."""
    if first.target != second.source:
        raise InputError(
            f"{first.source} → {first.target} cannot be followed by {second.source} → {second.target}.",
            hint=f"give a crosswalk that begins with {first.target}.",
        )
    if first.target_hash and second.source_hash and first.target_hash != second.source_hash:
        raise InputError(
            f"The two crosswalks have different boundaries for {first.target}: {first.target_hash} and "
            f"{second.source_hash}.",
            hint="make both from the same file of areas.",
        )
    for one in (first, second):
        if one.table.empty:
            raise InputError(f"{one.source} → {one.target} has no rows.", hint="verify() tells why.")
