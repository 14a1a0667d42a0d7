"""What did users say about the boundaries? Reports "this boundary feels off" as columns.

A report names the min score that was asked for, who served (a tier or a model of the map in force) and one of five
verdicts. Three verdicts speak of edges: too weak, too dear, fine. The other two speak of something else: too slow of
the ranking inside a tier, jumped of hysteresis and stickiness; `channels` counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, one_of, read_only, same_length
from paretocode.errors import InputError
from paretocode.evidence.feedback.cut_points import FINE

__all__ = ["JUMPED", "TOO_SLOW", "VERDICTS", "FeedbackReports"]

VERDICTS = ("too weak", "too dear", "fine", "too slow", "jumped")
"""The five words; a report's `verdict_code` is a position here."""
TOO_SLOW, JUMPED = 3, 4
NOBODY = -1
"""Code of a report without that name: no reporter, no session, no model."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FeedbackReports:
    """Reports as columns of shape (n_reports,), about one tier map. Make them with `feedback_reports`.

    Parameters
    ----------
    edges_ppm
        Shape (n_edges,): request edges of the map in force [ppm], strictly increasing.
    tier_names
        Shape (n_edges + 1,): tiers from the lowest up.
    min_score_ppm
        What was asked for [ppm of the 0..1 axis]; meaningless where `is_omitted`.
    is_omitted
        Whether the request left the min score out: such a report says nothing about edges.
    tier_index
        Serving tier, 0 .. n_edges; not always the one that the edges give.
    model_code, model_names
        Serving model as a position in the names, -1 where the report names the tier only.
    verdict_code
        Position in `VERDICTS`.
    reporter_code, reporter_names
        Who wrote, -1 where unnamed; an unnamed report counts as a reporter of its own.
    time_s
        When [s], NaN where unknown; only differences are used.
    session_code, session_names
        In which session, -1 where unknown.
    comments
        Free words, shape (n_reports,) or (); nothing computes with them.
    name, notes
        For tables and errors; what the reader left out, one sentence each.

    Raises
    ------
    InputError
        No report, columns of unequal lengths, no edge, a tier or verdict that does not exist.
    """

    edges_ppm: tuple[int, ...]
    tier_names: tuple[str, ...]
    min_score_ppm: IntColumn
    is_omitted: BoolColumn
    tier_index: IntColumn
    model_code: IntColumn
    verdict_code: IntColumn
    reporter_code: IntColumn
    time_s: FloatColumn
    session_code: IntColumn
    model_names: tuple[str, ...] = ()
    reporter_names: tuple[str, ...] = ()
    session_names: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    name: str = "feedback"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n_reports = same_length({name: getattr(self, name) for name in _COLUMNS}, where=self.name)
        way_out = "make the reports with feedback_reports"
        if not n_reports:
            raise InputError("there is no report in it", where=self.name, way_out="give a table with at least one row")
        if not self.edges_ppm:
            raise InputError(
                "the map in force has one tier and no edge", where=self.name, way_out="give a map of two tiers or more"
            )
        if len(self.tier_names) != len(self.edges_ppm) + 1:
            what = f"{len(self.tier_names)} tiers have {len(self.edges_ppm)} edges"
            raise InputError(what, where=self.name, way_out="give one edge fewer than tiers")
        for column, n_kinds in (("tier_index", len(self.tier_names)), ("verdict_code", len(VERDICTS))):
            values = getattr(self, column)
            if values.min() < 0 or values.max() >= n_kinds:
                raise InputError(f"{column} leaves 0..{n_kinds - 1}", where=self.name, way_out=way_out)

    def __len__(self) -> int:
        return len(self.verdict_code)

    @property
    def n_edges(self) -> int:
        """Number of request edges."""
        return len(self.edges_ppm)

    @cached_property
    def edges(self) -> FloatColumn:
        """Request edges on the 0..1 axis."""
        return read_only(np.array(self.edges_ppm, dtype=np.float64) / 1e6)

    @cached_property
    def is_placed(self) -> BoolColumn:
        """Whether the report speaks of edges: too weak, too dear or fine, about a stated min score."""
        return read_only(~self.is_omitted & (self.verdict_code <= FINE))

    @cached_property
    def writer(self) -> IntColumn:
        """Who wrote, 0 .. n_writers - 1: named reporters first, then one writer for each unnamed report."""
        writer = self.reporter_code.copy()
        nameless = np.flatnonzero(writer < 0)
        writer[nameless] = len(self.reporter_names) + np.arange(len(nameless))
        return read_only(np.unique(writer, return_inverse=True)[1].astype(np.int64))

    @property
    def n_writers(self) -> int:
        """How many people wrote, each unnamed report counted as one."""
        return int(self.writer.max()) + 1

    def n_of(self, verdict: str) -> int:
        """Return how many reports carry a verdict.

        Raises
        ------
        InputError
            No such verdict.
        """
        one_of(verdict, VERDICTS, name="verdict", where=self.name)
        return int((self.verdict_code == VERDICTS.index(verdict)).sum())

    def take(self, rows: IntColumn | BoolColumn) -> FeedbackReports:
        """Return some of the reports, as positions or as a mask; names keep their codes.

        Raises
        ------
        InputError
            When none is left.
        """
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in _COLUMNS:
            fields[name] = read_only(fields[name][rows])
        if self.comments:
            fields["comments"] = tuple(np.array(self.comments, dtype=object)[rows].tolist())
        return FeedbackReports(**fields)


_COLUMNS = (
    "min_score_ppm",
    "is_omitted",
    "tier_index",
    "model_code",
    "verdict_code",
    "reporter_code",
    "time_s",
    "session_code",
)


def refuse_no_verdicts(n_without: int, n_reports: int, *, where: str) -> None:
    """Refuse reports without verdicts: a complaint that says nothing moves nothing."""
    if n_without:
        what = (
            "feedback without verdicts: not one of the reports says what was wrong"
            if n_without == n_reports
            else f"feedback without verdicts: {n_without:,} of {n_reports:,} reports have none"
        )
        raise InputError(what, where=where, way_out=f"write one of {', '.join(VERDICTS)} in each row, or drop the row")


def unique_codes(texts: Sequence[str]) -> tuple[IntColumn, tuple[str, ...]]:
    """Return positions in the sorted distinct texts, -1 for "", and those texts.

    Examples
    --------
    >>> codes, names = unique_codes(["b", "", "a", "b"])
    >>> codes.tolist(), names
    ([1, -1, 0, 1], ('a', 'b'))
    """
    names = tuple(sorted(set(texts) - {""}))
    position = {name: at for at, name in enumerate(names)}
    return read_only(np.array([position.get(text, NOBODY) for text in texts], dtype=np.int64)), names
