"""The type wall: who makes protected tables, and that nothing else can be published."""

import ast
import inspect
from pathlib import Path

import pytest

import gisintegration
from gisintegration.errors import GisIntegrationError
from gisintegration.testing import example_raw

PACKAGE = Path(gisintegration.__file__).parent

# protect makes them of raw tables. The store reads them from parts that are, byte for byte, what was put into it.
# A published table is read as its publisher protected it. Of a protected table, recalculation makes another.
MAKERS = {"disclosure/protect.py", "database/reading.py", "reported/read.py", "change/recalculate.py"}
# Rows are left out of a protected table, never changed.
COPIERS = {"database/selection.py"}
# What changed between editions is areas, no statistics; persons who moved are stamped internal.
OF_RELATIONS = {"write_changes", "write_change_tables"}


def calls(tree, name):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == name) or (
                isinstance(called, ast.Attribute) and called.attr == name
            ):
                yield node


def sources():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_only_protect_and_the_reading_of_a_store_make_protected_tables():
    makers = {name for name, tree in sources() if any(calls(tree, "ProtectedTable"))}
    assert makers == MAKERS


def test_only_a_selection_of_rows_copies_one():
    found = set()
    for name, tree in sources():
        for call in calls(tree, "replace"):
            if any(keyword.arg == "table" for keyword in call.keywords):
                found.add(name)
    # In change/ it is the table of a crosswalk.
    assert {name for name in found if not name.startswith("change/")} == COPIERS


def test_no_one_gets_round_the_constructor():
    text = {name: ast.unparse(tree) for name, tree in sources()}
    round_about = ("ProtectedTable.__new__", "object.__new__(", "type(table)(")
    assert not [name for name, code in text.items() if any(way in code for way in round_about)]


def publishers():
    from gisintegration import publish
    from gisintegration.publish import webmap

    return [getattr(room, name) for room in (publish, webmap) for name in room.__all__ if name.startswith("write_")]


@pytest.mark.parametrize("write", publishers(), ids=lambda write: write.__name__)
def test_publishers_take_a_release_and_nothing_else(write):
    first = next(iter(inspect.signature(write, eval_str=True).parameters.values()))
    assert first.annotation is (gisintegration.Relations if write.__name__ in OF_RELATIONS else gisintegration.Release)


def test_a_raw_table_cannot_be_released():
    with pytest.raises(GisIntegrationError, match="RawTable"):
        gisintegration.release(example_raw(numerator=[30], denominator=[60]), areas={})


def test_publish_and_the_command_line_do_not_know_raw_tables():
    for name, tree in sources():
        if name.startswith(("publish/", "cli/")):
            named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
            assert "RawTable" not in named, name
