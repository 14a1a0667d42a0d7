"""What did each model score on each question, and what did it cost? Questions by models, holes included."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters
from paretocode.evidence.resampling import FloatMatrix

__all__ = ["PUSD_PER_USD", "OutcomeTable"]

PUSD_PER_USD = 10**12
"""Pico-USD in a dollar: money inside is whole pico-USD."""

IntMatrix = NDArray[np.int64]
BoolMatrix = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class OutcomeTable:
    """Scores of several models on the same questions. Make one with `outcome_table` or a reader.

    Parameters
    ----------
    name
        What the table is, for sentences and errors.
    questions
        Labels, unique, length n_questions. One is one row: a turn of a conversation is a question of its own.
    models
        Labels, unique, length n_models.
    score
        Shape (n_questions, n_models); NaN where a model did not answer. More is better.
    score_range
        Least and greatest score that the scale allows, such as (0, 1) or (1, 10).
    cost_pusd, has_cost
        Shape (n_questions, n_models) [whole pico-USD], and whether it is known; 0 where it is not. None: no costs.
    domain
        Length n_questions, "" where there is none.
    cluster
        Shape (n_questions,): 0 .. n_clusters - 1; questions of one cluster are not independent.
    cluster_kind
        What a cluster is, for sentences.
    is_contaminated
        Shape (n_questions,): whether the question is marked as known from training.
    notes
        What was left out or kept, one sentence each.

    Raises
    ------
    InputError
        No question, no model, a label twice, columns that do not fit, a score outside its range, a negative cost.
    """

    name: str
    questions: tuple[str, ...]
    models: tuple[str, ...]
    score: FloatMatrix
    score_range: tuple[float, float]
    cost_pusd: IntMatrix | None = None
    has_cost: BoolMatrix | None = None
    domain: tuple[str, ...]
    cluster: IntColumn
    cluster_kind: str = "question"
    is_contaminated: BoolColumn
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        self._refuse_shapes()
        for what, labels in (("question", self.questions), ("model", self.models)):
            if len(set(labels)) != len(labels):
                twice = next(label for label in labels if labels.count(label) > 1)
                raise InputError(f"{what} {twice!r} stands twice", where=self.name, way_out="keep one of the two")
        low, high = self.score_range
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise InputError(
                f"the score range is {low:g} to {high:g}", where=self.name, way_out="give the scale's two ends"
            )
        outside = (self.score < low) | (self.score > high)
        if outside.any():
            row, column = (int(i) for i in np.argwhere(outside)[0])
            raise InputError(
                f"the score of {self.models[column]!r} is {self.score[row, column]:g}, outside {low:g} to {high:g}",
                where=f"{self.name}, question {self.questions[row]!r}",
                way_out="correct it or state the scale's range",
            )
        if self.cost_pusd is not None and (self.cost_pusd < 0).any():
            row, column = (int(i) for i in np.argwhere(self.cost_pusd < 0)[0])
            raise InputError(
                f"the cost of {self.models[column]!r} is negative",
                where=f"{self.name}, question {self.questions[row]!r}",
                way_out="leave it empty if it is unknown",
            )

    def _refuse_shapes(self) -> None:
        n, k = len(self.questions), len(self.models)
        if n == 0 or k == 0:
            raise InputError(
                f"it holds {n} questions and {k} models", where=self.name, way_out="give at least one of each"
            )
        if (self.cost_pusd is None) != (self.has_cost is None):
            raise InputError("cost_pusd comes without has_cost", where=self.name, way_out="give both or neither")
        matrices = [self.score, *(m for m in (self.cost_pusd, self.has_cost) if m is not None)]
        if any(m.shape != (n, k) for m in matrices) or any(
            len(c) != n for c in (self.domain, self.cluster, self.is_contaminated)
        ):
            raise InputError(
                f"a column does not fit {n} questions and {k} models", where=self.name, way_out="use outcome_table"
            )

    @property
    def n_questions(self) -> int:
        """Number of questions."""
        return len(self.questions)

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return int(self.cluster.max()) + 1

    @cached_property
    def clusters(self) -> Clusters:
        """The partition of the questions for standard errors and resamples.

        Raises
        ------
        InputError
            One cluster only.
        """
        return Clusters(of_row=self.cluster, n=self.n_clusters, kind=self.cluster_kind)

    def index_of(self, model: str) -> int:
        """Return the column of a model.

        Raises
        ------
        InputError
            An unknown model; the sentence lists what there is.
        """
        if model not in self.models:
            raise InputError(
                f"there is no model {model!r} in it",
                where=self.name,
                way_out=f"use one of {', '.join(self.models[:8])}",
            )
        return self.models.index(model)

    def scores_of(self, model: str) -> FloatColumn:
        """Return a model's scores, NaN where it did not answer. Shape (n_questions,)."""
        return read_only(self.score[:, self.index_of(model)])

    def take(self, keep: BoolColumn, *, note: str) -> OutcomeTable:
        """Return the table of some questions, with a note that says what was left out; clusters are numbered anew.

        Raises
        ------
        InputError
            No question is left.
        """
        rows = np.flatnonzero(keep)
        if len(rows) == 0:
            raise InputError("no question is left", where=self.name, way_out="keep at least one")
        return dataclasses.replace(
            self,
            questions=tuple(self.questions[i] for i in rows),
            score=read_only(self.score[rows]),
            cost_pusd=None if self.cost_pusd is None else read_only(self.cost_pusd[rows]),
            has_cost=None if self.has_cost is None else read_only(self.has_cost[rows]),
            domain=tuple(self.domain[i] for i in rows),
            cluster=read_only(np.unique(self.cluster[rows], return_inverse=True)[1].astype(np.int64)),
            is_contaminated=read_only(self.is_contaminated[rows]),
            notes=(*self.notes, note),
        )

    def in_domain(self, domain: str) -> OutcomeTable:
        """Return the questions of one domain.

        Raises
        ------
        InputError
            No question has it.
        """
        keep = np.array([d == domain for d in self.domain])
        if not keep.any():
            raise InputError(
                f"no question has domain {domain!r}",
                where=self.name,
                way_out=f"use one of {', '.join(sorted(set(self.domain))[:8])}",
            )
        return self.take(keep, note=f"only domain {domain!r}: {int(keep.sum()):,} of {self.n_questions:,} questions")

    def complete(self) -> OutcomeTable:
        """Return the questions that every model answered; a note counts the others."""
        has_all: BoolColumn = np.asarray(~np.isnan(self.score).any(axis=1))
        n_left_out = int((~has_all).sum())
        if not n_left_out:
            return self
        return self.take(
            has_all, note=f"{n_left_out:,} of {self.n_questions:,} questions left out: a model has no score there"
        )
