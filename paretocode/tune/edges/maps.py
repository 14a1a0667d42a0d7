"""What does a path mean? The tier map that a router reads, and what it decides by cell and kind of request."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import MapDecisions, ScoredModels, WholeMap, whole_map
from paretocode.tiermap import Tier, TierMap, tier_names
from paretocode.tiermap.ranking import display_order
from paretocode.tune.edges.space import SearchSpace

__all__ = ["decisions_of", "edges_of", "exact_totals", "tier_map_of"]


def tier_map_of(space: SearchSpace, arcs: IndexColumn | IntColumn, *, name: str) -> TierMap:
    """Return the tier map of a path.

    Parameters
    ----------
    arcs
        Shape (n_bands,): the path, as the search gives it.
    name
        What the map is called.
    """
    bands = _lowest_first(space, arcs)
    models, lattice = space.base, space.lattice
    inner = space.low[bands[1:]]
    place = lattice.places_of(models)
    names = tier_names(len(bands))
    default = names[-1] if space.metrics[0].tables.subject.default_is_highest else names[0]
    return TierMap(
        name=name,
        tiers=tuple(
            Tier(name=label, models=_keys(models, place[space.low[band]], place[space.high[band]]))
            for label, band in zip(names, bands.tolist(), strict=True)
        ),
        request_edges_ppm=tuple(lattice.request_ppm[inner].tolist()),
        score_edges_milli=tuple(lattice.score_milli[inner].tolist()),
        default_tier=default,
        policy=models.policy,
        score_definition=models.catalogue.score_definition,
    )


def _keys(models: ScoredModels, first: int, stop: int) -> tuple[str, ...]:
    """Return the keys of the models at some places, best first."""
    catalogue = models.catalogue
    return tuple(catalogue.keys[row] for row in display_order(catalogue, models.row[first:stop], models.policy))


def _lowest_first(space: SearchSpace, arcs: IndexColumn | IntColumn) -> IntColumn:
    path = np.asarray(arcs, dtype=np.int64)
    return path[::-1] if space.direction.is_from_top else path


def decisions_of(space: SearchSpace, arcs: IndexColumn | IntColumn, *, scenario: int = 0) -> MapDecisions:
    """Return what a map decides in a scenario, by cell and kind of request."""
    bands = _lowest_first(space, arcs)
    n_cells = space.metrics[scenario].tables.subject.grid.n_cells
    first_cell = space.lattice.cell[space.low[bands]]
    tier = np.searchsorted(first_cell, np.arange(n_cells), side="right") - 1
    model = space.models[space.row[bands], space.kinds_of(scenario)].astype(np.int32)
    return MapDecisions(tier=tier, model=model, served_tier=_served_tiers(space, bands, model, scenario))


def _served_tiers(space: SearchSpace, bands: IntColumn, model: NDArray[np.int32], scenario: int) -> NDArray[np.int32]:
    """Return whose shortlist serves each kind: the own tier's, or that of the tier it is handed on to."""
    choices = space.choices[scenario]
    places = space.lattice.places_of(space.metrics[scenario].tables.subject.models)
    cut = np.searchsorted(choices.cuts, places)
    row = choices.row_of_band[cut[space.low[bands]], cut[space.high[bands]]]
    own = np.where((row >= 0)[:, None], choices.table[row], UNSERVED)
    served = np.full(own.shape, UNSERVED, dtype=np.int32)
    order = range(len(bands) - 1, -1, -1) if space.direction.is_from_top else range(len(bands))
    nearest = np.full(own.shape[1], UNSERVED, dtype=np.int32)
    for tier in order:
        nearest = np.where(own[tier] != UNSERVED, tier, nearest if space.direction.hands_on else UNSERVED)
        served[tier] = nearest
    return np.where(model == UNSERVED, UNSERVED, served).astype(np.int32)


def exact_totals(space: SearchSpace, arcs: IndexColumn | IntColumn, *, scenario: int = 0) -> WholeMap:
    """Return the totals of one map with nothing left out: tiers that share a model, tiers that hand requests on."""
    metrics, choices = space.metrics[scenario], space.choices[scenario]
    whole = whole_map(metrics, choices.kind_of_class, decisions_of(space, arcs, scenario=scenario))
    if "n_near_edge" in metrics.names:
        # What lies near an edge depends on where in its freedom the edge stands, which only the lattice knows.
        at = metrics.names.index("n_near_edge")
        before = sum(len(each.names) for each in space.metrics[:scenario])
        whole.totals[at] = space.graph.values[np.asarray(arcs), before + at].sum()
    return whole


def edges_of(space: SearchSpace, arcs: NDArray[np.int32]) -> tuple[IntColumn, IntColumn]:
    """Return the edges of maps of one number of bands, lowest first.

    Parameters
    ----------
    arcs
        Shape (n_maps, n_bands): a path each.

    Returns
    -------
    request_ppm, score_milli
        Shape (n_maps, n_bands - 1).
    """
    inner = space.low[space.lowest_first(arcs)[:, 1:]]
    return space.lattice.request_ppm[inner], space.lattice.score_milli[inner]
