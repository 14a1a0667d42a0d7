"""How do the tables of a log become a graph to search? Bands with their values, and nodes with what they remember."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.sim.tables import BandChoices, LogTables, ScoredModels, TableMetrics
from paretocode.sim.tables.bands import BandSet, band_values, near_edge_counts
from paretocode.tune.edges._own_choices import choices_of, own_choices, own_lacks, what_matters
from paretocode.tune.edges.arcs import Direction, direction_of
from paretocode.tune.edges.bands import allowed_bands
from paretocode.tune.edges.lattice import Lattice, TierRules
from paretocode.tune.edges.walk import walked
from paretocode.tune.paths.graph import BandGraph

__all__ = ["NEAR_EDGE_PPM", "SearchSpace", "search_space"]

_MOST_BYTES = 4 * 10**9

NEAR_EDGE_PPM = 10_000
"""How near to an edge a min score counts as near: 0.01, the distance of one agent's 0.65 to the documented 0.66."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchSpace:
    """A graph and what its arcs mean.

    Parameters
    ----------
    graph
        To be searched.
    lattice, rules
        Positions and rules that it was made of.
    metrics
        Of each scenario: its tables and the metrics read off them; the graph's metrics are theirs, one scenario after
        the other.
    choices
        Of each scenario: what bands decide by themselves.
    low, high
        Shape (n_arcs,): the positions between which the band of an arc lies.
    row
        Shape (n_arcs,): its row of `models`.
    models
        Shape (n_rows, n_kinds of all scenarios): the model of each kind of request, its place in the order of score.
    direction
        How requests are handed on; paths run from the highest tier down where that is upwards.
    """

    graph: BandGraph
    lattice: Lattice
    rules: TierRules
    metrics: tuple[TableMetrics, ...]
    choices: tuple[BandChoices, ...]
    low: IntColumn
    high: IntColumn
    row: IntColumn
    models: NDArray[np.int32]
    direction: Direction

    @property
    def base(self) -> ScoredModels:
        """The models of the first scenario, which decide on members and prices."""
        return self.metrics[0].tables.subject.models

    def kinds_of(self, scenario: int) -> slice:
        """Return the columns of `models` that belong to a scenario."""
        starts = np.concatenate(([0], np.cumsum([one.n_kinds for one in self.choices])))
        return slice(int(starts[scenario]), int(starts[scenario + 1]))

    def lowest_first(self, arcs: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return paths as bands from the lowest tier up: shape (n_maps, n_bands)."""
        return arcs[:, ::-1] if self.direction.is_from_top else arcs


def search_space(
    scenarios: Sequence[LogTables],
    lattice: Lattice,
    *,
    metrics: Sequence[str],
    metrics_elsewhere: Sequence[str] | None = None,
    rules: TierRules | None = None,
    names: Sequence[str] = (),
    near_edge_ppm: int = NEAR_EDGE_PPM,
) -> SearchSpace:
    """Return the graph of all maps of a lattice.

    Parameters
    ----------
    scenarios
        Tables of one or more logs, catalogues or price lists on one grid of requests. The first one's models decide on
        members, prices and rules of tiers.
    metrics
        Names of `paretocode.sim.tables.metrics`.
    metrics_elsewhere
        Those of all scenarios but the first; the same when None. A robust search needs few of them.
    names
        Of the scenarios, where there is more than one: metrics are then called ``METRIC@NAME``.
    near_edge_ppm
        How near to an edge a min score counts for ``n_near_edge``.

    Raises
    ------
    InputError
        Unknown metrics, rules that no band keeps, more bands or columns than can be searched, tables of another grid or
        policy, or scenarios without names of their own.

    Notes
    -----
    A scenario's models are cut by its own scores: where scores moved, a band holds other models there.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import RequestGrid, log_tables, request_classes, scored_models, table_subject
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import Policy
    >>> from paretocode.tune.edges.candidates import EdgeRules, coupled_values, request_candidates
    >>> from paretocode.tune.edges.lattice import coupled
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> stream = request_stream(session=[1, 1], time_s=[0, 9], prompt_tokens=[5_000, 6_000], completion_tokens=[10] * 2,
    ...                         min_score=[0.5, 0.7])
    >>> values, weight = coupled_values(models, np.array([500_000, 700_000]), np.array([1, 1]))
    >>> points = request_candidates(values, weight, EdgeRules())
    >>> lattice = coupled(points, models)
    >>> classes = request_classes(models, np.unique(lattice.places_of(models)))
    >>> grid = RequestGrid(edges_ppm=points.edge, asked_ppm=np.unique(models.axis_ppm))
    >>> tables = log_tables(stream, table_subject(models, classes, grid))
    >>> found = search_space([tables], lattice, metrics=("list_cost_pusd", "shortfall_ppm"), rules=TierRules())
    >>> found.graph.n_nodes, found.graph.n_arcs, found.graph.metrics  # 15 edges, and the two ends
    (17, 133, ('list_cost_pusd', 'shortfall_ppm'))
    """
    _refuse_strangers(scenarios, lattice, names)
    rules = rules or TierRules()
    base = scenarios[0].subject.models
    bands = allowed_bands(lattice, base, rules)
    choices = tuple(choices_of(tables, lattice) for tables in scenarios)
    own = own_choices(scenarios, choices, lattice, bands, has_prices=rules.least_price_step_ppm is not None)
    direction = direction_of(base.policy)
    matters = what_matters(scenarios, choices, lattice, own_lacks(own, bands, direction, len(lattice)), direction)
    arcs = walked(bands, own, matters, direction, price_step_ppm=rules.least_price_step_ppm)
    elsewhere = metrics if metrics_elsewhere is None else metrics_elsewhere
    asked = [tuple(metrics), *[tuple(elsewhere)] * (len(scenarios) - 1)]
    _refuse_size(len(arcs.band), sum(map(len, asked)), len(scenarios))
    measured = tuple(TableMetrics(tables=tables, names=own) for tables, own in zip(scenarios, asked, strict=True))
    low, high = bands.low[arcs.band], bands.high[arcs.band]
    starts = np.concatenate(([0], np.cumsum([one.n_kinds for one in choices])))
    values = [
        band_values(
            one,
            BandSet(
                low=lattice.cell[low],
                high=lattice.cell[high],
                row=arcs.row,
                choices=arcs.models[:, starts[at] : starts[at + 1]],
                kind_of_class=choice.kind_of_class,
            ),
            near_edge=_near_edge(one.tables, lattice, near_edge_ppm)[low],
        )
        for at, (one, choice) in enumerate(zip(measured, choices, strict=True))
    ]
    labels = [""] if len(scenarios) == 1 else [f"@{name}" for name in names]
    return SearchSpace(
        graph=BandGraph(
            n_nodes=arcs.n_nodes,
            tail=arcs.tail.astype(np.int32),
            head=arcs.head.astype(np.int32),
            metrics=tuple(f"{metric}{label}" for label, own in zip(labels, asked, strict=True) for metric in own),
            values=np.concatenate(values, axis=1),
        ),
        lattice=lattice,
        rules=rules,
        metrics=measured,
        choices=choices,
        low=low,
        high=high,
        row=arcs.row,
        models=arcs.models,
        direction=direction,
    )


def _refuse_size(n_arcs: int, n_columns: int, n_scenarios: int) -> None:
    size = 2 * 8 * n_arcs * n_columns
    if size > _MOST_BYTES:
        raise InputError(
            f"{n_arcs:,} bands in {n_scenarios} worlds would take {size / 1e9:.1f} GB",
            where="search",
            way_out='thin the grid with most_candidates, weigh fewer worlds, or use the policy empty_tier = "refuse"',
        )


def _refuse_strangers(scenarios: Sequence[LogTables], lattice: Lattice, names: Sequence[str]) -> None:
    """Refuse tables that do not fit the lattice or each other."""
    if len(scenarios) > 1 and (len(names) != len(scenarios) or len(set(names)) != len(names)):
        raise InputError(
            f"{len(scenarios)} scenarios are called {list(names)}",
            where="search",
            way_out="give each a name of its own",
        )
    inner = slice(1, -1)
    first = scenarios[0].subject
    for tables in scenarios:
        edges, policy = tables.subject.grid.edges_ppm, tables.subject.models.policy
        is_on_grid = lattice.cell[-1] == len(edges) + 1 and np.array_equal(
            edges[lattice.cell[inner] - 1], lattice.request_ppm[inner]
        )
        if not is_on_grid:
            raise InputError(
                "the tables count by other edges than the lattice has",
                where="search",
                way_out="make the grid of the same candidates",
            )
        if (policy.eligibility, policy.empty_tier) != (
            first.models.policy.eligibility,
            first.models.policy.empty_tier,
        ) or tables.subject.default_is_highest != first.default_is_highest:
            raise InputError(
                "the scenarios differ in eligibility, empty_tier or the default tier",
                where="search",
                way_out="search each policy by itself",
            )


def _near_edge(tables: LogTables, lattice: Lattice, near_edge_ppm: int) -> IntColumn:
    """Return how many requests lie near the request edge of each position; none at the two ends."""
    near = np.zeros(len(lattice), dtype=np.int64)
    near[1:-1] = near_edge_counts(tables.asked_scores_ppm, tables.n_asked, lattice.request_ppm[1:-1], near_edge_ppm)
    return near
