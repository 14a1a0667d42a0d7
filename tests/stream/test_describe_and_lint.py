"""What a stream's record holds, and what makes a stream suspicious."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from paretocode.errors import InputError
from paretocode.stream import (
    DEFAULT_DEMAND,
    RequestStream,
    apply_demand,
    describe,
    lint_stream,
    load_stream,
    request_stream,
    synthesise,
)
from paretocode.stream.describe import near_edge_mass
from paretocode.stream.logged import logged_columns

CODING = "traces/claude_code_weka_requests_nohash_derived.parquet"
N = 12
TOKENS = np.array([9, 4, 7, 3, 8, 5, 6, 1, 2, 12, 11, 10])


def small(**columns: object) -> RequestStream:
    """Return twelve requests in four sessions that nothing is odd about, but for the given columns."""
    plain = {
        "session": np.arange(N) // 3,
        "time_s": np.arange(N) ** 2 * 1.37,
        "prompt_tokens": TOKENS,
        "completion_tokens": TOKENS[::-1],
        "prefix_tokens": np.ones(N),
        "min_score": np.full(N, 0.5),
    }
    return request_stream(**{**plain, **columns})


def codes(stream: RequestStream, **settings: int) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in lint_stream(stream, **settings)]


def test_a_record_in_plain_numbers() -> None:
    record = describe(small())
    assert (record["requests"], record["sessions"], record["turns_p50"]) == (12, 4, 3.0)
    assert (record["prompt_tokens_mean"], record["prompt_tokens_p50"], record["prompt_tokens_max"]) == (6.5, 6.5, 12.0)
    assert record["prefix_share"] == pytest.approx(8 / 78)
    assert (record["omitted_share"], record["atom_0.5"], record["switch_share"]) == (0.0, 1.0, 0.0)
    assert all(type(value) in {int, float} and math.isfinite(value) for value in record.values())


def test_what_has_no_value_is_left_out() -> None:
    record = describe(request_stream(session=[1], time_s=[0], prompt_tokens=[0], completion_tokens=[0]))
    absent = ("gap", "prefix", "atom", "switch", "span", "requests_per", "dispersion", "peak", "logged", "prompt_comp")
    assert not any(key.startswith(absent) for key in record)


def test_at_most_five_atoms_the_most_asked_first() -> None:
    record = describe(apply_demand(synthesise("coding_agent", n_sessions=2000, rng=1), DEFAULT_DEMAND, rng=1))
    atoms = [key for key in record if key.startswith("atom_")]
    assert len(atoms) == 5
    assert atoms[0] == "atom_0.65"


def test_arrivals_by_hand() -> None:
    # Whole windows of 1 s from 10 s to 14 s hold 3, 0, 0, 1; the request at 14.5 lies in an incomplete fifth.
    times = [10.0, 10.2, 10.4, 13.0, 14.5]
    record = describe(request_stream(session=range(5), time_s=times, prompt_tokens=[1] * 5, completion_tokens=[1] * 5))
    assert (record["span_s"], record["requests_per_s"]) == (4.5, pytest.approx(5 / 4.5))
    assert record["arrival_gap_cv"] == pytest.approx(np.std([0.2, 0.2, 2.6, 1.5]) / 1.125)
    assert record["dispersion_1s"] == pytest.approx(np.var([3, 0, 0, 1]) / 1.0)
    assert "dispersion_60s" not in record


def test_a_peak_over_whole_minutes() -> None:
    times = [0, 1, 2, 70, 180]
    record = describe(request_stream(session=range(5), time_s=times, prompt_tokens=[1] * 5, completion_tokens=[1] * 5))
    assert record["peak_to_mean_60s"] == pytest.approx(3 / (4 / 3))


def test_an_age_of_silence_costs_no_memory() -> None:
    record = describe(small(time_s=[*np.arange(11) * 1.37, 1e11]))
    assert record["dispersion_1s"] > 0


def test_sessions_with_clocks_of_their_own_have_no_rate() -> None:
    apart = small(time_s=np.tile([5.0, 7.5, 19.25], 4))
    assert not any(key.startswith(("span", "requests_per", "arrival", "disp", "peak")) for key in describe(apart))
    assert describe(apart)["gap_s_max"] == 11.75
    assert codes(apart) == [("own-clocks", "note")]
    assert "requests_per_s" in describe(small(time_s=[*np.tile([5.0, 7.5, 19.25], 3), 5.5, 7.5, 19.25]))


def test_reuse_by_gap_takes_the_upper_bound_in() -> None:
    stream = request_stream(
        session=[0] * 6,
        time_s=np.cumsum([0, 30, 60, 300.000001, 3600, 3601]),
        prompt_tokens=[10] * 6,
        completion_tokens=[1] * 6,
        prefix_tokens=[0, 1, 2, 3, 4, 5],
    )
    record = describe(stream)
    assert [record[f"prefix_share_gap_{name}"] for name in ("to_30s", "to_60s", "to_3600s", "over_3600s")] == [
        0.1,
        0.2,
        0.35,
        0.5,
    ]
    assert "prefix_share_gap_to_300s" not in record
    assert (record["gap_over_300s_share"], record["gap_over_3600s_share"]) == (0.6, 0.2)


def test_omitting_the_min_score_is_a_switch() -> None:
    nan = float("nan")
    asked = [0.0, nan, nan, 0.5, 0.65, 0.65, nan, nan, nan, 0.2, 0.5, 0.2]
    record = describe(small(min_score=asked))
    assert (record["switch_share"], record["min_scores"]) == (4 / 8, 4)


def test_what_was_logged() -> None:
    logged = logged_columns(
        model=["b"] * 6 + ["a"] * 3 + [""] * 3,
        cached_tokens=[float("nan")] * 6 + [1.0] * 6,
        answer_s=[float("nan")] * 10 + [1.0, 3.0],
        cost_usd=[0.25] * 4 + [float("nan")] * 8,
        is_failed=[True] * 3 + [False] * 9,
        n_attempts=[0] * 10 + [1, 2],
    )
    record = describe(small(logged=logged))
    assert record["logged_model_known_share"] == 0.75
    assert [key for key in record if key.startswith("logged_model_share")] == [
        "logged_model_share_b",
        "logged_model_share_a",
    ]
    assert record["logged_model_share_b"] == pytest.approx(2 / 3)
    assert (record["logged_cached_known_share"], record["logged_cached_share"]) == (0.5, pytest.approx(6 / 42))
    assert record["logged_cached_prefix_share"] == pytest.approx(4 / 42)
    assert (record["logged_answer_s_mean"], record["logged_failed_share"]) == (2.0, 0.25)
    assert (record["logged_cost_usd"], record["logged_cost_known_share"]) == (1.0, pytest.approx(1 / 3))
    assert record["logged_attempts_mean"] == 1.5
    assert all(math.isfinite(value) for value in record.values())


def test_a_log_that_knows_nothing_of_its_models() -> None:
    record = describe(small(logged=logged_columns(model=[""] * N, answer_s=[float("nan")] * N)))
    assert record["logged_model_known_share"] == 0.0
    assert not any(key.startswith(("logged_model_share", "logged_answer")) for key in record)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=20))
def test_the_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    prompt, completion = zip(*pairs, strict=True)
    n = len(pairs)
    stream = request_stream(session=range(n), time_s=range(n), prompt_tokens=prompt, completion_tokens=completion)
    found = describe(stream).get("prompt_completion_spearman")
    if len(set(prompt)) == 1 or len(set(completion)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(prompt, completion).statistic, abs=1e-12)


@given(st.lists(st.integers(0, 600), min_size=2, max_size=30))
def test_dispersion_is_variance_over_mean_of_all_windows(tenths: list[int]) -> None:
    n = len(tenths)
    times = np.array(tenths) / 10
    stream = request_stream(session=range(n), time_s=times, prompt_tokens=[1] * n, completion_tokens=[1] * n)
    first, last = min(tenths), max(tenths)
    n_windows = (last - first) // 10
    counts = [sum(first + 10 * w <= t < first + 10 * w + 10 for t in tenths) for w in range(n_windows)]
    found = describe(stream).get("dispersion_1s")
    assert found == (pytest.approx(np.var(counts) / np.mean(counts), abs=1e-12) if n_windows >= 2 else None)


def test_the_mass_near_an_edge_counts_whole_millionths() -> None:
    # 0.66 - 0.65 is above 0.01 in floats.
    mass = near_edge_mass(
        small(min_score=[0.65] * 3 + [0.67] * 3 + [0.649999] * 3 + [float("nan")] * 3), [0.66], [0.01]
    )
    assert mass.share.tolist() == [[0.5]]


@given(
    st.lists(st.none() | st.integers(0, 20), min_size=1, max_size=20),
    st.lists(st.integers(0, 20), min_size=1, max_size=3, unique=True).map(sorted),
    st.lists(st.integers(0, 20), min_size=1, max_size=3),
)
def test_the_mass_near_edges_by_definition(asked: list[int | None], edges: list[int], distances: list[int]) -> None:
    n = len(asked)
    stream = request_stream(
        session=range(n),
        time_s=range(n),
        prompt_tokens=[1] * n,
        completion_tokens=[1] * n,
        min_score=[float("nan") if score is None else score / 20 for score in asked],
    )
    mass = near_edge_mass(stream, [edge / 20 for edge in edges], [distance / 20 for distance in distances])
    stated = [score for score in asked if score is not None]
    assert mass.share.tolist() == [[sum(abs(q - e) <= d for q in stated) / n for d in distances] for e in edges]
    assert mass.share_of_any.tolist() == [
        sum(any(abs(q - e) <= d for e in edges) for q in stated) / n for d in distances
    ]


@pytest.mark.parametrize(
    ("edges", "distances", "message"),
    [
        ([], [0.1], "edges is empty; give at least one number within 0..1."),
        ([0.5], [1.5], "distances holds 1.5, which is above 1; give numbers within 0..1."),
        ([0.66, 0.33], [0.1], "edges has 0.66 before 0.33; write the edges in strictly increasing order."),
    ],
)
def test_edges_and_distances_are_refused(edges: list[float], distances: list[float], message: str) -> None:
    with pytest.raises(InputError) as refusal:
        near_edge_mass(small(), edges, distances)
    assert str(refusal.value) == message


def test_sound_streams_have_no_findings() -> None:
    assert lint_stream(small()) == []
    assert lint_stream(apply_demand(synthesise("coding_agent", n_sessions=50, rng=1), DEFAULT_DEMAND, rng=1)) == []


BIG = TOKENS.copy()
BIG[3] = 2**31 - 5
SORTED = np.sort(TOKENS)
FAST = logged_columns(answer_s=[1e-4, *[1.0] * 11])
SLOW = logged_columns(answer_s=np.full(N, 1000.0))
GROWING = {"session": np.zeros(N), "completion_tokens": np.cumsum(TOKENS)}
NAN = float("nan")


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"completion_tokens": np.zeros(N)}, [("zero-tokens", "warning")]),
        ({"prompt_tokens": np.full(N, 7)}, [("constant-tokens", "warning")]),
        ({"prompt_tokens": BIG}, [("wrapped-tokens", "warning")]),
        (
            {"session": np.arange(N), "prompt_tokens": SORTED},
            [("cumulative-tokens", "warning"), ("no-sessions", "note")],
        ),
        ({"completion_tokens": np.sort(TOKENS)}, [("cumulative-tokens", "warning")]),
        (GROWING, [("cumulative-tokens", "warning")]),
        ({"session": np.zeros(N), "prompt_tokens": SORTED}, []),  # as a conversation grows
        ({"time_s": np.full(N, 3.0)}, [("constant-times", "warning")]),
        ({"time_s": np.arange(N) * 0.1}, [("regular-times", "warning")]),
        ({"time_s": [*range(11), 11.5]}, [("regular-times", "warning")]),
        ({"time_s": np.arange(N) ** 2}, [("coarse-times", "note")]),
        ({"time_s": np.arange(N) ** 2 * 3 + np.tile([0.002, 0, -0.003], 4)}, [("coarse-times", "warning")]),
        ({"time_s": [*np.arange(11) ** 2 * 1.37, 31 * 86_400]}, [("clock-jump", "warning")]),
        ({"time_s": [0.0, 1, 31 * 86_400 + 0.5] * 4}, [("own-clocks", "note"), ("clock-jump", "warning")]),
        ({"min_score": np.full(N, NAN)}, [("no-demand", "note")]),
        ({"min_score": np.full(N, 0.0065)}, [("min-score-scale", "warning")]),
        ({"min_score": [0, 1] * 6}, [("min-score-scale", "warning")]),
        ({"session": np.arange(N)}, [("no-sessions", "note")]),
        ({"prefix_tokens": None}, [("no-prefix", "note")]),
        ({"prompt_tokens": TOKENS + 20, "prefix_tokens": np.full(N, 27)}, [("long-prefix", "warning")]),
        (
            {"logged": logged_columns(cached_tokens=TOKENS + 1.0)},
            [("cached-beyond-prompt", "warning")],
        ),
        ({"logged": FAST}, [("impossible-speed", "warning")]),
        ({"logged": SLOW, "completion_tokens": TOKENS + 50}, [("slow-answers", "warning")]),
    ],
)
def test_findings(columns: dict[str, object], found: list[tuple[str, str]]) -> None:
    stream = small(**columns)
    assert codes(stream) == found
    for finding in lint_stream(stream):
        what, sign, way_out = finding.message.partition("; ")
        assert (bool(what), sign, way_out.endswith("."), finding.message.count(";")) == (True, "; ", True, 1)


def test_a_counter_that_starts_anew_with_each_session() -> None:
    n = 30
    rng = np.random.default_rng(3)
    columns = {
        "session": np.arange(n) // 10,
        "time_s": np.cumsum(rng.exponential(10, n)),
        "prompt_tokens": rng.integers(100, 200, n),
        "completion_tokens": np.tile(np.arange(10), 3) * 50 + 1,
        "prefix_tokens": np.ones(n),
        "min_score": np.full(n, 0.5),
    }
    assert codes(request_stream(**columns)) == [("cumulative-tokens", "warning")]
    grown_prompts = {
        **columns,
        "prompt_tokens": columns["completion_tokens"],
        "completion_tokens": columns["prompt_tokens"],
    }
    assert codes(request_stream(**grown_prompts)) == []


def test_regular_gaps_within_sessions_that_started_at_random() -> None:
    n = 40
    rng = np.random.default_rng(1)
    starts = np.repeat(np.cumsum(rng.exponential(100, 4)), 10)
    stream = request_stream(
        session=np.arange(n) // 10,
        time_s=starts + np.tile(np.arange(10) * 7.31, 4),
        prompt_tokens=rng.integers(1, 99, n),
        completion_tokens=rng.integers(1, 99, n),
        min_score=np.full(n, 0.5),
    )
    assert [code for code, _ in codes(stream)] == ["regular-gaps", "no-prefix"]


def test_two_at_every_second_are_regular_too() -> None:
    n = 40
    rng = np.random.default_rng(2)
    stream = request_stream(
        session=np.arange(n),
        time_s=np.arange(n) // 2,
        prompt_tokens=rng.integers(1, 99, n),
        completion_tokens=rng.integers(1, 99, n),
        min_score=np.full(n, 0.5),
    )
    assert [code for code, _ in codes(stream)] == ["regular-times", "no-sessions"]


def test_a_busy_log_on_a_slow_clock_is_not_regular() -> None:
    n = 200
    rng = np.random.default_rng(4)
    stream = request_stream(
        session=np.arange(n),
        time_s=np.sort(rng.integers(0, 25, n)) * 2,
        prompt_tokens=rng.integers(1, 99, n),
        completion_tokens=rng.integers(1, 99, n),
        min_score=np.full(n, 0.5),
    )
    assert [code for code, _ in codes(stream)] == ["coarse-times", "no-sessions"]


def test_a_client_is_no_conversation() -> None:
    at = 0.5 + np.arange(21) * 0.04 + np.arange(21) ** 2 * 1e-4
    rng = np.random.default_rng(5)
    columns = {
        "session": np.zeros(21),
        "time_s": at,
        "prompt_tokens": rng.integers(1, 99, 21),
        "completion_tokens": rng.integers(1, 99, 21),
        "min_score": np.full(21, 0.5),
    }
    assert [code for code, _ in codes(request_stream(**columns))] == ["no-prefix", "busy-session"]
    slower = request_stream(**{**columns, "time_s": at * 1.3})
    assert [code for code, _ in codes(slower)] == ["no-prefix"]


def test_a_log_exported_twice() -> None:
    once = small()
    twice = request_stream(
        **{
            name: np.tile(getattr(once, name), 2)
            for name in ("session", "time_s", "prompt_tokens", "completion_tokens", "prefix_tokens")
        },
        min_score=np.full(2 * N, 0.5),
    )
    assert ("duplicate-requests", "warning") in codes(twice)
    message = next(f.message for f in lint_stream(twice) if f.code == "duplicate-requests")
    assert message.startswith("12 of 24 requests repeat another's session, time and tokens")
    nameless = twice.replace(session=np.arange(2 * N))
    assert ("duplicate-requests", "warning") in codes(nameless)


def test_open_sessions_that_pause_together() -> None:
    n = 40
    rng = np.random.default_rng(7)
    start = np.repeat(rng.uniform(0, 100, 10), 4)
    times = start + np.tile([0.0, 3.3, 9000.1, 9007.7], 10) + rng.uniform(0, 1, n)
    columns = {
        "session": np.arange(n) // 4,
        "prompt_tokens": rng.integers(100, 199, n),
        "completion_tokens": rng.integers(1, 99, n),
        "prefix_tokens": np.ones(n),
        "min_score": np.full(n, 0.5),
    }
    assert codes(request_stream(**columns, time_s=times)) == [("common-pause", "note")]
    # A night after which nobody goes on is a night.
    new_after = {**columns, "session": np.arange(n) // 4 + np.tile([0, 0, 10, 10], 10)}
    assert codes(request_stream(**new_after, time_s=times)) == []
    # Nine that go on are too few; the tenth, last before the pause, has ended.
    is_kept = np.ones(n, dtype=bool)
    last = int(np.argmax(np.where(times < 5000, times, -1.0)))
    is_kept[4 * (last // 4) + 2 : 4 * (last // 4) + 4] = False
    nine = {name: column[is_kept] for name, column in columns.items()}
    assert codes(request_stream(**nine, time_s=times[is_kept])) == []


def test_longer_than_every_context() -> None:
    assert codes(small(), longest_context_tokens=12) == [("beyond-context", "warning")]
    assert codes(small(), longest_context_tokens=int((TOKENS + TOKENS[::-1]).max())) == []


def test_few_requests_may_be_alike_by_chance() -> None:
    stream = request_stream(
        session=[1, 1],
        time_s=[0, 1],
        prompt_tokens=[5, 5],
        completion_tokens=[1, 1],
        prefix_tokens=[0, 5],
        min_score=[1, 1],
    )
    assert lint_stream(stream) == []


def mooncake(data_dir: Path) -> RequestStream:
    with gzip.open(data_dir / "traces/mooncake_fast25_conversation_trace.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return request_stream(
        session=np.arange(len(rows)),
        time_s=[row["timestamp"] / 1000 for row in rows],
        prompt_tokens=[row["input_length"] for row in rows],
        completion_tokens=[row["output_length"] for row in rows],
    )


@pytest.mark.data
@pytest.mark.parametrize(
    ("kind", "published"),
    [
        (
            "code",
            {
                "requests_per_s": 2.567,
                "arrival_gap_cv": 13.15,
                "dispersion_1s": 13.2,
                "dispersion_60s": 164,
                "peak_to_mean_60s": 4.18,
                "prompt_completion_spearman": -0.02,
            },
        ),
        (
            "conv",
            {
                "requests_per_s": 5.530,
                "arrival_gap_cv": 1.09,
                "dispersion_1s": 1.39,
                "dispersion_60s": 16.1,
                "peak_to_mean_60s": 1.52,
                "prompt_completion_spearman": 0.07,
            },
        ),
    ],
)
def test_the_published_arrivals(data_dir: Path, kind: str, published: dict[str, float]) -> None:
    record = describe(load_stream("azure", data_dir / f"traces/azure_llm_2023_{kind}.csv.gz"))
    for name, value in published.items():
        assert record[name] == pytest.approx(value, rel=5e-3, abs=5e-3), name


@pytest.mark.data
def test_the_published_reuse_and_gaps(data_dir: Path) -> None:
    record = describe(load_stream("coding_agent", data_dir / CODING, threads="main"))
    names = ("gap_to_30s", "gap_to_60s", "gap_to_300s", "gap_to_3600s", "gap_over_3600s")
    found = [round(100 * record[f"prefix_share_{name}"], 1) for name in names]
    assert found == [98.5, 98.2, 96.0, 87.2, 63.0]
    assert (round(100 * record["gap_over_300s_share"], 1), round(100 * record["gap_over_3600s_share"], 2)) == (
        5.1,
        0.47,
    )
    assert [round(record[f"turns_{cut}"]) for cut in ("p05", "p25", "p50", "p75", "p95", "p99", "max")] == [
        4, 18, 45, 94, 232, 329, 514,
    ]  # fmt: skip
    assert "requests_per_s" not in record


@pytest.mark.data
def test_real_traces_raise_no_false_warning(data_dir: Path) -> None:
    for kind in ("code", "conv"):
        azure = load_stream("azure", data_dir / f"traces/azure_llm_2023_{kind}.csv.gz")
        assert codes(azure, longest_context_tokens=200_000) == [("no-demand", "note"), ("no-sessions", "note")]
    for threads in ("all", "main"):
        coding = load_stream("coding_agent", data_dir / CODING, threads=threads)
        found = codes(coding, longest_context_tokens=1_000_000)
        assert found == [("coarse-times", "note"), ("own-clocks", "note"), ("no-demand", "note")]
    batches = mooncake(data_dir)
    assert [code for code, severity in codes(batches) if severity == "warning"] == ["coarse-times"]
    assert "steps of 3 s" in next(f.message for f in lint_stream(batches) if f.code == "coarse-times")


@pytest.mark.data
def test_a_look_alike_of_a_real_trace_is_found_out(data_dir: Path) -> None:
    real = load_stream("azure", data_dir / "traces/azure_llm_2023_code.csv.gz")
    made_up = real.replace(time_s=np.arange(len(real), dtype=np.float64))
    assert ("regular-times", "warning") in codes(made_up)
