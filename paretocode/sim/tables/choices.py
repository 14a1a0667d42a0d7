"""Which model does a band take for each kind of request? One running minimum over the models in order of score.

The policy ranks models in one order, whatever the band; a band takes the first of its own that can hold the request.
Over bands that start at one cut and reach ever higher that is a running minimum of ranks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn, read_only
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables.classes import RequestClasses
from paretocode.sim.tables.models import NEVER, ScoredModels

__all__ = ["BandChoices", "band_choices", "ranks_of_classes"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BandChoices:
    """The model of every (band, kind of request).

    Parameters
    ----------
    cuts
        Shape (n_cuts,): where bands may end; see `request_classes`.
    kind_of_class
        Shape (n_classes,): classes that every band decides alike are one *kind*.
    table
        Shape (n_kinds of choices, n_kinds): distinct rows of choices; each entry is a place in the order of score, or
        `UNSERVED`.
    row_of_band
        Shape (n_cuts, n_cuts): the row of `table` of the band from one cut to another; -1 where there is none, because
        lower > upper or no model may be taken: an empty band under the eligibility ``tier``, a floor above all models.
        Under ``floor`` it does not depend on the upper cut, and an empty band takes who stands above it.
    """

    cuts: IntColumn
    kind_of_class: IntColumn
    table: NDArray[np.int32]
    row_of_band: NDArray[np.int32]

    @property
    def n_kinds(self) -> int:
        """Kinds of request."""
        return int(self.table.shape[1])

    @cached_property
    def used_models(self) -> tuple[int, ...]:
        """Models that some band takes for some kind of request, as places in the order of score, increasing."""
        return tuple(np.unique(self.table[self.table != UNSERVED]).tolist())


def band_choices(models: ScoredModels, classes: RequestClasses, cuts: IntColumn, used: IntColumn) -> BandChoices:
    """Work out every band's choices.

    Parameters
    ----------
    cuts
        Places in the order of score, increasing from 0 to n; see `request_classes`.
    used
        The classes that occur, at least one; others get kind 0 and must not be looked up.

    Notes
    -----
    Equal ranks do not occur: equal prices are decided by score, then by key, as the router decides them.
    O(cuts x used classes x models) steps of a running minimum, and a look-up of each band's row of choices.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import request_classes, scored_models
    >>> from paretocode.tiermap import Policy
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> cuts = np.array([0, 6, 13])
    >>> classes = request_classes(models, cuts)
    >>> small = classes.of(np.array([1_000]), np.array([100]))
    >>> choices = band_choices(models, classes, cuts, small)
    >>> [models.keys[place] for place in choices.table[choices.row_of_band[[0, 1], [1, 2]], 0]]
    ['deepseek/deepseek-v4-flash@max', 'deepseek/deepseek-v4-pro@max']
    """
    ranks = ranks_of_classes(models, classes, used)
    # A floor admits all models above it, so that the upper end of a band does not matter.
    is_floor = models.policy.eligibility == "floor"
    chosen, lows, highs = [], [], []
    for low in range(len(cuts) - 1):
        high = np.arange(len(cuts) - 1 if is_floor else low + 1, len(cuts))
        best = np.minimum.accumulate(ranks[:, cuts[low] :], axis=1)[:, cuts[high] - cuts[low] - 1]
        chosen.append(_model_of_rank(best, ranks).T)
        lows.append(np.full(len(high), low))
        highs.append(high)
    kinds, kind_of_used = _distinct_rows(np.concatenate(chosen).T)
    table, row = _distinct_rows(kinds.T)
    row_of_band = np.full((len(cuts), len(cuts)), -1, dtype=np.int32)
    row_of_band[np.concatenate(lows), np.concatenate(highs)] = row
    if is_floor:
        upper = np.triu_indices(len(cuts) - 1)
        row_of_band[upper] = row_of_band[upper[0], -1]
    kind_of_class = np.zeros(classes.n_classes, dtype=np.int64)
    kind_of_class[used] = kind_of_used
    return BandChoices(
        cuts=cuts,
        kind_of_class=read_only(kind_of_class),
        table=read_only(table),
        row_of_band=read_only(row_of_band),
    )


def _distinct_rows(rows: NDArray[np.int32]) -> tuple[NDArray[np.int32], IntColumn]:
    """Return the distinct rows, first seen first, and the number of each row among them. O(size): rows are hashed."""
    rows = np.ascontiguousarray(rows)
    seen: dict[bytes, int] = {}
    number = np.array([seen.setdefault(row.tobytes(), len(seen)) for row in rows], dtype=np.int64)
    _, first = np.unique(number, return_index=True)
    return rows[first], number


def ranks_of_classes(models: ScoredModels, classes: RequestClasses, used: IntColumn) -> NDArray[np.int64]:
    """Return shape (n_used, n_models): the rank of every model for a class; `NEVER` for one that cannot take it.

    Ranks of one class differ, so that the least of any band is the one model that the router takes.
    """
    is_of_request = models.policy.price_metric == "request"
    limits = np.append(classes.context_limits, np.iinfo(np.int64).max)
    tariffs = [models.tariff_at(classes.example_prompt(step)) for step in range(classes.n_prompt_classes)]
    of_price: dict[tuple[int, int], IntColumn] = {}
    ranks = np.empty((len(used), len(models)), dtype=np.int64)
    for at, number in enumerate(used.tolist()):
        window, step, mix = classes.parts(number)
        if (step, mix) not in of_price:
            price = models.list_price
            if is_of_request:
                prompt, completion = classes.example_mix(mix)
                price = prompt * tariffs[step].prompt + completion * tariffs[step].completion
            of_price[step, mix] = models.rank(price)
        ranks[at] = np.where(models.context_tokens >= limits[window], of_price[step, mix], NEVER)
    return ranks


def _model_of_rank(best: IntColumn, ranks: IntColumn) -> NDArray[np.int32]:
    """Return the model that has each rank in its class; both have a row per class."""
    n = ranks.shape[1]
    model_at = np.full((len(ranks), n), UNSERVED, dtype=np.int32)
    row, model = np.nonzero(ranks < NEVER)
    model_at[row, ranks[row, model]] = model
    found = np.take_along_axis(model_at, np.minimum(best, n - 1), axis=1)
    return np.where(best < NEVER, found, np.int32(UNSERVED))
