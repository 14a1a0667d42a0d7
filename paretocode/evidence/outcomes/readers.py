"""How do outcomes come from a CSV file? One outcome a row (long), or one question a row (wide)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence.outcomes._csv import CsvTable, read_csv
from paretocode.evidence.outcomes.build import Contaminated, assembled
from paretocode.evidence.outcomes.entries import Entries
from paretocode.evidence.outcomes.table import OutcomeTable

__all__ = ["read_outcomes", "read_wide_outcomes"]


def read_outcomes(
    path: str | Path,
    *,
    score_range: tuple[float, float],
    question: Sequence[str] = ("question",),
    model: str = "model",
    score: str = "score",
    cost_usd: str | None = None,
    domain: str | None = None,
    cluster: Sequence[str] = (),
    contaminated_flag: str | None = None,
    contaminated: Contaminated | None = None,
    sentinel: float | None = None,
    name: str = "",
) -> OutcomeTable:
    """Read one outcome a row.

    Parameters
    ----------
    path
        A CSV file with a header, gzipped if its name ends with ``.gz``.
    score_range
        The scale's ends; every score lies within.
    question
        Columns that together name a question, such as ("question_id", "turn").
    model, score, cost_usd, domain, contaminated_flag
        Columns; None where the file has none. An empty score is missing, and so is an empty cost.
    cluster
        Columns that together name a cluster, such as ("question_id",); empty: every question is one.
    contaminated, sentinel
        As for `outcome_table`.
    name
        What the table is called; the file's name if empty.

    Raises
    ------
    InputError
        A damaged or absent file, an absent column, a cell that cannot be used (with file, row and column), or what
        `outcome_table` refuses.
    """
    cells = read_csv(path)
    names = {"score": score, "cost_usd": str(cost_usd), "domain": str(domain), "cluster": ", ".join(cluster)}
    entries = Entries(
        question=cells.labels(question),
        model=cells.labels([model]),
        score=cells.numbers(score),
        cost_usd=None if cost_usd is None else cells.numbers(cost_usd),
        domain=None if domain is None else cells.text(domain),
        cluster=cells.labels(cluster) if cluster else None,
        is_contaminated=None if contaminated_flag is None else cells.flags(contaminated_flag),
        place=lambda i, what: cells.place(i, names[what]),
    )
    return assembled(
        entries,
        name=name or cells.file.name,
        score_range=score_range,
        cluster_kind=", ".join(cluster) or "question",
        contaminated=contaminated,
        sentinel=sentinel,
        notes=cells.notes,
    )


def read_wide_outcomes(
    path: str | Path,
    *,
    scores: Mapping[str, str],
    score_range: tuple[float, float],
    costs_usd: Mapping[str, str] | None = None,
    question: Sequence[str] = (),
    domain: str | None = None,
    cluster: Sequence[str] = (),
    contaminated_flag: str | None = None,
    contaminated: Contaminated | None = None,
    sentinel: float | None = None,
    name: str = "",
) -> OutcomeTable:
    """Read one question a row, with a column for each model.

    Parameters
    ----------
    scores
        Model -> column of its scores; an empty cell is missing.
    costs_usd
        Model -> column of its costs [USD]; models left out have none.
    question
        Columns that together name a question; empty: the row's number, from 1.
    path, score_range, domain, cluster, contaminated_flag, contaminated, sentinel, name
        As for `read_outcomes`.

    Raises
    ------
    InputError
        No model, costs of a model without scores, or what `read_outcomes` refuses.
    """
    cells = read_csv(path)
    _refuse_models(cells, scores, costs_usd or {})
    n_models = len(scores)

    def repeated(labels: list[str]) -> list[str]:
        return [label for label in labels for _ in range(n_models)]

    columns = list(scores.values())

    def column_of(what: str, model: int) -> str:
        if what == "cost_usd":
            return (costs_usd or {})[list(scores)[model]]
        return columns[model] if what == "score" else what

    names = cells.labels(question) if question else [str(row + 1) for row in range(cells.n_rows)]
    empty = np.full(cells.n_rows, np.nan)
    costs = {model: cells.numbers(column) for model, column in (costs_usd or {}).items()}
    marked = None if contaminated_flag is None else np.repeat(cells.flags(contaminated_flag), n_models)
    entries = Entries(
        question=repeated(names),
        model=list(scores) * cells.n_rows,
        score=np.column_stack([cells.numbers(column) for column in columns]).ravel(),
        cost_usd=np.column_stack([costs.get(model, empty) for model in scores]).ravel() if costs else None,
        domain=None if domain is None else repeated(cells.text(domain)),
        cluster=repeated(cells.labels(cluster)) if cluster else None,
        is_contaminated=marked,
        place=lambda i, what: cells.place(i // n_models, column_of(what, i % n_models)),
    )
    return assembled(
        entries,
        name=name or cells.file.name,
        score_range=score_range,
        cluster_kind=", ".join(cluster) or "question",
        contaminated=contaminated,
        sentinel=sentinel,
        notes=cells.notes,
    )


def _refuse_models(cells: CsvTable, scores: Mapping[str, str], costs_usd: Mapping[str, str]) -> None:
    if not scores:
        raise InputError("no model is named", where=str(cells.file), way_out="give scores={model: column}")
    for model in costs_usd:
        if model not in scores:
            raise InputError(
                f"costs of {model!r} come without scores", where=str(cells.file), way_out="name its score column too"
            )
