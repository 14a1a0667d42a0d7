"""Which loop of the enumeration is worth compiling? Adding every first half of a map to every last half it fits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode._compiled import Kernel

__all__ = ["JOIN"]

_Table = NDArray[np.int64]


def _join(first: IntColumn, n_fitting: IntColumn, prefixes: _Table, suffixes: _Table, totals: _Table) -> None:
    """Write prefix + suffix for each suffix s and its prefixes first[s] .. first[s] + n_fitting[s] - 1."""
    row, n_metrics = 0, totals.shape[1]
    for s in range(len(first)):
        for prefix in range(first[s], first[s] + n_fitting[s]):
            for metric in range(n_metrics):
                totals[row, metric] = prefixes[prefix, metric] + suffixes[s, metric]
            row += 1


def _example() -> tuple[object, ...]:
    column, table = np.zeros(1, dtype=np.int64), np.zeros((1, 1), dtype=np.int64)
    return column, column, table, table, np.zeros((1, 1), dtype=np.int64)


# Size is rows times metrics: numpy writes that many while the kernel comes from disk.
JOIN = Kernel(_join, example=_example, from_size=20_000_000, allocates=False)
