"""Where on the request axis may a tier begin? The cells that a log is counted by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn, increasing, read_only
from paretocode.errors import InputError
from paretocode.sim.tables.routed import ABOVE_ALL
from paretocode.stream.stream import PPM

__all__ = ["RequestGrid"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RequestGrid:
    """Candidate edges on the request axis and the cells between them.

    Parameters
    ----------
    edges_ppm
        Shape (n_edges,), strictly increasing within 1 .. 1,000,000 [ppm]. Cell c holds the levels from edge c - 1 up
        to, but without, edge c; the lowest cell begins below all levels, the highest has no end.
    asked_ppm
        Shape (n_marks,), strictly increasing: the scores that min scores are compared with, for shortfall and excess
        [ppm]. Min scores between two of them are summed together.

    Raises
    ------
    InputError
        Edges or marks out of order, or an edge off the axis.
    """

    edges_ppm: IntColumn
    asked_ppm: IntColumn

    def __post_init__(self) -> None:
        increasing(self.edges_ppm.tolist(), name="candidate edges", where="request grid")
        increasing(self.asked_ppm.tolist(), name="asked_ppm", where="request grid")
        if len(self.edges_ppm) and not (self.edges_ppm[0] > 0 and self.edges_ppm[-1] <= PPM):
            raise InputError(
                f"candidate edges run from {self.edges_ppm[0]} to {self.edges_ppm[-1]} ppm",
                where="request grid",
                way_out="stay within 1 .. 1,000,000",
            )

    @property
    def n_cells(self) -> int:
        """One more than edges."""
        return len(self.edges_ppm) + 1

    @property
    def n_marks(self) -> int:
        """Stretches of min scores between marks, and one for requests that state none."""
        return len(self.asked_ppm) + 2

    @cached_property
    def _cell_of_level(self) -> NDArray[np.int32]:
        """Shape (PPM + 3,): cell of every level, from `BELOW_ALL` on: a look-up is faster than a search."""
        levels = np.arange(-1, ABOVE_ALL + 1)
        return read_only(np.searchsorted(self.edges_ppm, levels, side="right").astype(np.int32))

    @cached_property
    def _mark_of_score(self) -> NDArray[np.int32]:
        return read_only(np.searchsorted(self.asked_ppm, np.arange(PPM + 1), side="left").astype(np.int32))

    def cell_of(self, level_ppm: IntColumn) -> NDArray[np.int32]:
        """Return the cell of each level. O(n)."""
        return self._cell_of_level[level_ppm + 1]

    def mark_of(self, min_score_ppm: IntColumn) -> NDArray[np.int32]:
        """Return between which marks each min score lies: k means above mark k - 1 and at most mark k. O(n)."""
        return self._mark_of_score[min_score_ppm]
