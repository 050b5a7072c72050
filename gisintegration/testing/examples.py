"""Small declarations and tables to test with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gisintegration.tables import BREAKDOWNS, CONTRIBUTORS, TOTAL, Indicator, Kind, RawTable


def example_indicator(kind: str = "share", *, name: str | None = None, **changes: object) -> Indicator:
    """A small declaration of the kind asked for.

    Examples
    --------
    >>> example_indicator("share").id
    'example_share'
    """
    parts: dict[str, dict[str, object]] = {
        "share": {"numerator": {"labour_status": "employed"}},
        "mean": {"variable": "disposable_income"},
        "median": {"variable": "disposable_income"},
        "ratio": {"variable": "social_assistance", "base": "net_income"},
        "quotient": {"numerator": {"sex": "women"}, "denominator": {"sex": "men"}},
        "net": {"numerator": {"moved": "in"}, "denominator": {"moved": "out"}, "flow": True},
        "dissimilarity": {"numerator": {"background": "foreign"}, "denominator": {"background": "swedish"}},
        "index": {"components": ("example_share",)},
        "class": {
            "components": ("example_index",),
            "cuts": (0.0,),
            "classes": ({"sv": "högt", "en": "high"}, {"sv": "lågt", "en": "low"}),
        },
    }
    declared: dict[str, object] = {
        "id": name or f"example_{kind}",
        "title": {"sv": f"Exempel ({kind})", "en": f"Example ({kind})"},
        "unit": {"sv": "procent", "en": "per cent"},
        "description": {"sv": "Ett exempel.", "en": "An example."},
        "subject": "example",
        "kind": kind,
        "counted": "person",
        "reference": "31 December",
        "additive": "register_only" if kind in ("median", "dissimilarity", "index", "class") else "areas",
        "register": "RTB",
    }
    return Indicator.model_validate(declared | parts.get(kind, {}) | changes)


def example_raw(
    *,
    numerator: Sequence[float],
    denominator: Sequence[float],
    kind: str = "share",
    areas: Sequence[str] | None = None,
    division: str = "deso",
    edition: str = "2018",
    year: int = 2022,
    contributors: Sequence[float] | None = None,
    **keys: str | Sequence[str],
) -> RawTable:
    """A raw table of one indicator: one row for each numerator and denominator.

    Parameters
    ----------
    numerator, denominator
        What the kind of measure divides. For a count, ``numerator`` is the count.
    areas
        Area codes; default ``0114A0010``, ``0114A0020``, ….
    contributors
        Persons behind each figure; default: the denominator.
    keys
        ``sex=…``, ``background=…``, ``age=…``, ``education=…``; default ``total``.

    Examples
    --------
    >>> example_raw(numerator=[6], denominator=[24]).table.value.tolist()
    [25.0]
    """
    indicator = example_indicator(kind)
    top, base = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (
            top if indicator.kind is Kind.COUNT else top / base * (1 if kind in ("mean", "median", "quotient") else 100)
        )
    status = np.where(np.isnan(value), "missing", np.where(top == 0, "zero", "shown"))
    table = pd.DataFrame(
        {
            "indicator": indicator.id,
            "division": division,
            "edition": edition,
            "area": list(areas) if areas is not None else [f"0114A{i + 1:03d}0" for i in range(len(top))],
            "year": year,
            **{name: keys.get(name, TOTAL) for name in BREAKDOWNS},
            "numerator": top,
            "denominator": base,
            "value": value,
            CONTRIBUTORS: base if contributors is None else np.asarray(contributors, dtype=float),
            "status": status,
            "method": "located",
            "exact_share": 1.0,
            "n_sources": 1,
            "coordinate_type": "address",
        }
    )
    return RawTable(table, indicators={indicator.id: indicator})
