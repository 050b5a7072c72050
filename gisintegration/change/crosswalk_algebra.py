"""Crosswalks put together and turned round: on their rows, for one kind and year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.change.crosswalk_table import shares, weights
from gisintegration.errors import InputError

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
        ``n`` counts the same in both.

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


def inverted(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that lead back, by the persons of each piece, or by its area where the crosswalk has no persons.

    Parameters
    ----------
    rows
        Of one kind and year.

    Raises
    ------
    InputError
        A target has several sources, and neither persons nor areas tell what part of it each one is.
    """
    amounts = _amounts(rows)
    group = pd.factorize(rows["target"])[0].astype(np.int64)
    weight, fallback = weights(group, amounts)
    unknown = np.isnan(weight)
    if unknown.any():
        codes = sorted(set(rows.loc[unknown, "target"]))
        raise InputError(
            f"{len(codes)} targets have several sources, and the crosswalk does not say how much of each they hold.",
            hint="make the crosswalk the other way from places, weights or areas instead.",
            failures=[{"target": code} for code in codes],
        )
    turned = rows.rename(columns={"source": "target", "target": "source"})
    return turned.assign(weight=weight, fallback=fallback)


def _amounts(rows: pd.DataFrame) -> list[npt.NDArray[np.float64]]:
    """What each row brings to its target: persons if the crosswalk has them, then m²."""
    weight = rows["weight"].to_numpy(np.float64)
    area = rows["shared_area"].to_numpy(np.float64)
    persons = rows["n"].to_numpy(np.float64)
    if np.isnan(persons).all():
        return [area]
    whole = rows.groupby("source")["n"].transform("sum").to_numpy(np.float64)
    return [weight * whole, area]
