"""How are the values of a column spread? Mean, quantiles and the largest one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["QUANTILES", "spread"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""Which quantiles a spread has besides its mean and its maximum."""


def spread(name: str, values: NDArray[Any]) -> dict[str, float | int]:
    """Return `name_mean`, `name_p05` .. `name_p99` (linear interpolation) and `name_max`; nothing of nothing.

    Parameters
    ----------
    values
        Shape (n,), real numbers without NaN. O(n log n).

    Examples
    --------
    >>> record = spread("turns", np.array([1, 2, 3]))
    >>> record["turns_mean"], record["turns_p05"], record["turns_max"]
    (2.0, 1.1, 3.0)
    >>> spread("gap_s", np.array([]))
    {}
    """
    if len(values) == 0:
        return {}
    cuts = np.quantile(values, QUANTILES)
    return {
        f"{name}_mean": float(values.mean()),
        **{f"{name}_p{round(100 * q):02d}": float(cut) for q, cut in zip(QUANTILES, cuts, strict=True)},
        f"{name}_max": float(values.max()),
    }
