"""Maps as sums by session, made of a few numbers."""

from __future__ import annotations

import numpy as np

from paretocode.evidence import MapSums

COST, JUMPS = "cost_usd_per_krequest", "tier_jump_rate"


def map_of(name: str, cost: np.ndarray | list[int], jumps: np.ndarray | list[int] | None = None) -> MapSums:
    """Return a map that costs so many USD per 1,000 requests, with ten requests and nine pairs a session."""
    n = len(cost)
    return MapSums(
        name=name,
        n_clusters=n,
        cluster_kind="session",
        columns={
            "cost_pusd": np.asarray(cost, dtype=np.int64) * 10**10,
            "n_requests": np.full(n, 10),
            "n_tier_jumps": np.zeros(n, dtype=np.int64) if jumps is None else np.asarray(jumps, dtype=np.int64),
            "n_pairs": np.full(n, 9),
        },
        windows={},
    )


def noisy_maps(n_maps: int, n_sessions: int, *, seed: int = 1, worse: int = 0) -> tuple[list[MapSums], MapSums]:
    """Return maps of equal true cost, but for the last, which is worse, and an incumbent of the same cost."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(80, 121, (n_sessions, n_maps + 1))
    cost[:, n_maps - 1] += worse
    return [map_of(f"m{k}", cost[:, k]) for k in range(n_maps)], map_of("incumbent", cost[:, n_maps])
