"""How good is a router over a whole range of spending? AIQ, which means nothing without its range and the zero router.

The zero router knows nothing of the questions: it mixes models at random. A router that does not lie above it has
learnt nothing that a coin does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, float_column, same_length
from paretocode.errors import InputError
from paretocode.evidence.outcomes.assignment import assigned_to
from paretocode.evidence.outcomes.curve import CostQualityCurve

__all__ = ["Aiq", "QualityHull", "aiq", "quality_hull", "zero_router"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QualityHull:
    """The non-decreasing convex hull of (cost, quality) points: the best quality for at most a cost, mixing allowed.

    Parameters
    ----------
    cost, quality
        Shape (h,), h >= 1: corners, both strictly increasing, with falling slopes. Beyond the last corner the quality
        stays; before the first nothing is known.
    """

    cost: FloatColumn
    quality: FloatColumn

    def at(self, cost: ArrayLike) -> FloatColumn:
        """Return the quality at costs; NaN below the first corner."""
        asked = np.asarray(cost, dtype=np.float64)
        found = np.interp(asked, self.cost, self.quality)
        result: FloatColumn = np.where(asked < self.cost[0], np.nan, found)
        return result

    def mean_quality(self, low: float, high: float) -> float:
        """Return the mean quality over costs low .. high; at one cost the quality there; NaN below the first corner."""
        if high <= low:
            return float(self.at(low))
        inner = self.cost[(self.cost > low) & (self.cost < high)]
        x = np.concatenate(([low], inner, [high]))
        y = self.at(x)
        return float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum() / (high - low))


def quality_hull(cost: ArrayLike, quality: ArrayLike) -> QualityHull:
    """Return the non-decreasing convex hull of points. O(n log n); one point and two points are hulls too.

    Parameters
    ----------
    cost, quality
        Shape (n,), n >= 1, no NaN. Of equal costs the best quality counts; points on an edge are no corners.

    Raises
    ------
    InputError
        No point, unequal lengths, NaN.

    Examples
    --------
    >>> hull = quality_hull([1.0, 2.0, 3.0, 4.0, 1.0], [0.2, 0.6, 0.7, 0.5, 0.1])
    >>> hull.cost.tolist(), hull.quality.tolist()
    ([1.0, 2.0, 3.0], [0.2, 0.6, 0.7])
    >>> hull.at([0.5, 1.5, 9.0]).round(3).tolist()
    [nan, 0.4, 0.7]
    """
    x, y = float_column(cost, name="cost"), float_column(quality, name="quality")
    if same_length({"cost": x, "quality": y}) == 0:
        raise InputError("there is no point", where="quality hull", way_out="give at least one")
    corners: list[tuple[float, float]] = []
    for at in np.lexsort((-y, x)).tolist():
        point = (float(x[at]), float(y[at]))
        if corners and point[1] <= corners[-1][1]:
            continue  # dearer or as dear, and no better
        while len(corners) > 1 and _is_below(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    return QualityHull(cost=np.array([c for c, _ in corners]), quality=np.array([q for _, q in corners]))


def _is_below(left: tuple[float, float], middle: tuple[float, float], right: tuple[float, float]) -> bool:
    """Whether the middle point lies on or below the line from left to right."""
    rise = (right[1] - left[1]) * (middle[0] - left[0])
    return (middle[1] - left[1]) * (right[0] - left[0]) <= rise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aiq:
    """Average improvement in quality of a router beside the zero router's, on one range of costs.

    Parameters
    ----------
    value, zero_router
        Mean quality over the range [score].
    cost_range_usd
        The range [USD per question]. Where its ends are equal the value is the quality at that cost.
    models
        What the zero router mixes.
    """

    value: float
    zero_router: float
    cost_range_usd: tuple[float, float]
    models: tuple[str, ...]

    def __str__(self) -> str:
        low, high = self.cost_range_usd
        return (
            f"AIQ {self.value:.4f} against {self.zero_router:.4f} for random mixing of {len(self.models)} models, over "
            f"{low:.6g} to {high:.6g} USD per question"
        )


def zero_router(curve: CostQualityCurve, models: Sequence[str] | None = None) -> QualityHull:
    """Return the hull of single models: what mixing them at random reaches in expectation.

    Parameters
    ----------
    models
        Which; those of the curve when None.

    Raises
    ------
    InputError
        No costs, an unknown model, or one that did not answer every question.
    """
    single = [assigned_to(curve.table, model) for model in models or curve.models]
    return quality_hull([a.mean_cost_usd for a in single], [a.mean_score for a in single])


def aiq(
    curve: CostQualityCurve,
    *,
    models: Sequence[str] | None = None,
    cost_range_usd: tuple[float, float] | None = None,
) -> Aiq:
    """Return the average improvement in quality of a curve and of the zero router on the same range.

    Parameters
    ----------
    curve
        With costs; one point is enough.
    models
        What the zero router mixes; the curve's models when None.
    cost_range_usd
        [USD per question]; None: from where both hulls are known to the dearest corner of either. Compare two routers
        on one range only.

    Raises
    ------
    InputError
        No costs; a range that falls, or that begins below the cheapest point, where nothing is known.

    Notes
    -----
    AIQ = 1 / (c_max - c_min) x integral of the non-decreasing convex hull over c_min .. c_max, quality kept beyond the
    last point (Hu et al. 2024, RouterBench, arXiv 2403.12031). The code published with it divides by c_max instead.
    The hull picks the thresholds that were luckiest on these questions, so a curve of many thresholds flatters: choose
    thresholds on other questions than those they are judged on.
    """
    if curve.cost_usd is None:
        raise InputError("the curve has no costs", where=curve.table.name, way_out="give cost_usd")
    hull, zero = quality_hull(curve.cost_usd, curve.quality), zero_router(curve, models)
    first = max(float(hull.cost[0]), float(zero.cost[0]))
    low, high = cost_range_usd or (first, max(float(hull.cost[-1]), float(zero.cost[-1])))
    if not first <= low <= high < np.inf:
        raise InputError(
            f"the cost range is {low:g} to {high:g} USD and nothing is known below {first:g}",
            where=curve.table.name,
            way_out=f"begin at {first:g} or above, and end above the beginning",
        )
    return Aiq(
        value=hull.mean_quality(low, high),
        zero_router=zero.mean_quality(low, high),
        cost_range_usd=(low, high),
        models=tuple(models or curve.models),
    )
