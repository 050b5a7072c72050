"""Rounding half away from zero agrees with exact decimal arithmetic."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from gisintegration.swedish import number, round_half_away


@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 3))
def test_rounding_equals_decimal_arithmetic(thousandths, decimals):
    exact = (Decimal(thousandths) / 1000).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert float(round_half_away(thousandths / 1000, decimals)) == float(exact)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_a_share_of_two_counts_rounds_as_the_fraction_does(part, whole):
    share = (Decimal(100 * part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert float(round_half_away(part / whole * 100, 1)) == float(share)


@given(st.integers(-(10**9), 10**9))
def test_swedish_text_reads_back(value):
    assert int(number(value, 0).replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-")) == value
