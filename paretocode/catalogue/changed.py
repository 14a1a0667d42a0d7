"""What would the models be if prices or scores were other ones? The same catalogue with one thing changed."""

from __future__ import annotations

import dataclasses
import fnmatch

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.errors import InputError

__all__ = ["drawn_scores", "models_that_fit", "with_prices_times"]

_MOST = 1e6


def models_that_fit(catalogue: Catalogue, pattern: str, *, where: str) -> BoolColumn:
    """Return shape (n_models,): whose key fits a pattern such as ``deepseek/*``; case matters.

    Raises
    ------
    InputError
        No model fits; `where` names the place that asked.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> int(models_that_fit(load_bundled(), "deepseek/*", where="search").sum())
    2
    """
    fits = np.array([fnmatch.fnmatchcase(key, pattern) for key in catalogue.keys], dtype=np.bool_)
    if not fits.any():
        raise InputError(
            f"no model fits {pattern!r}", where=where, way_out="give a key, or a pattern such as deepseek/*"
        )
    return fits


def with_prices_times(catalogue: Catalogue, pattern: str, factor: float, *, where: str) -> Catalogue:
    """Return the catalogue with all prices of some models multiplied, long-context prices included.

    Prices are rounded to a millionth of a USD per million tokens; what is free stays free.

    Raises
    ------
    InputError
        A factor that is not above 0 and below a million, or a pattern that no model fits.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> models = with_prices_times(load_bundled(), "moonshotai/*", 3.0, where="search")
    >>> float(models.prompt_usd_per_mtok[models.index_of("moonshotai/kimi-k2.6")])
    2.19
    """
    if not 0 < factor < _MOST:
        raise InputError(
            f"the price factor is {factor:g}", where=where, way_out=f"give a number above 0 and below {_MOST:g}"
        )
    fits = models_that_fit(catalogue, pattern, where=where)
    changed: dict[str, object] = {
        name: np.where(fits, np.round(getattr(catalogue, name) * factor, 6), getattr(catalogue, name))
        for name in PRICE_FIELDS
    }
    changed["price_steps"] = tuple(
        dataclasses.replace(step, **{name: round(getattr(step, name) * factor, 6) for name in PRICE_FIELDS})
        if fits[step.model_index]
        else step
        for step in catalogue.price_steps
    )
    return catalogue.replace(**changed)


def drawn_scores(catalogue: Catalogue, *, n: int, rng: np.random.Generator | int, where: str) -> NDArray[np.float64]:
    """Return all scores drawn anew n times from their standard errors, shape (n, n_models).

    Raises
    ------
    InputError
        No model has a standard error, or n is below 1.

    Notes
    -----
    Independent normals around the published scores, cut off at 0 and rounded to thousandths, in which routing compares;
    a model without a standard error keeps its score. Draws that share a benchmark's tasks are correlated in truth,
    which no published table tells. The first k of n draws are those of k.
    """
    error = catalogue.coding_score_se
    is_drawn = np.isfinite(error) & (error > 0) & catalogue.has_score
    if not is_drawn.any():
        raise InputError(
            "no score has a standard error", where="catalogue", way_out="bring coding_score_se, or leave scores out"
        )
    if n < 1:
        raise InputError(f"{n} replicates of the scores", where=where, way_out="ask for at least 1")
    draws = np.random.default_rng(rng).standard_normal((n, len(catalogue)))
    moved = np.round(np.maximum(0.0, catalogue.coding_score + draws * np.nan_to_num(error)), 3)
    return np.where(is_drawn, moved, catalogue.coding_score)
