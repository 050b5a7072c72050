"""Policies: the named sets of rules that make a table safe, and the sentence each stamps on every output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gisintegration.errors import DisclosureError


@dataclass(frozen=True)
class Policy:
    """Limits and duties of one way to protect.

    Parameters
    ----------
    name
        Stamped in every row and output.
    base_above
        A share, quotient, mean, median, ratio, net flow or dissimilarity is shown only with more persons behind it than
        this, in each of the groups it compares. None: always.
    small_up_to
        A share is shown only when more than this many have the property, a quotient or net flow when more have it on
        either side; a count in a class, or of some, only when above it.
    hides_parts
        Numerators and denominators of shares, means and ratios are never written.
    one_edition
        A release holds one edition per level and year, and no districts beside DeSO or RegSO.
    stamp
        What every output says about it, in Swedish and English.
    """

    name: str
    base_above: int | None
    small_up_to: int | None
    hides_parts: bool
    one_edition: bool
    stamp: Mapping[str, str]


SCB_SHARE_RULE = Policy(
    name="scb-share-rule",
    base_above=20,
    small_up_to=5,
    hides_parts=True,
    one_edition=True,
    stamp={
        "sv": "Endast primärskydd (fler än 20 personer, fler än 5 med egenskapen); står inte emot subtraktion.",
        "en": "Primary protection only (more than 20 persons, more than 5 with the property); "
        "does not resist subtraction.",
    },
)

INTERNAL = Policy(
    name="internal",
    base_above=None,
    small_up_to=None,
    hides_parts=False,
    one_edition=False,
    stamp={
        "sv": "INTERNT: uppgifterna är inte skyddade och får inte lämnas ut.",
        "en": "INTERNAL: the figures are not protected and must not be released.",
    },
)

POLICIES: Mapping[str, Policy] = {policy.name: policy for policy in (SCB_SHARE_RULE, INTERNAL)}


def policy_named(name: str | Policy) -> Policy:
    """The policy of that name.

    Raises
    ------
    DisclosureError
        There is none; the known ones are named.

    Examples
    --------
    >>> policy_named("scb-share-rule").base_above
    20
    """
    if isinstance(name, Policy):
        return name
    if name not in POLICIES:
        raise DisclosureError.unknown("policy", name, POLICIES)
    return POLICIES[name]
