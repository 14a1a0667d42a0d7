"""How do rows of several catalogues become one catalogue? Columns below one another, long-context steps with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue

__all__ = ["NUMBER_COLUMNS", "SPEED_COLUMNS", "row_marks", "stacked"]

NUMBER_COLUMNS = ("coding_score", "coding_score_se", *PRICE_FIELDS, "context_tokens", "max_output_tokens")
"""One number a model; NaN is missing."""

SPEED_COLUMNS = ("throughput_tps", "ttft_s")
"""One number a model and percentile; NaN is missing."""

_TEXTS = ("model_id", "effort", "name", "listed_tier")


def stacked(parts: Sequence[Catalogue], **changed: object) -> Catalogue:
    """Return the rows of all parts as one catalogue; what is no column comes from the first.

    Parameters
    ----------
    parts
        At least one, all of one score definition.
    changed
        Columns to put in place, such as ids that make every key unique.
    """
    columns: dict[str, object] = {name: sum((getattr(part, name) for part in parts), ()) for name in _TEXTS}
    for name in (*NUMBER_COLUMNS, *SPEED_COLUMNS, "release_date", "is_free"):
        columns[name] = np.concatenate([getattr(part, name) for part in parts])
    offsets = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    columns["price_steps"] = tuple(
        dataclasses.replace(step, model_index=step.model_index + offset)
        for part, offset in zip(parts, offsets, strict=False)
        for step in part.price_steps
    )
    return parts[0].replace(**{**columns, **changed})


def row_marks(catalogue: Catalogue) -> list[tuple[bytes, str]]:
    """Return for each row a mark of everything that routing, money or time can depend on; equal rows, equal marks."""
    numbers = [getattr(catalogue, name)[:, None] for name in (*NUMBER_COLUMNS, "is_free")]
    table = np.hstack([*numbers, *(getattr(catalogue, name) for name in SPEED_COLUMNS)])
    steps = ["" for _ in range(len(catalogue))]
    for step in sorted(catalogue.price_steps, key=lambda step: step.min_prompt_tokens):
        steps[step.model_index] += repr(dataclasses.replace(step, model_index=0))
    return [(row.tobytes(), its) for row, its in zip(table, steps, strict=True)]
