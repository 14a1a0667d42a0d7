"""Small histories for tests: a few days, a few models, ties and holes on purpose."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from paretocode.catalogue.history import History

NAN = float("nan")


def history_of(
    scores: list[list[float]],
    *,
    prompt: list[list[float]] | None = None,
    tps: list[list[float]] | None = None,
    listed: list[list[bool]] | None = None,
    definitions: list[str] | None = None,
    first: str = "2026-01-01",
    **more: object,
) -> History:
    """Return a history of consecutive days; completion prices are twice the prompt prices, models are a, b, c, ..."""
    matrix = np.array(scores, dtype=np.float64)
    shape = matrix.shape
    keys = tuple("abcdefghijklmnop"[: shape[1]])
    prices = np.ones(shape) if prompt is None else np.array(prompt, dtype=np.float64)
    settings: dict[str, object] = {
        "dates": np.datetime64(first, "D") + np.arange(shape[0]),
        "keys": keys,
        "names": keys,
        "is_listed": np.ones(shape, dtype=bool) if listed is None else np.array(listed),
        "is_free": np.zeros(shape, dtype=bool),
        "numbers": {
            "coding_score": matrix,
            "prompt_usd_per_mtok": prices,
            "completion_usd_per_mtok": 2 * prices,
            **({} if tps is None else {"throughput_tps": np.array(tps, dtype=np.float64)}),
        },
        "score_definitions": tuple(definitions or ["test-1"] * shape[0]),
    }
    return History(**{**settings, **more})  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn, *, max_days: int = 5, max_models: int = 5, one_definition: bool = False) -> History:
    """Histories of small whole numbers: scores, prices and speeds tie, go missing, models come and go."""
    n_days, n_models = draw(st.integers(1, max_days)), draw(st.integers(1, max_models))

    def matrix(values: list[float]) -> list[list[float]]:
        row = st.lists(st.sampled_from(values), min_size=n_models, max_size=n_models)
        return draw(st.lists(row, min_size=n_days, max_size=n_days))

    words = ["test-1"] if one_definition else ["test-1", "test-2"]
    return history_of(
        matrix([10.0, 20.0, 30.0, 40.0, NAN]),
        prompt=matrix([1.0, 2.0, 4.0, NAN]),
        tps=matrix([10.0, 20.0, 50.0, NAN]),
        listed=[[cell > 0 for cell in row] for row in matrix([1.0, 1.0, 1.0, 0.0])],
        definitions=draw(st.lists(st.sampled_from(words), min_size=n_days, max_size=n_days)),
    )


def write_gz(path: Path, text: str) -> Path:
    """Write a gzipped text."""
    path.write_bytes(gzip.compress(text.encode()))
    return path
