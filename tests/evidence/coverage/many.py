"""Does the interval of the best of many maps hold its truth? And is the truly best map on the plateau?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evidence.coverage.counting import Count, Row, holds
from paretocode.evidence import MapSums, Resampling, estimates_of_maps, ratio_estimates, simultaneous_intervals
from paretocode.evidence.selection import MapPool, best_of_many, nested_bootstrap, plateau_of

COST = "cost_usd_per_krequest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Maps whose true values are known.

    Parameters
    ----------
    n_maps, n_sessions
        How many.
    gap
        By how much each but the first is truly worse: rising evenly to it, or all by it with `has_winner`.
    correlation
        Of two maps' noise in a session.
    is_skewed
        Whether the noise of a session is lognormal, as differences of costs may be, instead of symmetric.
    """

    n_maps: int
    n_sessions: int
    gap: float
    correlation: float
    has_winner: bool = False
    is_skewed: bool = False

    @property
    def case(self) -> str:
        how = "all tied" if self.gap == 0 else "a clear winner" if self.has_winner else f"gaps up to {self.gap:g} sd"
        return f"{self.n_maps} maps, {how}, correlation {self.correlation:g}{', skewed' if self.is_skewed else ''}"

    @property
    def truth(self) -> np.ndarray:
        if self.has_winner:
            return np.append(0.0, np.full(self.n_maps - 1, self.gap))
        return np.linspace(0, self.gap, self.n_maps)

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return sums of a world's sessions, shape (n, M), and their numbers of requests: long ones, skewed noise."""
        n, rho = self.n_sessions, self.correlation
        requests = 1 + rng.geometric(0.1, n)
        common, own = rng.standard_normal((n, 1)), rng.standard_normal((n, self.n_maps))
        heavy = np.exp(0.5 * rng.standard_normal((n, 1)))
        noise = np.sqrt(rho) * common + np.sqrt(1 - rho) * own
        noise = np.exp(noise) - np.exp(0.5) if self.is_skewed else heavy * noise
        return requests[:, None] * (self.truth + noise), requests

    def maps(self, rng: np.random.Generator) -> tuple[list[MapSums], MapSums]:
        """Return the same as sums of maps whose truth is USD per 1,000 requests, with an incumbent of 10 USD."""
        sums, requests = self.draw(rng)
        pusd = np.rint((sums + 10 * requests[:, None]) * 1e9).astype(np.int64)
        return [_sums(str(k), pusd[:, k], requests) for k in range(self.n_maps)], _sums(
            "incumbent", np.rint(10 * requests * 1e9).astype(np.int64), requests
        )


def _sums(name: str, cost_pusd: np.ndarray, requests: np.ndarray) -> MapSums:
    columns = {"cost_pusd": cost_pusd, "n_requests": requests}
    return MapSums(name=name, n_clusters=len(requests), cluster_kind="session", columns=columns, windows={})


def best_rows(field: Field, *, n_worlds: int, n_replicates: int, seed: int) -> list[Row]:
    """Count for the map that looks best: its own interval, and the one that holds for all."""
    count = Count(study=f"Best of many, {field.n_sessions} sessions")
    rng, truth = np.random.default_rng(seed), field.truth
    for world in range(n_worlds):
        sums, requests = field.draw(rng)
        resampling = Resampling(n_clusters=field.n_sessions, n_replicates=n_replicates, seed=world)
        found = ratio_estimates(sums, requests, names=[str(k) for k in range(field.n_maps)], resampling=resampling)
        best = best_of_many(found)
        picked = float(truth[best.index])
        count.add(field.case, "naive", best.naive_low <= picked <= best.naive_high)
        count.add(field.case, "max-t, the picked map", best.low <= picked <= best.high)
        count.add(field.case, "max-t, all maps at once", bool(holds(simultaneous_intervals(found), truth).all()))
        count.add(field.case, "at most, one-sided", picked <= best.at_most)
    return count.rows()


def nested_rows(field: Field, *, n_worlds: int, n_outer: int, n_inner: int, seed: int) -> list[Row]:
    """Count for the map that a rule chose: the nested bootstrap against the interval that forgets the choice."""
    count = Count(study=f"The chosen map, nested bootstrap, {field.n_sessions} sessions")
    rng, truth = np.random.default_rng(seed), field.truth
    for world in range(n_worlds):
        maps, incumbent = field.maps(rng)
        pool = MapPool(maps=tuple(maps), incumbent=incumbent)
        chosen = nested_bootstrap(pool, n_outer=n_outer, n_inner=n_inner, seed=world)
        picked = float(truth[int(chosen.name)])
        low, high = chosen.low, chosen.high
        count.add(field.case, "naive", chosen.naive_low <= picked <= chosen.naive_high)
        count.add(field.case, "nested", low is None or high is None or low <= picked <= high)
    return count.rows()


def plateau_rows(field: Field, *, n_worlds: int, n_replicates: int, seed: int) -> list[Row]:
    """Count how often the truly best map is tied with the best-looking one; at least the level is promised."""
    count = Count(study=f"The truly best map is on the plateau, {field.n_sessions} sessions")
    rng, truth = np.random.default_rng(seed), field.truth
    for world in range(n_worlds):
        maps, _ = field.maps(rng)
        resampling = Resampling(n_clusters=field.n_sessions, n_replicates=n_replicates, seed=world)
        found = plateau_of(estimates_of_maps(maps, resampling, measures=[COST]), COST, instability=[0.0] * field.n_maps)
        count.add(field.case, "plateau", bool(found.is_tied[int(np.argmin(truth))]))
    return count.rows()
