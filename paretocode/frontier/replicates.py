"""How are scores drawn again? Benchmark items with replacement for all models at once, or normal errors.

Models answer the same items, so that an easy draw lifts them all: replicates of items keep that, independent errors do
not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import float_column, same_length
from paretocode.errors import InputError

__all__ = ["draw_scores", "resample_items"]


def resample_items(
    item_results: ArrayLike, *, n_replicates: int, rng: np.random.Generator | int
) -> NDArray[np.float64]:
    """Return scores of bootstrap replicates: the same items, drawn with replacement, for every model.

    Parameters
    ----------
    item_results
        Shape (n_models, n_items), finite: what each model got on each item, averaged over its trials. The item, not
        the trial, is what is drawn, because trials of one item agree.
    n_replicates
        At least 1.
    rng
        Generator or seed.

    Returns
    -------
    scores
        Shape (n_replicates, n_models), means over the drawn items, in the unit of the results.

    Raises
    ------
    InputError
        No table of finite numbers, no item, or no replicate.

    Notes
    -----
    Draws are multinomial counts, one matrix product: O(n_replicates n_models n_items).
    Source: Efron, "Bootstrap Methods", Annals of Statistics 7 (1979).

    Examples
    --------
    Two models that fail on the same item move together:

    >>> scores = resample_items([[1, 1, 0], [1, 1, 0]], n_replicates=4, rng=1)
    >>> bool((scores[:, 0] == scores[:, 1]).all()), scores.shape
    (True, (4, 2))
    """
    table = np.asarray(item_results, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] == 0 or not np.isfinite(table).all():
        raise InputError(
            f"item_results has shape {table.shape} or holds a number that is not finite",
            way_out="give a finite number for each model (rows) and item (columns)",
        )
    _refuse_no_replicate(n_replicates)
    n_items = table.shape[1]
    counts = np.random.default_rng(rng).multinomial(n_items, np.full(n_items, 1 / n_items), size=n_replicates)
    return np.asarray(counts @ table.T / n_items, dtype=np.float64)


def draw_scores(
    score: ArrayLike,
    standard_error: ArrayLike,
    *,
    n_replicates: int,
    rng: np.random.Generator | int,
    correlation: float = 0.0,
) -> NDArray[np.float64]:
    """Return scores with normal errors, independent or with one common part.

    Parameters
    ----------
    score, standard_error
        Shape (n,); a standard error of NaN or 0 leaves the score as it is.
    n_replicates
        At least 1.
    rng
        Generator or seed.
    correlation
        Of any two models' errors, 0..1; item-level results, where they are at hand, say more than one number.

    Returns
    -------
    scores
        Shape (n_replicates, n).

    Raises
    ------
    InputError
        Columns of unequal length, a negative standard error, no replicate, or a correlation outside 0..1.

    Examples
    --------
    >>> draw_scores([50.0, 40.0], [3.0, float("nan")], n_replicates=2, rng=1).round(2).tolist()
    [[48.08, 40.0], [48.82, 40.0]]
    """
    means = float_column(score, name="score")
    errors = float_column(standard_error, name="standard_error", least=0.0, missing_allowed=True)
    same_length({"score": means, "standard_error": errors})
    _refuse_no_replicate(n_replicates)
    if not 0 <= correlation <= 1:
        raise InputError(f"correlation is {correlation:g}", way_out="give a number in 0..1")
    own, common = np.random.default_rng(rng).spawn(2)
    z = np.sqrt(1 - correlation) * own.standard_normal((n_replicates, len(means)))
    z += np.sqrt(correlation) * common.standard_normal((n_replicates, 1))
    return np.asarray(means + np.nan_to_num(errors) * z, dtype=np.float64)


def _refuse_no_replicate(n_replicates: int) -> None:
    if n_replicates < 1:
        raise InputError(f"n_replicates is {n_replicates}", way_out="draw at least one")
