"""Countries of birth and the region each belongs to in a year, by membership of the EU and EFTA."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def birth_region(year: int) -> Mapping[str, str]:
    """Country (ISO 3166-1 alpha-2) → code of ``birth_region`` on 31 December of a year, in the file's order.

    A country belongs to ``eu_efta`` in the years it was a member on 31 December, to its part of the world in others
    (``countries.toml``); the Nordic countries are ``nordic`` in every year. A country not in the file has no region.

    Examples
    --------
    >>> birth_region(2012)["HR"], birth_region(2013)["HR"], birth_region(2020)["GB"]
    ('europe_other', 'eu_efta', 'europe_other')
    >>> birth_region(2013)["SE"], birth_region(2013)["NO"], birth_region(2013)["SO"]
    ('sweden', 'nordic', 'world')
    """
    text = (files("gisintegration.registers") / "countries.toml").read_text(encoding="utf-8")
    found = {}
    for country, entry in tomllib.loads(text).items():
        first, last = entry.get("eu_efta", (year + 1, year))
        found[country] = "eu_efta" if first <= year <= last else str(entry["region"])
    return found
