"""Two tiers of two models each, for replays of events worked out by hand."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue
from paretocode.sim import NO_CACHE, PrefixCache
from paretocode.sim.events import EventReplay, replay_events
from paretocode.sim.events.world import JITTER_DRAW
from paretocode.sim.luck import Luck, mixed_bits
from paretocode.sim.operations import ModelOperations, Operations
from paretocode.stream.logged import logged_columns
from paretocode.stream.stream import request_stream
from paretocode.tiermap import Policy, Tier, TierMap
from strategies import catalogue_of

ENGINES = [
    "twin",
    pytest.param("compiled", marks=pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="needs numba")),
]
"""Each way to run; every hand-worked example holds for both."""

A, B, C, D = range(4)
MICRO = 1_000_000
DARK = ModelOperations(outages=((0.0, 1e6),))


def models(*, is_timed: bool = True) -> Catalogue:
    """Return a and b of the low tier, c and d of the high one; a cheapest. 1 s to the first token, 0.1 s a token."""
    catalogue = catalogue_of(
        {
            "model_id": ["a", "b", "c", "d"],
            "coding_score": [10.0, 10.0, 20.0, 20.0],
            "prompt_usd_per_mtok": [1.0, 2.0, 3.0, 4.0],
            "cache_read_usd_per_mtok": [0.1, 0.2, 0.3, 0.4],
            "context_tokens": [10_000.0] * 4,
        }
    )
    flat = np.ones((4, len(SPEED_PERCENTILES)))
    return catalogue.replace(ttft_s=flat, throughput_tps=10 * flat) if is_timed else catalogue


def happen(
    engine: str,
    operations: Operations,
    *,
    times: list[float],
    sessions: list[int] | None = None,
    tokens: list[int] | None = None,
    prompts: list[int] | None = None,
    prefixes: list[int] | None = None,
    min_scores: list[float] | None = None,
    bits: list[int] | None = None,
    answers: list[float] | None = None,
    cache: PrefixCache = NO_CACHE,
    catalogue: Catalogue | None = None,
    **policy: object,
) -> EventReplay:
    """Replay; a session for each request, 10 tokens out (an answer of 2 s) and the low tier unless said otherwise."""
    n = len(times)
    stream = request_stream(
        session=sessions or range(n),  # type: ignore[arg-type]
        time_s=times,
        prompt_tokens=prompts or [0] * n,
        completion_tokens=tokens or [10] * n,
        prefix_tokens=prefixes,
        min_score=min_scores or [0.0] * n,
        logged=logged_columns(answer_s=answers),
    )
    tier_map = TierMap(
        name="two", tiers=(Tier(name="low", models=("a", "b")), Tier(name="high", models=("c", "d"))),
        request_edges_ppm=(500_000,), score_edges_milli=None, default_tier="low",
        policy=Policy(**{"stickiness": "none", **policy}), score_definition="test-1",  # type: ignore[arg-type]
    )  # fmt: skip
    middle = np.full(n, 2048, dtype=np.uint16)
    return replay_events(
        stream,
        tier_map,
        models() if catalogue is None else catalogue,
        operations=operations,
        luck=Luck(ttft=middle, throughput=middle, bits=np.array(bits or [0] * n, dtype=np.uint32)),
        cache=cache,
        arrivals="open" if answers is None else "closed",
        engine=engine,
    )


def alone(its: ModelOperations, **more: object) -> Operations:
    """Return operations in which only a answers; its patience is none unless said otherwise."""
    patience = {"n_retries": 0, "failure_s": 0.0, "avoid_s": 0.0, "crosses_tiers": False, **more}
    return Operations(models={"a": its, "b": ModelOperations(error_share=1.0)}, **patience)  # type: ignore[arg-type]


def bits_with_jitter(jitter: int) -> int:
    """Return bits whose first jitter is the given number of 65,536."""
    return next(bits for bits in range(2**22) if mixed_bits(bits, JITTER_DRAW) >> 48 == jitter)
