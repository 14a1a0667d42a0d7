"""Which models of a catalogue are worth having when speed and context count as well? The frontier on stated axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import FloatColumn, IntColumn, one_of
from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue
from paretocode.errors import InputError
from paretocode.frontier.compared import compared_models
from paretocode.frontier.many_axes import non_dominated_mask

__all__ = ["AXES", "AxesFrontier", "Axis", "frontier_on_axes"]

_P50 = SPEED_PERCENTILES.index(50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One thing that counts.

    Parameters
    ----------
    name
        The word for it.
    unit
        Of its values.
    is_maximised
        Whether more is better.
    column
        From a catalogue to its values, NaN where not known; None for price, whose metric is chosen in the call.
    """

    name: str
    unit: str
    is_maximised: bool
    column: Callable[[Catalogue], FloatColumn] | None = None


AXES = {
    axis.name: axis
    for axis in (
        Axis(name="price", unit="USD per million tokens", is_maximised=False),
        Axis(name="score", unit="native", is_maximised=True, column=lambda c: c.score_micro / 1e6),
        Axis(name="throughput", unit="tokens/s, p50", is_maximised=True, column=lambda c: c.throughput_tps[:, _P50]),
        Axis(name="ttft", unit="s, p50", is_maximised=False, column=lambda c: c.ttft_s[:, _P50]),
        Axis(name="context", unit="tokens", is_maximised=True, column=lambda c: c.context_tokens),
    )
}
"""Axes by name, with their directions; price and score take part in every frontier of a catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AxesFrontier:
    """The models that no other dominates on the axes.

    Parameters
    ----------
    axes
        Names of the axes, in the order of the columns of `values`.
    price_metric
        What price means.
    model_index, keys
        Catalogue rows and keys, by rising price, then falling score.
    values
        Shape (n_on_frontier, n_axes), units as in `AXES`.
    n_compared
        How many models were compared.
    left_out
        Key of each model that was not compared -> why.
    """

    axes: tuple[str, ...]
    price_metric: str
    model_index: IntColumn
    keys: tuple[str, ...]
    values: NDArray[np.float64]
    n_compared: int
    left_out: dict[str, str]

    def __len__(self) -> int:
        return len(self.keys)


def frontier_on_axes(
    catalogue: Catalogue,
    axes: Sequence[str],
    *,
    price_metric: str = "blend_3_1",
    price: ArrayLike | None = None,
    include_free: bool = False,
) -> AxesFrontier:
    """Return the models that no other dominates on price, score and the axes named besides.

    Parameters
    ----------
    axes
        Names from `AXES`, each once; price and score are added where they are not named.
    price_metric, price, include_free
        As in `frontier_of`.

    Returns
    -------
    AxesFrontier
        A model whose value on some axis is not known is left out and named: unknown speed is neither fast nor slow.

    Raises
    ------
    InputError
        An unknown axis, one named twice, or what `frontier_of` refuses.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> frontier = frontier_on_axes(load_bundled(), ["throughput"])
    >>> frontier.axes, len(frontier) > 6
    (('price', 'score', 'throughput'), True)
    """
    for axis in axes:
        one_of(axis, tuple(AXES), name="axis")
    if len(set(axes)) < len(axes):
        raise InputError(f"an axis stands twice in {', '.join(axes)}", way_out="name each once")
    names = tuple(name for name in AXES if name in {"price", "score", *axes})
    compared = compared_models(catalogue, price_metric=price_metric, price=price, include_free=include_free)
    columns = {"price": compared.shown_price}
    for name in names:
        column = AXES[name].column
        if column is not None:
            columns[name] = column(catalogue)[compared.rows]
    values = np.column_stack([columns[name] for name in names])
    is_known = ~np.isnan(values).any(axis=1)
    left_out = dict(compared.left_out)
    for i in np.flatnonzero(~is_known):
        missing = [name for name, value in zip(names, values[i].tolist(), strict=True) if np.isnan(value)]
        left_out[catalogue.keys[compared.rows[i]]] = f"no {missing[0]}"
    kept = np.flatnonzero(is_known)
    # The price that is compared may be a whole number; only its order matters, which the float keeps.
    points = values[kept].copy()
    points[:, 0] = compared.price[kept]
    members = kept[non_dominated_mask(points, [AXES[name].is_maximised for name in names])]
    members = members[np.lexsort((-compared.score_micro[members], compared.price[members]))]
    return AxesFrontier(
        axes=names,
        price_metric=compared.price_metric,
        model_index=compared.rows[members],
        keys=tuple(catalogue.keys[i] for i in compared.rows[members]),
        values=values[members],
        n_compared=len(kept),
        left_out=left_out,
    )
