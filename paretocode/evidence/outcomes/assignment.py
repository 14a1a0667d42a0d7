"""Which model answers which question? What a router, a map or a single model comes down to, once outcomes are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.evidence.outcomes.table import PUSD_PER_USD, OutcomeTable

__all__ = ["Assignment", "assigned", "assigned_to", "refuse_other_table"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Assignment:
    """One model a question.

    Parameters
    ----------
    name
        What makes the choice, for sentences.
    table
        Where the outcomes stand.
    model_index
        Shape (n_questions,): column of the table's model.

    Raises
    ------
    InputError
        Not one model a question, no such column, or a model that has no score for its question.
    """

    name: str
    table: OutcomeTable
    model_index: IntColumn

    def __post_init__(self) -> None:
        table, index = self.table, self.model_index
        if index.shape != (table.n_questions,):
            raise InputError(
                f"{self.name} assigns {len(index)} models to {table.n_questions} questions",
                where=table.name,
                way_out="give one a question, in the table's order",
            )
        if ((index < 0) | (index >= len(table.models))).any():
            bad = int(index[(index < 0) | (index >= len(table.models))][0])
            raise InputError(
                f"{self.name} assigns model number {bad}",
                where=table.name,
                way_out=f"stay between 0 and {len(table.models) - 1}",
            )
        missing = np.isnan(self.score)
        if missing.any():
            at = int(np.flatnonzero(missing)[0])
            raise InputError(
                f"model {table.models[index[at]]!r} has no score there, and {self.name} chooses it",
                where=f"{table.name}, question {table.questions[at]!r}",
                way_out="compare on table.complete(), which leaves such questions out with a note",
            )

    @cached_property
    def score(self) -> FloatColumn:
        """Score of the chosen model by question."""
        return read_only(np.take_along_axis(self.table.score, self.model_index[:, None], axis=1)[:, 0])

    @cached_property
    def cost_pusd(self) -> IntColumn:
        """Cost of the chosen model by question [pico-USD].

        Raises
        ------
        InputError
            The table has no costs, or one of a chosen model is unknown.
        """
        table = self.table
        if table.cost_pusd is None or table.has_cost is None:
            raise InputError("the table has no costs", where=table.name, way_out="give cost_usd")
        known = np.take_along_axis(table.has_cost, self.model_index[:, None], axis=1)[:, 0]
        if not known.all():
            at = int(np.flatnonzero(~known)[0])
            raise InputError(
                f"model {table.models[self.model_index[at]]!r} has no cost there, and {self.name} chooses it",
                where=f"{table.name}, question {table.questions[at]!r}",
                way_out="fill the cost, or compare quality alone on a table without costs",
            )
        return read_only(np.take_along_axis(table.cost_pusd, self.model_index[:, None], axis=1)[:, 0])

    @property
    def mean_score(self) -> float:
        """Mean score over all questions."""
        return float(self.score.mean())

    @property
    def mean_cost_usd(self) -> float:
        """Mean cost [USD per question], summed exactly."""
        return float(sum(self.cost_pusd.tolist())) / self.table.n_questions / PUSD_PER_USD

    @property
    def share_of_model(self) -> dict[str, float]:
        """Share of the questions that each model answers, models that answer none included."""
        counts = np.bincount(self.model_index, minlength=len(self.table.models))
        return dict(zip(self.table.models, (counts / self.table.n_questions).tolist(), strict=True))


def assigned_to(table: OutcomeTable, model: str) -> Assignment:
    """Return the assignment of every question to one model.

    Raises
    ------
    InputError
        An unknown model, or one without a score somewhere.

    Examples
    --------
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> table = outcome_table(question=["a", "a", "b"], model=["weak", "strong", "strong"], score=[0, 1, 1],
    ...                       score_range=(0, 1))
    >>> assigned_to(table, "strong").mean_score
    1.0
    >>> assigned_to(table, "weak")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: outcomes, question 'b': model 'weak' has no score there, and weak chooses it; compare
    on table.complete(), which leaves such questions out with a note.
    """
    index = np.full(table.n_questions, table.index_of(model), dtype=np.int64)
    return Assignment(name=model, table=table, model_index=index)


def assigned(table: OutcomeTable, models: Sequence[str], *, name: str) -> Assignment:
    """Return an assignment from one model label a question, in the table's order.

    Raises
    ------
    InputError
        A label that is no model of the table, or not one a question.
    """
    column = {model: at for at, model in enumerate(table.models)}
    for at, model in enumerate(models):
        if model not in column:
            raise InputError(
                f"{name} chooses {model!r}, which has no outcomes",
                where=f"{table.name}, question {at + 1}",
                way_out=f"use one of {', '.join(table.models[:8])}",
            )
    return Assignment(name=name, table=table, model_index=np.array([column[m] for m in models], dtype=np.int64))


def refuse_other_table(first: Assignment, second: Assignment) -> None:
    """Refuse two assignments of different tables: only the same questions can be paired.

    Raises
    ------
    InputError
        When the tables are not one and the same object.
    """
    if first.table is not second.table:
        raise InputError(
            f"{first.name} stands on {first.table.name} with {first.table.n_questions} questions and {second.name} on "
            f"{second.table.name} with {second.table.n_questions}",
            where="comparison",
            way_out="assign both on the same table",
        )
