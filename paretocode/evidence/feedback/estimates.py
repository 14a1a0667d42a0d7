"""What is known of each edge after the reports are fitted? The record that people, figures and proposals read."""

from __future__ import annotations

import math
from dataclasses import dataclass

from paretocode._checks import IntColumn
from paretocode.evidence.feedback.edge_verdicts import EdgeCounts, EdgeVerdict
from paretocode.evidence.feedback.fitted import FittedReports

__all__ = ["EdgeEstimate", "EdgeEstimates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeEstimate:
    """What reports say about one edge. Edges and interval ends on the 0..1 axis.

    Parameters
    ----------
    edge_index, tier_below, tier_above
        Which edge, and between which tiers.
    edge
        Where it lies now.
    point, standard_error, low, high
        Where it should lie, and the interval; clipped to the axis.
    profile_low, profile_high
        The interval by profile likelihood.
    stretch_ppm
        (exclusive, inclusive) ends of the stretch between neighbouring min scores in which `point` lies [ppm].
    design_effect
        Clustered variance over the variance if every report came from somebody else.
    assumed_share
        Share of the variance that the penalties stand for.
    counts
        How many reports, by whom.
    verdict, sentence
        Whether to use the numbers, and what to tell people.
    """

    edge_index: int
    tier_below: str
    tier_above: str
    edge: float
    point: float
    standard_error: float
    low: float
    high: float
    profile_low: float
    profile_high: float
    stretch_ppm: tuple[int, int]
    design_effect: float
    assumed_share: float
    counts: EdgeCounts
    verdict: EdgeVerdict
    sentence: str


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeEstimates:
    """What reports say about all edges.

    Parameters
    ----------
    edges
        One for each edge, from the lowest.
    level
        Of the intervals.
    basis
        ``verdicts`` where rates of verdicts were used, ``balance`` where complaints were set against the demand.
    weighting
        One of `WEIGHTINGS`.
    weak_cost, dear_cost
        What one wrong verdict of each kind costs; only their ratio matters.
    atoms_ppm
        Min scores between which edges are the same: of the stream, else of the reports [ppm].
    n_left_out
        Reports that bear on no edge: omitted min scores, too slow, jumped, and complaints without demand.
    fitted
        The fit, for profiles, priors and sample sizes.
    """

    edges: tuple[EdgeEstimate, ...]
    level: float
    basis: str
    weighting: str
    weak_cost: float
    dear_cost: float
    atoms_ppm: IntColumn
    n_left_out: int
    fitted: FittedReports

    @property
    def asymmetry_shift(self) -> float:
        """How much too low all edges are if too weak is written twice as readily as too dear [axis].

        Reports cannot show whether it is; see `cut_points`. Exact for two tiers, verdicts as basis and no lapses.
        """
        return self.fitted.scale * math.log(2.0) / 2.0
