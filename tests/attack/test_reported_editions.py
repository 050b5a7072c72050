"""Whole tables that are wrong for one reason: it is told once, with the edition the table is of."""

import pytest

import gisintegration as gi
from gisintegration.areas.codes import official_codes
from gisintegration.errors import ReportedError

SOURCE = {"title": {"sv": "Folkmängd", "en": "Population"}, "publisher": "SCB", "licence": "CC0 1.0"}
SAID = {
    "source": SOURCE,
    "rows": {"code": "deso", "edition": "deso/2018", "adjusted": "none"},
    "figure": [{"indicator": "population", "value": "pop_{year}"}],
}
LAN = "14"


def codes(edition):
    return sorted(code for code in official_codes(f"deso/{edition}") if code.startswith(LAN))


def refusal(folder, rows, said=SAID):
    path = folder / "t.csv"
    path.write_text("deso,pop_2023\n" + "".join(f"{code},{n + 5}\n" for n, code in enumerate(rows)), encoding="utf-8")
    with pytest.raises(ReportedError) as caught:
        gi.read_reported(path, said)
    return caught.value


def test_both_editions_in_one_column(tmp_path):
    old, new = codes("2018"), codes("2025")
    error = refusal(tmp_path, [*old, *new])
    only, gone, both = len(set(new) - set(old)), len(set(old) - set(new)), len(set(old) & set(new))
    assert (
        f"The editions DeSO 2018 and DeSO 2025 are mixed: {only} codes are of 2025 alone, {gone} of 2018 alone, "
        f"and {both} that both have stand twice." in error.message
    )
    assert len(error.failures) == 1
    assert error.failures[0]["text"] == min(set(new) - set(old))
    assert error.failures[0]["what"].startswith(f"and {only - 1} other rows are new in edition 2025 (in edition 2018")


def test_a_whole_table_of_the_other_edition(tmp_path):
    error = refusal(tmp_path, codes("2025"))
    assert "This is DeSO 2025, not DeSO 2018" in error.message
    assert "mixed" not in error.message
    assert len(error.failures) == 1
    assert "rows.edition" in error.hint or "mapping says deso/2018" in error.hint


def test_lost_zeros_and_suffixes_are_one_fault_each(tmp_path):
    zeros = sorted(code for code in official_codes("deso/2018") if code.startswith("01"))
    error = refusal(tmp_path, [code[1:] for code in zeros])
    assert [failure["what"] for failure in error.failures] == [
        f"and {len(zeros) - 1} other rows have lost their leading zero (it was {zeros[0]})"
    ]
    assert error.failures[0]["line"] == "2"
    assert "codes are text" in error.hint
    suffixed = refusal(tmp_path, [f"{code}_DeSO2025" for code in codes("2025")])
    assert len(suffixed.failures) == 1
    assert "are of edition 2025 by their suffix, and the mapping says deso/2018" in suffixed.failures[0]["what"]
    assert "This is DeSO 2025, not DeSO 2018" in suffixed.message


def test_other_faults_beside_them_keep_their_lines(tmp_path):
    error = refusal(tmp_path, [*codes("2025"), "9999A0010", "9999A0020"])
    assert [failure["text"] for failure in error.failures[1:]] == ["9999A0010", "9999A0020"]
    assert {failure["what"] for failure in error.failures[1:]} == {"is in no official list of deso"}
