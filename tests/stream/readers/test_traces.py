"""The public traces as streams, against numbers computed by others on the same files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.stream import RequestStream, load_stream, read_azure, read_coding_agent
from paretocode.stream.readers.coding_agent_sessions import find_disagreements, read_coding_agent_sessions
from paretocode.stream.readers.mooncake import read_mooncake

pytestmark = pytest.mark.data
CODING = "traces/claude_code_weka_requests_nohash_derived.parquet"
CODING_SESSIONS = "traces/claude_code_weka_sessions.parquet"
MOONCAKE = "traces/mooncake_fast25_conversation_trace.jsonl.gz"
TTL_S = 300


def bill_of_one_model(stream: RequestStream, usd_in: float, usd_out: float) -> tuple[float, float]:
    """Return [USD] and the share of prompt tokens read from a 5-minute cache, at 0.1x and 1.25x the input price."""
    cached = np.where(stream.gap_s <= TTL_S, stream.prefix_tokens, 0)
    uncached = stream.prompt_tokens - cached
    usd = (0.1 * cached + 1.25 * uncached) * usd_in + stream.completion_tokens * usd_out
    return float(usd.sum()) / 1e6, float(cached.sum() / stream.prompt_tokens.sum())


@pytest.fixture(scope="module")
def main_thread(data_dir: Path) -> RequestStream:
    return load_stream("coding_agent", data_dir / CODING, threads="main")


@pytest.mark.parametrize(("usd_in", "usd_out", "usd"), [(1, 5, 1288.10), (3, 15, 3864.31), (5, 25, 6440.51)])
def test_the_main_thread_costs_what_others_found(
    main_thread: RequestStream, usd_in: float, usd_out: float, usd: float
) -> None:
    bill, hit = bill_of_one_model(main_thread, usd_in, usd_out)
    assert bill == pytest.approx(usd, abs=0.005)
    assert hit == pytest.approx(0.91595, abs=5e-6)


def test_the_main_thread_is_710_conversations(main_thread: RequestStream) -> None:
    assert (len(main_thread), main_thread.n_sessions) == (48_658, 710)
    assert main_thread.session_ids[:2] == ("trace_0001", "trace_0002")
    assert main_thread.is_omitted.all()
    assert (main_thread.time_s[main_thread.is_first] == 0).all()
    gaps = main_thread.gap_s[~main_thread.is_first]
    assert float(np.mean(gaps > TTL_S)) == pytest.approx(0.051, abs=0.0005)


def test_sub_agents_are_conversations_of_their_own(data_dir: Path) -> None:
    stream = read_coding_agent(data_dir / CODING)
    assert (len(stream), stream.n_sessions) == (49_334, 773)
    assert "trace_0003/agent_001" in stream.session_ids


def test_answer_times_of_the_trace_end_below_300_s(data_dir: Path) -> None:
    stream = read_coding_agent(data_dir / CODING)
    assert stream.logged is not None
    assert stream.logged.answer_s is not None
    assert int(np.isnan(stream.logged.answer_s).sum()) == 4312 + 1
    assert float(np.nanmax(stream.logged.answer_s)) < 300
    assert len(stream.logged.model_names) == 6
    assert stream.notes[-1] == "answer times unknown, of 49,334: 4,312 are missing, 1 cut off at 300 s"


def test_both_files_of_the_coding_agent_tell_the_same(data_dir: Path, main_thread: RequestStream) -> None:
    sessions = read_coding_agent_sessions(data_dir / CODING_SESSIONS)
    assert (len(sessions), int(sessions.n_sub_agents.sum())) == (710, 63)
    assert find_disagreements(sessions, read_coding_agent(data_dir / CODING)) == ()
    assert find_disagreements(sessions, main_thread, threads="main") == ()
    prompt_tokens = int(sessions.main_prompt_tokens.sum())
    assert prompt_tokens == int(main_thread.prompt_tokens.sum())
    assert prompt_tokens > 2**32


@pytest.fixture(scope="module")
def mooncake(data_dir: Path) -> RequestStream:
    return read_mooncake(data_dir / MOONCAKE)


def test_mooncake_sessions_are_near_what_others_inferred(mooncake: RequestStream) -> None:
    turns = np.bincount(mooncake.session)
    gap_s = mooncake.gap_s[~mooncake.is_first]
    assert len(mooncake) == 12_031
    assert mooncake.n_sessions == pytest.approx(8072, rel=0.005)
    assert turns.mean() == pytest.approx(1.49, abs=0.005)
    assert float(np.mean(turns > 1)) == pytest.approx(0.25, abs=0.005)
    assert float(turns[turns > 1].sum() / len(mooncake)) == pytest.approx(0.50, abs=0.005)
    assert np.percentile(turns[turns > 1], [50, 90, 99, 100]).tolist() == [2, 5, 12, 43]
    assert np.percentile(gap_s, [50, 75, 90, 99]) == pytest.approx([123, 267, 474, 1455], abs=1.5)
    assert (np.log(gap_s).mean(), np.log(gap_s).std()) == pytest.approx((4.87, 0.98), abs=0.005)


def test_mooncake_prompts_grow_by_the_answer_and_a_little(mooncake: RequestStream) -> None:
    """The rule looks at hashes alone, so that lengths can testify: next prompt = prompt + answer + a new message."""
    row = np.flatnonzero(~mooncake.is_first)
    before = mooncake.prompt_tokens[row - 1] + mooncake.completion_tokens[row - 1]
    new_tokens = mooncake.prompt_tokens[row] - before
    assert float(np.mean(new_tokens >= 0)) > 0.89
    assert 0 < float(np.median(new_tokens)) < 100
    assert float(mooncake.gap_s[row].min()) > 0
    assert float(mooncake.prefix_tokens.sum() / mooncake.prompt_tokens.sum()) < 0.374
    assert mooncake.notes[1].endswith("which join nobody: 1")


def test_mooncake_bursts_are_those_of_its_clock(mooncake: RequestStream, data_dir: Path) -> None:
    def variation(stream: RequestStream) -> float:
        gap_s = np.diff(np.sort(stream.time_s))
        return float(gap_s.std() / gap_s.mean())

    assert variation(mooncake) == pytest.approx(3.03, abs=0.005)
    assert variation(read_mooncake(data_dir / MOONCAKE, jitter_rng=1)) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("kind", "n", "mean_prompt", "mean_completion"), [("code", 8819, 2048, 28), ("conv", 19_366, 1155, 211)]
)
def test_azure(data_dir: Path, kind: str, n: int, mean_prompt: int, mean_completion: int) -> None:
    stream = read_azure(data_dir / f"traces/azure_llm_2023_{kind}.csv.gz")
    assert (len(stream), stream.n_sessions) == (n, n)
    assert stream.prompt_tokens.mean() == pytest.approx(mean_prompt, abs=0.5)
    assert stream.completion_tokens.mean() == pytest.approx(mean_completion, abs=0.5)
    assert (stream.time_s[0], bool((np.diff(stream.time_s) >= 0).all())) == (0.0, True)


def test_seven_decimals_of_a_second(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        "TIMESTAMP,ContextTokens,GeneratedTokens\n"
        "2023-11-16 18:17:04.0319600,3180,8\n2023-11-16 18:17:03.9799600,4808,10\n"
    )
    stream = read_azure(file)
    assert stream.prompt_tokens.tolist() == [4808, 3180]
    assert stream.time_s.tolist() == pytest.approx([0.0, 0.052], abs=1e-9)


def test_unknown_threads_are_refused(data_dir: Path) -> None:
    with pytest.raises(InputError) as refusal:
        read_coding_agent(data_dir / CODING, threads="sub")
    assert str(refusal.value) == "threads is 'sub'; use one of all, main."


def test_a_truncated_trace_is_refused(data_dir: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.parquet"
    whole = (data_dir / CODING).read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError) as refusal:
        read_coding_agent(half)
    assert str(refusal.value) == (
        f"{half}: the file cannot be read as Parquet, it may be cut short or damaged; fetch or export the file again."
    )
