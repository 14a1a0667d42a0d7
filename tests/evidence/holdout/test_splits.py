"""Is every session in one part, and is the split what it says?"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.holdout import (
    STRADDLING,
    Split,
    check_disjoint,
    cut_for_share,
    folds_by_draw,
    session_digests,
    split_by_draw,
    split_by_hash,
    split_by_time,
)
from paretocode.evidence.holdout.example import many_sessions, small_stream
from paretocode.stream.stream import RequestStream, request_stream


@st.composite
def timed_streams(draw: st.DrawFn) -> RequestStream:
    """Few sessions at few moments: ties on purpose, sessions of one request, sessions that straddle any cut."""
    n = draw(st.integers(2, 15))
    sessions = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n).filter(lambda s: len(set(s)) > 1))
    times = draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0]), min_size=n, max_size=n))
    return request_stream(
        session=[f"s{i}" for i in sessions], time_s=times, prompt_tokens=[1] * n, completion_tokens=[1] * n
    )


def ends(stream: RequestStream) -> list[tuple[float, float]]:
    found: dict[int, list[float]] = {}
    for row in range(len(stream)):
        found.setdefault(int(stream.session[row]), []).append(float(stream.time_s[row]))
    return [(min(times), max(times)) for _, times in sorted(found.items())]


@given(
    stream=timed_streams(),
    cut_s=st.sampled_from([0.0, 1.0, 1.5, 2.0, 5.0]),
    rule=st.sampled_from(STRADDLING),
    embargo_s=st.sampled_from([0.0, 0.5, 3.0]),
)
def test_time_splits_by_a_slow_loop(stream: RequestStream, cut_s: float, rule: str, embargo_s: float) -> None:
    train = [
        i for i, (first, last) in enumerate(ends(stream)) if first < cut_s and (rule == "first_request" or last < cut_s)
    ]
    test = [i for i, (first, _) in enumerate(ends(stream)) if first >= cut_s + embargo_s]
    if len({first for first, _ in ends(stream)}) == 1:
        with pytest.raises(InputError, match=r"sessions begin at .* s, so there is no past and no future"):
            split_by_time(stream, cut_s=cut_s, straddling=rule, embargo_s=embargo_s)
        return
    if not train or not test:
        with pytest.raises(InputError, match="holds none of the"):
            split_by_time(stream, cut_s=cut_s, straddling=rule, embargo_s=embargo_s)
        return
    split = split_by_time(stream, cut_s=cut_s, straddling=rule, embargo_s=embargo_s)
    assert split.train_index.tolist() == train
    assert split.test_index.tolist() == test
    assert split.n_dropped == stream.n_sessions - len(train) - len(test)
    if rule == "drop":
        assert split.train(stream).time_s.max() < cut_s <= split.test(stream).time_s.min()
    check_disjoint(split.train(stream), split.test(stream))


def test_a_session_that_ends_at_the_cut_straddles_it() -> None:
    stream = request_stream(
        session=["a", "a", "b", "c"], time_s=[0, 5, 1, 5], prompt_tokens=[1] * 4, completion_tokens=[1] * 4
    )
    whole, strict = (split_by_time(stream, cut_s=5, straddling=rule) for rule in STRADDLING)
    assert (whole.train_index.tolist(), whole.test_index.tolist()) == ([0, 1], [2])
    assert (strict.train_index.tolist(), strict.test_index.tolist()) == ([1], [2])


@given(stream=timed_streams(), share=st.sampled_from([0.1, 0.3, 0.5, 0.9]))
def test_a_cut_for_a_share(stream: RequestStream, share: float) -> None:
    first = [a for a, _ in ends(stream)]
    if len(set(first)) == 1:
        return
    cut = cut_for_share(stream, test_share=share)
    later = [c for c in {*first} if c > cut]
    assert sum(a >= cut for a in first) >= share * len(first)
    assert all(sum(a >= c for a in first) < share * len(first) for c in later)


@given(n=st.integers(2, 40), share=st.floats(0.05, 0.95), seed=st.integers(0, 9))
def test_a_draw_takes_its_share(n: int, share: float, seed: int) -> None:
    stream = many_sessions(n)
    n_test = round(share * n)
    if n_test in {0, n}:
        with pytest.raises(InputError, match="move the cut or the share so that both parts hold sessions"):
            split_by_draw(stream, test_share=share, rng=seed)
        return
    split = split_by_draw(stream, test_share=share, rng=seed)
    assert len(split.test_index) == n_test
    assert sorted([*split.train_index, *split.test_index]) == list(range(n))
    again = split_by_draw(stream, test_share=share, rng=seed)
    assert (split.train_digest, split.test_digest) == (again.train_digest, again.test_digest)


def test_every_session_is_drawn_as_often() -> None:
    stream = many_sessions(10)
    seen = np.zeros(10)
    for seed in range(1000):
        seen[split_by_draw(stream, test_share=0.3, rng=seed).test_index] += 1
    assert seen.sum() == 3000
    assert np.abs(seen - 300).max() < 60  # four standard deviations


def test_the_hash_is_the_stated_one() -> None:
    stream = many_sessions(200)
    split = split_by_hash(stream, test_share=0.3, salt="may")
    is_test = [
        int.from_bytes(hashlib.sha256(f"may\0{name}".encode()).digest()[:8], "big") / 2**64 < 0.3
        for name in stream.session_ids
    ]
    assert split.test_index.tolist() == np.flatnonzero(is_test).tolist()
    assert len(split.test_index) == pytest.approx(60, abs=26)
    assert split_by_hash(stream, test_share=0.3, salt="june").test_digest != split.test_digest


@given(n_folds=st.integers(2, 7), seed=st.integers(0, 5))
def test_folds_judge_every_session_once(n_folds: int, seed: int) -> None:
    stream = many_sessions(17)
    folds = folds_by_draw(stream, n_folds=n_folds, rng=seed)
    assert sorted(i for split in folds for i in split.test_index.tolist()) == list(range(17))
    assert {len(split.test_index) for split in folds} <= {17 // n_folds, -(-17 // n_folds)}


def test_groups_stay_together() -> None:
    stream = many_sessions(30)
    groups = [f"user {i % 6}" for i in range(30)]
    splits = [
        split_by_draw(stream, test_share=0.5, rng=1, groups=groups),
        split_by_hash(stream, test_share=0.5, groups=groups),
        *folds_by_draw(stream, n_folds=3, rng=1, groups=groups),
    ]
    for split in splits:
        sides = [{groups[i] for i in index.tolist()} for index in (split.train_index, split.test_index)]
        assert not sides[0] & sides[1]


def test_the_digest_knows_another_stream() -> None:
    stream = many_sessions(20)
    split = split_by_draw(stream, rng=1)
    other = stream.replace(prompt_tokens=stream.prompt_tokens + 1)
    with pytest.raises(InputError, match=r"many: the holdout has the digest .* give the stream that was split"):
        split.test(other)
    with pytest.raises(InputError, match="the training part has the digest"):
        split.train(many_sessions(21))


def test_the_split_tells_itself() -> None:
    split = split_by_time(small_stream(), cut_s=55, straddling="drop")
    assert split.sentence == (
        "the map is chosen on the past and judged on the future: 1 sessions choose and 1 judge, 1 in neither"
    )
    assert json.loads(json.dumps(split.to_dict()))["parameters"]["cut_s"] == 55.0


def test_refusals() -> None:
    stream = small_stream()
    one = stream.take_sessions(np.array([0]))
    for make in (
        lambda: split_by_draw(one, rng=1),
        lambda: split_by_hash(one),
        lambda: split_by_time(one, cut_s=1),
    ):
        with pytest.raises(InputError, match="small: there is one session only, which cannot both choose a map and"):
            make()
    with pytest.raises(InputError, match=r"test_share is 1.5"):
        split_by_draw(stream, test_share=1.5, rng=1)
    with pytest.raises(InputError, match="4 folds cannot be made of 3 sessions"):
        folds_by_draw(stream, n_folds=4, rng=1)
    with pytest.raises(InputError, match="2 groups stand against 3 sessions"):
        split_by_draw(stream, rng=1, groups=[1, 2])
    with pytest.raises(InputError, match="all sessions belong to the group 1"):
        split_by_draw(stream, rng=1, groups=[1, 1, 1])
    with pytest.raises(InputError, match="straddling is 'both'; use one of first_request, drop"):
        split_by_time(stream, cut_s=5, straddling="both")
    with pytest.raises(InputError, match="cut_s is nan"):
        split_by_time(stream, cut_s=float("nan"))
    with pytest.raises(InputError, match="the holdout holds none of the 3 sessions; move the cut"):
        split_by_time(stream, cut_s=1000)
    with pytest.raises(InputError, match="the training part holds none of the 3 sessions"):
        split_by_time(stream, cut_s=0)
    with pytest.raises(InputError, match="its sessions have no names to hash"):
        split_by_hash(stream.replace(session_ids=()))
    with pytest.raises(InputError, match="1 sessions stand in both parts, the first at position 1"):
        Split(
            kind="draw",
            train_index=np.array([0, 1]),
            test_index=np.array([1, 2]),
            n_sessions=3,
            train_digest="",
            test_digest="",
        )
    with pytest.raises(InputError, match="not increasing positions below 3"):
        Split(
            kind="draw",
            train_index=np.array([0]),
            test_index=np.array([3]),
            n_sessions=3,
            train_digest="",
            test_digest="",
        )


def test_shared_sessions_are_found_by_name_and_by_rows() -> None:
    stream = many_sessions(12)
    a, b = stream.take_sessions(np.arange(8)), stream.take_sessions(np.arange(5, 12))
    with pytest.raises(InputError, match="3 of 7 sessions of the holdout also chose the map, the first is 's0005'"):
        check_disjoint(a, b)
    nameless = [part.replace(session_ids=()) for part in (a, b)]
    with pytest.raises(InputError, match=r"3 of 7 sessions of the holdout .* the first is number 0, by its rows"):
        check_disjoint(*nameless)
    # another draw of min scores on one log does not make other sessions
    other = nameless[1].replace(min_score_ppm=np.full(len(b), 5), is_omitted=np.zeros(len(b), dtype=bool))
    with pytest.raises(InputError, match="3 of 7 sessions"):
        check_disjoint(nameless[0], other)
    with pytest.raises(InputError, match=r"3 of 7 sessions .* the first is 's0005'"):
        check_disjoint(nameless[0], b)
    check_disjoint(stream.take_sessions(np.arange(5)), b)


def test_a_session_with_one_request_more_is_another() -> None:
    """Rows are told apart by whole sessions, not by their first request."""
    stream = small_stream()
    shorter = stream.part(0, 1)
    assert session_digests(shorter)[0] not in session_digests(stream)
    assert session_digests(stream) == session_digests(stream.take_sessions(np.array([0, 1, 2])))
