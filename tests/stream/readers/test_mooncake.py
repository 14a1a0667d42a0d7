"""Mooncake: sessions told from block hashes, against the rule as a slow loop; times spread and left alone; slips."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream.readers._block_sessions import COMMON_AFTER, BlockTree, infer_sessions
from paretocode.stream.readers.mooncake import read_mooncake

BLOCK = 4
Prompt = tuple[list[int], bool]  # block ids, and whether the last one is cut


def line(time_ms: float, prompt: int, blocks: list[int], completion: int = 1) -> str:
    row = {"timestamp": time_ms, "input_length": prompt, "output_length": completion, "hash_ids": blocks}
    return json.dumps(row) + "\n"


def written(folder: Path, *lines: str) -> Path:
    file = folder / "trace.jsonl"
    file.write_text("".join(lines))
    return file


def sentence_of(file: Path, **options: object) -> str:
    with pytest.raises(InputError) as refusal:
        read_mooncake(file, **options)  # type: ignore[arg-type]
    return str(refusal.value).removeprefix(str(file))


def test_a_conversation_grows_and_a_stranger_starts_his_own(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        line(0, 10, [1, 2, 3], 5),  # two whole blocks and two tokens of a third
        line(0, 9, [1, 8, 9]),
        line(3000, 17, [1, 2, 4, 5, 6]),  # continues the first: block 3 is filled up and is now another
        line(6000, 17, [1, 2, 4, 5, 6]),  # the same again, cut block and all
        line(9000, 12, [1, 2, 7]),  # a branch of the first: no last prompt stands at its start
    )
    stream = read_mooncake(file, block_tokens=BLOCK)
    assert stream.session.tolist() == [0, 0, 0, 1, 2]
    assert stream.prompt_tokens.tolist() == [10, 17, 17, 9, 12]
    assert stream.completion_tokens.tolist() == [5, 1, 1, 1, 1]
    assert stream.prefix_tokens.tolist() == [0, 8, 17, 0, 0]
    assert stream.time_s.tolist() == [0.0, 3.0, 6.0, 0.0, 9.0]
    assert (stream.name, stream.session_ids, stream.is_omitted.all()) == ("mooncake", (), True)


def test_the_longest_match_wins_and_one_prompt_is_continued_once(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        line(0, 8, [1, 2]),
        line(1, 4, [1]),
        line(2, 12, [1, 2, 3]),  # continues the first, which is longer, although the second is more recent
        line(3, 12, [1, 2, 4]),  # only the second is left
    )
    assert read_mooncake(file, block_tokens=BLOCK).session.tolist() == [0, 0, 1, 1]


def test_a_common_head_makes_no_kin(tmp_path: Path) -> None:
    n = COMMON_AFTER + 1
    strangers = [line(k, 9, [1, 2, 100 + k]) for k in range(n)]
    turns = [line(100 + k, 13, [1, 2, 100 + k, 200 + k]) for k in range(n)]
    stream = read_mooncake(written(tmp_path, *strangers, *turns), block_tokens=BLOCK)
    assert stream.n_sessions == 2 * n
    assert stream.prefix_tokens.sum() == 0
    assert stream.notes[1].endswith(": 2")
    # Of 16 followers the head could still be a conversation: then each next prompt takes up the last.
    fewer = read_mooncake(written(tmp_path, *strangers[:COMMON_AFTER]), block_tokens=BLOCK)
    assert fewer.n_sessions == 1


def test_beyond_a_common_head_conversations_are_told(tmp_path: Path) -> None:
    n = COMMON_AFTER + 1
    first = [line(k, 12, [1, 2, 100 + k]) for k in range(n)]
    second = [line(100 + k, 13, [1, 2, 100 + k, 200 + k]) for k in range(n)]
    stream = read_mooncake(written(tmp_path, *first, *second), block_tokens=BLOCK)
    assert stream.session.tolist() == [k for k in range(n) for _ in range(2)]
    assert set(stream.prefix_tokens[~stream.is_first].tolist()) == {12}


def test_rows_out_of_order_are_put_in_order_first(tmp_path: Path) -> None:
    rows = [line(0, 4, [1]), line(3000, 8, [1, 2]), line(6000, 12, [1, 2, 3])]
    there, back = (read_mooncake(written(tmp_path, *order), block_tokens=BLOCK) for order in (rows, rows[::-1]))
    assert there.digest == back.digest
    assert there.n_sessions == 1


def test_without_sessions_hashes_are_not_asked_for(tmp_path: Path) -> None:
    file = written(tmp_path, '{"timestamp": 0, "input_length": 4, "output_length": 1}\n' * 2)
    stream = read_mooncake(file, sessions="none")
    assert (stream.n_sessions, stream.prefix_tokens.tolist()) == (2, [0, 0])
    assert stream.notes == ("the log names no sessions, so every request is one of its own",)


def test_packed_files_large_numbers_and_empty_prompts(tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl.gz"
    n = 3 * 2**31
    file.write_bytes(gzip.compress((line(0, n, [1], 2**33) + line(1, 0, [])).encode()))
    stream = read_mooncake(file, block_tokens=n)
    assert stream.prompt_tokens.tolist() == [n, 0]
    assert stream.completion_tokens.tolist() == [2**33, 1]


def test_times_are_spread_within_their_steps_and_only_when_asked(tmp_path: Path) -> None:
    rows = [line(3000 * (k // 20), 4 * (k + 1), list(range(k + 1))) for k in range(60)]
    strangers = [line(3000 * (k // 20), 4, [1000 + k]) for k in range(60)]
    file = written(tmp_path, *rows, *strangers)
    plain, spread = (read_mooncake(file, block_tokens=BLOCK, jitter_rng=rng) for rng in (None, 1))
    assert plain.notes[-1].startswith("120 arrivals stand at 3 different times: burstiness cannot be read off them")
    assert spread.notes[-1] == "arrivals are spread evenly within their steps of at most 3 s"
    later_s = spread.time_s - plain.time_s
    assert ((later_s >= 0) & (later_s < 3)).all()
    assert len(np.unique(spread.time_s)) == 120
    assert spread.session.tolist() == plain.session.tolist()
    assert spread.prompt_tokens.tolist() == plain.prompt_tokens.tolist()  # the conversation keeps its order
    assert spread.digest == read_mooncake(file, block_tokens=BLOCK, jitter_rng=1).digest
    assert spread.digest != read_mooncake(file, block_tokens=BLOCK, jitter_rng=2).digest


def test_a_step_ends_where_the_next_time_stands(tmp_path: Path) -> None:
    file = written(tmp_path, *(line(10 * k, 4, [k]) for k in range(200)))
    stream = read_mooncake(file, block_tokens=BLOCK, jitter_rng=3)
    assert (np.abs(stream.time_s[:-1] - 0.01 * np.arange(199) - 0.005) <= 0.005).all()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n", ": there is no request in it; give a log with at least one row."),
        (
            line(0, 4, [1]) + '{"timestamp": 0, "input_length": 4, "output_length": 1}\n',
            ", line 2: there is no column hash_ids among timestamp, input_length, output_length; check what the file "
            "is.",
        ),
        (
            line(0, 4, [1]).replace("input_length", "input_len"),
            ", line 1: there is no column input_length among timestamp, input_len, output_length, hash_ids; did you "
            "mean input_len.",
        ),
        (line(-1, 4, [1]), ", line 1: timestamp is -1, which is below 0; correct it, or leave it empty."),
        (
            line(0, 4, [1]).replace('"timestamp": 0', '"timestamp": "noon"'),
            ", line 1: timestamp is 'noon', which is no number; write it as a plain number.",
        ),
        (
            line(0, 4, [1]).replace('"output_length": 1', '"output_length": null'),
            ", line 1: output_length is empty; fill it or drop the row.",
        ),
        (line(0, -4, [1]), ", line 1: input_length is -4, which is below 0; correct it, or leave it empty."),
        (
            line(0, 9, [1, 2]),
            ", line 1: there are 2 hashes, where 9 tokens in blocks of 4 make 3; give the block_tokens of this log, or "
            "repair the row.",
        ),
        (
            line(0, 4, [1, 2]),
            ", line 1: there are 2 hashes, where 4 tokens in blocks of 4 make 1; give the block_tokens of this log, or "
            "repair the row.",
        ),
        (
            line(0, 4, [1]).replace("[1]", '"1"'),
            ", line 1: hash_ids is '1'; give a list of whole numbers.",
        ),
        (
            line(0, 4, [1]).replace("[1]", "[true]"),
            ", line 1: hash_ids is '[True]'; give a list of whole numbers.",
        ),
        (line(0, 4, [1]) + "[1, 2]\n", ", line 2: the row is no JSON object; repair the row."),
    ],
)
def test_slips(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence_of(written(tmp_path, text), block_tokens=BLOCK, jitter_rng=1) == sentence


def test_settings_and_the_file_itself(tmp_path: Path) -> None:
    file = written(tmp_path, line(0, 4, [1]))
    assert sentence_of(file, sessions="guess") == ": sessions is 'guess'; use one of infer, none."
    assert sentence_of(file, block_tokens=0) == ": block_tokens is 0; give a number of tokens >= 1."
    assert ": the file has 73 bytes and the limit is 10;" in sentence_of(file, max_bytes=10)
    packed = tmp_path / "trace.jsonl.gz"
    whole = gzip.compress("".join(line(k, 4, [k]) for k in range(20_000)).encode())
    packed.write_bytes(whole[: len(whole) // 2])
    assert sentence_of(packed, block_tokens=BLOCK) == (
        ": the compressed file is cut short or damaged; fetch or export the file again."
    )


def by_the_rule(prompts: list[Prompt], common_after: int) -> tuple[list[int], list[int]]:
    """Return each prompt's session and its leading blocks shared with the session's previous prompt, step by step."""
    paths = {tuple(blocks[: k + 1]) for blocks, _ in prompts for k in range(len(blocks))}
    heads = [path for path in {(), *(p[:-1] for p in paths)} if sum(p[:-1] == path for p in paths) > common_after]
    sessions: list[list[int]] = []  # the rows of each, the most recently continued one last
    order: list[int] = []
    session_of, shared = [], []
    for row, (blocks, _) in enumerate(prompts):
        best, best_length = -1, 0
        for number in order:
            last, is_cut = prompts[sessions[number][-1]]
            whole = tuple(last[: len(last) - is_cut])
            is_within_head = any(head[: len(whole)] == whole for head in heads)
            is_start = tuple(blocks[: len(whole)]) == whole
            if whole and not is_within_head and is_start and len(whole) >= best_length:
                best, best_length = number, len(whole)
        if best < 0:
            best = len(sessions)
            sessions.append([])
            shared.append(0)
        else:
            before = prompts[sessions[best][-1]][0]
            same = [a == b for a, b in zip(before, blocks, strict=False)]
            shared.append(same.index(False) if False in same else len(same))
            order.remove(best)
        order.append(best)
        sessions[best].append(row)
        session_of.append(best)
    return session_of, shared


@st.composite
def prompt_lists(draw: st.DrawFn) -> list[Prompt]:
    """Draw prompts of few blocks, with ids of their own for cut blocks, as a log of chained hashes has them."""
    prompts = []
    for _ in range(draw(st.integers(1, 14))):
        blocks = draw(st.lists(st.integers(0, 2), min_size=0, max_size=4))
        cut = draw(st.lists(st.integers(10, 11), max_size=1))
        prompts.append(([*blocks, *cut], bool(cut)))
    return prompts


@given(prompts=prompt_lists(), common_after=st.integers(1, 4))
def test_sessions_are_those_of_the_rule(prompts: list[Prompt], common_after: int) -> None:
    tree = BlockTree()
    nodes = [tree.add(blocks) for blocks, _ in prompts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("paretocode.stream.readers._block_sessions.COMMON_AFTER", common_after)
        found = infer_sessions(
            tree, nodes, [len(blocks) for blocks, _ in prompts], is_cut=[is_cut for _, is_cut in prompts]
        )
    session, shared = by_the_rule(prompts, common_after)
    assert found.session.tolist() == session
    assert found.shared_blocks.tolist() == shared


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompts=prompt_lists(), step=st.lists(st.integers(0, 1), min_size=14, max_size=14), seed=st.integers(0, 9))
def test_spreading_changes_times_alone(tmp_path: Path, prompts: list[Prompt], step: list[int], seed: int) -> None:
    steps = np.cumsum(step).tolist()
    rows = [
        line(3000 * at, BLOCK * len(blocks) - is_cut, blocks)
        for (blocks, is_cut), at in zip(prompts, steps, strict=False)
    ]
    file = written(tmp_path, *rows)
    plain, spread = (read_mooncake(file, block_tokens=BLOCK, jitter_rng=rng) for rng in (None, seed))
    assert plain.replace(time_s=spread.time_s).digest == spread.digest
    assert ((spread.time_s >= plain.time_s) & (spread.time_s < plain.time_s + 3)).all()
