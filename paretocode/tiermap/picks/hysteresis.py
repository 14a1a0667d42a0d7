"""What does it take to unseat a pick? A margin and some days: flips removed, and what holding on costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.history import price_matrix_micro_usd
from paretocode.errors import InputError
from paretocode.tiermap.picks.picks import PickPath, carried_picks

__all__ = ["HeldPicks", "hold_picks", "n_flips"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldPicks:
    """Picks under hysteresis, against the free ones.

    Parameters
    ----------
    free, held
        The path without and with hysteresis.
    margin, days
        What a challenger must win by (a share), and for how many entries in a row.
    n_flips_free, n_flips_held
        Flips of all tiers.
    cost
        Shape (n_tiers,): ranked by price, the share by which the held picks cost more than the free ones, summed over
        the days with a pick; by throughput, the share by which they are slower. NaN without such days.
    """

    free: PickPath
    held: PickPath
    margin: float
    days: int
    n_flips_free: int
    n_flips_held: int
    cost: FloatColumn

    @property
    def n_removed(self) -> int:
        """Flips that hysteresis saved."""
        return self.n_flips_free - self.n_flips_held


def n_flips(picks: IntColumn) -> int:
    """Return how many flips a path has: days whose pick is not the last pick of its tier.

    Examples
    --------
    >>> n_flips(np.array([[4], [-1], [4], [5], [4]]))
    2
    """
    carried = carried_picks(picks)
    return int(((picks[1:] != carried[:-1]) & (picks[1:] >= 0) & (carried[:-1] >= 0)).sum())


def hold_picks(path: PickPath, *, margin: float, days: int = 1) -> HeldPicks:
    """Return the path on which the pick stays until a challenger wins by `margin` for `days` entries in a row.

    The challenger is the free pick of the day. By price it wins by `margin` when it costs at most (1 - margin) of the
    incumbent, by throughput when it is at least (1 + margin) times as fast (always over an incumbent that is not
    measured). The same challenger must win on each of the days. An incumbent that left the tier or lost its price is
    replaced at once. Margin 0 over 1 day is the free path.

    Raises
    ------
    InputError
        A negative margin, one of 1 or more by price, fewer than 1 day.
    """
    if margin < 0 or not np.isfinite(margin) or (path.ranking == "price" and margin >= 1) or days < 1:
        raise InputError(
            f"margin is {margin:g} and days is {days}", way_out="give a share of at least 0 (below 1) and 1 day or more"
        )
    price, is_known = price_matrix_micro_usd(path.track.history, path.price_metric)
    speed = path.track.history.numbers["throughput_tps"]
    by_price = path.ranking == "price"
    values = price if by_price else speed
    held = path.model_index.copy()
    for tier in range(path.track.n_tiers):
        eligible = is_known & (path.track.tiers == tier)
        incumbent, challenger, run = -1, -1, 0
        for day, free in enumerate(path.model_index[:, tier].tolist()):
            if free < 0:
                continue
            if incumbent < 0 or not eligible[day, incumbent]:
                incumbent, run = free, 0
            elif free == incumbent:
                run = 0
            elif _wins(values[day], free, incumbent, margin, by_price=by_price):
                run = run + 1 if free == challenger else 1
                challenger = free
                if run >= days:
                    incumbent, run = free, 0
            else:
                run = 0
            held[day, tier] = incumbent
    kept = PickPath(track=path.track, ranking=path.ranking, price_metric=path.price_metric, model_index=held)
    return HeldPicks(
        free=path,
        held=kept,
        margin=margin,
        days=days,
        n_flips_free=n_flips(path.model_index),
        n_flips_held=n_flips(held),
        cost=_cost(path, kept),
    )


def _wins(values: IntColumn | FloatColumn, free: int, incumbent: int, margin: float, *, by_price: bool) -> bool:
    if by_price:
        return bool(values[free] <= (1 - margin) * values[incumbent])
    return bool(np.isnan(values[incumbent]) or values[free] >= (1 + margin) * values[incumbent])


def _cost(free: PickPath, held: PickPath) -> FloatColumn:
    by_price = free.ranking == "price"
    best, kept = (path.price_usd_per_mtok if by_price else path.throughput_tps for path in (free, held))
    both = ~np.isnan(best) & ~np.isnan(kept)
    total_best, total_kept = (np.where(both, values, 0.0).sum(axis=0) for values in (best, kept))
    share = np.where(total_best > 0, total_kept / np.where(total_best > 0, total_best, 1.0) - 1, np.nan)
    cost: FloatColumn = share if by_price else -share
    return cost
