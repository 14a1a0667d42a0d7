"""How is an edge's estimate told to people? One sentence for each verdict, with its numbers."""

from __future__ import annotations

from paretocode.evidence.feedback.edge_verdicts import EdgeFacts, EdgeVerdict

__all__ = ["said_direction", "said_edge_estimate"]


def said_direction(n_too_weak: int, n_too_dear: int) -> str:
    """Return which way complaints pull, in words.

    Examples
    --------
    >>> said_direction(12, 0), said_direction(3, 3), said_direction(0, 0)
    ('12 of 12 complaints say too weak, which pulls it down', 'complaints pull both ways alike (3 and 3)',
    'nobody complained')
    """
    n_both = n_too_weak + n_too_dear
    if not n_both:
        return "nobody complained"
    if n_too_weak == n_too_dear:
        return f"complaints pull both ways alike ({n_too_weak} and {n_too_dear})"
    if n_too_weak > n_too_dear:
        return f"{n_too_weak:,} of {n_both:,} complaints say too weak, which pulls it down"
    return f"{n_too_dear:,} of {n_both:,} complaints say too dear, which pulls it up"


def said_edge_estimate(
    verdict: EdgeVerdict,
    facts: EdgeFacts,
    *,
    tiers: tuple[str, str],
    point: float,
    level: float,
    stretch_ppm: tuple[int, int],
) -> str:
    """Return one sentence about an edge.

    Parameters
    ----------
    verdict, facts
        What was found, and from what.
    tiers
        Below and above the edge.
    point, level
        Estimate and level of its interval, which stands in `facts`.
    stretch_ppm
        Between which min scores the estimate lies.
    """
    opening = f"The edge {facts.edge:g} between {tiers[0]} and {tiers[1]}"
    pulls = said_direction(facts.counts.n_too_weak, facts.counts.n_too_dear)
    if not verdict.is_told:
        return f"{opening} cannot be placed: {verdict.value} ({facts.counts.n_reports:,} reports; {pulls})."
    interval = f"{point:.3f} ({100 * level:g} % interval {facts.low:.3f} to {facts.high:.3f})"
    same = f"every edge above {stretch_ppm[0] / 1e6:g} up to {stretch_ppm[1] / 1e6:g} serves the same requests alike"
    return f"{opening} should lie at {interval}: {verdict.value}; {same}."
