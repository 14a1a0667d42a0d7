"""Where on the common axis does a score stand, and which score edge cuts models where a request edge does?

The scale of an experiment places every model on the 0..1 axis of requests; a percentile does so in steps. On the screen
an edge between two scores needs a place too, so between two models the ladder runs straight.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.sim.tables import ScoredModels
from paretocode.stream.stream import PPM
from paretocode.tune.edges.lattice import score_edges_of

__all__ = ["ScoreLadder"]


class ScoreLadder:
    """The models of a map in the order of score, and the axis beside them.

    Parameters
    ----------
    models
        Whose `score_milli` and `axis_ppm` rise together.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import scored_models
    >>> from paretocode.tiermap import Policy
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> ladder = ScoreLadder(models)
    >>> cuts = ladder.cuts_of_requests((330_000, 660_000))
    >>> cuts.tolist(), ladder.edges_of_cuts(cuts)
    ([4, 8], (44000, 50000))
    """

    def __init__(self, models: ScoredModels) -> None:
        self.models = models

    def cuts_of_requests(self, request_ppm: tuple[int, ...]) -> IntColumn:
        """Return how many models stand below each coupled edge.

        A model whose place equals the edge stands above. Models whose scores agree to a thousandth cannot be parted in
        a file, so they go above together.
        """
        cuts = np.searchsorted(self.models.axis_ppm, request_ppm, side="left")
        milli = self.models.score_milli
        above = milli[np.minimum(cuts, len(milli) - 1)]
        lowered: IntColumn = np.where(cuts < len(milli), np.searchsorted(milli, above, side="left"), cuts)
        return lowered

    def cuts_of_scores(self, score_milli: tuple[int, ...]) -> IntColumn:
        """Return how many models stand below each score edge; a score equal to it stands above."""
        cuts: IntColumn = np.searchsorted(self.models.score_milli, score_milli, side="left")
        return cuts

    def edges_of_cuts(self, cuts: IntColumn) -> tuple[int, ...]:
        """Return score edges that cut where they should, [thousandths], as round as they can be.

        Several edges in one gap rise through it. Where the gap holds fewer thousandths than edges, two of them
        coincide: such a map cannot be written down.
        """
        edges, _ = score_edges_of(self.models.score_milli, cuts)
        return tuple(edges.tolist())

    @cached_property
    def _knots(self) -> tuple[IntColumn, IntColumn]:
        """Scores and places of the ladder's steps, with room for an edge below the lowest and above the highest."""
        scores, first = np.unique(self.models.score_milli, return_index=True)
        last = np.append(first[1:], len(self.models)) - 1
        places = self.models.axis_ppm[last]
        room = max(1000, int(scores[-1] - scores[0]) // 20)
        return (
            np.concatenate(([scores[0] - room], scores, [scores[-1] + room])),
            np.concatenate(([0], places, [PPM])),
        )

    @property
    def knots(self) -> tuple[list[int], list[int]]:
        """Scores [thousandths] and their places [ppm], both not decreasing, for a page that draws with them."""
        return self._knots[0].tolist(), self._knots[1].tolist()

    @property
    def range_milli(self) -> tuple[int, int]:
        """The lowest and the highest score edge that the screen has room for."""
        return int(self._knots[0][0]), int(self._knots[0][-1])

    def place_of(self, score_milli: FloatColumn | IntColumn) -> FloatColumn:
        """Return where scores [thousandths] stand on the screen [ppm]."""
        return np.interp(score_milli, *self._knots)

    def score_at(self, place_ppm: int) -> int:
        """Return a score [thousandths] that stands at a place; of a flat stretch its lowest."""
        scores, places = self._knots
        at = int(np.clip(np.searchsorted(places, place_ppm, side="left"), 1, len(places) - 1))
        low, high = int(places[at - 1]), int(places[at])
        share = 0.0 if high == low else (place_ppm - low) / (high - low)
        return round(int(scores[at - 1]) + share * int(scores[at] - scores[at - 1]))
