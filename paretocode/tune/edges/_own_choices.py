"""What does each band decide by itself, in all scenarios side by side, and which of it matters to other bands?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import BandChoices, LogTables, ScoredModels, band_choices
from paretocode.tune.edges.arcs import Direction, OwnChoices
from paretocode.tune.edges.bands import Bands
from paretocode.tune.edges.lattice import Lattice

__all__ = ["choices_of", "own_choices", "own_lacks", "what_matters"]


def choices_of(tables: LogTables, lattice: Lattice) -> BandChoices:
    """Return the choices of all bands between places of the lattice, for the classes that occur."""
    models = tables.subject.models
    return band_choices(models, tables.subject.classes, np.unique(lattice.places_of(models)), tables.used_classes)


def own_choices(
    scenarios: Sequence[LogTables], choices: Sequence[BandChoices], lattice: Lattice, bands: Bands, *, has_prices: bool
) -> OwnChoices:
    """Return what bands decide by themselves, all scenarios side by side, as distinct rows.

    Parameters
    ----------
    has_prices
        Whether the price of each band's first choice is asked for.
    """
    rows, number = [], np.zeros(len(bands.low), dtype=np.int64)
    for tables, one in zip(scenarios, choices, strict=True):
        cut = np.searchsorted(one.cuts, lattice.places_of(tables.subject.models))
        rows.append(one.row_of_band[cut[bands.low], cut[bands.high]].astype(np.int64))
        # Rows of all scenarios so far as one number: -1 stands for a band that takes nobody.
        _, number = np.unique(number * (len(one.table) + 1) + rows[-1] + 1, return_inverse=True)
    _, first = np.unique(number, return_index=True)
    models = [
        np.where((row[first] >= 0)[:, None], one.table[row[first]], UNSERVED)
        for row, one in zip(rows, choices, strict=True)
    ]
    base = scenarios[0].subject.models
    return OwnChoices(
        row_of_band=number.ravel(),
        models=np.concatenate(models, axis=1).astype(np.int32),
        first_price=_first_prices(base, lattice, bands) if has_prices else np.zeros(len(bands.low), dtype=np.int64),
    )


def _first_prices(models: ScoredModels, lattice: Lattice, bands: Bands) -> IntColumn:
    """Return the list price of each band's first choice, whatever its context window. O(positions x models).

    Every band has a model that serves: the rules of tiers refuse a price step without one.
    """
    place = lattice.places_of(models)
    rank = models.rank(models.list_price)
    price_at = models.list_price[np.argsort(rank, kind="stable")]
    first = np.zeros(len(bands.low), dtype=np.int64)
    ends = place[bands.high] - place[bands.low] - 1
    if models.policy.eligibility == "floor":
        ends = len(models) - place[bands.low] - 1
    starts = np.searchsorted(bands.low, np.arange(len(lattice)))
    for low, (start, stop) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        if start < stop:
            first[start:stop] = price_at[np.minimum.accumulate(rank[place[low] :])[ends[start:stop]]]
    return first


def own_lacks(own: OwnChoices, bands: Bands, direction: Direction, n_positions: int) -> BoolColumn:
    """Return shape (n_positions, n_kinds): whether some band that a walk leaves a position by lacks the kind."""
    lacks = np.zeros((n_positions, own.models.shape[1]), dtype=np.bool_)
    if direction.hands_on:
        source = bands.high if direction.is_from_top else bands.low
        n_rows = len(own.models)
        position, row = np.divmod(np.unique(source * n_rows + own.row_of_band), n_rows)
        np.logical_or.at(lacks, position, own.models[row] == UNSERVED)
    return lacks


def what_matters(
    scenarios: Sequence[LogTables],
    choices: Sequence[BandChoices],
    lattice: Lattice,
    lacks: BoolColumn,
    direction: Direction,
) -> BoolColumn:
    """Return shape (n_positions, n_kinds): some band beyond a position lacks the kind, and requests of it lie there."""
    ahead = slice(None) if direction.is_from_top else slice(None, None, -1)
    matters = np.logical_or.accumulate(lacks[ahead], axis=0)[ahead]
    traffic = []
    for tables, one in zip(scenarios, choices, strict=True):
        table, n_cells = tables.requests, tables.subject.grid.n_cells
        at = (table.cell + 1) * one.n_kinds + one.kind_of_class[table.number]
        count = np.bincount(at, weights=table.n, minlength=(n_cells + 1) * one.n_kinds).reshape(n_cells + 1, -1)
        below = np.cumsum(count, axis=0)[lattice.cell]
        traffic.append(below if direction.is_from_top else count.sum(axis=0) - below)
    beyond: BoolColumn = matters & (np.concatenate(traffic, axis=1) > 0)
    return beyond
