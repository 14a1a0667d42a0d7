"""What does one kind of caller ask for? Atoms, omitted min scores and a smooth rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, float_column, increasing, read_only
from paretocode.errors import InputError
from paretocode.stream.stream import PPM

__all__ = ["Demand", "DemandTable"]

STEP_PPM = 1_000
"""The smooth part asks in thousandths, as people write scores."""


class DemandTable(NamedTuple):
    """Distinct min scores and the share of requests that ask for each.

    Parameters
    ----------
    min_score_ppm
        Strictly increasing [parts per million], shape (n_values,).
    share
        Share of all requests, 0..1, same shape; sums to 1 - `omitted_share`.
    omitted_share
        Share of the requests that leave the min score out.
    """

    min_score_ppm: IntColumn
    share: FloatColumn
    omitted_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A law of min scores: atoms, omitted, and a smooth rest; constant within a session but for rare switches.

    Parameters
    ----------
    atoms
        ((min score, share), ...), min scores strictly increasing in 0..1.
    omitted_share
        Share of requests without a min score.
    smooth_share
        Share of requests whose min score is drawn from the smooth law.
    smooth_low, smooth_high
        Range of the smooth law, within 0..1.
    smooth_a, smooth_b
        Shape of the smooth law, a Beta distribution stretched over the range; 1 and 1 make it uniform. Values are
        rounded to 3 decimals.
    switch_rate
        Share of the requests after a session's first that ask for something else than the request before.

    Raises
    ------
    InputError
        Shares below 0 or not summing to 1, scores outside 0..1 or out of order, shapes that are not positive.

    Examples
    --------
    >>> Demand(atoms=((0.5, 0.6), (0.8, 0.3)))
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: demand: the shares of atoms, omitted and smooth sum to 0.9; make them sum to 1.
    """

    atoms: tuple[tuple[float, float], ...]
    omitted_share: float = 0.0
    smooth_share: float = 0.0
    smooth_low: float = 0.0
    smooth_high: float = 1.0
    smooth_a: float = 1.0
    smooth_b: float = 1.0
    switch_rate: float = 0.0009

    def __post_init__(self) -> None:
        scores = float_column([score for score, _ in self.atoms], name="atoms", where="demand", least=0.0)
        increasing(scores.tolist(), name="atoms", where="demand")
        shares = [share for _, share in self.atoms]
        float_column([*shares, self.omitted_share, self.smooth_share], name="share", where="demand", least=0.0)
        for name, value in (
            ("atoms", max(scores, default=0.0)),
            ("smooth_low", self.smooth_low),
            ("smooth_high", self.smooth_high),
            ("switch_rate", self.switch_rate),
        ):
            if not 0 <= value <= 1:
                raise InputError(f"{name} holds {value:g}, which is outside 0..1", where="demand", way_out="correct it")
        if self.smooth_low > self.smooth_high:
            raise InputError(
                f"smooth_low is {self.smooth_low:g} and smooth_high {self.smooth_high:g}",
                where="demand",
                way_out="give the lower bound first",
            )
        for name, value in (("smooth_a", self.smooth_a), ("smooth_b", self.smooth_b)):
            if not 0 < value < np.inf:
                raise InputError(f"{name} is {value:g}, which is not positive", where="demand", way_out="correct it")
        total = sum(shares) + self.omitted_share + self.smooth_share
        if abs(total - 1) > 1e-9:
            raise InputError(
                f"the shares of atoms, omitted and smooth sum to {total:g}",
                where="demand",
                way_out="make them sum to 1",
            )

    def table(self) -> DemandTable:
        """Return the expected share of requests on every min score the law can ask for; O(1,000).

        Examples
        --------
        >>> table = Demand(atoms=((0.5, 0.7),), omitted_share=0.1, smooth_share=0.2, smooth_high=0.001).table()
        >>> table.min_score_ppm.tolist(), table.share.round(9).tolist(), table.omitted_share
        ([0, 1000, 500000], [0.1, 0.1, 0.7], 0.1)
        """
        ppm = [round(score * PPM) for score, _ in self.atoms]
        share = [share for _, share in self.atoms]
        if self.smooth_share > 0:
            grid_ppm, grid_share = self._smooth_grid()
            ppm, share = [*ppm, *grid_ppm.tolist()], [*share, *(self.smooth_share * grid_share).tolist()]
        distinct, inverse = np.unique(np.array(ppm, dtype=np.int64), return_inverse=True)
        total = np.bincount(inverse, share, len(distinct))
        kept = total > 0
        return DemandTable(read_only(distinct[kept]), read_only(total[kept].astype(np.float64)), self.omitted_share)

    def _smooth_grid(self) -> tuple[IntColumn, FloatColumn]:
        first, last = (round(bound * PPM / STEP_PPM) for bound in (self.smooth_low, self.smooth_high))
        steps = np.arange(first, last + 1)
        width = self.smooth_high - self.smooth_low
        if width == 0:
            return steps * STEP_PPM, np.ones(1)
        border = np.clip((steps[1:] - 0.5) * STEP_PPM / PPM, self.smooth_low, self.smooth_high)
        reached = (border - self.smooth_low) / width
        if (self.smooth_a, self.smooth_b) != (1.0, 1.0):
            from scipy.special import betainc

            reached = betainc(self.smooth_a, self.smooth_b, reached)
        return steps * STEP_PPM, np.diff(reached, prepend=0.0, append=1.0)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[IntColumn, BoolColumn]:
        """Return n independent min scores [ppm] and whether each is omitted (0 there)."""
        return self.values(self.kinds(n, rng), rng)

    def kinds(self, n: int, rng: np.random.Generator) -> IntColumn:
        """Return what n draws are: the position of an atom, then omitted, then smooth. One random number each."""
        shares = [*(share for _, share in self.atoms), self.omitted_share, self.smooth_share]
        return np.searchsorted(np.cumsum(shares)[:-1], rng.random(n), side="right")

    def is_smooth(self, kind: IntColumn) -> BoolColumn:
        """Return which draws take a value from the smooth law."""
        found: BoolColumn = kind == len(self.atoms) + 1
        return found

    def values(self, kind: IntColumn, rng: np.random.Generator) -> tuple[IntColumn, BoolColumn]:
        """Return the min scores of draws of these kinds [ppm] and whether each is omitted; one Beta for each smooth."""
        values = np.array([*(round(score * PPM) for score, _ in self.atoms), 0, 0], dtype=np.int64)
        ppm = values[kind]
        smooth = self.is_smooth(kind)
        drawn = rng.beta(self.smooth_a, self.smooth_b, int(smooth.sum()))
        score = self.smooth_low + (self.smooth_high - self.smooth_low) * drawn
        ppm[smooth] = np.rint(score * PPM / STEP_PPM).astype(np.int64) * STEP_PPM
        return ppm, kind == len(self.atoms)

    def repeat_chance(self) -> float:
        """Return the chance that two independent draws ask for the same: the sum of share^2, omitted included."""
        table = self.table()
        return float(np.sum(table.share**2)) + table.omitted_share**2

    def redraw_rate(self) -> float:
        """Return how often to draw anew so that `switch_rate` of the draws bring another value.

        A new draw repeats the old value with the `repeat_chance`. Drawing anew with switch_rate / (1 - that) gives
        visible switches at the stated rate and keeps the law of every request exactly as stated; forbidding a
        repetition would shift weight from common to rare values.
        """
        other = 1.0 - self.repeat_chance()
        return min(1.0, self.switch_rate / other) if other > 1e-12 else 0.0
