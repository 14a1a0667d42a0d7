"""OpenRouter's generation records as streams: counts by hand, every wrapping, and one sentence for each slip."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream import RequestStream
from paretocode.stream.readers import _json_document as json_document
from paretocode.stream.readers.openrouter_generations import read_openrouter_generations

FIRST = {
    "id": "gen-1",
    "created_at": "2026-05-01T10:00:00.250Z",
    "session_id": "a",
    "model": "vendor/small",
    "native_tokens_prompt": 18_000,
    "tokens_prompt": 16_500,
    "native_tokens_completion": 120,
    "native_tokens_reasoning": 100,
    "native_tokens_cached": 12_000,
    "latency": 1250,
    "generation_time": 1200,
    "total_cost": 0.0055,
    "usage": 0.0099,
    "cancelled": False,
    "finish_reason": "stop",
    "provider_responses": [{"provider_name": "P", "status": 429}, {"provider_name": "Q", "status": 200}],
    "plugins": [{"id": "web"}, {"id": "pareto-router", "min_coding_score": 0.65}],
}
SECOND = {**FIRST, "id": "gen-2", "created_at": "2026-05-01T12:00:12.250+02:00", "native_tokens_prompt": 18_500}
SECOND |= {"native_tokens_cached": 17_900, "finish_reason": "error", "plugins": [], "metadata": {}}


def read(tmp_path: Path, *records: object, **options: object) -> RequestStream:
    file = tmp_path / "log.ndjson"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return read_openrouter_generations(file, **options)


def sentence_of(tmp_path: Path, *records: object, **options: object) -> str:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, *records, **options)
    return str(refusal.value).removeprefix(str(tmp_path / "log.ndjson"))


def test_two_turns_by_hand(tmp_path: Path) -> None:
    stream = read(tmp_path, SECOND, FIRST)
    assert stream.session_ids == ("a",)
    assert stream.time_s.tolist() == [0.0, 12.0]
    assert stream.prompt_tokens.tolist() == [18_000, 18_500]
    assert stream.completion_tokens.tolist() == [120, 120]
    assert stream.prefix_tokens.tolist() == [0, 17_900]
    assert stream.min_score_ppm.tolist()[0] == 650_000
    assert stream.is_omitted.tolist() == [False, True]
    logged = stream.logged
    assert logged is not None
    assert (logged.model_names, logged.cached_tokens.tolist()) == (("vendor/small",), [12_000.0, 17_900.0])
    assert (logged.answer_s.tolist(), logged.cost_usd.tolist()) == ([1.25, 1.25], [0.0055, 0.0055])
    assert (logged.is_failed.tolist(), logged.n_attempts.tolist()) == ([False, True], [2, 2])
    assert stream.name == "log"
    assert stream.notes == (
        "prefix_tokens is what a cache served, a lower bound of what a prompt shares with its predecessor",
    )


def test_growth_is_an_assumption(tmp_path: Path) -> None:
    third = {**SECOND, "id": "gen-3", "created_at": "2026-05-01T10:01:00Z", "native_tokens_prompt": 19_000}
    cut = {**third, "id": "gen-4", "created_at": "2026-05-01T10:02:00Z", "native_tokens_prompt": 17_950}
    other = {**FIRST, "id": "gen-5", "session_id": "b"}
    stream = read(tmp_path, other, SECOND, FIRST, third, cut, assume_growth=True)
    assert stream.prompt_tokens.tolist() == [18_000, 18_500, 19_000, 17_950, 18_000]
    assert stream.prefix_tokens.tolist() == [0, 18_000, 18_500, 17_950, 0]
    assert stream.notes == (
        "prefix_tokens is an assumption: each prompt starts with all of its predecessor, or is a part of it",
    )


@pytest.mark.parametrize(
    ("times", "latency_is", "answer_s"),
    [
        ({"latency": 1250, "generation_time": 1200}, "total", 1.25),
        ({"latency": 1022, "generation_time": 2000}, "total", 2.0),
        ({"latency": 1022, "generation_time": None}, "total", 1.022),
        ({"latency": 1022, "generation_time": 2000}, "first_token", 3.022),
        ({"latency": None, "generation_time": 2000}, "first_token", None),
    ],
)
def test_latency_is_what_you_say_it_is(
    tmp_path: Path, times: dict[str, object], latency_is: str, answer_s: float | None
) -> None:
    stream = read(tmp_path, {**FIRST, **times}, latency_is=latency_is)
    assert stream.logged is not None
    assert (None if stream.logged.answer_s is None else stream.logged.answer_s.tolist()) == (answer_s and [answer_s])
    contradicts = "requests whose generation_time is above latency, answer_s a lower bound: 1"
    assert (contradicts in stream.notes) == (times["generation_time"] == 2000 and latency_is == "total")


@pytest.mark.parametrize(
    ("change", "is_failed"),
    [
        ({}, False),
        ({"cancelled": True}, True),
        ({"finish_reason": "error"}, True),
        ({"finish_reason": "length"}, False),
        ({"provider_responses": [{"status": 502}, {"status": 429}]}, True),
        ({"provider_responses": [{"status": None}]}, False),
        ({"provider_responses": None}, False),
    ],
)
def test_what_failed(tmp_path: Path, change: dict[str, object], is_failed: bool) -> None:
    stream = read(tmp_path, {**FIRST, **change})
    assert stream.logged is not None
    assert stream.logged.is_failed.tolist() == [is_failed]


def test_what_is_left_open_is_noted(tmp_path: Path) -> None:
    unknown = dict.fromkeys(("native_tokens_prompt", "native_tokens_cached", "session_id", "plugins"))
    empty = dict.fromkeys(("native_tokens_completion", "tokens_completion"))
    stream = read(
        tmp_path,
        FIRST,
        {**FIRST, **unknown, "id": "gen-2", "is_byok": True},
        {**SECOND, **empty, "id": "gen-3"},
        FIRST,
        {"error": {"code": 404, "message": "not found"}},
    )
    assert stream.prompt_tokens.tolist() == [18_000, 18_500, 16_500]
    assert stream.completion_tokens.tolist() == [120, 0, 120]
    assert stream.notes == (
        "left out, answers of the API that hold an error instead of a record: 1",
        "left out, rows whose id stood before: 1",
        "requests without native_tokens_prompt, counted by OpenRouter's own tokens_prompt: 1",
        "requests with a provider key of your own, whose cost_usd is only what OpenRouter billed: 1",
        "failed requests without token counts, kept with 0 tokens: 1",
        "requests without a session id, each a session of its own: 1",
        "prefix_tokens is what a cache served, a lower bound of what a prompt shares with its predecessor",
        "requests without a count of cached tokens, prefix_tokens 0: 1",
    )


def test_a_log_that_says_little(tmp_path: Path) -> None:
    bare = {"created_at": "2026-05-01 10:00:00", "native_tokens_prompt": 5, "native_tokens_completion": 1}
    stream = read(tmp_path, bare, bare, min_score_key="quality")
    assert (stream.n_sessions, stream.session_ids, stream.has_demand) == (2, (), False)
    assert stream.logged is not None
    assert set(stream.logged.columns()) == {"is_failed"}
    assert stream.notes == (
        "the log names no sessions, so every request is one of its own",
        "no request states quality, so every min score is omitted",
        "the log counts no cached tokens, so prefix_tokens is 0 throughout: no cache can help",
    )


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([FIRST, SECOND]),
        json.dumps([FIRST, SECOND], indent=2),
        json.dumps({"object": "list", "data": [FIRST, SECOND], "total": 2}),
        json.dumps({"data": [FIRST, SECOND]}, indent=1),
        json.dumps(FIRST, indent=1) + "\n" + json.dumps(SECOND, indent=1),
        json.dumps({"data": FIRST}) + "\n\n" + json.dumps({"data": SECOND}),
        json.dumps({"data": FIRST}, indent=1) + json.dumps({"data": SECOND}, indent=1),
        "\n\n" + json.dumps(FIRST) + "\r\n" + json.dumps(SECOND),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_wrapping_is_the_same_log(tmp_path: Path, text: str, pack: type[bytes]) -> None:
    file = tmp_path / "log.json"
    file.write_bytes(pack(text.encode()))
    assert read_openrouter_generations(file).digest == read(tmp_path, FIRST, SECOND).digest


NESTED = st.recursive(
    st.none() | st.integers(-9, 99) | st.text('ab\n"\\]}{[é ', max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.text("abc", max_size=2), NESTED, max_size=3), max_size=4), st.integers(1, 40))
def test_reading_by_pieces_is_reading_at_once(records: list[dict[str, object]], chunk: int) -> None:
    text = json.dumps({"n": 17, "data": records, "more": [1, 22]}, indent=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_document, "CHUNK_CHARS", chunk)
        found = list(json_document.Document("log.json", io.StringIO(text), "").records(("data",)))
    assert [record.fields for record in found] == records


def test_a_log_longer_than_the_buffer(tmp_path: Path) -> None:
    many = [{**FIRST, "id": f"gen-{i}", "native_tokens_prompt": 20_000 + i} for i in range(5_000)]
    file = tmp_path / "log.json"
    file.write_text(json.dumps(many))
    assert file.stat().st_size > 2 * json_document.CHUNK_CHARS
    stream = read_openrouter_generations(file)
    assert np.array_equal(stream.prompt_tokens, 20_000 + np.arange(5_000))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"native_tokens_prompt": -1}, "native_tokens_prompt is -1, which is below 0; correct it, or leave it empty."),
        ({"native_tokens_prompt": 1.5}, "native_tokens_prompt is 1.5, which is no number of tokens; correct it."),
        ({"native_tokens_prompt": "many"}, "native_tokens_prompt is 'many', which is no number; write it as a plain"),
        ({"native_tokens_prompt": True}, "native_tokens_prompt is True, which is no number; write it as a plain"),
        ({"latency": float("nan")}, "latency is nan, which is no number; write it as a plain number."),
        ({"native_tokens_cached": 18_001}, "18001 tokens were read from a cache and the prompt has 18000; count the"),
        ({"created_at": "yesterday"}, "created_at is 'yesterday', which is no timestamp; write it like 2026-01-31T12"),
        ({"created_at": "2026-05-01"}, "created_at is '2026-05-01', which is a day and no moment; write it like"),
        ({"created_at": "1970-01-01T00:00:00Z"}, "created_at is '1970-01-01T00:00:00Z', which is before 2015 or"),
        (
            {"created_at": 1_777_629_600_000},
            "created_at is 1777629600000, which is no time in seconds, but could be milliseconds; write it in seconds "
            "since 1970.",
        ),
        ({"created_at": 12}, "created_at is 12, which is no time in seconds; write it in seconds since 1970."),
        (
            {"plugins": {"min_coding_score": 65}},
            "plugins.min_coding_score is 65, which is above 1; give it on the 0..1",
        ),
        ({"native_tokens_completion": None}, "there are no completion tokens among id, created_at, session_id, model,"),
        ({"created_at": None}, "there is no time among id, created_at, session_id, model, native_tokens_prompt,"),
    ],
)
def test_damaged_records_are_refused_with_their_line(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    assert sentence_of(tmp_path, SECOND, {**FIRST, **change}).startswith(f", line 2: {sentence}")


def test_daily_totals_are_no_log(tmp_path: Path) -> None:
    total = {"date": "2026-05-01", "model": "vendor/small", "requests": 5, "prompt_tokens": 50, "usage": 0.015}
    assert sentence_of(tmp_path, total) == (
        ", line 1: the row sums up 5 requests of 2026-05-01, and sums cannot be replayed; export single generations "
        "(GET /api/v1/generation, or Broadcast with the otel reader)."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"time_s,prompt_tokens\n0,1\n", ", line 1, record 1: this is no JSON object; export it as JSON; a CSV or"),
        (b'{"error": 1}\n[1]\n', ", line 2: the row is no JSON object; repair the row."),
        (b'{"error": 1}\n{"id"\n', ", line 2: the row is no JSON object; repair the row."),
        (b'[{"error": 1},\n {"id"', ", line 2, record 2: the record is no JSON or cut short; export the file again"),
        (b'[{"error": 1} {"error": 1}]', ", line 1, record 2: there is '{' where ',' belongs; export the file again"),
        (b'[{"error": 1}', ", line 1, record 2: the file is cut short; export the file again"),
        (b'[\n{\n"error": 1\n},\n{\n"error": 2\n},\n3]', ", line 8, record 3: the row is no JSON object; repair the"),
        (b"[1]", ", line 1, record 1: the row is no JSON object; repair the row."),
        (b"\xff\xfe{}", ": the file is no UTF-8 text; export it as JSON in UTF-8."),
        (b"[]", ": there is no request in it (no record at all); check what the file is."),
        (b'{"error": 1}', ": there is no request in it (answers of the API that hold an error instead of a record: 1)"),
        (
            gzip.compress(b'{"error": 1}\n' * 9999)[:-9],
            ": the compressed file is cut short or damaged; fetch or export",
        ),
        (b"", ": the file is empty; give a log with at least one row."),
    ],
)
def test_damaged_files(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "log"
    file.write_bytes(content)
    with pytest.raises(InputError) as refusal:
        read_openrouter_generations(file)
    assert str(refusal.value).removeprefix(str(file)).startswith(sentence)


def test_a_record_without_end_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "MAX_RECORD_CHARS", 1_000)
    monkeypatch.setattr(json_document, "CHUNK_CHARS", 100)
    text = io.StringIO('[{"id": "' + "x" * 5_000)
    with pytest.raises(InputError, match=r"line 1, record 1: a record has more than 1,000 characters or is no JSON"):
        list(json_document.Document("log.json", text, "").records(()))
    assert text.tell() < 2_500


def test_an_unknown_reading_of_latency_is_refused(tmp_path: Path) -> None:
    assert sentence_of(tmp_path, FIRST, latency_is="ttft") == ": latency_is is 'ttft'; use one of total, first_token."
