"""How often would sessions ask for another tier if one edge stood elsewhere? Tier jumps against the place of each edge.

An edge in a gap of demand parts no session; one through the middle of what sessions alternate between parts many. The
other edges of the map stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError
from paretocode.stream.demand.asked_counts import OMITTED, AskedCounts, asked_counts
from paretocode.stream.stream import PPM, RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["EdgeJumps", "EdgeSweep", "edge_jumps", "edge_jumps_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSweep:
    """One edge, moved between its neighbours: its own place, the places tried [ppm, rising], tier jumps at each."""

    edge_ppm: int
    at_ppm: tuple[int, ...]
    jumps: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeJumps:
    """Tier jumps asked for, out of `n_pairs` pairs of consecutive requests of one session, edge by edge."""

    n_pairs: int
    edges: tuple[EdgeSweep, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain whole numbers for JSON."""
        return {
            "pairs": self.n_pairs,
            "edges": [{"edge_ppm": e.edge_ppm, "at_ppm": list(e.at_ppm), "jumps": list(e.jumps)} for e in self.edges],
        }


def edge_jumps(stream: RequestStream, tier_map: TierMap, *, step_ppm: int = PPM // 100) -> EdgeJumps:
    """Count the pairs that ask for different tiers with each edge at each place between its neighbours.

    Parameters
    ----------
    step_ppm
        The places are the multiples of this strictly between the neighbouring edges (0 and 1 at the ends), and the
        edge's own place [parts per million]; at least 1.

    Raises
    ------
    InputError
        A step below 1.

    Notes
    -----
    Tiers are those asked for: hysteresis, stickiness and empty tiers come after. A min score equal to an edge asks for
    the tier above it; one that is omitted asks for the default tier wherever the edges stand. A map of one tier has no
    edge to move. O(n log n + n_edges x (pairs + places) x log(pairs)), pairs being the distinct ones.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> stream = request_stream(session=[1, 1, 2, 2], time_s=[0, 1, 0, 1], prompt_tokens=[1] * 4,
    ...                         completion_tokens=[1] * 4, min_score=[0.65, 0.7, 0.1, 0.5])
    >>> low, high = edge_jumps(stream, documented_pareto_code(load_bundled()), step_ppm=100_000).edges
    >>> dict(zip(high.at_ppm, high.jumps))  # 0.1 and 0.5 are parted by the other edge already
    {400000: 1, 500000: 1, 600000: 1, 660000: 2, 700000: 2, 800000: 1, 900000: 1}
    """
    return edge_jumps_of(asked_counts(stream), tier_map, step_ppm=step_ppm)


def edge_jumps_of(asked: AskedCounts, tier_map: TierMap, *, step_ppm: int = PPM // 100) -> EdgeJumps:
    """Return the same from the counts of a stream's min scores.

    Raises
    ------
    InputError
        As `edge_jumps`.
    """
    if step_ppm < 1:
        raise InputError(f"step_ppm is {step_ppm}", way_out="give a whole number of 1 or more")
    low, high = np.minimum(asked.first, asked.second), np.maximum(asked.first, asked.second)
    pairs = _Pairs(low=low, high=high, count=asked.n_pairs)
    edges = tier_map.request_edges_ppm
    sweeps = []
    for place, edge in enumerate(edges):
        others = (*edges[:place], *edges[place + 1 :])
        at = _places(edges, place, step_ppm)
        jumps = _jumps_at(pairs, np.array(at), np.array(others, dtype=np.int64), tier_map.default_index)
        sweeps.append(EdgeSweep(edge_ppm=edge, at_ppm=at, jumps=tuple(jumps.tolist())))
    return EdgeJumps(n_pairs=int(asked.n_pairs.sum()), edges=tuple(sweeps))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Distinct pairs of min scores, the lower first (an omitted one is the lowest), and how often each occurs."""

    low: IntColumn
    high: IntColumn
    count: IntColumn


def _places(edges: tuple[int, ...], place: int, step_ppm: int) -> tuple[int, ...]:
    bounds = (0, *edges, PPM)
    low, high = bounds[place], bounds[place + 2]
    grid = range(low // step_ppm * step_ppm + step_ppm, high, step_ppm)
    return tuple(sorted({*grid, edges[place]}))


def _jumps_at(pairs: _Pairs, at: IntColumn, others: IntColumn, default_index: int) -> IntColumn:
    """Return the jumps with the moving edge at each place: a constant, and the pairs that its place decides."""
    has_omitted, is_both = pairs.low == OMITTED, pairs.high == OMITTED
    below_low, below_high = (np.searchsorted(others, scores, side="right") for scores in (pairs.low, pairs.high))
    # Both stated, in one tier of the other edges: parted when low < edge <= high.
    together = ~has_omitted & (below_low == below_high)
    found = _n_below(pairs.low, at, pairs, together) - _n_below(pairs.high, at, pairs, together)
    # One omitted: the other one's tier is the number of other edges below it, and one more where it reaches the edge.
    lone = has_omitted & ~is_both
    leaves, joins = lone & (below_high == default_index), lone & (below_high == default_index - 1)
    found += (
        pairs.count[leaves].sum() - _n_below(pairs.high, at, pairs, leaves) + _n_below(pairs.high, at, pairs, joins)
    )
    always: BoolColumn = (~has_omitted & ~together) | (lone & ~leaves & ~joins)
    total: IntColumn = found + pairs.count[always].sum()
    return total


def _n_below(scores: IntColumn, at: IntColumn, pairs: _Pairs, mask: BoolColumn) -> IntColumn:
    """Return how many of the masked pairs have a score below each place."""
    order = np.argsort(scores[mask], kind="stable")
    sums = np.concatenate([[0], np.cumsum(pairs.count[mask][order])])
    n_below: IntColumn = sums[np.searchsorted(scores[mask][order], at, side="left")]
    return n_below
