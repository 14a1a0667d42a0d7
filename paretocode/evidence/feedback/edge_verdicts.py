"""Can the reports tell where an edge should lie, and if not, why not? An enum whose values are sentences."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = [
    "LEAST_COMPLAINTS",
    "LEAST_REPORTS",
    "LEAST_WRITERS",
    "MOST_ASSUMED",
    "EdgeCounts",
    "EdgeFacts",
    "EdgeVerdict",
    "judge",
]

LEAST_REPORTS = 30
"""Fewer reports about an edge than this are an anecdote: three parameters beside the edge have to be fitted too."""
LEAST_WRITERS = 5
"""With fewer effective writers the 95 % t quantile exceeds 2.7: too little is known of how people differ."""
LEAST_COMPLAINTS = 3
"""On either side; the place of an edge is where two pulls balance."""
MOST_ASSUMED = 0.2
"""Largest share of an edge's variance that may come from the penalties."""


class EdgeVerdict(Enum):
    """What the reports say about one edge."""

    MOVE_DOWN = "the whole interval lies below the current edge, so move it down"
    MOVE_UP = "the whole interval lies above the current edge, so move it up"
    SAME_STRETCH = "the interval leaves out the current edge, but nobody asks for a min score between: nothing moves"
    KEEP = "the current edge lies inside the interval, so the reports give no reason to move it"
    ONLY_COMPLAINTS = "nobody wrote fine and no demand is given: complaints alone have no rates; give the stream"
    TOO_FEW = "too few reports, or too few people, speak of this edge"
    ONE_ATOM = "all reports about this edge stand at one min score: they give a direction and no place"
    ONE_SIDED = "hardly any report pulls the other way: they give a direction, and no second pull to balance it"
    ASSUMED = "the place rests on what was assumed about the noise more than on reports: ask at more min scores"
    TOO_WIDE = "the interval reaches past the current neighbouring edge or the end of the axis: more reports are needed"
    NOT_FITTED = "the fit did not come to rest on a maximum"

    @property
    def is_told(self) -> bool:
        """Whether the estimate may be used."""
        return self in {EdgeVerdict.MOVE_DOWN, EdgeVerdict.MOVE_UP, EdgeVerdict.SAME_STRETCH, EdgeVerdict.KEEP}


class EdgeCounts(NamedTuple):
    """How many reports, by whom, speak of one edge: those of the two tiers beside it.

    Parameters
    ----------
    n_reports, n_fine
        All of them, and those that say fine.
    n_too_weak, n_too_dear
        Too weak in the lower tier, which pulls the edge down; too dear in the higher, which pulls it up.
    n_writers, n_effective_writers
        Who wrote them, and how many equally active writers would be as concentrated.
    n_min_scores
        Distinct min scores among them.
    """

    n_reports: int
    n_too_weak: int
    n_too_dear: int
    n_fine: int
    n_writers: int
    n_effective_writers: float
    n_min_scores: int


class EdgeFacts(NamedTuple):
    """What a verdict is made of.

    Parameters
    ----------
    has_rates
        Whether there are fine verdicts, or a demand to set complaints against.
    is_converged
        Of the fit.
    counts
        Of this edge.
    assumed_share
        See `FittedReports.assumed_share`.
    edge, low, high
        Current edge and interval, 0..1.
    least, most
        Neighbouring current edges, or the ends of the axis.
    is_same_stretch
        Whether edge and estimate route all min scores alike.
    """

    has_rates: bool
    is_converged: bool
    counts: EdgeCounts
    assumed_share: float
    edge: float
    low: float
    high: float
    least: float
    most: float
    is_same_stretch: bool


def judge(facts: EdgeFacts) -> EdgeVerdict:
    """Return the first verdict that applies: what forbids an answer before what the answer is.

    Examples
    --------
    >>> counts = EdgeCounts(400, n_too_weak=40, n_too_dear=20, n_fine=340, n_writers=90, n_effective_writers=60.0,
    ...                     n_min_scores=5)
    >>> facts = EdgeFacts(True, True, counts, assumed_share=0.01, edge=0.66, low=0.60, high=0.64, least=0.33, most=1.0,
    ...                   is_same_stretch=False)
    >>> judge(facts).name, judge(facts._replace(high=0.67)).name
    ('MOVE_DOWN', 'KEEP')
    >>> judge(facts._replace(counts=counts._replace(n_too_dear=0))).name
    'ONE_SIDED'
    """
    counts = facts.counts
    is_few = counts.n_reports < LEAST_REPORTS or counts.n_effective_writers < LEAST_WRITERS
    rules = (
        (EdgeVerdict.TOO_FEW, is_few),
        (EdgeVerdict.ONE_ATOM, counts.n_min_scores < 2),
        (EdgeVerdict.ONE_SIDED, min(counts.n_too_weak, counts.n_too_dear) < LEAST_COMPLAINTS),
        (EdgeVerdict.ONLY_COMPLAINTS, not facts.has_rates),
        (EdgeVerdict.NOT_FITTED, not facts.is_converged),
        (EdgeVerdict.ASSUMED, facts.assumed_share > MOST_ASSUMED),
        (EdgeVerdict.TOO_WIDE, facts.low <= facts.least or facts.high >= facts.most),
        (EdgeVerdict.KEEP, facts.low <= facts.edge <= facts.high),
        (EdgeVerdict.SAME_STRETCH, facts.is_same_stretch),
        (EdgeVerdict.MOVE_DOWN, facts.high < facts.edge),
    )
    return next((verdict for verdict, applies in rules if applies), EdgeVerdict.MOVE_UP)
