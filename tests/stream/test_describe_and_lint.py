"""What a stream's record holds, and what makes a stream suspicious."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paretocode.stream import (
    DEFAULT_DEMAND,
    RequestStream,
    StreamFinding,
    apply_demand,
    describe,
    lint_stream,
    request_stream,
    synthesise,
)


def small(**columns: object) -> RequestStream:
    n = 12
    plain = {
        "session": np.arange(n) // 3,
        "time_s": np.arange(n) ** 2,
        "prompt_tokens": np.arange(n) + 1,
        "completion_tokens": np.arange(n) + 1,
        "prefix_tokens": np.ones(n),
        "min_score": np.full(n, 0.5),
    }
    return request_stream(**{**plain, **columns})


def test_a_record_in_plain_numbers() -> None:
    record = describe(small())
    assert (record["requests"], record["sessions"], record["turns_p50"]) == (12, 4, 3.0)
    assert (record["prompt_tokens_mean"], record["prompt_tokens_p50"]) == (6.5, 6.5)
    assert record["prefix_share"] == pytest.approx(8 / 78)
    assert (record["omitted_share"], record["atom_0.5"]) == (0.0, 1.0)
    assert all(type(value) in {int, float} and math.isfinite(value) for value in record.values())


def test_what_has_no_value_is_left_out() -> None:
    record = describe(request_stream(session=[1], time_s=[0], prompt_tokens=[0], completion_tokens=[0]))
    assert not any(key.startswith(("gap", "prefix", "atom")) for key in record)


def test_at_most_five_atoms_the_most_asked_first() -> None:
    record = describe(apply_demand(synthesise("coding_agent", n_sessions=2000, rng=1), DEFAULT_DEMAND, rng=1))
    atoms = [key for key in record if key.startswith("atom_")]
    assert len(atoms) == 5
    assert atoms[0] == "atom_0.65"


def test_sound_streams_have_no_findings() -> None:
    assert lint_stream(small()) == []
    assert lint_stream(apply_demand(synthesise("coding_agent", n_sessions=50, rng=1), DEFAULT_DEMAND, rng=1)) == []


@pytest.mark.parametrize(
    ("columns", "finding"),
    [
        (
            {"completion_tokens": np.zeros(12)},
            StreamFinding(
                code="zero-tokens",
                severity="warning",
                message="completion_tokens is 0 in every request, so that it costs nothing.",
            ),
        ),
        (
            {"prompt_tokens": np.full(12, 7)},
            StreamFinding(
                code="constant-tokens",
                severity="warning",
                message="prompt_tokens is 7 in every request, which no real log shows.",
            ),
        ),
        (
            {"time_s": np.arange(12) * 0.1},
            StreamFinding(
                code="regular-times",
                severity="warning",
                message="requests come exactly 0.1 s apart, which no real log shows.",
            ),
        ),
        (
            {"time_s": np.full(12, 3.0)},
            StreamFinding(
                code="constant-times",
                severity="warning",
                message="every request is at 3 s, so that gaps and caches mean nothing.",
            ),
        ),
        (
            {"min_score": np.full(12, np.nan)},
            StreamFinding(
                code="no-demand",
                severity="note",
                message="every request omits the min score, so that only the default tier is asked for; "
                "apply a demand.",
            ),
        ),
        (
            {"session": np.arange(12)},
            StreamFinding(
                code="no-sessions",
                severity="note",
                message="every request is a session of its own, so that jumps and caches cannot be seen.",
            ),
        ),
        (
            {"prefix_tokens": None},
            StreamFinding(
                code="no-prefix",
                severity="note",
                message="prefix_tokens is 0 in every request, so that no prompt cache can help.",
            ),
        ),
    ],
)
def test_findings(columns: dict[str, object], finding: StreamFinding) -> None:
    assert lint_stream(small(**columns)) == [finding]


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
