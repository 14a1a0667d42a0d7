"""What do the examples of these pages run on? Three short sessions, the bundled models, the documented map."""

from __future__ import annotations

import numpy as np

from paretocode.catalogue.bundled import load_bundled
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import PercentileScale
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap.build import documented_pareto_code, map_from_edges
from paretocode.tiermap.tier_map import TierMap

__all__ = ["documented", "many_sessions", "models", "percentiles", "small_stream", "two_tiers"]


def models() -> Catalogue:
    """Return the bundled catalogue."""
    return load_bundled()


def documented() -> TierMap:
    """Return the documented map."""
    return documented_pareto_code(load_bundled())


def two_tiers() -> TierMap:
    """Return a map of two tiers whose cuts lie at a score of 45 and a min score of 0.5."""
    return map_from_edges(load_bundled(), score_edges=[45.0], request_edges=[0.5], name="two tiers")


def percentiles() -> PercentileScale:
    """Return the percentile scale of the bundled models."""
    return PercentileScale(field=tuple(load_bundled().coding_score))


def small_stream() -> RequestStream:
    """Return three sessions of 2, 1 and 3 requests that begin at 0, 50 and 100 s."""
    return request_stream(
        session=["a", "a", "b", "c", "c", "c"],
        time_s=[0, 60, 50, 100, 130, 160],
        prompt_tokens=[10_000, 12_000, 5_000, 20_000, 21_000, 22_000],
        completion_tokens=[500, 500, 100, 300, 300, 300],
        prefix_tokens=[0, 10_000, 0, 0, 20_000, 21_000],
        min_score=[0.5, 0.8, 0.9, 0.2, 0.2, 0.5],
        name="small",
    )


def many_sessions(n_sessions: int = 60, *, rng: np.random.Generator | int = 1) -> RequestStream:
    """Return sessions of 1 to 6 requests, one starting every 1,000 s, each with its own taste for high min scores."""
    generator = np.random.default_rng(rng)
    n_requests = generator.integers(1, 7, size=n_sessions)
    session = np.repeat(np.arange(n_sessions), n_requests)
    turn = np.arange(len(session)) - np.repeat(np.cumsum(n_requests) - n_requests, n_requests)
    taste = generator.choice([0.2, 0.5, 0.65, 0.8], size=n_sessions)[session]
    own = generator.choice([0.2, 0.5, 0.65, 0.8], size=len(session))
    prompt = (generator.lognormal(9, 1, n_sessions)[session] * (1 + turn)).astype(np.int64) + 1
    return request_stream(
        session=np.array([f"s{i:04d}" for i in range(n_sessions)])[session],
        time_s=session * 1000.0 + turn * 30.0,
        prompt_tokens=prompt,
        completion_tokens=generator.integers(50, 800, size=len(session)),
        prefix_tokens=np.where(turn > 0, prompt // 2, 0),
        min_score=np.where(generator.random(len(session)) < 0.7, taste, own),
        name="many",
    )
