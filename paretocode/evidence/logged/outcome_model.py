"""What outcome is to be expected of a choice? Means by choice and stratum, each learnt from other sessions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.logged.choices import LoggedChoices

__all__ = ["cross_fitted_outcomes"]


def cross_fitted_outcomes(
    choices: LoggedChoices,
    outcome: FloatColumn,
    known_mask: BoolColumn,
    *,
    n_folds: int = 5,
    rng: np.random.Generator | int,
) -> FloatColumn:
    """Return for each request the expected outcome of the candidate's choice.

    Parameters
    ----------
    outcome
        Shape (n_requests,): of the logged choice.
    known_mask
        Requests to learn from: choice and outcome known.
    n_folds
        Into how many groups sessions are dealt, at least 2; at most one a session.
    rng
        Deals sessions to folds; same seed, same bytes.

    Returns
    -------
    FloatColumn
        Shape (n_requests,): mean outcome of that choice in that stratum over the *other* folds; where there is none,
        of that choice; where there is none, of all. 0 where nothing at all is known.

    Notes
    -----
    Cross-fitting by session (Chernozhukov et al. 2018): a request's own session never speaks for it, so that the model
    does not learn the session's luck. O(n + folds x choices x strata).

    Raises
    ------
    InputError
        Fewer than two folds.
    """
    if n_folds < 2:
        raise InputError(f"{n_folds} folds are asked for", where="outcome model", way_out="give 2 or more")
    n = choices.clusters.n
    folds = min(n_folds, n)
    fold = np.random.default_rng(rng).permutation(np.arange(n) % folds)[choices.clusters.of_row]
    shape = (folds, len(choices.names), len(choices.strata))
    place = (fold[known_mask], choices.logged[known_mask], choices.stratum[known_mask])
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, place, outcome[known_mask])
    np.add.at(count, place, 1.0)
    # Sums over all other folds, by cell, by choice, and over all.
    others = [(part.sum(axis=0) - part) for part in (total, count)]
    wanted = np.maximum(choices.candidate, 0)
    by_cell = _means(others, (fold, wanted, choices.stratum))
    by_choice = _means([part.sum(axis=2) for part in others], (fold, wanted))
    by_all = _means([part.sum(axis=(1, 2)) for part in others], (fold,))
    return np.nan_to_num(np.where(np.isnan(by_cell), np.where(np.isnan(by_choice), by_all, by_choice), by_cell))


def _means(sums: list[NDArray[np.float64]], place: tuple[IntColumn, ...]) -> FloatColumn:
    total, count = (part[place] for part in sums)
    means: FloatColumn = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return means
