"""How does a map come about? From a published line-up, or from edges on the scores."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from paretocode._checks import increasing
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.tiermap.policy import Policy
from paretocode.tiermap.ranking import display_order
from paretocode.tiermap.tier_map import Tier, TierMap, tier_names, to_ppm

__all__ = ["DOCUMENTED_REQUEST_EDGES", "documented_pareto_code", "map_from_edges", "map_from_listing"]

DOCUMENTED_REQUEST_EDGES = (0.33, 0.66)
"""Request cuts of OpenRouter's Pareto Code router: >= 0.66 high, >= 0.33 medium, below low (documented 2026-06..08)."""


def map_from_listing(
    catalogue: Catalogue,
    *,
    request_edges: Sequence[float],
    tiers: Sequence[str] = ("low", "medium", "high"),
    default_tier: str | None = None,
    policy: Policy | None = None,
    name: str = "listed",
) -> TierMap:
    """Return the map whose tiers are the catalogue's own listed tiers.

    Parameters
    ----------
    catalogue
        Its `listed_tier` names a tier for at least one model.
    request_edges
        On the 0..1 axis, one fewer than tiers.
    tiers
        Names from the lowest up.
    default_tier
        For omitted min scores; the highest when None, as documented.

    Raises
    ------
    InputError
        No listed tier at all, or one that is not among `tiers`.
    """
    policy = policy or Policy()
    listed = {tier for tier in catalogue.listed_tier if tier}
    if not listed:
        raise InputError(
            "no model of the catalogue lists a tier", way_out="fill listed_tier, or build from score edges"
        )
    if unknown := sorted(listed - set(tiers)):
        raise InputError(f"the catalogue lists tier {unknown[0]!r}", way_out=f"use one of {', '.join(tiers)}")
    members = {
        tier: np.flatnonzero(np.array([listed_tier == tier for listed_tier in catalogue.listed_tier])) for tier in tiers
    }
    return TierMap(
        name=name,
        tiers=tuple(Tier(name=t, models=_ordered_keys(catalogue, members[t], policy)) for t in tiers),
        request_edges_ppm=to_ppm(request_edges),
        score_edges_milli=None,
        default_tier=default_tier or tiers[-1],
        policy=policy,
        score_definition=catalogue.score_definition,
    )


def documented_pareto_code(catalogue: Catalogue, *, policy: Policy | None = None) -> TierMap:
    """Return OpenRouter's documented map: request cuts 0.33 and 0.66, omitted = high, tiers as listed.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> documented = documented_pareto_code(load_bundled())
    >>> [(tier.name, tier.models[0]) for tier in documented.tiers]
    [('low', 'deepseek/deepseek-v4-flash@max'),
     ('medium', 'moonshotai/kimi-k2.6'),
     ('high', 'deepseek/deepseek-v4-pro@max')]
    """
    return map_from_listing(catalogue, request_edges=DOCUMENTED_REQUEST_EDGES, policy=policy, name="documented")


def map_from_edges(
    catalogue: Catalogue,
    *,
    score_edges: Sequence[float],
    request_edges: Sequence[float] | None = None,
    scale: ScoreScale | None = None,
    names: Sequence[str] | None = None,
    default_tier: str | None = None,
    policy: Policy | None = None,
    name: str = "edges",
) -> TierMap:
    """Return the map that puts every scored model into the band of its score.

    Parameters
    ----------
    score_edges
        In the score's native unit; rounded to thousandths, and refused if that moves a model across an edge.
    request_edges
        On the 0..1 axis. None couples them to the score edges through `scale`.
    scale
        Needed only for coupling.
    names, default_tier
        Tier names from the lowest up; the default is the highest when None.

    Raises
    ------
    InputError
        Unsorted edges, neither request edges nor a scale, edges that coincide on the request axis, an edge whose
        rounding to thousandths moves a model.

    Notes
    -----
    A model without a score is in no tier. A model exactly on an edge is in the tier above.
    """
    policy = policy or Policy()
    increasing(score_edges, name="score_edges")
    milli = _to_milli(catalogue, score_edges)
    if request_edges is None:
        if scale is None:
            raise InputError("neither request_edges nor a scale is given", way_out="give one of them")
        request_edges = _coupled(score_edges, scale)
    band = np.searchsorted(milli, catalogue.score_milli, side="right")
    labels = tuple(names) if names is not None else tier_names(len(milli) + 1)
    return TierMap(
        name=name,
        tiers=tuple(
            Tier(
                name=label,
                models=_ordered_keys(catalogue, np.flatnonzero((band == i) & catalogue.has_score), policy),
            )
            for i, label in enumerate(labels)
        ),
        request_edges_ppm=to_ppm(request_edges),
        score_edges_milli=milli,
        default_tier=default_tier or labels[-1],
        policy=policy,
        score_definition=catalogue.score_definition,
    )


def _coupled(score_edges: Sequence[float], scale: ScoreScale) -> list[float]:
    """Return the score edges on the request axis, refusing two that fall on one point of it."""
    coupled = [float(x) for x in scale.to_axis(np.asarray(score_edges, dtype=np.float64))]
    for (low, high), (left, right) in zip(itertools.pairwise(score_edges), itertools.pairwise(coupled), strict=True):
        if not left < right:
            raise InputError(
                f"the score edges {low:g} and {high:g} fall on one point of the request axis, {left:g}",
                way_out="give request_edges, or fewer bands",
            )
    return coupled


def _to_milli(catalogue: Catalogue, score_edges: Sequence[float]) -> tuple[int, ...]:
    exact = np.asarray(score_edges, dtype=np.float64)
    if not np.isfinite(exact).all():
        raise InputError(f"score_edges holds {exact[~np.isfinite(exact)][0]}", way_out="give finite scores")
    milli = np.rint(exact * 1000).astype(np.int64)
    scores = catalogue.coding_score[catalogue.has_score]
    before = np.searchsorted(exact, scores, side="right")
    after = np.searchsorted(milli, catalogue.score_milli[catalogue.has_score], side="right")
    moved = np.flatnonzero(before != after)
    if len(moved):
        row = int(np.flatnonzero(catalogue.has_score)[moved[0]])
        raise InputError(
            f"rounding the edges to thousandths moves {catalogue.keys[row]!r} "
            f"(score {catalogue.coding_score[row]:g}) to another tier",
            where="score_edges",
            way_out="put the edge into the gap between two scores",
        )
    return tuple(int(m) for m in milli)


def _ordered_keys(catalogue: Catalogue, rows: np.ndarray, policy: Policy) -> tuple[str, ...]:
    return tuple(catalogue.keys[row] for row in display_order(catalogue, rows, policy))
