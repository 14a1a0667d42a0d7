"""Which models changed tier because the catalogue moved, and why? Catalogue jumps of models, each with its cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.history import rebased_days
from paretocode.tiermap.picks.track import TierTrack

__all__ = ["TIER_CAUSES", "TierChanges", "tier_changes"]

TIER_CAUSES = ("exit", "score", "definition", "entry")
"""Why a model changes tier: others left the catalogue; its or others' scores moved; the scores changed their meaning;
others came."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TierChanges:
    """Tier changes of models that are in a tier on two consecutive entries; columns of shape (n,), by day, then model.

    Parameters
    ----------
    track
        The tiers that were compared.
    day_index, model_index
        Row of the later entry, column of the model.
    before, after
        Tiers.
    cause
        Positions in `TIER_CAUSES`.
    """

    track: TierTrack
    day_index: IntColumn
    model_index: IntColumn
    before: IntColumn
    after: IntColumn
    cause: IntColumn

    def __len__(self) -> int:
        return len(self.day_index)

    @property
    def n_up(self) -> int:
        """How many went up."""
        return int((self.after > self.before).sum())

    @property
    def n_down(self) -> int:
        """How many went down."""
        return len(self) - self.n_up

    def causes(self) -> dict[str, int]:
        """Return cause -> how many."""
        count = Counter(self.cause.tolist())
        return {name: count[i] for i, name in enumerate(TIER_CAUSES)}

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield every change as plain values."""
        history, names = self.track.history, self.track.tier_names
        for day, model, before, after, cause in zip(
            self.day_index, self.model_index, self.before, self.after, self.cause, strict=True
        ):
            yield {
                "date": str(history.dates[day]),
                "key": history.keys[model],
                "name": history.names[model],
                "before": names[before],
                "after": names[after],
                "cause": TIER_CAUSES[cause],
            }


def tier_changes(track: TierTrack) -> TierChanges:
    """Return the tier changes between consecutive entries, with the cause of each.

    The day's changes are played in a fixed order: exits, scores of those that stay (their edges placed among them),
    entries; the cause is the last step that brings the model to where it ends. Another order may name another cause
    where several act at once. A score step is called ``definition`` inside a re-base
    (`paretocode.catalogue.history.rebases_of`).

    Examples
    --------
    No score moved, two models came, and the field's median with them:

    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> from paretocode.tiermap.picks import PercentileEdges, track_of_rule
    >>> whole = load_bundled()
    >>> history = history_of_catalogues([("2026-05-28", whole.select(range(2, 13))), ("2026-05-29", whole)])
    >>> changes = tier_changes(track_of_rule(history, PercentileEdges((50,))))
    >>> changes.n_down, changes.causes()
    (1, {'exit': 0, 'score': 0, 'definition': 0, 'entry': 1})
    """
    tiers = track.tiers
    day, model = np.nonzero((tiers[1:] != tiers[:-1]) & (tiers[1:] >= 0) & (tiers[:-1] >= 0))
    day = day + 1
    cause = np.zeros(len(day), dtype=np.int64)
    is_rebased = rebased_days(track.history)
    for later in np.unique(day):
        here = day == later
        after_exit, by_score, by_entry = (step[model[here]] for step in track.steps(int(later)))
        scored = TIER_CAUSES.index("definition" if is_rebased[later] else "score")
        cause[here] = np.where(
            by_score != by_entry,
            TIER_CAUSES.index("entry"),
            np.where(after_exit != by_score, scored, TIER_CAUSES.index("exit")),
        )
    return TierChanges(
        track=track,
        day_index=day,
        model_index=model,
        before=tiers[day - 1, model],
        after=tiers[day, model],
        cause=cause,
    )
