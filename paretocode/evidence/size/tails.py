"""Do a few sessions make all of the variance? Then the plan is a guess, and says so."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.size.words import percent

__all__ = ["MOST_TOP_SHARE", "Tails", "tails_of"]

MOST_TOP_SHARE = 0.25
"""A convention: beyond this share of the variance in the largest 1 % of sessions we warn. A normal law has 0.085."""

_COCHRAN = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tails:
    """How session contributions are spread.

    Parameters
    ----------
    n_top
        1 % of the sessions, rounded up.
    top_share
        Share of the sum of squares that the largest `n_top` sessions make.
    n_effective
        (sum u^2)^2 / sum u^4: how many equally large sessions would know the variance as well. n / 3 for a normal law.
    variance_error_share
        Standard error of the variance over itself, and so of every number of sessions planned from it.
    skewness
        Third moment over the 1.5th power of the second.
    n_for_normal
        Sessions from which a mean with that skewness is near enough to normal: 25 x skewness^2.

    Notes
    -----
    Cochran (1977, section 2.15): with n > 25 G1^2 a nominal 95 % interval errs in at most 6 % of draws. The error of
    the variance is sqrt((kurtosis - 1) / n) = sqrt(1 / n_effective - 1 / n).
    """

    n_top: int
    top_share: float
    n_effective: float
    variance_error_share: float
    skewness: float
    n_for_normal: int

    def warnings(self, n_sessions: int, kind: str = "session") -> tuple[str, ...]:
        """Return what is doubtful about a plan of that many sessions, one sentence each."""
        found = []
        if self.top_share > MOST_TOP_SHARE:
            found.append(
                f"the largest {self.n_top:,} {kind}s (1 %) make {percent(self.top_share)} of the variance, so the "
                f"planned number is known only to about {percent(self.variance_error_share)} of itself"
            )
        if n_sessions < self.n_for_normal:
            found.append(
                f"{kind}s are so skewed (skewness {self.skewness:.1f}) that a mean of {n_sessions:,} is not near "
                f"enough to normal: plan at least {self.n_for_normal:,}"
            )
        return tuple(found)

    def to_dict(self) -> dict[str, float]:
        """Return plain numbers for JSON."""
        return asdict(self)


def tails_of(influence: FloatColumn) -> Tails:
    """Return how contributions are spread. O(n log n).

    Parameters
    ----------
    influence
        Shape (n,), around 0, not all 0.

    Examples
    --------
    >>> tails_of(np.array([1.0, -1.0, 1.0, -1.0]))  # all equally large
    Tails(n_top=1, top_share=0.25, n_effective=4.0, variance_error_share=0.0, skewness=0.0, n_for_normal=0)
    >>> round(tails_of(np.array([-1.0] * 99 + [99.0])).top_share, 2)
    0.99
    """
    n = len(influence)
    squares = influence / np.abs(influence).max()
    cubes, squares = squares**3, squares**2
    total = float(squares.sum())
    n_top = int(np.ceil(n / 100))
    n_effective = total**2 / float(squares @ squares)
    skewness = float(cubes.mean()) / (total / n) ** 1.5
    return Tails(
        n_top=n_top,
        top_share=float(np.sort(squares)[-n_top:].sum()) / total,
        n_effective=n_effective,
        variance_error_share=float(np.sqrt(max(0.0, 1 / n_effective - 1 / n))),
        skewness=skewness,
        n_for_normal=int(np.ceil(_COCHRAN * skewness**2)),
    )
