"""Runs end in releases: only what is new is counted, the same makes no new one, and what is refused leaves nothing."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import gisintegration as gi
from gisintegration.cli.app import app
from gisintegration.errors import InputError, ProjectError, ValidationError
from gisintegration.project import fingerprints, run
from gisintegration.project.settings import parse

PANEL = """[[indicator]]
id = "kvar_share"
title = { sv = "Kvar i arbete", en = "Still employed" }
kind = "share"
population = { labour_status = "employed" }
numerator = { "next.labour_status" = "employed" }
reference = "panel"
"""


@pytest.fixture(autouse=True)
def same_code(monkeypatch):
    """The toolkit does not change between two runs of a test."""
    monkeypatch.setattr(fingerprints, "_code", lambda: "one version")


def change(project, edit):
    register = pd.read_csv(project / "personer.csv", dtype={"kommun": str})
    edit(register).to_csv(project / "personer.csv", index=False)


def rewrite(project, old, new):
    path = project / "integration.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def with_2025(register):
    return pd.concat([register, register[register["year"] == 2024].assign(year=2025)])


def outside(register, year, ending="-3"):
    chosen = (register["year"] == year) & register["person"].str.endswith(ending)
    return register.assign(labour_status=register["labour_status"].mask(chosen, "outside"))


def call(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_year_that_is_added_is_the_only_one_that_is_counted(project, tmp_path):
    first = gi.run_project(project, by="Eva", date="2026-04-01", reason="Start")
    assert (dict(first.counted), first.reused, first.new) == ({2023: 2, 2024: 2}, 0, True)
    change(project, with_2025)
    rewrite(project, "2023-2024", "2023-2025")
    second = gi.run_project(project)
    assert (dict(second.counted), second.reused) == ({2025: 2}, 8)
    assert second.info.changed == {"added": 4, "changed": 0, "removed": 0, "unchanged": 8}
    assert [row["year"] for row in second.rows] == [2023, 2024, 2025]
    # The same as when everything is counted.
    whole = gi.run_project(project, to=tmp_path / "whole")
    assert len(whole.counted) == 3
    assert whole.release.id == second.release.id
    pd.testing.assert_frame_equal(whole.release.statistics, second.release.statistics)
    names = ("statistics.parquet", "prov.gpkg")
    assert [(whole.folder / name).read_bytes() for name in names] == [
        (second.folder / name).read_bytes() for name in names
    ]


@pytest.mark.soak
def test_after_many_runs_the_old_years_are_still_known(project):
    register = pd.read_csv(project / "personer.csv", dtype={"kommun": str})
    year_2024 = register[register["year"] == 2024]
    rewrite(project, "[indicators]", "[output]\ngeopackage = false\n\n[indicators]")
    gi.run_project(project)
    for last in range(2025, 2032):
        more = [year_2024.assign(year=year) for year in range(2025, last + 1)]
        pd.concat([register, *more]).to_csv(project / "personer.csv", index=False)
        rewrite(project, f"2023-{last - 1}", f"2023-{last}")
        again = gi.run_project(project)
        assert (dict(again.counted), again.reused) == ({last: 2}, 4 * (last - 2023))


def test_a_column_that_changed_is_counted_anew_where_it_is_read(project):
    gi.run_project(project)
    change(project, lambda register: outside(register, 2024))
    again = gi.run_project(project, reason="Rättade uppgifter")
    assert (dict(again.counted), again.reused) == ({2024: 1}, 6)
    found = again.store.diff("previous")
    assert set(found.table["indicator"]) == {"employed_share"}
    assert set(found.table["year"]) == {2024}
    assert again.info.reason == "Rättade uppgifter"


def test_persons_who_swap_their_values_are_found(project):
    gi.run_project(project)

    def swap(register):
        first, second = register.index[(register["year"] == 2023)][[0, 1]]
        register.loc[[first, second], "age"] = register.loc[[second, first], "age"].to_numpy()
        return register

    change(project, swap)
    assert 2023 in gi.run_project(project).counted


def test_a_register_in_another_order_is_the_same(project):
    first = gi.run_project(project)
    change(project, lambda register: register.sample(frac=1, random_state=1))
    again = gi.run_project(project)
    assert (dict(again.counted), again.new, again.info) == ({}, False, first.info)
    assert (project / "internal" / "placed.csv").is_file()


def test_a_register_saved_anew_with_other_types_is_the_same(project):
    first = gi.run_project(project)

    def resaved(register):
        numbers = register.select_dtypes("integer").columns.difference(["person", "year"])
        assert len(numbers)
        return register.astype(dict.fromkeys(numbers, "float64"))

    change(project, resaved)
    again = gi.run_project(project)
    assert (dict(again.counted), again.new, again.info) == ({}, False, first.info)


def test_persons_who_moved_are_counted_anew_in_their_year(project):
    gi.run_project(project)

    def moved(register):
        first = register.index[register["year"] == 2024]
        register.loc[first[0], ["x", "y"]] = register.loc[first[-1], ["x", "y"]].to_numpy()
        return register

    change(project, moved)
    assert dict(gi.run_project(project).counted) == {2024: 2}


def test_a_panel_is_counted_anew_when_the_year_after_changes(project):
    (project / "egna").mkdir()
    (project / "egna" / "kvar.toml").write_text(PANEL, "utf-8")
    rewrite(project, '"employed_share"]', '"employed_share", "kvar_share"]\nfolders = ["egna"]')
    gi.run_project(project)
    change(project, lambda register: outside(register, 2024))
    assert dict(gi.run_project(project).counted) == {2023: 1, 2024: 2}


def test_an_indicator_of_ones_own_that_is_not_asked_for_is_told(project):
    (project / "egna").mkdir()
    (project / "egna" / "kvar.toml").write_text(PANEL, "utf-8")
    rewrite(project, '"employed_share"]', '"employed_share"]\nfolders = ["egna"]')
    found = gi.check_project(project)
    assert [one.what for one in found.findings if "kvar_share" in one.what] == [
        "kvar_share is declared and not asked for."
    ]


def test_another_policy_level_or_declaration_is_counted_anew(project):
    first = gi.run_project(project)
    rewrite(project, "[indicators]", '[policy]\nname = "internal"\n\n[indicators]')
    second = gi.run_project(project)
    assert dict(second.counted) == {2023: 2, 2024: 2}
    assert second.info.changed["changed"] == 8
    rewrite(project, '"internal"', '"scb-share-rule"')
    third = gi.run_project(project)
    # What was counted for the first release is in the store still.
    assert (dict(third.counted), third.reused, third.release.id) == ({}, 8, first.release.id)
    assert third.info.number == 3


def test_a_part_that_was_damaged_is_counted_anew(project):
    made = gi.run_project(project)
    part = next((project / "store" / "parts" / "population" / "deso_2025").glob("2023-*"))
    part.write_bytes(part.read_bytes()[:-9])
    again = gi.run_project(project)
    assert dict(again.counted) == {2023: 1}
    assert again.release.id == made.release.id
    assert any("Release 1 is damaged: population on deso/2025, 2023" in text for text in again.messages)
    assert again.store.verify().ok


def test_a_release_that_is_damaged_does_not_stop_a_run_of_another_register(project):
    gi.run_project(project)
    part = next((project / "store" / "parts" / "employed_share" / "deso_2025").glob("2023-*"))
    raw = part.read_bytes()
    part.write_bytes(raw[:-99] + bytes([raw[-99] ^ 1]) + raw[-98:])
    change(project, lambda register: outside(register, 2023))
    again = gi.run_project(project)
    assert (again.info.number, dict(again.counted)) == (2, {2023: 1})
    assert any(
        "Release 1 cannot be read whole: employed_share on deso/2025, 2023 is not as it was written" in text
        for text in again.messages
    )
    assert again.store.read(2).number == 2
    assert again.store.verify().table["release"].tolist() == [1]


def test_what_only_helps_may_be_lost(project):
    gi.run_project(project)
    (project / "store" / "fingerprints.json").write_text("{", "utf-8")
    again = gi.run_project(project)
    assert (dict(again.counted), again.new) == ({2023: 2, 2024: 2}, False)


def test_a_part_of_the_areas_is_no_release_of_the_project(project, tmp_path):
    with pytest.raises(ProjectError, match="--to goteborg"):
        gi.run_project(project, where={"kommun": ["1419"]})
    made = gi.run_project(project, where={"kommun": ["1419"]}, to=tmp_path / "tjorn")
    assert made.store.folder == tmp_path / "tjorn-store"
    assert not (project / "store").exists()


def test_a_release_that_is_refused_is_not_made(project, monkeypatch):
    def refuse(*_, **__):
        raise ValidationError("The release is refused.")

    gi.run_project(project)
    change(project, lambda register: outside(register, 2024))
    before = {path: path.read_bytes() for path in (project / "output").rglob("*") if path.is_file()}
    monkeypatch.setattr(run, "validated", refuse)
    with pytest.raises(ValidationError):
        gi.run_project(project)
    assert [one.number for one in gi.open_project_store(project).releases] == [1]
    assert {path: path.read_bytes() for path in (project / "output").rglob("*") if path.is_file()} == before


def test_who_when_and_why_are_as_given(project):
    rewrite(project, "[indicators]", '[release]\nby = "Eva"\ndate = 2026-04-01\nreason = "Start"\n\n[indicators]')
    made = gi.run_project(project, reason="Annat")
    assert (made.info.by, made.info.date, made.info.reason) == ("Eva", "2026-04-01", "Annat")
    with pytest.raises(InputError, match="1 april"):
        gi.run_project(project, date="1 april")
    with pytest.raises(ProjectError, match=r"release\.date"):
        parse((project / "integration.toml").read_text("utf-8").replace("2026-04-01", '"i april"'))


def test_the_store_may_not_lie_in_the_output(project):
    rewrite(project, "[indicators]", '[output]\nstore = "output/store"\n\n[indicators]')
    with pytest.raises(ProjectError, match="The output folder output holds store"):
        gi.run_project(project)


def test_commands_of_releases(project):
    assert call("run", "--project", project, "--by", "Eva", "--date", "2026-04-01").exit_code == 0
    change(project, lambda register: outside(register, 2024))
    told = call("run", "--project", project, "--reason", "Rättat")
    assert "Release 2" in told.stdout
    assert "2 changed" in told.stdout
    told = call("run", "--project", project)
    assert "Nothing is new: release 2" in told.stdout
    listed = call("release", "list", "--project", project)
    assert "Rättat" in listed.stdout
    assert "Eva" in listed.stdout
    shown = call("release", "show", "1", "--project", project)
    assert "personer.csv" in shown.stdout
    assert "2023–2024" in shown.stdout
    differs = call("release", "diff", "1", "2", "--project", project, "--json")
    data = json.loads(differs.stdout.splitlines()[-1])
    assert {row["year"] for row in data["table"]} == {2024}
    assert data["unchanged"] == 6
    assert all(row["indicator"] == "employed_share" for row in data["largest"])
    assert call("release", "diff", "--project", project).exit_code == 0
    assert "all are whole" in call("release", "verify", "--project", project).stdout
    assert "nothing to remove" in call("release", "gc", "--project", project).stdout
    refused = call("release", "gc", "--keep", "1", "--project", project)
    assert refused.exit_code == 1
    assert "give --yes" in refused.stderr
    removed = call("release", "gc", "--keep", "1", "--yes", "--project", project, "--json")
    assert json.loads(removed.stdout.splitlines()[-1])["releases"] == [1]
    refused = call("release", "gc", "--give-up", "2", "--yes", "--project", project)
    assert "Release 2 is not given up" in refused.stderr
    part = next((project / "store" / "parts" / "population" / "deso_2025").glob("2023-*"))
    part.write_bytes(b"x")
    broken = call("release", "verify", "--project", project)
    assert broken.exit_code == 1
    assert "population" in broken.stdout
    assert "Release 2 is damaged" in broken.stderr


def test_a_project_that_was_not_run_has_no_release(project):
    found = call("release", "list", "--project", project)
    assert found.exit_code == 1
    assert "has not been run" in found.stderr
