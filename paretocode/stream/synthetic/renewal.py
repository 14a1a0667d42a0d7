"""How bursty are arrivals? Laws of the gap between one arrival and the next, of mean 1 on the busy clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.stream.synthetic.laws import LognormalMixture
from paretocode.stream.synthetic.limits import positive

__all__ = ["GammaGaps", "GapLaw", "WeibullGaps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaGaps:
    """Gamma gaps of mean 1; the coefficient of variation is 1 / sqrt(shape).

    Parameters
    ----------
    shape
        Above 0; below 1 burstier than Poisson, 1 is Poisson.

    Examples
    --------
    >>> GammaGaps(shape=0.0)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: gamma gaps: shape is 0, which is not positive; correct it.
    """

    shape: float

    def __post_init__(self) -> None:
        positive(where="gamma gaps", shape=self.shape)

    @property
    def mean(self) -> float:
        """Mean gap, 1."""
        return 1.0

    def draw(self, n: int, rng: np.random.Generator) -> FloatColumn:
        """Return n independent gaps."""
        return rng.gamma(self.shape, 1 / self.shape, n)

    def draw_residual(self, rng: np.random.Generator) -> float:
        """Return what is left of the gap that covers a random moment; the length-biased law has shape + 1."""
        return float(rng.random() * rng.gamma(self.shape + 1, 1 / self.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeibullGaps:
    """Weibull gaps of mean 1; a shape of 0.42 has a coefficient of variation of 2.9.

    Parameters
    ----------
    shape
        Above 0; below 1 burstier than Poisson, 1 is Poisson.
    """

    shape: float

    def __post_init__(self) -> None:
        positive(where="weibull gaps", shape=self.shape)

    @property
    def mean(self) -> float:
        """Mean gap, 1."""
        return 1.0

    @property
    def _scale(self) -> float:
        return 1 / math.gamma(1 + 1 / self.shape)

    def draw(self, n: int, rng: np.random.Generator) -> FloatColumn:
        """Return n independent gaps."""
        return self._scale * rng.weibull(self.shape, n)

    def draw_residual(self, rng: np.random.Generator) -> float:
        """Return what is left of the gap that covers a random moment.

        A Weibull gap to the power of its shape is exponential; length-biased, it is Gamma of shape 1 + 1/shape.
        """
        biased = rng.gamma(1 + 1 / self.shape) ** (1 / self.shape)
        return float(rng.random() * self._scale * biased)


GapLaw = GammaGaps | WeibullGaps | LognormalMixture
"""What may stand as a law of gaps; a mixture of lognormals is divided by its mean."""
