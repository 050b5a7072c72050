"""On which side of an edge a point lies, without error: a filter in floating point, then exact expansions.

J. R. Shewchuk (1997), Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates. Exact for
coordinates from 1e-140 to 1e140 in size, and 0.
"""

from __future__ import annotations

import numpy as np

from gisintegration.locate.compiled import helper

_FILTER = (3.0 + 16.0 * 2.0**-53) * 2.0**-53
_SPLITTER = 2.0**27 + 1.0
_TERMS = 12


@helper
def side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Above 0: (x, y) is left of the line from a to b; below 0: right; 0: on it. Only the sign is exact."""
    first = (ax - x) * (by - y)
    second = (ay - y) * (bx - x)
    difference = first - second
    # A zero product has a zero factor, and a difference of floats is zero only if they are equal.
    if first == 0.0 or second == 0.0 or abs(difference) > _FILTER * (abs(first) + abs(second)):
        return difference
    return _exact_side(ax, ay, bx, by, x, y)


@helper
def _exact_side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """The sign of a×b + b×p + p×a, as an exact sum of twelve floats."""
    left = (ax, -ay, bx, -by, x, -y)
    right = (by, bx, y, x, ay, ax)
    total = np.zeros(_TERMS)
    size = 0
    for term in range(6):
        product, error = _product(left[term], right[term])
        for added in (error, product):
            carried = added
            for place in range(size):
                summed = carried + total[place]
                back = summed - carried
                total[place] = (carried - (summed - back)) + (total[place] - back)
                carried = summed
            total[size] = carried
            size += 1
    for place in range(_TERMS - 1, -1, -1):
        sign: float = total[place]
        if sign != 0.0:
            return sign
    return 0.0


@helper
def _product(a: float, b: float) -> tuple[float, float]:
    """The product as a float and what it lacks."""
    product = a * b
    big = _SPLITTER * a
    a_high = big - (big - a)
    a_low = a - a_high
    big = _SPLITTER * b
    b_high = big - (big - b)
    b_low = b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@helper
def crosses_left(lx: float, ly: float, hx: float, hy: float, x: float, y: float) -> bool:
    """Whether an edge from (lx, ly) up to (hx, hy), with ly <= y < hy, meets the height y left of x."""
    if x > max(lx, hx):
        return True
    return x > min(lx, hx) and side(lx, ly, hx, hy, x, y) < 0.0


@helper
def crosses_below(wx: float, wy: float, ex: float, ey: float, x: float, y: float) -> bool:
    """Whether an edge from (wx, wy) east to (ex, ey), with wx < x <= ex, passes just left of x at or below y."""
    if y > max(wy, ey):
        return True
    if y < min(wy, ey):
        return False
    turned = side(wx, wy, ex, ey, x, y)
    return turned > 0.0 or (turned == 0.0 and ey >= wy)
