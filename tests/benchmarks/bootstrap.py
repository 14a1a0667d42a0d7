"""What do intervals cost? 1,000 resamples of all sessions for twenty maps and eight measures, against one replay.

The maps are replays of one stream of coding sessions under the documented map and nineteen with bands elsewhere; the
measures are costs, times (a p95 among them), jumps and quality; the answer is every difference with its interval.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.harness import Contender, Race
from benchmarks.traffic import TTL_S, fresh, traffic
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.evidence import Intervals, MapSums, Resampling, estimates_of_maps, intervals, map_measure, map_sums
from paretocode.evidence.of_maps import differences_of
from paretocode.sim import Luck, PrefixCache, draw_luck, measure, replay
from paretocode.stream import RequestStream
from paretocode.tiermap import TierMap, documented_pareto_code, map_from_edges

MEASURES = (
    "cost_usd_per_krequest",
    "latency_mean_s",
    "latency_p95_s",
    "tier_jump_rate",
    "model_jump_rate",
    "shortfall_mean",
    "unmet_share",
    "unserved_share",
)
FEW = 3
"""Resamples of the plain loops, which are counted as what they are: replicates a second."""

CACHE = PrefixCache(ttl_s=TTL_S)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sampled:
    """The stream, the maps' sums by session, and the times of two maps for loops that know nothing of windows."""

    stream: RequestStream
    luck: Luck
    tier_maps: tuple[TierMap, ...]
    sums: tuple[MapSums, ...]
    times_us: tuple[np.ndarray, np.ndarray]


def sampled(n_requests: int, *, n_maps: int = 20) -> Sampled:
    """Return replays of so many requests, summed by session."""
    stream, models = traffic(n_requests), load_bundled()
    luck, scale = draw_luck(stream, rng=3), PercentileScale(field=tuple(models.coding_score))
    tier_maps = [documented_pareto_code(models)]
    low, high = np.nanmin(models.coding_score), np.nanmax(models.coding_score)
    for at in range(1, n_maps):
        cuts = low + (high - low) * np.array([0.2 + 0.5 * at / n_maps, 0.5 + 0.45 * at / n_maps])
        shift = 0.2 * at / n_maps
        tier_maps.append(
            map_from_edges(
                models,
                score_edges=[float(cut) for cut in cuts],
                request_edges=[0.25 + shift, 0.6 + shift],
                scale=scale,
                name=f"map {at}",
            )
        )
    tier_maps = [each.with_policy(stickiness="session") for each in tier_maps]
    sums: list[MapSums] = []
    times: list[np.ndarray] = []
    for each in tier_maps:
        run = replay(stream, each, models, luck=luck, cache=CACHE)
        sums.append(map_sums(run, scale=scale, measures=MEASURES))
        if len(times) < 2 and run.latency_us is not None:
            times.append(run.latency_us)
    return Sampled(
        stream=stream, luck=luck, tier_maps=tuple(tier_maps), sums=tuple(sums), times_us=(times[0], times[1])
    )


def all_intervals(work: Sampled, *, n_replicates: int = 1000) -> list[Intervals]:
    """Return the intervals of every map's differences from the first."""
    resampling = Resampling(n_clusters=work.sums[0].n_clusters, n_replicates=n_replicates)
    base, *others = estimates_of_maps(work.sums, resampling, measures=MEASURES)
    return [intervals(found) for found in differences_of(others, base)]


def first_counts(work: Sampled, n: int) -> np.ndarray:
    """Return how often the first resamples draw each session."""
    (_, counts) = next(iter(Resampling(n_clusters=work.sums[0].n_clusters).blocks()))
    found: np.ndarray = counts[:n].astype(np.int64)
    return found


def ours(work: Sampled, n: int) -> list[list[float]]:
    """Return the first resamples of the second map minus the first, a row each."""
    resampling = Resampling(n_clusters=work.sums[0].n_clusters)
    one, other = estimates_of_maps(work.sums[:2], resampling, measures=MEASURES)
    return _rounded(other.minus(one).replicates[:n])


