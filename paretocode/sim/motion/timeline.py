"""Which catalogue is in force at which moment of a stream? Catalogues one after another, on the stream's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import IndexColumn, IntColumn, increasing, int_column
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim.motion.stacking import stacked
from paretocode.stream.stream import RequestStream

__all__ = ["Timeline"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """Catalogues and when each begins; the time until the next one begins is an *epoch*.

    Parameters
    ----------
    starts_us
        Shape (n_epochs,), strictly increasing: when each catalogue comes into force [microseconds since the stream's
        time 0]; may be negative. A request at exactly a start is under the new catalogue.
    catalogues
        One for each start, with the same models in the same order and one score definition. A model that is not
        offered in an epoch has neither prices nor a context window there, and can serve nothing.
    end_us
        Until when the last catalogue is known to hold [microseconds, exclusive]; None for no known end.
    notes
        What was merged, filled or left missing, one sentence each.

    Raises
    ------
    InputError
        No catalogue, starts out of order or twice, another number of starts than of catalogues, other models or
        another order, another score definition, an end before the last start.

    Notes
    -----
    Before the first start the first catalogue counts, and after the end the last; a replay counts such requests.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> models = load_bundled()
    >>> dearer = models.replace(prompt_usd_per_mtok=2 * models.prompt_usd_per_mtok)
    >>> timeline = Timeline(starts_us=[0, 60_000_000], catalogues=(models, dearer))
    >>> timeline.epoch_of(np.array([-5, 0, 59_999_999, 60_000_000])).tolist()
    [0, 0, 0, 1]
    """

    starts_us: IntColumn
    catalogues: tuple[Catalogue, ...]
    end_us: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        starts = int_column(self.starts_us, name="starts_us", where="timeline")
        object.__setattr__(self, "starts_us", starts)
        if len(starts) != len(self.catalogues) or not self.catalogues:
            raise InputError(
                f"{len(self.catalogues)} catalogues have {len(starts)} starts",
                where="timeline",
                way_out="give one start for each catalogue, at least one",
            )
        increasing(starts.tolist(), name="starts_us", where="timeline")
        if self.end_us is not None and self.end_us <= int(starts[-1]):
            raise InputError(
                f"the end {self.end_us} is not after the last start {starts[-1]}",
                where="timeline",
                way_out="give a later end_us, or None where the last catalogue holds on",
            )
        for epoch, catalogue in enumerate(self.catalogues):
            self._refuse_stranger(epoch, catalogue)

    def _refuse_stranger(self, epoch: int, catalogue: Catalogue) -> None:
        first, where = self.catalogues[0], f"timeline, catalogue {epoch + 1} ({catalogue.as_of or 'undated'})"
        if catalogue.score_definition != first.score_definition:
            raise InputError(
                f"it scores {catalogue.score_definition!r} and the first one {first.score_definition!r}",
                where=where,
                way_out="end the timeline before it, or give all of them scores of one definition",
            )
        if catalogue.keys != first.keys:
            other = next((key for key in catalogue.keys if key not in first), None)
            other = other or next((key for key in first.keys if key not in catalogue), None)
            raise InputError(
                "its models stand in another order" if other is None else f"only some catalogues list {other!r}",
                where=where,
                way_out="give all of them the same rows; leave prices and context empty where a model is not offered",
            )

    @property
    def n_epochs(self) -> int:
        """Number of catalogues."""
        return len(self.catalogues)

    @property
    def keys(self) -> tuple[str, ...]:
        """The models, row by row, in every epoch."""
        return self.catalogues[0].keys

    @cached_property
    def overview(self) -> Catalogue:
        """Every model as it stood when it was first scored, else first offered: what metrics name and score it by."""
        is_offered = np.array([catalogue.has_price for catalogue in self.catalogues])
        is_scored = np.array([catalogue.has_score for catalogue in self.catalogues])
        epoch = np.argmax(2 * is_scored + (is_offered & ~is_scored.any(axis=0)), axis=0)
        if len(np.unique(epoch)) < 2:
            return self.catalogues[epoch[0] if len(epoch) else 0]
        return stacked([self.catalogues[at].select([row]) for row, at in enumerate(epoch)])

    @cached_property
    def rescored(self) -> tuple[str, ...]:
        """The models whose score is not the same wherever they have one; `overview` holds the first."""
        scores = np.array([np.where(c.has_score, c.score_milli, -1) for c in self.catalogues])
        return tuple(key for key, its in zip(self.keys, scores.T, strict=True) if len(set(its[its >= 0].tolist())) > 1)

    def epoch_of(self, time_us: IntColumn) -> IndexColumn:
        """Return which catalogue is in force at each time. O(n log n_epochs)."""
        epoch = np.searchsorted(self.starts_us[1:], time_us, side="right")
        return epoch.astype(np.int32)

    def refuse_other_times(self, stream: RequestStream) -> None:
        """Refuse a stream that lies outside the timeline as a whole: its time 0 is probably another moment.

        Raises
        ------
        InputError
            With both spans.
        """
        first_s, last_s = float(stream.time_s.min()), float(stream.time_s.max())
        start_s, end_s = float(self.starts_us[0]) / 1e6, None if self.end_us is None else self.end_us / 1e6
        if last_s < start_s or (end_s is not None and first_s >= end_s):
            days = " to ".join(dict.fromkeys(c.as_of for c in (self.catalogues[0], self.catalogues[-1]) if c.as_of))
            raise InputError(
                f"the stream runs from {first_s:,.0f} to {last_s:,.0f} s and the catalogues"
                f"{f' of {days}' if days else ''} from {start_s:,.0f} s"
                f"{'' if end_s is None else f' to {end_s:,.0f} s'} on its clock",
                where="timeline",
                way_out="give the date of the stream's time 0 as origin",
            )
