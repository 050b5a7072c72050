"""A table fetched from a PxWeb API over HTTP: a server that speaks version 2 as SCB's does, with its limits and marks."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import prod
from urllib.parse import urlparse

import pytest
from typer.testing import CliRunner

import gisintegration as gi
from gisintegration.cli.app import app
from gisintegration.errors import OutputError, ReportedError
from gisintegration.formats import read_jsonstat

CODES = {
    "Region": ["0114", "0115", "0180", "0180C4040_DeSO2025"],
    "Kon": ["1", "2"],
    "ContentsCode": ["BE1"],
    "Tid": ["2022", "2023"],
}
LABELS = {
    "Region": ["Upplands Väsby", "Vallentuna", "Stockholm", "0180C4040"],
    "Kon": ["män", "kvinnor"],
    "ContentsCode": ["Folkmängd"],
    "Tid": ["2022", "2023"],
}
# Cell (region, sex, year): ten times its place in order, but for three with a mark.
MARKED = {("0115", "1", "2022"): "..", ("0115", "2", "2022"): ".", ("0180", "1", "2023"): "-"}


def figure(region, sex, year):
    mark = MARKED.get((region, sex, year))
    place = (CODES["Region"].index(region) * 2 + CODES["Kon"].index(sex)) * 2 + CODES["Tid"].index(year)
    return (0 if mark == "-" else None if mark else 10 * place), mark


def dimension(name, chosen):
    return {
        "label": {"Region": "region", "Kon": "kön", "ContentsCode": "tabellinnehåll", "Tid": "år"}[name],
        "category": {
            "index": {code: place for place, code in enumerate(chosen)},
            "label": {code: LABELS[name][CODES[name].index(code)] for code in chosen},
            **({"unit": {"BE1": {"base": "antal", "decimals": 0}}} if name == "ContentsCode" else {}),
        },
        "extension": {
            "elimination": name == "Kon",
            "codeLists": [{"id": "vs_DeSO2025", "label": "DeSO"}] if name == "Region" else [],
        },
    }


def dataset(selection):
    cells = [
        figure(region, sex, year)
        for region in selection["Region"]
        for sex in selection["Kon"]
        for _ in selection["ContentsCode"]
        for year in selection["Tid"]
    ]
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Folkmängd efter region, kön och år",
        "source": "SCB",
        "updated": "2025-02-21T07:00:00Z",
        "role": {"time": ["Tid"], "geo": ["Region"], "metric": ["ContentsCode"]},
        "id": list(selection),
        "size": [len(codes) for codes in selection.values()],
        "dimension": {name: dimension(name, codes) for name, codes in selection.items()},
        "value": [value for value, _ in cells],
        "status": {str(place): mark for place, (_, mark) in enumerate(cells) if mark},
    }


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        path = urlparse(self.path).path.removeprefix("/api/v2")
        answers = {
            "/config": {
                "apiVersion": "2.3.2",
                "maxDataCells": self.server.most,
                "maxCallsPerTimeWindow": 30,
                "timeWindow": 10,
                "defaultLanguage": "sv",
            },
            "/tables": {"page": {"totalElements": 1}},
            "/tables/TAB1/metadata": {"dimension": {name: dimension(name, codes) for name, codes in CODES.items()}},
            "/codelists/vs_DeSO2025": {"values": [{"code": "0180C4040_DeSO2025", "label": "0180C4040"}]},
        }
        self.answer(answers.get(path))

    def do_POST(self):
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        selection = {entry["variableCode"]: entry["valueCodes"] for entry in query["selection"]}
        self.server.queries.append(query)
        if self.server.busy:
            self.server.busy -= 1
            self.answer({"title": "Too many requests"}, 429)
        elif prod(map(len, selection.values())) > self.server.most:
            self.answer({"title": "Too many cells"}, 403)
        else:
            self.answer(dataset(selection))

    def answer(self, body, status=200):
        content = json.dumps(body if body is not None else {"title": "Not found", "status": 404}).encode()
        self.send_response(status if body is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.most, made.queries, made.busy = 150_000, [], 0
    made.url = f"http://127.0.0.1:{made.server_port}/api/v2"
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def cells(path):
    table = read_jsonstat(path).table
    return {
        (row.Region, row.Kon, row.Tid): (None if row.mark in ("..", ".") else row.figure, row.mark)
        for row in table.itertuples()
    }


def expected(regions, years=("2022", "2023")):
    return {
        (region, sex, year): (figure(region, sex, year)[0], figure(region, sex, year)[1] or "")
        for region in regions
        for sex in "12"
        for year in years
    }


def test_a_table_comes_whole_with_the_marks_of_its_cells(server, tmp_path):
    made = gi.fetch_pxweb("TAB1", tmp_path / "t.json", api=server.url)
    assert cells(made.path) == expected(CODES["Region"])
    assert (made.calls, made.cells, made.updated[:10]) == (1, 16, "2025-02-21")
    assert made.title == "Folkmängd efter region, kön och år"


@pytest.mark.parametrize("most", [1, 3, 5, 8])
def test_a_table_of_more_cells_than_a_call_may_have_is_put_together_to_the_same_bytes(server, tmp_path, most):
    whole = gi.fetch_pxweb("TAB1", tmp_path / "whole.json", api=server.url)
    server.most = most
    parts = gi.fetch_pxweb("TAB1", tmp_path / "parts.json", api=server.url)
    assert parts.calls >= 16 / most
    assert whole.path.read_bytes() == parts.path.read_bytes()


def test_values_are_chosen_by_patterns_and_lists(server, tmp_path):
    made = gi.fetch_pxweb("TAB1", tmp_path / "a.json", api=server.url, values={"Region": "01*4", "Tid": "latest"})
    assert cells(made.path) == expected(["0114"], ["2023"])
    made = gi.fetch_pxweb("TAB1", tmp_path / "b.json", api=server.url, code_lists={"Region": "vs_DeSO2025"})
    assert cells(made.path) == expected(["0180C4040_DeSO2025"])
    assert server.queries[-1]["selection"][0]["codelist"] == "vs_DeSO2025"


def test_a_server_that_is_busy_is_asked_again(server, tmp_path):
    server.busy = 2
    made = gi.fetch_pxweb("TAB1", tmp_path / "t.json", api=server.url)
    assert cells(made.path) == expected(CODES["Region"])


def test_what_was_fetched_is_read_with_a_mapping(server, tmp_path):
    made = gi.fetch_pxweb("TAB1", tmp_path / "t.json", api=server.url, values={"Region": "01??"})
    table = gi.read_reported(
        made.path,
        {
            "source": {"title": {"sv": "Folkmängd", "en": "Population"}, "publisher": "SCB", "licence": "CC0 1.0"},
            "rows": {"code": "Region", "edition": "kommun/2003", "year_column": "Tid", "adjusted": "none"},
            "by": {"Kon": {"breakdown": "sex", "codes": {"1": "men", "2": "women"}}},
            "figure": [{"indicator": "population", "value": "BE1", "by": ["Kon"]}],
        },
    ).table
    states = {(row.area, row.sex, str(row.year)): row.status for row in table.itertuples()}
    assert states["0115", "men", "2022"] == "protected"
    assert states["0115", "women", "2022"] == "not_applicable"
    assert states["0180", "men", "2023"] == "zero"
    assert table.set_index(["area", "sex", "year"]).loc[("0114", "women", 2023), "value"] == 30


def test_every_refusal_says_what_and_where(server, tmp_path):
    to = tmp_path / "t.json"
    for table, options, message in [
        ("TAB2", {}, "refused table TAB2: Error 404"),
        ("TAB1", {"values": {"region": "*"}}, "unknown variable 'region'|no variable 'region'"),
        ("TAB1", {"values": {"Region": "0181*"}}, "no value '0181\\*'"),
        ("TAB1", {"code_lists": {"Region": "vs_X"}}, "refused code list vs_X"),
    ]:
        with pytest.raises(ReportedError, match=message):
            gi.fetch_pxweb(table, to, api=server.url, **options)
        assert not to.exists()
    with pytest.raises(ReportedError, match="cannot be reached"):
        gi.fetch_pxweb("TAB1", to, api="http://127.0.0.1:9/api/v2")
    to.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        gi.fetch_pxweb("TAB1", to, api=server.url)
    assert to.read_text() == "mine"
    gi.fetch_pxweb("TAB1", to, api=server.url, overwrite=True)
    assert cells(to) == expected(CODES["Region"])


def test_the_command_fetches_and_says_what(server, tmp_path):
    to = tmp_path / "t.json"
    run = CliRunner().invoke(
        app,
        ["fetch", "TAB1", "--to", str(to), "--api", server.url, "--values", "Tid=2022", "--values", "Region=0114,0115"],
    )
    assert run.exit_code == 0, run.output
    assert "Region 2 × Kon 2 × ContentsCode 1 × Tid 1 = 4 cells" in " ".join(run.output.split())
    assert cells(to) == expected(["0114", "0115"], ["2022"])
    bad = CliRunner().invoke(app, ["fetch", "TAB1", "--to", str(to), "--api", server.url, "--values", "Tid"])
    assert bad.exit_code == 1