def plain_loop(work: Sampled, counts: np.ndarray) -> list[list[float]]:
    """Return the same by drawing sessions and working everything out from their rows, map after map."""
    found = np.empty((len(counts), len(MEASURES)))
    for r, count in enumerate(counts):
        drawn = np.repeat(np.arange(len(count)), count)
        rows = np.repeat(np.arange(len(work.stream)), count[work.stream.session])
        both = []
        for sums, time_us in zip(work.sums[:2], work.times_us, strict=True):
            values = []
            for each in (map_measure(name) for name in MEASURES):
                if each.per_mille is None:
                    above, below = (sums.columns[name][drawn].sum() for name in (each.numerator, each.denominator))
                    values.append(above / below / each.unit)
                else:
                    known = time_us[rows]
                    known = known[known >= 0]
                    rank = -(-len(known) * each.per_mille // 1000) - 1
                    values.append(np.partition(known, rank)[rank] / each.unit)
            both.append(values)
        found[r] = np.subtract(both[1], both[0])
    return _rounded(found)


def scipy_error(work: Sampled, n_resamples: int) -> float:
    """Return scipy's standard error of one mean difference: of cost by session, where sessions weigh alike."""
    from scipy.stats import bootstrap

    gap = work.sums[1].columns["cost_pusd"] - work.sums[0].columns["cost_pusd"]
    found = bootstrap(
        (gap / 1e9,), np.mean, n_resamples=n_resamples, batch=10, method="percentile", rng=np.random.default_rng(1)
    )
    return float(found.standard_error)


def _rounded(values: np.ndarray) -> list[list[float]]:
    """Return numbers of ten digits: loops add floats in other orders."""
    rounded: list[list[float]] = np.round(values, 9).tolist()
    return rounded


def bootstrap_race(n_requests: int, *, n_maps: int = 20, n_replicates: int = 1000) -> Race:
    """Return the race; a unit is one number of one resample, so that contenders of fewer are comparable."""
    work = sampled(n_requests, n_maps=n_maps)
    counts = first_counts(work, FEW)
    expected = ours(work, FEW)
    n_numbers = (n_maps - 1) * len(MEASURES)

    def replayed(*, is_measured: bool) -> Callable[[], object]:
        models = load_bundled()
        scale = PercentileScale(field=tuple(models.coding_score))

        def run() -> object:
            found = replay(fresh(work.stream), work.tier_maps[0], models, luck=work.luck, cache=CACHE)
            return measure(found, scale=scale) if is_measured else found

        return run

    ends = all_intervals(work, n_replicates=n_replicates)
    close = [[float(f"{end:.6g}") for end in each.low] for each in ends]
    return Race(
        title=f"Intervals of {n_maps} maps and {len(MEASURES)} measures: {work.sums[0].n_clusters:,} sessions",
        unit="numbers",
        contenders=(
            Contender(
                name=f"paretocode, {n_replicates:,} replicates",
                run=lambda: all_intervals(work, n_replicates=n_replicates),
                size=n_replicates * n_numbers,
                expected=close,
                answer=lambda found: [[float(f"{end:.6g}") for end in each.low] for each in found],
                note="resamples, differences and intervals; sums by session given",
            ),
            Contender(
                name="numpy loop over resamples",
                run=lambda: plain_loop(work, counts),
                size=FEW * len(MEASURES),
                expected=expected,
                note=f"{FEW} replicates of two maps; values only, no interval",
            ),
            Contender(
                name="scipy.stats.bootstrap",
                run=lambda: scipy_error(work, 10 * FEW),
                size=10 * FEW,
                expected=scipy_error(work, 10 * FEW),
                note=f"{10 * FEW} replicates of one mean cost; percentile",
            ),
            Contender(
                name="one stateful replay",
                run=replayed(is_measured=False),
                size=n_replicates * n_numbers,
                expected=True,
                answer=lambda found: found is not None,
                note="of the same stream, with caches and times: the yardstick, not a rival",
            ),
            Contender(
                name="one stateful replay and its metrics",
                run=replayed(is_measured=True),
                size=n_replicates * n_numbers,
                expected=True,
                answer=lambda found: found is not None,
                note="the same with measure()",
            ),
        ),
    )


def steps(work: Sampled, *, n_replicates: int = 1000, repeats: int = 5) -> dict[str, float]:
    """Return the least CPU seconds of our steps and of the replay, for profiles on a busy machine."""
    models = load_bundled()

    def least(run: Callable[[], object]) -> float:
        found = []
        for _ in range(repeats):
            start = time.process_time()
            run()
            found.append(time.process_time() - start)
        return min(found)

    return {
        "all intervals": least(lambda: all_intervals(work, n_replicates=n_replicates)),
        "one replay": least(lambda: replay(fresh(work.stream), work.tier_maps[0], models, luck=work.luck, cache=CACHE)),
    }
