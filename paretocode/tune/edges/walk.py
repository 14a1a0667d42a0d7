"""Which nodes does the graph of maps need? Positions, and what a band must know of the tiers already passed.

Which model serves a request that its own tier cannot hold depends on the tiers beyond: under ``up`` on those above,
under ``down`` on those below. So maps are built from the side that the hand-over comes from, and a node is a position
together with a *memory*: the model that would take over each kind of request, and, where tiers must differ in price,
the price of the tier just passed. Memories that no band beyond can tell apart are one node.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError
from paretocode.sim.plan import UNSERVED
from paretocode.stream.stream import PPM
from paretocode.tune.edges.arcs import Arcs, Direction, OwnChoices
from paretocode.tune.edges.bands import Bands

__all__ = ["walked"]

_MOST_ARCS = 8_000_000
_NO_MATTER = -2


def walked(
    bands: Bands, own: OwnChoices, matters: BoolColumn, direction: Direction, *, price_step_ppm: int | None
) -> Arcs:
    """Return the arcs of all maps.

    Parameters
    ----------
    matters
        Shape (n_positions, n_kinds): whether the hand-over of a kind can still matter beyond a position.
    price_step_ppm
        By how much a tier must be dearer than the one below; None for no rule.

    Raises
    ------
    InputError
        More arcs than can be searched.
    """
    last = len(matters) - 1
    source, target = (last - bands.high, last - bands.low) if direction.is_from_top else (bands.low, bands.high)
    order = np.lexsort((target, source))
    if not direction.hands_on and price_step_ppm is None:
        # A memory of nothing: nodes are positions.
        order = np.lexsort((source, target))
        return Arcs(
            n_nodes=last + 1,
            tail=source[order],
            head=target[order],
            band=order,
            row=own.row_of_band[order],
            models=own.models,
        )
    walk = _Walk(own, matters[::-1] if direction.is_from_top else matters, direction, price_step_ppm)
    starts = np.searchsorted(source[order], np.arange(last + 2))
    for step in range(last + 1):
        mine = order[starts[step] : starts[step + 1]]
        walk.leave(step, mine, target[mine])
    return walk.arcs()


class _Walk:
    """The nodes found so far, step by step, and the arcs that leave them."""

    def __init__(self, own: OwnChoices, matters: BoolColumn, direction: Direction, price_step_ppm: int | None) -> None:
        self.own, self.matters, self.direction, self.price_step_ppm = own, matters, direction, price_step_ppm
        self.last = len(matters) - 1
        self.rows: dict[bytes, int] = {}
        self.models: list[NDArray[np.int32]] = []
        nothing = self._row(np.full(own.models.shape[1], UNSERVED, dtype=np.int32))
        self.nodes: list[dict[tuple[int, int], int]] = [{} for _ in range(self.last + 1)]
        self.nodes[0][nothing, -1] = 0
        self.nodes[self.last][-1, -1] = 0  # the end is there even where no map reaches it
        self.with_memory: dict[int, IntColumn] = {}
        self.seen_by: dict[tuple[int, bytes], int] = {}
        self.parts: list[tuple[int, int, IntColumn, IntColumn, IntColumn, IntColumn]] = []
        self.n_arcs = 0

    def _row(self, models: NDArray[np.int32]) -> int:
        key = models.tobytes()
        if key not in self.rows:
            self.rows[key] = len(self.models)
            self.models.append(models)
        return self.rows[key]

    def leave(self, step: int, mine: IntColumn, target: IntColumn) -> None:
        """Add the arcs of all bands that begin at a step, from every node there."""
        for (memory, price), local in list(self.nodes[step].items()):
            is_allowed = self._keeps_price_step(mine, price)
            bands, ends = mine[is_allowed], target[is_allowed]
            row = self._handed_on(memory)[self.own.row_of_band[bands]]
            self.parts.append((step, local, ends, self._enter(row, bands, ends), bands, row))
            self.n_arcs += len(bands)
            if self.n_arcs > _MOST_ARCS:
                raise InputError(
                    f"more than {_MOST_ARCS:,} bands with what they hand on",
                    where="search",
                    way_out='thin the grid with most_candidates, or use the policy empty_tier = "refuse"',
                )

    def _keeps_price_step(self, mine: IntColumn, price: int) -> BoolColumn:
        if self.price_step_ppm is None or price < 0:
            return np.ones(len(mine), dtype=np.bool_)
        own, passed = self.own.first_price[mine], np.full(len(mine), price, dtype=np.int64)
        lower, higher = (own, passed) if self.direction.is_from_top else (passed, own)
        keeps: BoolColumn = (lower < higher) & (lower * (PPM + self.price_step_ppm) <= higher * PPM)
        return keeps

    def _handed_on(self, memory: int) -> IntColumn:
        """Return for every own row the row after the memory has taken what it cannot hold."""
        if memory not in self.with_memory:
            kept = self.models[memory]
            is_passed = (self.own.models == UNSERVED) & np.bool_(self.direction.hands_on)
            both = np.where(is_passed, np.where(kept == _NO_MATTER, UNSERVED, kept), self.own.models)
            self.with_memory[memory] = np.array([self._row(models) for models in both.astype(np.int32)])
        return self.with_memory[memory]

    def _enter(self, row: IntColumn, bands: IntColumn, ends: IntColumn) -> IntColumn:
        """Return the local number of the node that each arc enters, making it where it is new."""
        price = self.own.first_price[bands] if self.price_step_ppm is not None else np.full(len(bands), -1)
        local = np.empty(len(bands), dtype=np.int64)
        keys, which = np.unique(np.stack((ends, row, price), axis=1), axis=0, return_inverse=True)
        number = np.empty(len(keys), dtype=np.int64)
        for at, (end, this, its_price) in enumerate(keys.tolist()):
            key = (-1, -1) if end == self.last else (self._seen(this, end), its_price)
            number[at] = self.nodes[end].setdefault(key, len(self.nodes[end]))
        local[:] = number[which.ravel()]
        return local

    def _seen(self, row: int, step: int) -> int:
        """Return the row without what no band beyond a step can tell apart."""
        if not self.direction.hands_on:
            return 0
        mask = self.matters[step]
        key = (row, mask.tobytes())
        if key not in self.seen_by:
            self.seen_by[key] = self._row(np.where(mask, self.models[row], _NO_MATTER).astype(np.int32))
        return self.seen_by[key]

    def arcs(self) -> Arcs:
        """Return all arcs, nodes numbered step by step."""
        first = np.concatenate(([0], np.cumsum([len(nodes) for nodes in self.nodes])))
        tail = np.concatenate([np.full(len(ends), first[step] + local) for step, local, ends, *_ in self.parts])
        head = np.concatenate([first[ends] + entered for _, _, ends, entered, *_ in self.parts])
        band = np.concatenate([part[4] for part in self.parts])
        row = np.concatenate([part[5] for part in self.parts])
        order = np.lexsort((band, tail, head))
        n_nodes = int(first[-1])
        return Arcs(
            n_nodes=n_nodes,
            tail=tail[order],
            head=head[order],
            band=band[order],
            row=row[order],
            models=np.stack(self.models),
        )
