"""What may a search for edges take from the reports? Intervals to stay in, edges to pin, or a prior to weigh.

Three forms of the same estimates, none of which can make a search impossible:

* zones: forbidden intervals of the 0..1 axis, everything outside the intervals of the edges. The form of an
  experiment's ``search.forbidden_request_edges`` and, in parts per million, of the forbidden intervals of edge rules.
  An edge that the reports cannot place keeps all of the axis between its current neighbours.
* pins: the roundest number in the middle half of each placed interval, for ``search.pinned_request_edges``.
* penalties: for each edge and candidate, how far the log-likelihood of the reports falls there, in whole thousandths of
  a nat: minus the log of a prior. They add up over the edges of a map, so a path search can carry them as one more
  measure; 1,920 is where a 95 % interval ends. How many dollars a nat is worth is the searcher's to say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.evidence.feedback.edge_verdicts import EdgeVerdict
from paretocode.evidence.feedback.estimates import EdgeEstimate, EdgeEstimates
from paretocode.evidence.feedback.profile import profile_fall
from paretocode.stream.stream import PPM

__all__ = ["EdgeProposal", "FeedbackProposal", "propose_edges"]

MOST_PENALTY = 10**9
"""Where the likelihood cannot be worked out, or has fallen beyond all use [thousandths of a nat]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeProposal:
    """What is proposed for one edge.

    Parameters
    ----------
    edge_index, edge
        Which, and where it lies now, 0..1.
    estimate, low, high
        Where it should lie and the interval, 0..1; to be used only where the verdict is told.
    stretch_ppm
        (exclusive, inclusive): the stretch between neighbouring min scores that holds the estimate [ppm].
    open_ppm
        (inclusive, inclusive): where the edge may stand [ppm]; always at least one whole number above 0.
    pin_ppm
        Round number inside the interval [ppm], None where the reports cannot place the edge.
    verdict, sentence
        As estimated.
    """

    edge_index: int
    edge: float
    estimate: float
    low: float
    high: float
    stretch_ppm: tuple[int, int]
    open_ppm: tuple[int, int]
    pin_ppm: int | None
    verdict: EdgeVerdict
    sentence: str


@dataclass(frozen=True, kw_only=True, eq=False)
class FeedbackProposal:
    """What is proposed for all edges.

    Parameters
    ----------
    edges
        One for each edge, from the lowest.
    estimates
        What they come from.
    """

    edges: tuple[EdgeProposal, ...]
    estimates: EdgeEstimates

    def as_zones_ppm(self) -> tuple[tuple[int, int], ...]:
        """Return the forbidden open intervals [ppm]: what no edge's open part covers; their ends are allowed.

        Zones do not overlap, leave each edge's open part free, and are empty where the open parts cover the axis.
        """
        zones, reached = [], 0
        for low, high in sorted(proposal.open_ppm for proposal in self.edges):
            if low - reached > 1:
                zones.append((reached, low))
            reached = max(reached, high)
        # Edges stand in (0, 1e6]: a zone that ends at the axis' end would leave that end allowed.
        return (*zones, (reached, PPM + 1)) if reached < PPM else tuple(zones)

    def as_zones(self) -> tuple[tuple[float, float], ...]:
        """Return the forbidden intervals on the 0..1 axis, the form of an experiment's file.

        The last zone ends at 1: an edge at exactly 1, which serves the min score 1 alone by the highest tier, stays
        allowed there.
        """
        return tuple((low / PPM, min(high, PPM) / PPM) for low, high in self.as_zones_ppm())

    def as_pins_ppm(self) -> tuple[int, ...]:
        """Return an edge for every placed one [ppm], strictly increasing; of equal ones only one."""
        return tuple(sorted({pin for pin in (proposal.pin_ppm for proposal in self.edges) if pin is not None}))

    def as_pins(self) -> tuple[float, ...]:
        """Return the pins on the 0..1 axis."""
        return tuple(pin / PPM for pin in self.as_pins_ppm())

    def penalties(self, candidates_ppm: IntColumn) -> IntColumn:
        """Return what the reports hold against each candidate, for each edge.

        Parameters
        ----------
        candidates_ppm
            Shape (n,): edges that a search may choose [ppm].

        Returns
        -------
        IntColumn
            Shape (n_edges, n), whole thousandths of a nat, >= 0: the fall of the profile likelihood, design effect
            taken off. All 0 for an edge that the reports cannot place.
        """
        fitted, shift = self.estimates.fitted, self._cost_shift()
        rows = np.zeros((len(self.edges), len(candidates_ppm)), dtype=np.int64)
        for proposal in self.edges:
            if proposal.verdict.is_told and len(candidates_ppm):
                fall = profile_fall(fitted, proposal.edge_index, np.asarray(candidates_ppm) / PPM - shift)
                capped = np.minimum(np.where(np.isfinite(fall), 1000.0 * fall, MOST_PENALTY), MOST_PENALTY)
                rows[proposal.edge_index] = np.rint(capped).astype(np.int64)
        return rows

    def _cost_shift(self) -> float:
        return self.estimates.fitted.scale * math.log(self.estimates.dear_cost / self.estimates.weak_cost)


