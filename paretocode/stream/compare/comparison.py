"""Where does a synthetic stream differ from the log that it stands for?

Marginal laws alone miss the cost of coding sessions by a quarter, so that the table ends with what sessions add up to:
cache hits and cost per request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode.errors import InputError
from paretocode.stream.compare.one_model import TokenPrices, bill_one_model
from paretocode.stream.describe import describe
from paretocode.stream.description.spread import QUANTILES
from paretocode.stream.stream import RequestStream

__all__ = ["TOLERANCES", "ComparedDistance", "ComparedNumber", "StreamComparison", "compare_streams"]

TTLS_S = (300, 3600)
TOLERANCES: Mapping[str, float] = {
    "prompt_tokens_mean": 0.10,
    "gap_over_300s_share": 0.20,
    "hit_share_300s": 0.02,
    "hit_share_3600s": 0.02,
    "usd_per_request": 0.10,
}
"""Largest relative difference that we accept, by number: our choice. A generator of coding sessions with the right
correlations came within 5 % of the real cost, one with the marginal laws alone missed it by 23 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedNumber:
    """One number of both streams.

    Parameters
    ----------
    name
        Such as ``prompt_tokens_p50``.
    real, synthetic
        Its values; None where a stream has none.
    tolerance
        Largest accepted size of the relative difference; None where no claim is made.
    """

    name: str
    real: float | None
    synthetic: float | None
    tolerance: float | None

    @property
    def difference(self) -> float | None:
        """(synthetic - real) / |real|; 0 where both are 0, None where only `real` is 0 or one is missing."""
        if self.real is None or self.synthetic is None:
            return None
        if self.real == self.synthetic:
            return 0.0
        return (self.synthetic - self.real) / abs(self.real) if self.real else None

    @property
    def is_within(self) -> bool | None:
        """Whether the difference is within the tolerance, inclusive; None where none is stated or both are missing."""
        if self.tolerance is None or (self.real is None and self.synthetic is None):
            return None
        return self.difference is not None and abs(self.difference) <= self.tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDistance:
    """How far apart a quantity's two distributions lie.

    Parameters
    ----------
    name
        Such as ``prompt_tokens``.
    ks
        Two-sample Kolmogorov-Smirnov distance: the largest gap between the two distribution functions, 0..1.
    n_real, n_synthetic
        Values on either side.
    """

    name: str
    ks: float
    n_real: int
    n_synthetic: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamComparison:
    """A synthetic stream beside a real one.

    Parameters
    ----------
    real, synthetic
        Their names.
    numbers
        Means, quantiles and totals, in the order of the table.
    distances
        One for each quantity that both streams have.
    """

    real: str
    synthetic: str
    numbers: tuple[ComparedNumber, ...]
    distances: tuple[ComparedDistance, ...]

    @property
    def is_within(self) -> bool:
        """Whether no stated tolerance is exceeded."""
        return not any(number.is_within is False for number in self.numbers)


def compare_streams(
    real: RequestStream,
    synthetic: RequestStream,
    *,
    prices: TokenPrices | None = None,
    tolerances: Mapping[str, float] = TOLERANCES,
) -> StreamComparison:
    """Set a synthetic stream beside a real one. O(n log n).

    Parameters
    ----------
    real, synthetic
        Any two streams; sizes may differ.
    prices
        Of the one model that bills both, None for the defaults of `TokenPrices`; the cache holds 5 minutes.
    tolerances
        {name of a number: largest accepted relative difference}.

    Returns
    -------
    StreamComparison
        Means and quantiles of ``prompt_tokens, completion_tokens, gap_s, turns`` and ``growth_tokens`` (prompt minus
        the session's previous prompt, below 0 where a history was cut); ``gap_over_300s_share``, ``prefix_share``,
        ``hit_share_300s``, ``hit_share_3600s`` of the prompt tokens, and ``usd_per_request``.

    Raises
    ------
    InputError
        A tolerance for a number that is not compared, or below 0.

    Examples
    --------
    >>> from paretocode.stream.synthetic import synthesise
    >>> one, other = (synthesise("coding_agent", n_sessions=20, rng=seed) for seed in (1, 2))
    >>> compare_streams(one, one).is_within, compare_streams(one, other, tolerances={"turns_p50": 0.0}).is_within
    (True, False)
    """
    left, right = _numbers(real, prices), _numbers(synthetic, prices)
    for name, tolerance in tolerances.items():
        if name not in left or not tolerance >= 0:
            raise InputError(
                f"a tolerance of {tolerance} is given for {name!r}", way_out=f"use numbers >= 0 for {', '.join(left)}"
            )
    return StreamComparison(
        real=real.name,
        synthetic=synthetic.name,
        numbers=tuple(
            ComparedNumber(name=name, real=left[name], synthetic=right[name], tolerance=tolerances.get(name))
            for name in left
        ),
        distances=tuple(_distances(real, synthetic)),
    )


def _samples(stream: RequestStream) -> dict[str, NDArray[Any]]:
    later = np.flatnonzero(~stream.is_first)
    return {
        "prompt_tokens": stream.prompt_tokens,
        "completion_tokens": stream.completion_tokens,
        "gap_s": stream.gap_s[later],
        "turns": np.bincount(stream.session),
        "growth_tokens": stream.prompt_tokens[later] - stream.prompt_tokens[later - 1],
    }


def _numbers(stream: RequestStream, prices: TokenPrices | None) -> dict[str, float | None]:
    numbers: dict[str, float | None] = {}
    for name, values in _samples(stream).items():
        cuts = np.quantile(values, QUANTILES).tolist() if len(values) else [None] * len(QUANTILES)
        numbers[f"{name}_mean"] = float(values.mean()) if len(values) else None
        numbers.update({f"{name}_p{round(100 * q):02d}": cut for q, cut in zip(QUANTILES, cuts, strict=True)})
    record = describe(stream)
    numbers.update({name: record.get(name) for name in ("gap_over_300s_share", "prefix_share")})
    for ttl_s in TTLS_S:
        numbers[f"hit_share_{ttl_s}s"] = bill_one_model(stream, ttl_s=ttl_s).hit_share
    numbers["usd_per_request"] = bill_one_model(stream, prices=prices, ttl_s=TTLS_S[0]).usd_per_request
    return numbers


def _distances(real: RequestStream, synthetic: RequestStream) -> Iterator[ComparedDistance]:
    left, right = _samples(real), _samples(synthetic)
    for name in left:
        if len(left[name]) and len(right[name]):
            ks = _largest_step_apart(left[name], right[name])
            yield ComparedDistance(name=name, ks=ks, n_real=len(left[name]), n_synthetic=len(right[name]))


def _largest_step_apart(left: NDArray[Any], right: NDArray[Any]) -> float:
    """Return the two-sample Kolmogorov-Smirnov distance, in whole numbers up to the last division.

    Only the distance is wanted: the p-value that scipy works out beside it would judge requests of one session as if
    they were independent, and divides by zero for two single values.
    """
    points = np.union1d(left, right)
    below_left = np.searchsorted(np.sort(left), points, side="right")
    below_right = np.searchsorted(np.sort(right), points, side="right")
    apart = np.abs(below_left * len(right) - below_right * len(left))
    return int(apart.max()) / (len(left) * len(right))
