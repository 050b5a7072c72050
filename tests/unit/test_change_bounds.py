"""Bounds of pieces against every way to place the persons, counted out."""

from itertools import product

import numpy as np
import pytest

from gisintegration.change.bounds import Room, amount_in_piece, as_quotient, as_share, in_piece, share_parts


def room(*, whole=False, inside=np.nan, everyone=np.nan):
    return Room(np.array([whole]), np.array([float(inside)]), np.array([float(everyone)]))


def one(value):
    return np.array([float(value)])


@pytest.mark.parametrize(("n", "inside", "everyone"), list(product(range(5), range(5), [4, 5])))
def test_a_piece_has_every_number_within_its_bounds_and_no_other(n, inside, everyone):
    if n > everyone or inside > everyone:
        return
    # n of everyone have the property; inside of everyone live in the piece: how many can be both?
    possible = {both for both in range(n + 1) if both <= inside and n - both <= everyone - inside}
    low, high = in_piece(one(n), one(n), room(inside=inside, everyone=everyone))
    assert (low[0], high[0]) == (min(possible), max(possible))


@pytest.mark.parametrize(
    ("n", "known", "low", "high"),
    [
        (5, {"whole": True}, 5, 5),
        (5, {}, 0, 5),
        (5, {"inside": 2, "everyone": 4}, 0, 5),
        (0, {"inside": 2, "everyone": 9}, 0, 0),
    ],
)
def test_what_is_not_known_of_a_piece_does_not_bind_it(n, known, low, high):
    """A source with more of them than persons (5 of 4) was not counted among the same persons."""
    found = in_piece(one(n), one(n), room(**known))
    assert (found[0][0], found[1][0]) == (low, high)


def test_a_hidden_source_gives_at_most_the_persons_of_its_piece():
    low, high = in_piece(one(0), one(np.inf), room(inside=3, everyone=90))
    assert (low[0], high[0]) == (0, 3)
    assert in_piece(one(0), one(np.inf), room())[1][0] == np.inf


def test_amounts_bind_only_where_they_cannot_be_negative():
    assert [bound[0] for bound in amount_in_piece(one(7), one(7), room(), signed=False)] == [0, 7]
    assert [bound[0] for bound in amount_in_piece(one(7), one(7), room(), signed=True)] == [-np.inf, np.inf]
    assert [bound[0] for bound in amount_in_piece(one(7), one(7), room(inside=0, everyone=9), signed=True)] == [0, 0]
    assert [bound[0] for bound in amount_in_piece(one(7), one(7), room(whole=True), signed=True)] == [7, 7]


def every_share(whole, part, inside=None):
    """The shares that a target of a whole source and a piece of another can have, by trying all."""
    n, everyone = part
    for persons in range(everyone + 1) if inside is None else [inside]:
        for having in range(n + 1):
            if having <= persons and n - having <= everyone - persons and whole[1] + persons:
                yield (whole[0] + having) / (whole[1] + persons)


@pytest.mark.parametrize("whole", [(0, 0), (0, 4), (2, 4), (4, 4)])
@pytest.mark.parametrize("part", [(0, 3), (1, 3), (3, 3), (2, 5)])
@pytest.mark.parametrize("inside", [None, 0, 1, 3])
def test_the_bounds_of_a_share_are_reached_and_not_passed(whole, part, inside):
    known = room() if inside is None else room(inside=inside, everyone=part[1])
    pieces = [
        share_parts((one(whole[0]),) * 2, (one(whole[1]),) * 2, room(whole=True)),
        share_parts((one(part[0]),) * 2, (one(part[1]),) * 2, known),
    ]
    sums = [tuple(sum(piece[side][place] for piece in pieces) for place in (0, 1)) for side in (0, 1)]
    low, high = as_share(sums[0], sums[1], 1.0)
    shares = list(every_share(whole, part, inside))
    if shares:
        assert (low[0], high[0]) == pytest.approx((min(shares), max(shares)))


def test_a_quotient_without_a_least_denominator_has_no_highest_value():
    low, high = as_quotient((one(0), one(9)), (one(0), one(3)), 1.0)
    assert low[0] == 0
    assert np.isnan(high[0])
