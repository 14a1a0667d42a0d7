"""How does a tier map, or a router's score with thresholds, become one model a question?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn, float_column, increasing
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.evidence.outcomes.assignment import Assignment
from paretocode.evidence.outcomes.table import OutcomeTable
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.replaying import decide
from paretocode.stream.stream import request_stream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["routed_by_map", "routed_by_threshold", "router_scores"]


def routed_by_map(
    table: OutcomeTable,
    min_score: ArrayLike,
    tier_map: TierMap,
    catalogue: Catalogue,
    *,
    model_of_key: Mapping[str, str] | None = None,
    prompt_tokens: ArrayLike | None = None,
    completion_tokens: ArrayLike | None = None,
    session: Literal["question", "cluster"] = "question",
    name: str = "",
) -> Assignment:
    """Return what a tier map chooses when each question is sent with a min score.

    Parameters
    ----------
    min_score
        Shape (n_questions,) in 0..1, NaN for omitted.
    tier_map, catalogue
        The map and the models in force.
    model_of_key
        Catalogue key -> the table's name of the model; keys left out are the table's names themselves.
    prompt_tokens, completion_tokens
        Shape (n_questions,) [tokens]: what context windows must hold, and what the price metric ``request`` weighs.
        None: no tokens, so that every window holds every question.
    session
        ``question``: each is decided afresh; ``cluster``: the questions of a cluster are the turns of one session, a
        second apart, in the table's order, so that the policy's stickiness and hysteresis apply.
    name
        For sentences; the map's name if empty.

    Raises
    ------
    InputError
        A chosen model without outcomes, a question that the map refuses, a map that does not fit the catalogue, min
        scores outside 0..1 or not one a question.

    Notes
    -----
    Decisions are those of `paretocode.sim.decide`, which equals `paretocode.tiermap.route` request by request.
    """
    label = name or tier_map.name
    n = table.n_questions
    scores = float_column(min_score, name="min_score", where=table.name, missing_allowed=True)
    zeros = np.zeros(n, dtype=np.int64)
    ids = table.cluster if session == "cluster" else np.arange(n)
    stream = request_stream(
        session=ids,
        time_s=np.arange(n, dtype=np.float64),
        prompt_tokens=zeros if prompt_tokens is None else prompt_tokens,
        completion_tokens=zeros if completion_tokens is None else completion_tokens,
        min_score=scores,
        name=table.name,
        where=table.name,
    )
    chosen = np.empty(n, dtype=np.int64)
    chosen[np.argsort(ids, kind="stable")] = decide(stream, routing_plan(tier_map, catalogue)).model_index
    _refuse_unserved(chosen, table, label)
    return Assignment(
        name=label, table=table, model_index=_columns(chosen, table, catalogue, dict(model_of_key or {}), label)
    )


def _refuse_unserved(chosen: IntColumn, table: OutcomeTable, label: str) -> None:
    unserved = np.flatnonzero(chosen == UNSERVED)
    if len(unserved):
        raise InputError(
            f"{label} serves {len(unserved):,} of {table.n_questions:,} questions by no model",
            where=f"{table.name}, question {table.questions[unserved[0]]!r}",
            way_out="leave them out, or use an empty-tier rule that serves them",
        )


def _columns(
    chosen: IntColumn, table: OutcomeTable, catalogue: Catalogue, model_of_key: dict[str, str], label: str
) -> IntColumn:
    column_of_row = np.full(len(catalogue), -1, dtype=np.int64)
    for row in np.unique(chosen).tolist():
        key = catalogue.keys[row]
        model = model_of_key.get(key, key)
        if model not in table.models:
            at = int(np.flatnonzero(chosen == row)[0])
            raise InputError(
                f"{label} chooses {model!r}, which has no outcomes",
                where=f"{table.name}, question {table.questions[at]!r}",
                way_out=f"name its outcomes in model_of_key; the table has {', '.join(table.models[:8])}",
            )
        column_of_row[row] = table.models.index(model)
    columns: IntColumn = column_of_row[chosen]
    return columns


def routed_by_threshold(
    table: OutcomeTable,
    router_score: ArrayLike,
    models: Sequence[str],
    thresholds: Sequence[float],
    *,
    name: str = "thresholds",
) -> Assignment:
    """Return what thresholds on a router's score choose among ordered models.

    Parameters
    ----------
    router_score
        Shape (n_questions,): higher asks for a stronger model.
    models
        From the weakest tier up, one each.
    thresholds
        One fewer than models, strictly increasing; a score equal to a threshold gets the tier above, as in RouteLLM and
        as everywhere here.

    Raises
    ------
    InputError
        Unknown models, thresholds that do not increase or do not fit, scores that are not one finite number a question.

    Examples
    --------
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> table = outcome_table(question=["a", "a", "b", "b"], model=["weak", "strong"] * 2, score=[0, 1, 1, 1],
    ...                       score_range=(0, 1))
    >>> routed_by_threshold(table, [0.5, 0.49], ["weak", "strong"], [0.5]).share_of_model
    {'weak': 0.5, 'strong': 0.5}
    """
    if len(models) != len(thresholds) + 1:
        raise InputError(
            f"{len(models)} models stand against {len(thresholds)} thresholds",
            where=name,
            way_out="give one threshold fewer than models",
        )
    increasing(thresholds, name="thresholds", where=name)
    column = np.array([table.index_of(model) for model in models], dtype=np.int64)
    tier = np.searchsorted(np.asarray(thresholds, dtype=np.float64), router_scores(table, router_score), side="right")
    return Assignment(name=name, table=table, model_index=column[tier])


def router_scores(table: OutcomeTable, router_score: ArrayLike) -> FloatColumn:
    """Return a router's scores, checked: one finite number a question.

    Raises
    ------
    InputError
        NaN, infinite, or not one a question.
    """
    scores = float_column(router_score, name="router_score", where=table.name)
    if len(scores) != table.n_questions:
        raise InputError(
            f"router_score has {len(scores)} rows for {table.n_questions} questions",
            where=table.name,
            way_out="give one a question, in the table's order",
        )
    return scores
