"""A release from rows written out: any status, class and crossing; and what its cells must be in a table with dimensions."""

import numpy as np
import pandas as pd

from gisintegration.database import release
from gisintegration.tables import BREAKDOWNS, COLUMNS, TOTAL, WORDS, ProtectedTable, Status
from gisintegration.testing import example_indicator, grid_areas

POLICY = "scb-share-rule"
STAMP = {POLICY: {"sv": "Endast primärskydd.", "en": "Primary protection only."}}
LABELS = {
    "age": {"20_24": {"sv": "20–24 år", "en": "ages 20–24"}, "25_34": {"sv": "25–34 år", "en": "ages 25–34"}},
    "education": {"unknown": {"sv": "uppgift saknas", "en": "not known"}},
    "background": {
        "sweden": {"sv": "födelseregion: Sverige", "en": "region of birth: Sweden"},
        "abroad": {"sv": "utrikes födda", "en": "foreign-born"},
    },
}
AREAS = ("0114A0010", "0114A0020", "0114A0030")


def areas(names=("Åby", "Örby", "Ängby")):
    """Three DeSO of 2018."""
    made = grid_areas(3, 1)
    return made.with_(table=made.table.assign(name=pd.array(list(names), dtype="str")))


def row(value=None, *, status=None, **given):
    """One row: a value is shown, 0 is zero, none is protected, where nothing else is said."""
    said = status or ("protected" if value is None else "zero" if value == 0 else "shown")
    told = said in ("shown", "zero")
    plain = {
        "indicator": "example_share", "division": "deso", "edition": "2018", "area": AREAS[0], "year": 2022,
        **dict.fromkeys(BREAKDOWNS, TOTAL), "numerator": np.nan, "denominator": np.nan, "value": value if told else np.nan,
        "lower": np.nan, "upper": np.nan, "se": np.nan, "status": said, "reason": "primary" if said == "protected" else "",
        "method": "located", "exact_share": 1.0, "n_sources": 1, "coordinate_type": "address", "policy": POLICY, "release": "",
    }  # fmt: skip
    return plain | given


def made(rows, *, on=None, indicators=(), **changes):
    """A release of rows; of the examples of indicators, unless others are given."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    known = {one.id: one for one in (*map(example_indicator, ("share", "mean", "count", "class")), *indicators)}
    used = {code: known[code] for code in frame["indicator"].unique()}
    table = ProtectedTable(frame, used, LABELS, STAMP)
    here = on or areas()
    given = {"name": "Prov", "organisation": "Kommunen", "source": "SCB"} | changes
    return release([table], areas={here.key: here}, **given)


def cells(release_, cube):
    """What each cell of a table must be, told from the rows alone: {(area, classes, content, year): (figure, mark)}."""
    wanted = {}
    given = set()
    for one in release_.statistics.to_dict("records"):
        classes = frozenset((name, one[name]) for name in BREAKDOWNS if one[name] != TOTAL)
        mark = WORDS[Status(one["status"])].px
        wanted[one["area"], classes, one["indicator"], one["year"]] = (one["value"], mark)
        given.add((classes, one["indicator"], one["year"]))
    found = {}
    own = {"Region", "ContentsCode", "Tid", "figure", "mark"}
    for cell in cube.table.to_dict("records"):
        classes = frozenset(
            ("sex", code) if name == "Kon" else tuple(code.split("_", 1))
            for name, code in cell.items()
            if name not in own and code != TOTAL
        )
        kind = (classes, cell["ContentsCode"], int(cell["Tid"]))
        absent = (np.nan, WORDS[Status.MISSING if kind in given else Status.NOT_APPLICABLE].px)
        key = (cell["Region"].split("_")[0], *kind)
        found[key] = (cell["figure"], cell["mark"]), wanted.pop(key, absent)
    return found, wanted
