"""``paretocode catalogue``: pull against a local host with every fault, convert, lint and show from saved files."""

from __future__ import annotations

import datetime
import http.server
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from paretocode.catalogue import load_catalogue
from paretocode.cli.catalogue_pull import PULLS, pull
from paretocode.cli.http_fetch import FetchLimits, fetch
from paretocode.cli.main import main
from paretocode.errors import InputError, UsageError

KEY = "secret-key-of-the-user"
MODELS = {"data": [{"id": "a/b", "pricing": {"prompt": "0.000001", "completion": "0.000002"}, "context_length": 9000}]}
QUICK = FetchLimits(connect_s=2.0, read_s=0.4, total_s=0.8, attempts=2, pause_s=0.0, size_bytes=100_000)


def aa_page(number: int, *, of: int, version: float = 4.3) -> dict[str, object]:
    """One page in the shape of the free API."""
    record = {
        "id": f"uuid-{number}",
        "slug": f"model-{number}",
        "name": f"Model {number} (high)",
        "evaluations": {"artificial_analysis_coding_index": 40.0 + number},
        "pricing": {"price_1m_input_tokens": 1, "price_1m_output_tokens": 5, "price_1m_cache_hit_tokens": 0.1},
        "performance": {"median_output_tokens_per_second": 120.5, "median_time_to_first_token_seconds": 0.5},
    }
    pages = {"page": number, "page_size": 1, "total_pages": of, "has_more": number < of}
    return {"tier": "free", "intelligence_index_version": version, "pagination": pages, "data": [record]}


