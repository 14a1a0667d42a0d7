"""How much worse than the best do the other schemes cut? Every scheme's loss beside the least possible."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from paretocode.bands.bands import Bands
from paretocode.bands.schemes import SCHEMES, bands_by_scheme
from paretocode.errors import InputError

__all__ = ["SchemeResult", "compare_schemes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeResult:
    """What one scheme gives.

    Parameters
    ----------
    scheme
        Its name.
    bands
        Its bands, None where it refuses.
    loss_ratio
        Its loss over the loss of the natural bands, >= 1; 1 where both are 0, infinite where only theirs is. NaN where
        it refuses.
    refusal
        Why it gives no bands, "" where it does.
    """

    scheme: str
    bands: Bands | None
    loss_ratio: float
    refusal: str = ""


def compare_schemes(values: ArrayLike, n_bands: int, *, weights: ArrayLike | None = None) -> tuple[SchemeResult, ...]:
    """Cut by every scheme of `SCHEMES` but ``fixed``; natural bands, the optimum, first.

    Parameters
    ----------
    values, n_bands, weights
        As in `natural_bands`.

    Returns
    -------
    tuple
        One result a scheme. A scheme that cannot cut these values says so and does not stop the others.

    Raises
    ------
    InputError
        What `natural_bands` refuses.

    Examples
    --------
    >>> for found in compare_schemes([1, 2, 3, 11, 12, 20], 2)[:3]:
    ...     print(found.scheme, round(found.loss_ratio, 2))
    natural 1.0
    quantile 1.0
    equal_interval 1.0
    """
    natural = bands_by_scheme("natural", values, n_bands, weights=weights)
    results = [SchemeResult(scheme="natural", bands=natural, loss_ratio=1.0)]
    for scheme in SCHEMES:
        if scheme not in {"natural", "fixed"}:
            try:
                bands = bands_by_scheme(scheme, values, n_bands, weights=weights)
            except InputError as refusal:
                results.append(SchemeResult(scheme=scheme, bands=None, loss_ratio=math.nan, refusal=str(refusal)))
            else:
                results.append(SchemeResult(scheme=scheme, bands=bands, loss_ratio=_ratio(bands.loss, natural.loss)))
    return tuple(results)


def _ratio(loss: float, least: float) -> float:
    if least > 0:
        return max(1.0, loss / least)  # equal bands may differ in the last digit
    return 1.0 if loss == 0 else math.inf
