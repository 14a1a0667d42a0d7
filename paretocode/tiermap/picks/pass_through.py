"""Which score changes change a price that someone pays? Pass-through of scores to the picks' prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.catalogue.history import METRIC_WEIGHTS, changes_of, price_matrix_micro_usd, rebased_days
from paretocode.errors import UsageError
from paretocode.tiermap.picks.edge_rules import tiers_of_scores
from paretocode.tiermap.picks.picks import first_of_tiers
from paretocode.tiermap.picks.track import TierTrack

__all__ = ["PassThrough", "pass_through"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PassThrough:
    """Score changes, one row each, and the picks' prices they move on their own.

    Parameters
    ----------
    track
        Tiers by an edge rule.
    price_metric
        What "cheapest" means.
    day_index, model_index
        Shape (n,): row of the day, column of the model.
    at_rebase
        Shape (n,): whether the day belongs to a re-base.
    changes_tier
        Shape (n,): whether the model changes tier, under the edges in force the day before.
    price_before, price_after
        Shape (n, n_tiers): price of each tier's pick [USD per million tokens] without and with that one change; NaN
        where a tier has no pick.
    """

    track: TierTrack
    price_metric: str
    day_index: IntColumn
    model_index: IntColumn
    at_rebase: BoolColumn
    changes_tier: BoolColumn
    price_before: FloatColumn
    price_after: FloatColumn

    def __len__(self) -> int:
        return len(self.day_index)

    @property
    def changes_price(self) -> BoolColumn:
        """Shape (n,): whether the change moves the price of at least one pick (one that appears or goes included)."""
        same = (self.price_before == self.price_after) | (np.isnan(self.price_before) & np.isnan(self.price_after))
        moved: BoolColumn = ~same.all(axis=1)
        return moved

    @property
    def share(self) -> float:
        """The share of score changes that move a price; NaN without changes."""
        return float(self.changes_price.mean()) if len(self) else float("nan")

    @property
    def price_ratios(self) -> FloatColumn:
        """Price after over price before, of every moved pick that has both."""
        both = ~np.isnan(self.price_before) & ~np.isnan(self.price_after) & (self.price_before != self.price_after)
        ratios: FloatColumn = self.price_after[both] / self.price_before[both]
        return ratios


def pass_through(track: TierTrack, *, price_metric: str = "prompt") -> PassThrough:
    """Return what each score change does to the prices of the cheapest picks, taken alone on the day before.

    Everything else (other scores, edges, prices, who is listed) stays as it was the day before. A change from or to
    "not scored" counts; other decimals of the same score do not. Only changes that cross an edge can move a price, so
    that only those are played.

    Raises
    ------
    UsageError
        For a map that lists its models: no score moves them.
    """
    if track.edges is None:
        raise UsageError("a listed map does not follow scores", way_out="give a track of an edge rule")
    history = track.history
    changes = changes_of(history)
    chosen = changes.mask("score")
    day, model = changes.day_index[chosen], changes.model_index[chosen]
    yesterday = history.numbers["coding_score"][day - 1]
    rows = np.arange(len(day))
    tiers = track.tiers[day - 1]
    changed = tiers.copy()
    after = changes.after[chosen]
    for later in np.unique(day):
        here = day == later
        changed[here, model[here]] = tiers_of_scores(after[here], track.edges[later - 1])
    crossing = changed[rows, model] != tiers[rows, model]
    price, is_known = price_matrix_micro_usd(history, price_metric)
    prices = []
    for homes in (tiers, changed):
        found = np.full((len(day), track.n_tiers), np.nan)
        at = day[crossing] - 1
        picks = first_of_tiers(
            history,
            homes[crossing],
            track.n_tiers,
            price=price[at],
            is_known=is_known[at],
            speed=None,
            scores=yesterday[crossing],
        )
        paid = np.take_along_axis(price[at], np.maximum(picks, 0), axis=1) / (1e6 * METRIC_WEIGHTS[price_metric])
        found[crossing] = np.where(picks >= 0, paid, np.nan)
        prices.append(found)
    return PassThrough(
        track=track,
        price_metric=price_metric,
        day_index=day,
        model_index=model,
        at_rebase=rebased_days(history)[day],
        changes_tier=crossing,
        price_before=prices[0],
        price_after=prices[1],
    )
