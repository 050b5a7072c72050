"""What one release may hold together: overlapping divisions of the same year can be subtracted from each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from gisintegration.disclosure.policy import Policy
from gisintegration.errors import DisclosureError

# These nest in each other, so that a figure of one is the sum of figures of the next.
NESTED = ("deso", "regso", "kommun", "lan", "riket", "region", "group")
SMALL_AREAS = ("deso", "regso")


def check_scope(frames: Sequence[pd.DataFrame], policy: Policy, *, flows: Collection[str] = ()) -> None:
    """Refuse divisions side by side that the policy does not protect against subtraction.

    Parameters
    ----------
    frames
        Tables with the columns indicator, division, edition and year: what is to be published and what was already.
    flows
        Indicators that count events of a year (:func:`gisintegration.indicators.moves.counts_events`). In the year in
        which a new edition takes over they stand on the old one, and the others on the new: what is counted differs,
        and cannot be subtracted. A flow that counts the persons of 31 December is not among them.

    Raises
    ------
    DisclosureError
        Two editions of a level in one year, or a district of the user's own in the same year as DeSO or RegSO.

    Examples
    --------
    >>> from gisintegration.disclosure.policy import SCB_SHARE_RULE
    >>> frame = pd.DataFrame({"indicator": "a", "division": "deso", "edition": ["2018", "2025"], "year": 2024})
    >>> check_scope([frame], SCB_SHARE_RULE)
    Traceback (most recent call last):
    gisintegration.errors.DisclosureError: Two editions of deso for 2024: 2018 and 2025. ...
    """
    if not policy.one_edition:
        return
    held: dict[tuple[int, bool], dict[str, set[str]]] = {}
    for frame in frames:
        seen = frame[["indicator", "division", "edition", "year"]].drop_duplicates()
        for indicator, division, edition, year in seen.itertuples(index=False):
            held.setdefault((int(year), indicator in flows), {}).setdefault(str(division), set()).add(str(edition))
    for (year, _), divisions in sorted(held.items()):
        for division, editions in divisions.items():
            if len(editions) > 1:
                raise _refusal(f"Two editions of {division} for {year}: {' and '.join(sorted(editions))}.", policy)
        # Levels of one key (nyko1 … nyko6) nest in each other and count as one division.
        own = sorted({name.rstrip("0123456789") for name in divisions if name not in NESTED})
        beside = [level for level in SMALL_AREAS if level in divisions]
        if (own and beside) or len(own) > 1:
            raise _refusal(f"{' and '.join([*own, *beside])} for {year}: areas that cut across each other.", policy)


def check_residual(residual: Iterable[tuple[tuple[str, int], int]], policy: Policy) -> None:
    """Refuse areas that leave a small remainder when they are taken from their kommun.

    Raises
    ------
    DisclosureError
        In some kommun and year, fewer persons than the policy's base stand outside the areas.
    """
    if policy.base_above is None:
        return
    small = sorted((kommun, year) for (kommun, year), persons in residual if 0 < persons <= policy.base_above)
    if small:
        raise DisclosureError(
            f"Persons without a place are kept apart, and in {len(small)} kommun-years they are {policy.base_above} "
            "or fewer: the kommun minus its areas would give them away.",
            hint='spread them with unplaced = "centralort", as SCB does, or ask for policy "internal".',
            failures=[{"kommun": kommun, "year": year} for kommun, year in small],
        )


def _refusal(what: str, policy: Policy) -> DisclosureError:
    return DisclosureError(
        f"{what} The difference between them can be a handful of persons, which {policy.name} does not protect.",
        hint='publish one of them, or ask for policy "internal" and keep the result inside.',
    )
