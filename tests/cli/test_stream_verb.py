"""``paretocode stream``: a page of 80 columns, reader options, comparisons, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from paretocode.cli.main import main
from paretocode.stream import request_stream, write_stream_table
from paretocode.stream.compare import TOLERANCES


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A table of forty requests in eight sessions, three of them asking for nothing."""
    rng = np.random.default_rng(1)
    n = 40
    stream = request_stream(
        session=[f"s{i // 5}" for i in range(n)],
        time_s=np.cumsum(rng.exponential(20, n)),
        prompt_tokens=rng.integers(1000, 9000, n),
        completion_tokens=rng.integers(1, 900, n),
        prefix_tokens=rng.integers(0, 1000, n),
        min_score=[float("nan")] * 3 + [0.65] * 17 + [0.33] * 20,
    )
    path = tmp_path / "log.csv"
    write_stream_table(stream, path)
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["stream", *map(str, words)]) == 0
    return capsys.readouterr().out


def refusal(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["stream", *map(str, words)]) == 2
    return capsys.readouterr().err.strip()


def test_a_page_of_eighty_columns(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = answer(capsys, "describe", log, "--edges", "0.33,0.66", "--catalogue", "bundled")
    assert max(len(line) for line in page.splitlines()) <= 80
    titles = [line for line in page.splitlines() if line and not line.startswith(" ")]
    assert titles[:1] == ["log"]
    assert titles[1].startswith("size and pace")
    assert [title.split(" (")[0] for title in titles[1:]] == ["size and pace", "spread", "sessions", "min scores"]
    cells = {" ".join(line.split()) for line in page.splitlines()}
    assert {"requests 40", "sessions 8", "omitted 7.5 %", "asks for 0.33 50.0 %"} <= cells
    assert "edge 0.33 50.0 % 50.0 % 50.0 %" in cells
    assert "edge 0.66 42.5 % 42.5 % 42.5 %" in cells


def test_clocks_that_cannot_be_compared_are_not_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "apart.csv"
    path.write_text("session_id,time_s,prompt_tokens,completion_tokens\na,0,5,1\na,2,6,1\nb,0,7,2\n")
    cells = {" ".join(line.split()) for line in answer(capsys, "describe", path).splitlines()}
    assert {"rate [1/s] not known", "index of dispersion at 60 s not known", "sessions 2"} <= cells
    description = json.loads(answer(capsys, "describe", path, "--json"))["description"]
    assert "requests_per_s" not in description


def test_the_page_in_json(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(answer(capsys, "describe", log, "--edges", "0.33", "--json"))
    assert document["description"]["requests"] == 40
    assert document["near_edge"] == {
        "edges": [0.33],
        "distances": [0.01, 0.02, 0.05],
        "share": [[0.5, 0.5, 0.5]],
        "share_of_any": [0.5, 0.5, 0.5],
    }
    assert "near_edge" not in json.loads(answer(capsys, "describe", log, "--json"))


def test_a_catalogue_finds_what_nobody_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.csv"
    path.write_text("session_id,time_s,prompt_tokens,completion_tokens\na,0,50000000,1\n")
    document = json.loads(answer(capsys, "describe", path, "--catalogue", "bundled", "--json"))
    assert "beyond-context" in [finding["code"] for finding in document["findings"]]
    document = json.loads(answer(capsys, "describe", path, "--json"))
    assert "beyond-context" not in [finding["code"] for finding in document["findings"]]


def test_options_and_columns_reach_the_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("time_s,in,out\n0,10,1\n1.5,20,2\n")
    columns = ("--columns", "prompt_tokens=in", "--columns", "completion_tokens=out")
    document = json.loads(
        answer(capsys, "describe", path, *columns, "--option", "name=2024", "--option", "max_bytes=9999", "--json")
    )
    assert (document["name"], document["description"]["prompt_tokens_mean"]) == ("2024", 15.0)


def test_a_log_beside_a_preset(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("compare", log, "--with", "preset:coding_agent", "--seed", "3")
    text = answer(capsys, *words)
    assert max(len(line) for line in text.splitlines()) <= 80
    document = json.loads(answer(capsys, *words, "--json"))
    assert (document["real"], document["synthetic"]) == ("log", "coding_agent")
    assert {n["name"]: n["tolerance"] for n in document["numbers"] if n["tolerance"] is not None} == dict(TOLERANCES)
    assert next(d for d in document["distances"] if d["name"] == "prompt_tokens")["n_synthetic"] == 40
    more = json.loads(answer(capsys, *words, "--requests", "90", "--json"))
    assert next(d for d in more["distances"] if d["name"] == "prompt_tokens")["n_synthetic"] == 90


def test_a_log_beside_itself(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("compare", log, "--with", log, "--with-reader", "table", "--with-option", "name=again")
    document = json.loads(answer(capsys, *words, "--json"))
    assert (document["synthetic"], document["is_within"]) == ("again", True)
    assert "5 of 5 numbers with a stated tolerance are within it." in answer(capsys, *words)


def test_prices_of_the_bill(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("compare", log, "--with", log, "--prices", "0", "1", "0", "0", "--json")
    document = json.loads(answer(capsys, *words))
    numbers = {number["name"]: number["real"] for number in document["numbers"]}
    assert numbers["usd_per_request"] == pytest.approx(numbers["completion_tokens_mean"] / 1e6)
    assert document["prices"]["completion_usd_per_mtok"] == 1.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["describe", "LOG", "--option", "threads"], "error: --option is 'threads'; write KEY=VALUE."),
        (["describe", "LOG", "--option", "a=1", "--option", "a=2"], "error: --option gives a twice; give it once."),
        (["describe", "LOG", "--option", "max_bytes=many"], "error: --option max_bytes is 'many'; give a number."),
        (
            ["describe", "LOG", "--option", "columns=in"],
            "error: --option cannot give columns; use --columns OURS=THEIRS.",
        ),
        (
            ["describe", "--option", "threads=main"],
            "error: --option and --columns are for a log, and none is named; name the file.",
        ),
        (
            ["describe", "LOG", "--edges", "low"],
            "error: --edges is 'low'; write numbers with commas, such as 0.33,0.66.",
        ),
        (["describe", "LOG", "--with", "LOG"], "error: --with does not go with describe; use it with compare."),
        (
            ["compare", "LOG"],
            "error: compare has no --with; write paretocode stream compare FILE --with preset:coding_agent.",
        ),
        (
            ["compare", "--with", "preset:coding_agent"],
            "error: compare has no log; write paretocode stream compare FILE --with preset:coding_agent.",
        ),
        (
            ["compare", "LOG", "--with", "preset:coding_agent", "--with-reader", "azure"],
            "error: --with-reader and --with-option are for a file; leave them out with a preset.",
        ),
        (["synthesise"], "error: synthesise has no --out; name the .parquet or .csv file to write."),
    ],
)
def test_refusals(words: list[str], message: str, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, *(log if word == "LOG" else word for word in words)) == message


def test_an_unknown_option_lists_those_that_are_known(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = refusal(capsys, "describe", log, "--option", "threads=main")
    assert found.startswith("error: reader 'table' takes no option 'threads'; use columns, ")


def test_help_shows_examples_and_loads_no_numpy() -> None:
    code = (
        "import sys\nfrom paretocode.cli.main import main\n"
        "try: main(['stream', '--help'])\nfinally: print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "paretocode stream compare requests.parquet" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"


def test_query_prints_what_counts_a_log_in_its_warehouse(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["stream", "query", "--table", "router.requests", "--columns", "time=ts_us", "--columns", "order=seq"]
    assert main([*words, "--time-unit", "us"]) == 0
    query = capsys.readouterr().out
    assert "router.requests" in query
    assert "ORDER BY" in query
    import duckdb

    with duckdb.connect() as engine:
        engine.execute("CREATE SCHEMA router")
        engine.execute(
            "CREATE TABLE router.requests AS SELECT 'a' AS session_id, 5 AS ts_us, 1 AS seq, 0.5 AS min_score, "
            "10 AS prompt_tokens, 1 AS completion_tokens, 0 AS prefix_tokens"
        )
        assert engine.execute(query).fetchall()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["query", "--columns", "price=1"],
            "--columns is 'price=1'; write OURS=THEIRS, where OURS is one of session_id",
        ),
        (["query", "--columns", "time=a;b"], "time is 'a;b', which is no name of a column or table"),
        (["query", "log.csv"], "query takes no log"),
        (["describe", "--table", "x"], "--table does not go with describe"),
    ],
)
def test_query_refuses(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stream", *words]) == 2
    assert sentence in capsys.readouterr().err
