"""How sure is it that a value lies in its band? Values with standard errors, and listed bands without edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import FloatColumn, IntColumn, float_column, increasing, int_column, same_length
from paretocode.bands._members import middles
from paretocode.errors import InputError

__all__ = ["InvertedPairs", "band_probabilities", "edges_of_listed_bands", "inverted_pairs"]


def band_probabilities(values: ArrayLike, standard_errors: ArrayLike, edges: Sequence[float]) -> NDArray[np.float64]:
    """Return the probability of each value's true place being in each band, under a normal law.

    Parameters
    ----------
    values
        Shape (n,), finite; the measured values.
    standard_errors
        Shape (n,), >= 0, same unit. NaN or 0 takes the value as exact: state which had none.
    edges
        Strictly increasing, same unit; a value equal to an edge belongs to the band above.

    Returns
    -------
    probabilities
        Shape (n, n_bands), rows sum to 1. The probability of *another* band than b is 1 - column b.

    Raises
    ------
    InputError
        Columns of unequal length, a negative standard error, or edges that do not strictly increase.

    Notes
    -----
    P(band b) = Phi((e_b+1 - x) / s) - Phi((e_b - x) / s). O(n n_bands).

    Examples
    --------
    >>> band_probabilities([50.0, 50.0], [5.0, float("nan")], [50.0, 60.0]).round(3).tolist()
    [[0.5, 0.477, 0.023], [0.0, 1.0, 0.0]]
    """
    from scipy.special import ndtr

    column = float_column(values, name="values")
    errors = float_column(standard_errors, name="standard_errors", least=0.0, missing_allowed=True)
    same_length({"values": column, "standard_errors": errors})
    cuts = float_column(list(edges), name="edges")
    increasing(cuts.tolist(), name="edges")
    is_exact = ~(errors > 0)
    width = np.where(is_exact, 1.0, errors)
    below = ndtr((cuts[None, :] - column[:, None]) / width[:, None])
    below = np.where(is_exact[:, None], column[:, None] < cuts[None, :], below)
    padded = np.concatenate((np.zeros((len(column), 1)), below, np.ones((len(column), 1))), axis=1)
    return np.diff(padded, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvertedPairs:
    """Pairs of values of different listed bands, and how many stand the wrong way round.

    Parameters
    ----------
    n_pairs
        Pairs of different bands.
    pairs
        (row of the lower band, row of the higher band) where the lower band's value is the greater.
    expected
        Expected number of such pairs among the true values: sum of Phi((x_low - x_high) / sqrt(s_low^2 + s_high^2)).
    """

    n_pairs: int
    pairs: tuple[tuple[int, int], ...]
    expected: float


def inverted_pairs(values: ArrayLike, standard_errors: ArrayLike, listed_band: ArrayLike) -> InvertedPairs:
    """Count the pairs of different listed bands whose values contradict the list.

    Parameters
    ----------
    values, standard_errors
        As in `band_probabilities`; errors count as independent.
    listed_band
        Shape (n,), whole, 0 for the lowest.

    Raises
    ------
    InputError
        Columns of unequal length, or something that is no number.

    Notes
    -----
    Equal values are not inverted; O(n^2).

    Examples
    --------
    >>> found = inverted_pairs([40, 50, 45], [0, 0, 0], [0, 1, 2])
    >>> found.n_pairs, found.pairs, found.expected
    (3, ((1, 2),), 1.0)
    """
    from scipy.special import ndtr

    column = float_column(values, name="values")
    errors = np.nan_to_num(float_column(standard_errors, name="standard_errors", least=0.0, missing_allowed=True))
    band = int_column(listed_band, name="listed_band", least=0)
    same_length({"values": column, "standard_errors": errors, "listed_band": band})
    low, high = np.nonzero(band[:, None] < band[None, :])
    lead, width = column[low] - column[high], np.hypot(errors[low], errors[high])
    is_exact = width == 0
    chance = np.where(is_exact, lead > 0, ndtr(lead / np.where(is_exact, 1.0, width)))
    wrong = lead > 0
    return InvertedPairs(
        n_pairs=len(low),
        pairs=tuple(zip(low[wrong].tolist(), high[wrong].tolist(), strict=True)),
        expected=float(chance.sum()),
    )


def edges_of_listed_bands(values: ArrayLike, listed_band: ArrayLike) -> tuple[float, ...]:
    """Return the edges that agree best with a list that names bands but no edges.

    Parameters
    ----------
    values
        Shape (n,), finite.
    listed_band
        Shape (n,), whole, 0 for the lowest; every band up to the highest is listed at least once.

    Returns
    -------
    edges
        For each neighbouring two bands the middle of the gap that puts the fewest values on the wrong side; of
        equally good gaps the lowest. Together they misplace the least, counted in bands. Two edges may coincide
        where the list contradicts the values so much that the band between them is empty: refused.

    Raises
    ------
    InputError
        Columns of unequal length, a band that is not listed, or coinciding edges.

    Examples
    --------
    >>> edges_of_listed_bands([1, 2, 4, 3, 5, 6], [0, 0, 0, 1, 1, 1])
    (2.5,)
    """
    column = float_column(values, name="values")
    band = int_column(listed_band, name="listed_band", least=0)
    same_length({"values": column, "listed_band": band})
    distinct = np.unique(column)
    n_bands = int(band.max()) + 1 if len(band) else 0
    missing = sorted(set(range(n_bands)) - set(band.tolist()))
    if missing or len(distinct) < 2:
        raise InputError(
            f"band {missing[0]} is not listed" if missing else "there are not two different values to separate",
            way_out="list every band at least once" if missing else "give more values",
        )
    gaps = middles(distinct[:-1], distinct[1:])
    edges = tuple(float(gaps[_best_gap(column, band, gaps, upper)]) for upper in range(1, n_bands))
    increasing(edges, name="edges of the listed bands")
    return edges


def _best_gap(column: FloatColumn, band: IntColumn, gaps: FloatColumn, upper: int) -> int:
    """Return the gap that puts the fewest values on the wrong side of the edge below band `upper`; O(n^2)."""
    is_above = column[:, None] >= gaps[None, :]
    return int(np.argmin((is_above != (band >= upper)[:, None]).sum(axis=0)))