def propose_edges(estimates: EdgeEstimates) -> FeedbackProposal:
    """Return what a search may take from estimates.

    Parameters
    ----------
    estimates
        From `estimate_edges`.

    Examples
    --------
    >>> from paretocode.evidence.feedback.estimate import estimate_edges
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> asked = tuple((score, 1.0) for score in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.85))
    >>> world = FeedbackWorld(ideal_edges=(0.58,), edges=(0.66,), atoms=asked)
    >>> proposal = propose_edges(estimate_edges(synthetic_reports(world, rng=7).reports))
    >>> len(proposal.as_zones()), 0.55 < proposal.as_pins()[0] < 0.61
    (2, True)

    Nobody complains of the other side, so nothing is forbidden:

    >>> quiet = synthetic_reports(FeedbackWorld(ideal_edges=(0.1,), edges=(0.66,), atoms=asked, lapse=0.0), rng=7)
    >>> blank = propose_edges(estimate_edges(quiet.reports))
    >>> blank.edges[0].verdict.name, blank.as_zones(), blank.as_pins()
    ('ONE_SIDED', (), ())
    """
    now = [edge.edge for edge in estimates.edges]
    ends = [0, *(round(edge * PPM) for edge in now), PPM]
    proposals = tuple(_proposal(edge, (ends[edge.edge_index], ends[edge.edge_index + 2])) for edge in estimates.edges)
    return FeedbackProposal(edges=proposals, estimates=estimates)


def _proposal(edge: EdgeEstimate, neighbours_ppm: tuple[int, int]) -> EdgeProposal:
    is_told = edge.verdict.is_told
    open_ppm = _whole_inside(edge.low, edge.high, edge.point) if is_told else neighbours_ppm
    return EdgeProposal(
        edge_index=edge.edge_index,
        edge=edge.edge,
        estimate=edge.point,
        low=edge.low,
        high=edge.high,
        stretch_ppm=edge.stretch_ppm,
        open_ppm=(max(1, open_ppm[0]), open_ppm[1]),
        pin_ppm=_roundest(*open_ppm) if is_told else None,
        verdict=edge.verdict,
        sentence=edge.sentence,
    )


def _whole_inside(low: float, high: float, point: float) -> tuple[int, int]:
    """Return the whole numbers inside an interval [ppm]; the one nearest to the point where there is none."""
    least, most = max(1, math.ceil(low * PPM)), min(PPM, math.floor(high * PPM))
    nearest = min(max(1, round(point * PPM)), PPM)
    return (least, most) if least <= most else (nearest, nearest)


def _roundest(low: int, high: int) -> int:
    """Return the whole number with the most trailing zeros in the middle half of low .. high, else the middle.

    Examples
    --------
    >>> _roundest(595_000, 700_000), _roundest(601_234, 634_567), _roundest(7, 7)
    (650000, 620000, 7)
    """
    steps = [10**power for power in range(6, -1, -1)]
    nearest = [(low + high + step) // (2 * step) * step for step in steps]
    return next((near for near in nearest if abs(2 * near - low - high) <= (high - low) // 2), (low + high) // 2)
