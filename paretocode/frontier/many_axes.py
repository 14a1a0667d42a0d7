"""Which points are worth having when more than two things count? The one door to moocore, for any number of axes.

moocore (Fonseca, Lopez-Ibanez and others, LGPL-2.1-or-later) is right on ties and fast in the worst case. Its calls
take NaN for a number and return nonsense, so everything is checked here first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError

__all__ = ["hypervolume_of_points", "non_dominated_mask", "non_dominated_rank"]


def non_dominated_mask(points: ArrayLike, maximise: Sequence[bool]) -> BoolColumn:
    """Return which points no other dominates; all copies of a point stay.

    Parameters
    ----------
    points
        Shape (n, d), d >= 1, no NaN.
    maximise
        For each axis whether more is better.

    Raises
    ------
    InputError
        NaN, something that is no number, or shapes that do not fit.

    Notes
    -----
    O(n log n) for d <= 3, O(n log^(d-2) n) above (Kung, Luccio and Preparata, 1975, in moocore).

    Examples
    --------
    Price, score and context: the second is beaten by the first in all three, the copies stay.

    >>> non_dominated_mask([[1, 50, 8], [2, 40, 8], [3, 40, 9], [3, 40, 9]], [False, True, True]).tolist()
    [True, False, True, True]
    """
    table = _checked(points, maximise)
    if not len(table):
        return np.zeros(0, dtype=np.bool_)
    from moocore import is_nondominated

    return np.asarray(is_nondominated(table, maximise=list(maximise), keep_weakly=True), dtype=np.bool_)


def non_dominated_rank(points: ArrayLike, maximise: Sequence[bool]) -> IntColumn:
    """Return each point's layer: 0 on the frontier, 1 on the frontier of the rest, and so on; copies share theirs.

    Raises
    ------
    InputError
        As `non_dominated_mask`.

    Examples
    --------
    >>> non_dominated_rank([[1, 5], [2, 4], [2, 4], [3, 3]], [False, True]).tolist()
    [0, 1, 1, 2]
    """
    table = _checked(points, maximise)
    if not len(table):
        return np.zeros(0, dtype=np.int64)
    if table.shape[1] == 1:
        # moocore 0.3.2 ranks a single axis the wrong way round.
        return np.unique(-table if maximise[0] else table, return_inverse=True)[1].ravel().astype(np.int64)
    from moocore import pareto_rank

    return np.asarray(pareto_rank(table, maximise=list(maximise)), dtype=np.int64)


def hypervolume_of_points(points: ArrayLike, maximise: Sequence[bool], *, reference: Sequence[float]) -> float:
    """Return the volume that the points dominate, up to a reference point; print the reference beside it.

    Parameters
    ----------
    points, maximise
        As in `non_dominated_mask`. Give prices as logarithms.
    reference
        d numbers; points that do not dominate it add nothing.

    Raises
    ------
    InputError
        As `non_dominated_mask`, infinite points, or a reference that is not d finite numbers.

    Examples
    --------
    >>> hypervolume_of_points([[0, 30, 1], [1, 50, 1]], [False, True, True], reference=[2, 0, 0])
    80.0
    """
    table, at = _checked(points, maximise), np.asarray(reference, dtype=np.float64)
    if at.shape != (len(maximise),) or not np.isfinite(at).all() or not np.isfinite(table).all():
        raise InputError(
            f"the reference point is {at.tolist()} for {len(maximise)} axes, or a point is infinite",
            way_out="give one finite number an axis",
        )
    if not len(table):
        return 0.0
    if table.shape[1] == 1:
        gain = table[:, 0] - at[0]
        return float(max(0.0, gain.max() if maximise[0] else -gain.min()))
    from moocore import hypervolume

    return float(hypervolume(table, ref=at, maximise=list(maximise)))


def _checked(points: ArrayLike, maximise: Sequence[bool]) -> NDArray[np.float64]:
    try:
        table = np.array(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"points hold something that is not a number ({error})", way_out="give numbers only"
        ) from error
    if table.size == 0:
        table = table.reshape(0, len(maximise))
    if table.ndim != 2 or table.shape[1] != len(maximise) or not len(maximise):
        raise InputError(
            f"points has shape {table.shape} and there are {len(maximise)} directions",
            way_out="give a row for each point and a column and a direction for each axis",
        )
    missing = np.argwhere(np.isnan(table))
    if len(missing):
        row, column = (int(i) for i in missing[0])
        raise InputError(
            f"axis {column + 1} is missing in row {row + 1}",
            way_out="leave the point out; a missing number is neither good nor bad",
        )
    return table
