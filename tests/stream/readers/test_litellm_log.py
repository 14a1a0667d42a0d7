"""LiteLLM's spend logs and payloads as streams: units, sessions, what is no request, and each slip's sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paretocode.errors import InputError
from paretocode.stream import RequestStream
from paretocode.stream.readers.litellm_log import read_litellm

SPEND = {
    "request_id": "r1",
    "call_type": "acompletion",
    "api_key": "hash",
    "spend": 0.0123,
    "total_tokens": 18_120,
    "prompt_tokens": 18_000,
    "completion_tokens": 120,
    "startTime": "2026-05-01T10:00:00.250000Z",
    "endTime": "2026-05-01T10:00:03.750000Z",
    "model": "vendor/small",
    "session_id": "a",
    "status": "success",
    "cache_hit": "False",
    "metadata": {
        "usage_object": {"prompt_tokens_details": {"cached_tokens": 12_000}},
        "attempted_retries": 1,
        "requester_metadata": {"min_coding_score": 0.65},
    },
}
PAYLOAD = {
    "id": "r2",
    "trace_id": "a",
    "call_type": "acompletion",
    "response_cost": 0.02,
    "status": "failure",
    "prompt_tokens": 18_500,
    "completion_tokens": 0,
    "startTime": 1_777_629_612.25,
    "endTime": 1_777_629_613.0,
    "response_time": 0.1,
    "model": "vendor/large",
    "cache_hit": None,
    "metadata": {"usage_object": None},
    "model_parameters": {"plugins": [{"id": "pareto-router", "min_coding_score": 0.8}]},
}


def read(tmp_path: Path, *lines: object, **options: object) -> RequestStream:
    file = tmp_path / "spend.log"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return read_litellm(file, **options)


def sentence_of(tmp_path: Path, *lines: object) -> str:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, *lines)
    return str(refusal.value).removeprefix(str(tmp_path / "spend.log"))


def test_a_spend_row_and_a_payload_by_hand(tmp_path: Path) -> None:
    stream = read(tmp_path, PAYLOAD, SPEND)
    assert (stream.session_ids, stream.time_s.tolist()) == (("a",), [0.0, 12.0])
    assert (stream.prompt_tokens.tolist(), stream.completion_tokens.tolist()) == ([18_000, 18_500], [120, 0])
    assert stream.min_score_ppm.tolist() == [650_000, 800_000]
    logged = stream.logged
    assert logged is not None
    assert (logged.model_names, logged.model_code.tolist()) == (("vendor/large", "vendor/small"), [1, 0])
    assert (logged.answer_s.tolist(), logged.cost_usd.tolist()) == ([3.5, 0.75], [0.0123, 0.02])
    assert (logged.is_failed.tolist(), logged.n_attempts.tolist()) == ([False, True], [2, 0])
    assert str(logged.cached_tokens.tolist()) == "[12000.0, nan]"
    assert stream.notes == (
        "prefix_tokens is what a cache served, a lower bound of what a prompt shares with its predecessor",
        "requests without a count of cached tokens, prefix_tokens 0: 1",
    )


def test_metadata_that_a_data_base_wrote_as_text(tmp_path: Path) -> None:
    as_text = {**SPEND, "metadata": json.dumps(SPEND["metadata"])}
    assert read(tmp_path, as_text).digest == read(tmp_path, SPEND).digest
    cut = {**SPEND, "metadata": '{"usage_object": {"prompt'}
    assert sentence_of(tmp_path, cut) == ", line 1: metadata holds a text that is no JSON; export it whole."


@pytest.mark.parametrize(
    ("metadata", "cached"),
    [
        ({"usage_object": {"cache_read_input_tokens": 7}}, 7),
        ({"additional_usage_values": {"cache_read_input_tokens": 8}}, 8),
        ({"additional_usage_values": {"prompt_tokens_details": {"cached_tokens": 9}}}, 9),
    ],
)
def test_where_cached_tokens_may_stand(tmp_path: Path, metadata: dict[str, object], cached: int) -> None:
    logged = read(tmp_path, {**SPEND, "metadata": metadata}).logged
    assert logged is not None
    assert logged.cached_tokens.tolist() == [cached]


@pytest.mark.parametrize(
    ("session", "names"),
    [
        ({"session_id": "s"}, ("s",)),
        ({"session_id": None, "metadata": {"session_id": "m"}}, ("m",)),
        ({"session_id": "", "trace_id": "t"}, ("t",)),
        ({"session_id": 7}, ("7",)),
        ({"session_id": None}, ()),
    ],
)
def test_what_names_a_session(tmp_path: Path, session: dict[str, object], names: tuple[str, ...]) -> None:
    assert read(tmp_path, {**SPEND, **session}).session_ids == names


def test_what_is_no_request_is_counted(tmp_path: Path) -> None:
    stream = read(
        tmp_path,
        "INFO:     Started server process [1]",
        {"message": "LiteLLM Proxy: ready", "level": "INFO", "timestamp": "2026-05-01T09:59:00"},
        {**SPEND, "call_type": "aembedding", "request_id": "r0"},
        {**SPEND, "cache_hit": "True"},
        SPEND,
        "",
    )
    assert len(stream) == 1
    assert stream.notes[:5] == (
        "left out, lines of other text: 1",
        "left out, messages of the proxy: 1",
        "left out, rows of call type aembedding: 1",
        "left out, rows whose id stood before: 1",
        "requests that the proxy answered from its own response cache: 1",
    )


def test_pages_of_the_api(tmp_path: Path) -> None:
    page = {"data": [SPEND, PAYLOAD], "total": 2, "page": 1}
    assert read(tmp_path, page).digest == read(tmp_path, SPEND, PAYLOAD).digest
    file = tmp_path / "page.json"
    file.write_text(json.dumps(page, indent=2))
    assert read_litellm(file).digest == read(tmp_path, SPEND, PAYLOAD).digest


def test_a_failure_without_counts_stays(tmp_path: Path) -> None:
    stream = read(tmp_path, SPEND, {**PAYLOAD, "prompt_tokens": None, "completion_tokens": None, "endTime": None})
    assert stream.prompt_tokens.tolist() == [18_000, 0]
    assert stream.logged is not None
    assert str(stream.logged.answer_s.tolist()) == "[3.5, nan]"
    assert "failed requests without token counts, kept with 0 tokens: 1" in stream.notes


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"startTime": 1_777_629_612_250},
            "startTime is 1777629612250, which is no time in seconds, but could be milliseconds; write it in seconds "
            "since 1970.",
        ),
        ({"endTime": "2026-05-01T10:00:00Z"}, "endTime lies 0.25 s before startTime; repair the times, or drop it."),
        ({"startTime": "2026-05-01"}, "startTime is '2026-05-01', which is a day and no moment; write it like"),
        ({"prompt_tokens": "x"}, "prompt_tokens is 'x', which is no number; write it as a plain number."),
        ({"prompt_tokens": None}, "there are no prompt tokens among request_id, call_type, api_key, spend,"),
        ({"spend": -1}, "spend is -1, which is below 0; correct it, or leave it empty."),
        ({"prompt_tokens": 2**41}, "prompt_tokens is 2199023255552, which is no number of tokens; correct it."),
    ],
)
def test_damaged_rows(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    assert sentence_of(tmp_path, PAYLOAD, {**SPEND, **change}).startswith(f", line 2: {sentence}")


def test_a_row_that_is_cut_is_refused_and_not_taken_for_text(tmp_path: Path) -> None:
    assert sentence_of(tmp_path, SPEND, json.dumps(SPEND)[:-9]) == (
        ", line 2: the row is no JSON object; repair the row."
    )


@pytest.mark.parametrize(
    "total",
    [
        {"startTime": "2026-05-01", "spend": 1.5, "users": {"u": 1.5}, "models": {"m": 1.5}},
        {"results": [{"date": "2026-05-01", "metrics": {"api_requests": 3, "prompt_tokens": 9}}]},
    ],
)
def test_daily_totals_are_no_log(tmp_path: Path, total: dict[str, object]) -> None:
    assert sentence_of(tmp_path, total) == (
        ", line 1: the row sums up the requests of 2026-05-01, and sums cannot be replayed; export single rows "
        "(/spend/logs/v2 or the table LiteLLM_SpendLogs)."
    )


def test_a_log_of_text_alone(tmp_path: Path) -> None:
    assert sentence_of(tmp_path, "INFO: up", "INFO: down") == (
        ": there is no request in it (lines of other text: 2); check what the file is."
    )
