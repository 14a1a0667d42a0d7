"""How many requests sit so near an edge that noise in their min score moves them to another tier?

Callers do not know their min score to the third digit. If each stated one is read with an independent normal error,
cut off at the ends of the 0..1 axis, the expected number of requests that change tier is a sum of normal
probabilities over the distinct min scores; no sampling is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode.errors import InputError
from paretocode.sim.jumps.noise_law import NoiseLaw
from paretocode.stream.demand.asked_counts import OMITTED, AskedCounts, asked_counts
from paretocode.stream.description.asked import near_edge_mass_of
from paretocode.stream.stream import PPM, RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = [
    "ExpectedFlips",
    "expected_flips",
    "expected_flips_of",
    "near_edge_ppm",
    "near_edge_ppm_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFlips:
    """What noise in min scores is expected to do to the tiers asked for.

    Parameters
    ----------
    noise_sd
        Standard deviation of the error, on the 0..1 axis.
    n_requests, n_pairs
        All requests, those that omit their min score included, and all pairs of consecutive requests of one session.
    flips
        Expected number of requests that ask for another tier than the one stated.
    tier_jumps_stated
        Pairs whose stated min scores ask for different tiers.
    tier_jumps_by_turn, tier_jumps_by_session
        The same expected with noise: drawn afresh for each request, or once for all requests of a session.
    """

    noise_sd: float
    n_requests: int
    n_pairs: int
    flips: float
    tier_jumps_stated: int
    tier_jumps_by_turn: float
    tier_jumps_by_session: float

    @property
    def flip_share(self) -> float:
        """Expected flips per request."""
        return self.flips / self.n_requests

    @property
    def rate_stated(self) -> float | None:
        """Stated tier jumps per pair; None when there is no pair."""
        return self.tier_jumps_stated / self.n_pairs if self.n_pairs else None

    @property
    def rate_by_turn(self) -> float | None:
        """Expected tier jumps per pair, noise afresh for each request; None when there is no pair."""
        return self.tier_jumps_by_turn / self.n_pairs if self.n_pairs else None

    @property
    def rate_by_session(self) -> float | None:
        """Expected tier jumps per pair, noise once a session; None when there is no pair."""
        return self.tier_jumps_by_session / self.n_pairs if self.n_pairs else None


def near_edge_ppm(stream: RequestStream, tier_map: TierMap, distances: Sequence[float]) -> tuple[int, ...]:
    """Return for each distance the share of all requests that lie at most that far from an edge [ppm].

    A request that omits its min score lies near no edge; a map of one tier has none. See `near_edge_mass`.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> stream = request_stream(session=[1, 2, 3], time_s=[0, 0, 0], prompt_tokens=[1] * 3, completion_tokens=[1] * 3,
    ...                         min_score=[0.65, 0.66, float("nan")])
    >>> near_edge_ppm(stream, documented_pareto_code(load_bundled()), [0.0, 0.01])
    (333333, 666667)
    """
    return near_edge_ppm_of(asked_counts(stream), tier_map, distances)


def near_edge_ppm_of(asked: AskedCounts, tier_map: TierMap, distances: Sequence[float]) -> tuple[int, ...]:
    """Return the same from the counts of a stream's min scores."""
    if not tier_map.request_edges_ppm:
        return (0,) * len(distances)
    is_stated = asked.value != OMITTED
    mass = near_edge_mass_of(
        asked.value[is_stated], asked.n[is_stated], tier_map.request_edges, distances, n_requests=asked.n_requests
    )
    return tuple(round(share * PPM) for share in mass.share_of_any.tolist())


def expected_flips(stream: RequestStream, tier_map: TierMap, noise_sd: float) -> ExpectedFlips:
    """Return how many requests and pairs noise in the min scores is expected to move.

    Parameters
    ----------
    noise_sd
        Standard deviation of the normal error [on the 0..1 axis], 0 or more; 0 moves nothing.

    Raises
    ------
    InputError
        A standard deviation that is negative or not finite.

    Notes
    -----
    With edge e and min score q, the noisy score reaches e with probability Phi((q - e) / sd); an edge at 0 is always
    reached, because scores are cut off there. A request flips with probability 1 - P(own tier); a pair jumps under
    noise by turn with 1 - sum_t P(tier t | q1) P(tier t | q2), and under noise by session, where both errors are
    equal, with the probability that the error separates them. Omitted min scores carry no noise.
    Tiers are those asked for: hysteresis, "never downgrade" and empty tiers come after. Sums are of floats.

    O(n log n) to find the distinct pairs of min scores, then O(distinct pairs x n_tiers).

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> stream = request_stream(session=[1, 1], time_s=[0, 1], prompt_tokens=[1] * 2, completion_tokens=[1] * 2,
    ...                         min_score=[0.66, 0.66])
    >>> noisy = expected_flips(stream, documented_pareto_code(load_bundled()), 0.01)  # 0.66 is an edge
    >>> round(noisy.flips, 6), round(noisy.tier_jumps_by_turn, 6), noisy.tier_jumps_by_session
    (1.0, 0.5, 0.0)
    """
    return expected_flips_of(asked_counts(stream), tier_map, noise_sd)


def expected_flips_of(asked: AskedCounts, tier_map: TierMap, noise_sd: float) -> ExpectedFlips:
    """Return the same from the counts of a stream's min scores.

    Raises
    ------
    InputError
        As `expected_flips`.
    """
    if not 0 <= noise_sd < np.inf:
        raise InputError(f"noise_sd is {noise_sd}", way_out="give a finite number, 0 or more")
    value, first, second, pair_count = asked.value, asked.first, asked.second, asked.n_pairs
    law = NoiseLaw(tier_map=tier_map, sd_ppm=noise_sd * PPM)
    return ExpectedFlips(
        noise_sd=noise_sd,
        n_requests=asked.n_requests,
        n_pairs=int(pair_count.sum()),
        flips=float((1 - law.stays(value)) @ asked.n),
        tier_jumps_stated=int((law.tier_of(first) != law.tier_of(second)) @ pair_count),
        tier_jumps_by_turn=float((1 - law.same_tier_apart(first, second)) @ pair_count),
        tier_jumps_by_session=float((1 - law.same_tier_together(first, second)) @ pair_count),
    )