class Host(http.server.BaseHTTPRequestHandler):
    """Serves recorded shapes and faults by path; counts calls and remembers keys."""

    calls: ClassVar[Counter[str]] = Counter()
    keys: ClassVar[list[str | None]] = []

    def log_message(self, *_words: object) -> None:
        """Stay silent."""

    def answer(self, body: bytes, *, code: int = 200, length: int | None = None, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        Host.calls[path] += 1
        Host.keys.append(self.headers.get("x-api-key"))
        getattr(self, f"serve_{path.strip('/').replace('-', '_')}")(query)

    def serve_models(self, _query: str) -> None:
        self.answer(json.dumps(MODELS).encode())

    def serve_aa(self, query: str) -> None:
        self.answer(json.dumps(aa_page(int(query.removeprefix("page=") or 1), of=3)).encode())

    def serve_aa_stuck(self, _query: str) -> None:
        self.answer(json.dumps(aa_page(1, of=3)).encode())

    def serve_litellm(self, _query: str) -> None:
        entry = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-6, "max_input_tokens": 10}
        self.answer(json.dumps({"sample_spec": {"litellm_provider": "x"}, "gpt-x": entry}).encode())

    def serve_models_dev(self, _query: str) -> None:
        model = {"id": "m", "cost": {"input": 1, "output": 2}, "limit": {"context": 1000, "output": 10}}
        self.answer(json.dumps({"acme": {"id": "acme", "models": {"m": model}}}).encode())

    def serve_busy_once(self, _query: str) -> None:
        if Host.calls["/busy-once"] == 1:
            self.answer(b"slow down", code=429, Retry_After="3")
        else:
            self.serve_models("")

    def serve_busy(self, _query: str) -> None:
        self.answer(b"slow down", code=429, Retry_After="900")

    def serve_busy_until(self, _query: str) -> None:
        self.answer(b"slow down", code=503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT")

    def serve_broken(self, _query: str) -> None:
        self.answer(b"oops", code=500)

    def serve_gone(self, _query: str) -> None:
        self.answer(b"gone", code=410)

    def serve_missing(self, _query: str) -> None:
        self.answer(b"no", code=404)

    def serve_locked(self, _query: str) -> None:
        self.answer(b"no", code=401)

    def serve_cut(self, _query: str) -> None:
        self.answer(json.dumps(MODELS).encode()[:40], length=9000)

    def serve_half(self, _query: str) -> None:
        self.answer(json.dumps(MODELS).encode()[:40])

    def serve_html(self, _query: str) -> None:
        self.answer(b"\n<!doctype html><title>Log in</title>", Content_Type="text/html")

    def serve_other(self, _query: str) -> None:
        self.answer(b'{"error": "none of your business"}')

    def serve_huge(self, _query: str) -> None:
        self.answer(b" " * 200_000)

    def serve_huge_unsaid(self, _query: str) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(20):
            self.wfile.write(b" " * 10_000)

    def serve_drip(self, _query: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(30):
            self.wfile.write(b" ")
            time.sleep(0.1)

    def serve_drip_headers(self, _query: str) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        for _ in range(30):
            self.wfile.write(b"a")
            time.sleep(0.1)

    def serve_silent(self, _query: str) -> None:
        time.sleep(1.0)

    def serve_loop(self, _query: str) -> None:
        self.answer(b"", code=302, Location="/loop")

    def serve_moved(self, _query: str) -> None:
        self.answer(b"", code=301, Location="/models")

    def serve_to_file(self, _query: str) -> None:
        self.answer(b"", code=302, Location="file:///etc/hostname")

    def serve_to_ftp(self, _query: str) -> None:
        self.answer(b"", code=302, Location="ftp://127.0.0.1/x")

    def serve_to_nowhere(self, _query: str) -> None:
        self.answer(b"", code=302, Location="http://[::1")

    def serve_busy_squared(self, _query: str) -> None:
        self.answer(b"", code=429, Retry_After="\N{SUPERSCRIPT TWO}")

    def serve_busy_forever(self, _query: str) -> None:
        self.answer(b"", code=429, Retry_After="9" * 400)

    def serve_deep(self, _query: str) -> None:
        self.answer(b"[" * 99_000)


class Server(http.server.ThreadingHTTPServer):
    """A host whose broken lines are no noise: cutting a line is what many tests are about."""

    daemon_threads = True

    def handle_error(self, *_words: object) -> None:
        """Stay silent."""


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", KEY)
    Host.calls.clear()
    Host.keys.clear()
    with Server(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("source", "path", "line"),
    [
        ("openrouter", "/models", "1 models, 1 with prices, 0 with scores (none), as of 20"),
        ("litellm", "/litellm", "1 models, 0 with prices, 0 with scores (none), as of 20"),
        ("models-dev", "/models-dev", "1 models, 1 with prices, 0 with scores (none), as of 20"),
        ("artificial-analysis", "/aa", "3 models, 3 with prices, 3 with scores (aa-coding-4.3), as of 20"),
    ],
)
def test_a_pull_saves_a_dated_copy_and_says_what_is_in_it(
    source: str, path: str, line: str, host: str, request: pytest.FixtureRequest
) -> None:
    tmp_path: Path = request.getfixturevalue("tmp_path")
    capsys: pytest.CaptureFixture[str] = request.getfixturevalue("capsys")
    assert main(["catalogue", "pull", source, "--out", str(tmp_path), "--url", host + path]) == 0
    captured = capsys.readouterr()
    (copy,) = tmp_path.iterdir()
    assert copy.name.startswith(f"{source}_20")
    assert captured.err == f"saved: {copy}\n"
    assert line in captured.out
    assert KEY not in captured.out + captured.err + copy.read_text()
    assert len(load_catalogue(copy)) == len(load_catalogue(copy, source))


def test_the_one_page_is_saved_as_it_came(host: str, tmp_path: Path) -> None:
    assert pull("openrouter", out=tmp_path, url=f"{host}/models").read_bytes() == json.dumps(MODELS).encode()


def test_all_pages_become_one_document(host: str, tmp_path: Path) -> None:
    path = pull("artificial-analysis", out=tmp_path, url=f"{host}/aa")
    document = json.loads(path.read_text())
    assert [record["slug"] for record in document["data"]] == ["model-1", "model-2", "model-3"]
    assert document["pagination"]["has_more"] is False
    assert document["intelligence_index_version"] == 4.3
    assert Host.keys == [KEY] * 3
    catalogue = load_catalogue(path)
    assert catalogue.cache_read_usd_per_mtok.tolist() == [0.1] * 3
    assert catalogue.ttft_s[:, 2].tolist() == [0.5] * 3


def test_pages_that_do_not_count_on_are_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="page 2 calls itself page 1; try again"):
        pull("artificial-analysis", out=tmp_path, url=f"{host}/aa-stuck")
    assert not list(tmp_path.iterdir())


def test_retry_after_is_honoured(host: str) -> None:
    pauses: list[float] = []
    body = fetch(f"{host}/busy-once", sleep=pauses.append)
    assert json.loads(body) == MODELS
    assert pauses == [3.0]


def test_pauses_double_without_it(host: str) -> None:
    pauses: list[float] = []
    with pytest.raises(InputError, match="the host answers 500, tried 4 times; try again later"):
        fetch(f"{host}/broken", limits=FetchLimits(pause_s=0.5), sleep=pauses.append)
    assert pauses == [0.5, 1.0, 2.0]
    assert Host.calls["/broken"] == 4


@pytest.mark.parametrize(
    ("path", "n_calls", "words"),
    [
        ("/busy", 1, "the host answers 429 and asks to wait 900 s; try again then"),
        ("/busy-until", 1, "the host answers 503 and asks to wait "),
        ("/busy-squared", 2, "the host answers 429, tried 2 times; try again later"),
        ("/busy-forever", 1, "the host answers 429 and asks to wait more than a day; try again then"),
        ("/to-ftp", 1, "the host redirects in a circle, or to where we do not follow; check the address"),
        ("/to-nowhere", 1, "the host redirects in a circle, or to where we do not follow; check the address"),
        ("/deep", 1, "the answer is not whole JSON (it is nested too deeply); try again"),
        ("/gone", 1, "the host answers 410 Gone; check the address; the source may have moved or closed"),
        ("/missing", 1, "the host answers 404 Not Found; check the address"),
        ("/locked", 1, "the host answers 401 Unauthorized; check the key"),
        ("/cut", 2, "the answer is cut short (40 of 9,000 bytes), tried 2 times"),
        ("/half", 1, "the answer is not whole JSON"),
        ("/html", 1, "a web page came instead of JSON; check the address"),
        ("/other", 1, "the answer has not the shape of openrouter; check the address"),
        ("/huge", 1, "the answer has 200,000 bytes, over the limit of 100,000 bytes"),
        ("/huge-unsaid", 1, "the answer has more, over the limit of 100,000 bytes"),
        ("/drip", 2, "the answer took longer than 0.8 s, tried 2 times"),
        ("/drip-headers", 2, "the answer took longer than 0.8 s, tried 2 times"),
        ("/silent", 2, "the host is silent, tried 2 times"),
        ("/loop", None, "the host redirects in a circle, or to where we do not follow; check the address"),
        ("/to-file", 1, "the host redirects in a circle, or to where we do not follow; check the address"),
    ],
)
def test_faults_are_one_sentence_and_leave_no_file(
    path: str, n_calls: int | None, words: str, host: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        pull("openrouter", out=tmp_path, url=host + path, limits=QUICK, sleep=lambda _pause: None)
    assert str(caught.value).startswith(f"{host}{path}: ")
    assert words in str(caught.value)
    assert n_calls is None or Host.calls[path] == n_calls
    assert not list(tmp_path.iterdir())


def test_nobody_there_and_no_way_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(InputError, match=r"the host cannot be reached .*, tried 2 times"):
        fetch("http://127.0.0.1:9/models", limits=QUICK)
    with pytest.raises(InputError, match="the address is not http or https; give one that is"):
        pull("openrouter", out=tmp_path, url="file:///etc/hostname")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://[::1/x", "http://[::1/x: the host or the port of the address cannot be read"),
        ("http://127.0.0.1:99999/", "the host or the port of the address cannot be read"),
        ("http://127.0.0.1:0/", "the address has port 0"),
        (f"http://{'a' * 99}/", "the host or the port of the address cannot be read"),
        ("http:///x", "the address has no host"),
        ("http://127.0.0.1/\N{LATIN SMALL LETTER U WITH DIAERESIS}", "a letter beyond ASCII; write it percent-encoded"),
        ("http://127.0.0.1/a b", "the address holds a space"),
        ("http://127.0.0.1/a\nb", r"http://127.0.0.1/a\nb: the address holds a space, a control character"),
        ("http://user:secret@127.0.0.1/", "the address: the address holds a user name or password"),
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        pull("openrouter", out=tmp_path, url=url, sleep=lambda _pause: pytest.fail("it is tried again"))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_earlier_copy_of_the_same_second_stays(host: str, tmp_path: Path) -> None:
    now = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
    paths = [pull("openrouter", out=tmp_path, url=f"{host}/models", now=now) for _ in range(3)]
    stem = "openrouter_2026-11-22T00-00-00Z"
    assert [path.name for path in paths] == [f"{stem}.json", f"{stem}_2.json", f"{stem}_3.json"]
    assert {load_catalogue(path).as_of for path in paths} == {"2026-11-22"}


def test_a_key_goes_to_its_own_host_only_and_not_along_redirects(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(f"{host}/moved", headers={"x-api-key": KEY})
    assert Host.keys == [KEY, None]
    seen: list[object] = []
    monkeypatch.setattr(
        "paretocode.cli.catalogue_pull.fetch",
        lambda _url, *, headers, limits, sleep: seen.append((headers, limits, sleep)) or b'{"data": 1}',
    )
    for url, expected in (
        (None, {"x-api-key": KEY}),
        ("https://elsewhere.example/api", {}),
        ("http://artificialanalysis.ai/api", {}),
    ):
        with pytest.raises(InputError, match="the shape of artificial-analysis"):
            pull("artificial-analysis", out=tmp_path, url=url)
        assert seen[-1][0] == expected  # type: ignore[index]


def test_no_key_is_said_and_a_broken_one_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARTIFICIAL_ANALYSIS_API_KEY", raising=False)
    with pytest.raises(UsageError, match="ARTIFICIAL_ANALYSIS_API_KEY is empty; set it to your key"):
        pull("artificial-analysis", out=tmp_path)
    monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", f"{KEY}\nX-Evil: 1")
    with pytest.raises(UsageError) as caught:
        pull("artificial-analysis", out=tmp_path)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pull"], "error: pull has no source; name one of openrouter, "),
        (["pull", "aider"], "error: source 'aider' cannot be pulled; use one of openrouter, "),
        (
            ["pull", "openrouter-endpoints"],
            "error: source openrouter-endpoints has no fixed address; give it with --url.",
        ),
        (["show", "bundled", "--score-definition", "x"], "a bundled catalogue has no choice of it; leave it out."),
        (["show", "--earlier", "x"], "error: show has no use for --earlier; it is for lint."),
        (["show", "--out", "x"], "error: show has no use for --out; it is for convert and pull."),
        (["convert", "--limit", "3"], "error: convert has no use for --limit; it is for lint and history."),
        (["lint", "--score-edges", "nan"], "error: --score-edges is 'nan'; give increasing numbers"),
        (["lint", "--score-edges", "40,30"], "error: --score-edges is '40,30'; give increasing numbers"),
        (["show", "x.json", "--source", "x"], "error: source is 'x'; use one of openrouter, "),
    ],
)
def test_what_does_not_fit_together_is_refused(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1


def test_every_public_address_is_https() -> None:
    assert {settings.url.split(":")[0] for settings in PULLS.values() if settings.url} == {"https"}


def test_a_saved_file_becomes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(aa_page(1, of=2)))
    table = tmp_path / "table.csv"
    words = ["catalogue", "convert", str(saved), "--out", str(table), "--source", "artificial-analysis"]
    assert main([*words, "--score-definition", "aa-coding-4.1"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{table}\n"
    assert "note: The file is page 1 of 2: the models of the others are not here." in captured.err
    assert load_catalogue(table).score_definition == "aa-coding-4.1"


def test_lint_looks_at_records_edges_and_earlier_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zero = {"id": "a/b", "pricing": {"prompt": "0", "completion": "0"}, "context_length": 9000}
    earlier, later = tmp_path / "earlier.json", tmp_path / "later.json"
    earlier.write_text(json.dumps(MODELS))
    later.write_text(json.dumps({"data": [zero]}))
    assert main(["catalogue", "lint", str(later), "--earlier", str(earlier), "--json"]) == 1
    codes = {finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert {"zero-price", "zero-price-transient", "no-model-complete", "reader-note"} <= codes
    assert main(["catalogue", "lint", "--score-edges", "51.48,60"]) == 0
    assert "score-near-edge" in capsys.readouterr().out


def test_lint_says_a_thing_once_and_compares_definitions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "earlier.json", tmp_path / "later.json"]
    for file, version in zip(files, (4.1, 4.3), strict=True):
        file.write_text(json.dumps(aa_page(1, of=1, version=version)))
    words = ["catalogue", "lint", str(files[1]), "--earlier", str(files[0])]
    main([*words, "--score-definition", "aa-coding-4.3", "--json"])
    codes = Counter(finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"])
    assert codes["definition-changed"] == codes["no-context"] == 1
    main([*words, "--limit", "1"])
    assert "further findings; --limit shows more, --json all." in capsys.readouterr().out
    files[0].write_text(json.dumps(MODELS))
    assert main(words) == 2
    assert "--earlier is of openrouter and FILE of artificial-analysis; compare two of one" in capsys.readouterr().err


@pytest.mark.data
def test_show_cuts_long_notes_and_json_has_them_whole(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(data_dir / "catalogue" / "prices" / "litellm_model_prices_1.109.1.json.gz")
    assert main(["catalogue", "show", file]) == 0
    captured = capsys.readouterr()
    assert "3384 models, none" in captured.out
    assert max(len(line) for line in captured.err.splitlines()) < 260
    assert main(["catalogue", "show", file, "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert any(note.startswith("414 entries are left out because their mode is image_generation") for note in notes)
