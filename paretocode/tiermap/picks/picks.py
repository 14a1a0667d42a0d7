"""Who is picked in each tier, day by day? The cheapest and the fastest of every tier, with the ties of the router."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, one_of
from paretocode.catalogue.history import METRIC_WEIGHTS, History, price_matrix_micro_usd
from paretocode.tiermap.picks.track import TierTrack
from paretocode.tiermap.policy import RANKINGS

__all__ = ["PickPath", "carried_picks", "first_of_tiers", "picks_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PickPath:
    """The pick of every tier on every day.

    Parameters
    ----------
    track
        Who is in which tier.
    ranking, price_metric
        As in `paretocode.tiermap.Policy`.
    model_index
        Shape (n_days, n_tiers): the column of the pick, -1 where the tier has no model with a known price.
    """

    track: TierTrack
    ranking: str
    price_metric: str
    model_index: IntColumn

    @property
    def price_usd_per_mtok(self) -> FloatColumn:
        """Shape (n_days, n_tiers): what the pick costs in the price metric; NaN where there is none."""
        price, _ = price_matrix_micro_usd(self.track.history, self.price_metric)
        usd = price / (1e6 * METRIC_WEIGHTS[self.price_metric])
        return self._of_pick(usd)

    @property
    def throughput_tps(self) -> FloatColumn:
        """Shape (n_days, n_tiers): the pick's median output speed [tokens/s]; NaN where not measured."""
        return self._of_pick(self.track.history.numbers["throughput_tps"])

    def _of_pick(self, matrix: FloatColumn) -> FloatColumn:
        taken = np.take_along_axis(matrix, np.maximum(self.model_index, 0), axis=1)
        return np.where(self.model_index >= 0, taken, np.nan)


def picks_of(track: TierTrack, *, ranking: str = "price", price_metric: str = "prompt") -> PickPath:
    """Return the first model of every tier on every day.

    Order as in the router: by price, then higher score, then key; by throughput, measured before unmeasured, then the
    same three. A model without a known price is never picked. A price of 0 that the history holds as known wins.

    Raises
    ------
    InputError
        An unknown ranking or price metric.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> from paretocode.tiermap import documented_pareto_code
    >>> from paretocode.tiermap.picks import track_of_map
    >>> history = history_of_catalogues([("2026-05-29", load_bundled())])
    >>> path = picks_of(track_of_map(history, documented_pareto_code(load_bundled())), price_metric="blend_3_1")
    >>> [history.keys[i] for i in path.model_index[0]]
    ['deepseek/deepseek-v4-flash@max', 'moonshotai/kimi-k2.6', 'deepseek/deepseek-v4-pro@max']
    """
    one_of(ranking, RANKINGS, name="ranking")
    history = track.history
    price, is_known = price_matrix_micro_usd(history, price_metric)
    speed = history.numbers["throughput_tps"] if ranking == "throughput" else None
    scores = history.numbers["coding_score"]
    picks = first_of_tiers(
        history, track.tiers, track.n_tiers, price=price, is_known=is_known, speed=speed, scores=scores
    )
    return PickPath(track=track, ranking=ranking, price_metric=price_metric, model_index=picks)


def first_of_tiers(
    history: History,
    tiers: IntColumn,
    n_tiers: int,
    *,
    price: IntColumn,
    is_known: BoolColumn,
    speed: FloatColumn | None,
    scores: FloatColumn,
) -> IntColumn:
    """Return the pick of each row and tier; all matrices of shape (n_rows, n_models). One sort a row.

    `speed` None ranks by price alone. Rows need not be days: a day can be played in steps.
    """
    key_rank = np.broadcast_to(np.argsort(np.argsort(np.array(history.keys, dtype=np.str_))), tiers.shape)
    falling = np.where(np.isnan(scores), np.inf, -scores)
    sort_keys: list[object] = [key_rank, falling, price]
    if speed is not None:
        sort_keys.append(np.where(np.isnan(speed), np.inf, -speed))
    order = np.lexsort(sort_keys, axis=1)  # type: ignore[arg-type]
    sorted_tiers = np.take_along_axis(np.where(is_known, tiers, -1), order, axis=1)
    picks = np.full((len(tiers), n_tiers), -1, dtype=np.int64)
    rows = np.arange(len(tiers))
    for tier in range(n_tiers):
        member = sorted_tiers == tier
        picks[:, tier] = np.where(member.any(axis=1), order[rows, np.argmax(member, axis=1)], -1)
    return picks


def carried_picks(picks: IntColumn) -> IntColumn:
    """Return picks with the days without one filled by the last one before, -1 until the first."""
    source = np.where(picks >= 0, np.arange(len(picks))[:, None], 0)
    carried: IntColumn = np.take_along_axis(picks, np.maximum.accumulate(source, axis=0), axis=0)
    return carried
