"""How do rows of (question, model, score) become a table?

Two things are never done in silence: a sentinel such as -1 is dropped only on request, and marked contamination is kept
or dropped only as the caller says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import IntColumn, float_column, read_only
from paretocode.errors import InputError
from paretocode.evidence.outcomes.entries import (
    Entries,
    numbered,
    per_question,
    refuse_lengths,
    refuse_scores,
    refuse_twice,
    without_sentinel,
)
from paretocode.evidence.outcomes.table import PUSD_PER_USD, OutcomeTable

__all__ = ["Contaminated", "assembled", "outcome_table"]

Contaminated = Literal["keep", "drop"]

_MOST_USD = 9e6


def outcome_table(
    *,
    question: Sequence[str],
    model: Sequence[str],
    score: ArrayLike,
    score_range: tuple[float, float],
    cost_usd: ArrayLike | None = None,
    domain: Sequence[str] | None = None,
    cluster: Sequence[str] | None = None,
    cluster_kind: str = "question",
    is_contaminated: ArrayLike | None = None,
    contaminated: Contaminated | None = None,
    sentinel: float | None = None,
    name: str = "outcomes",
) -> OutcomeTable:
    """Check columns in long form and return a table.

    Parameters
    ----------
    question, model, score
        Length n: one outcome each; a pair that does not occur is missing. No NaN: leave the row out.
    score_range
        The scale's ends, such as (0, 1); every score lies within.
    cost_usd
        [USD], >= 0; NaN where unknown. Rounded to whole pico-USD.
    domain, cluster
        Labels; all rows of a question carry the same. Clusters are taken to be independent (a conversation, not its
        turns); None: each question is one.
    is_contaminated
        Whether the question is marked as known from training.
    contaminated
        ``keep`` or ``drop`` marked questions; required as soon as one is marked, and noted.
    sentinel
        A value outside `score_range` that stands for "no score": such scores are dropped, which leaves a
        hole, and noted.

    Raises
    ------
    InputError
        Unequal lengths, NaN, a score outside its range or a sentinel that was not asked about, a pair twice, a question
        in two clusters or domains, marked contamination without a decision, costs that are negative or above 9 million.

    Examples
    --------
    >>> table = outcome_table(question=["q1", "q1", "q2", "q2"], model=["weak", "strong"] * 2, score=[0, 1, 1, 1],
    ...                       score_range=(0, 1), cost_usd=[0.001, 0.02, 0.001, 0.03])
    >>> table.score.tolist(), table.cost_pusd[0].tolist()
    ([[0.0, 1.0], [1.0, 1.0]], [1000000000, 20000000000])
    >>> outcome_table(question=["q1", "q2"], model=["unify"] * 2, score=[9.5, -1.0], score_range=(1, 10))
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: outcomes, row 2, column score: the score is -1, a sentinel outside 1 to 10; pass
    sentinel=-1 to drop such scores with a note.
    """
    entries = Entries(
        question=[str(q) for q in question],
        model=[str(m) for m in model],
        score=float_column(score, name="score", where=name),
        cost_usd=None
        if cost_usd is None
        else float_column(cost_usd, name="cost_usd", where=name, missing_allowed=True),
        domain=None if domain is None else [str(d) for d in domain],
        cluster=None if cluster is None else [str(c) for c in cluster],
        is_contaminated=None if is_contaminated is None else np.asarray(is_contaminated, dtype=np.bool_),
        place=lambda i, column: f"{name}, row {i + 1}, column {column}",
    )
    return assembled(
        entries,
        name=name,
        score_range=score_range,
        cluster_kind=cluster_kind,
        contaminated=contaminated,
        sentinel=sentinel,
    )


def assembled(
    entries: Entries,
    *,
    name: str,
    score_range: tuple[float, float],
    cluster_kind: str = "question",
    contaminated: Contaminated | None = None,
    sentinel: float | None = None,
    notes: tuple[str, ...] = (),
) -> OutcomeTable:
    """Return the table of entries, in order of first appearance; a missing score is a hole. O(n log n).

    Raises
    ------
    InputError
        As `outcome_table`.
    """
    refuse_lengths(entries, name)
    entries, dropped = without_sentinel(entries, score_range, sentinel, name)
    refuse_scores(entries, score_range)
    questions, question_of = numbered(entries.question)
    models, model_of = numbered(entries.model)
    refuse_twice(entries, question_of * len(models) + model_of)
    first_entry = np.zeros(len(questions), dtype=np.int64)
    first_entry[question_of[::-1]] = np.arange(len(question_of))[::-1]
    labels = per_question(entries.cluster, question_of, first_entry, entries, "cluster")
    domains = per_question(entries.domain, question_of, first_entry, entries, "domain")
    marked = np.zeros(len(questions), dtype=np.bool_)
    if entries.is_contaminated is not None:
        marked[question_of[entries.is_contaminated]] = True
    score = np.full((len(questions), len(models)), np.nan)
    score[question_of, model_of] = entries.score
    cost_pusd, has_cost = _costs(entries, question_of, model_of, score.shape)
    table = OutcomeTable(
        name=name,
        questions=questions,
        models=models,
        score=read_only(score),
        score_range=(float(score_range[0]), float(score_range[1])),
        cost_pusd=cost_pusd,
        has_cost=has_cost,
        domain=tuple(domains or [""] * len(questions)),
        cluster=read_only(np.arange(len(questions)) if labels is None else numbered(labels)[1]),
        cluster_kind=cluster_kind,
        is_contaminated=read_only(marked),
        notes=(*notes, *dropped),
    )
    return _decontaminated(table, contaminated)


def _costs(
    entries: Entries, question_of: IntColumn, model_of: IntColumn, shape: tuple[int, ...]
) -> tuple[NDArray[np.int64] | None, NDArray[np.bool_] | None]:
    if entries.cost_usd is None:
        return None, None
    bad = (entries.cost_usd < 0) | (entries.cost_usd > _MOST_USD)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"the cost of {entries.model[at]!r} is {entries.cost_usd[at]:g} USD",
            where=entries.place(at, "cost_usd"),
            way_out="give USD per question between 0 and 9 million, or leave it empty",
        )
    cost, known = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    has = ~np.isnan(entries.cost_usd)
    cost[question_of, model_of] = np.rint(np.where(has, entries.cost_usd, 0.0) * PUSD_PER_USD).astype(np.int64)
    known[question_of, model_of] = has
    return read_only(cost), read_only(known)


def _decontaminated(table: OutcomeTable, contaminated: Contaminated | None) -> OutcomeTable:
    n_marked = int(table.is_contaminated.sum())
    if contaminated not in (None, "keep", "drop"):
        raise InputError(f"contaminated is {contaminated!r}", where=table.name, way_out="use one of keep, drop")
    if n_marked == 0:
        return table
    count = f"{n_marked:,} of {table.n_questions:,} questions"
    if contaminated is None:
        raise InputError(
            f"{count} are marked as contaminated", where=table.name, way_out="say contaminated='drop' or 'keep'"
        )
    if contaminated == "drop":
        return table.take(~table.is_contaminated, note=f"{count} left out: marked as contaminated")
    return table.take(np.ones(table.n_questions, dtype=np.bool_), note=f"{count} kept though marked as contaminated")
