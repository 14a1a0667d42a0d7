"""By how much did a metric move, and how sure is that? Differences between two independent samples of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.drift.draws import critical_reach, draws_of, standard_error
from paretocode.evidence.drift.metric_sums import METRIC_UNITS, MetricSums
from paretocode.evidence.resampling import FloatMatrix, Resampling

__all__ = ["MetricMove", "independent_moves", "moves_from"]


_NOISE = 1e-12
"""Below this share of a metric its move, or its error, is the rounding of 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMove:
    """One metric, from the tuned stream to another.

    Parameters
    ----------
    name, unit
        Of the metric.
    before, after
        Its values; None where it has none, as a jump rate where every session is one request.
    difference
        after - before; less is better.
    standard_error
        Clustered by session, both samples counted.
    low, high
        Interval of the difference, equal to it where there is no spread; None where too few sessions speak to bound it.
    level
        Nominal coverage of the interval.
    """

    name: str
    unit: str
    before: float | None
    after: float | None
    difference: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    level: float

    @property
    def is_known(self) -> bool:
        """Whether both sides have a value."""
        return self.difference is not None

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def independent_moves(
    tuned: MetricSums, today: MetricSums, *, level: float = 0.95, draws: Sequence[Resampling] | None = None
) -> tuple[MetricMove, ...]:
    """Return how every metric differs between two streams that share no session.

    Parameters
    ----------
    level
        Nominal coverage of each interval.
    draws
        Resamplings of either side; None takes those of `draws_of`.

    Notes
    -----
    Each side's variance is n / (n - 1) x sum of squared influences of its sessions; the interval reaches as many
    standard errors as `critical_reach` says. O(n_replicates x n_sessions).

    Raises
    ------
    InputError
        Metrics that differ between the sides, or a level outside 0.5 .. 1.

    Examples
    --------
    >>> counts = np.full((40, 1), 4.0)
    >>> tuned = MetricSums(names=("unmet_share",), numerator=np.tile([[0.0], [2.0]], (20, 1)), denominator=counts)
    >>> today = MetricSums(names=("unmet_share",), numerator=np.tile([[1.0], [3.0]], (20, 1)), denominator=counts)
    >>> move, = independent_moves(tuned, today)
    >>> move.difference, round(move.standard_error, 3), move.low > 0.1 and move.high < 0.4
    (0.25, 0.057, True)
    """
    if tuned.names != today.names:
        raise InputError(
            f"one side has the metrics {', '.join(tuned.names)} and the other {', '.join(today.names)}",
            where="drift",
            way_out="replay both with times or both without",
        )
    values = tuned.values(), today.values()
    influences = -tuned.residuals() / tuned.n_sessions, today.residuals() / today.n_sessions
    drawn = draws_of(tuned.n_sessions, today.n_sessions) if draws is None else draws
    return moves_from(tuned.names, values, influences, draws=drawn, level=level)


def moves_from(
    names: tuple[str, ...],
    values: tuple[FloatColumn, FloatColumn],
    influences: Sequence[FloatMatrix],
    *,
    draws: Sequence[Resampling],
    level: float,
) -> tuple[MetricMove, ...]:
    """Return moves from the influence on the difference of every session of one or more independent samples.

    Parameters
    ----------
    values
        Before and after, shape (K,) each.
    influences
        Shape (n_sessions, K) for each sample: first-order contributions to after - before.
    draws
        A resampling for each sample.

    Raises
    ------
    InputError
        A level outside 0.5 .. 1.
    """
    if not 0.5 <= level < 1:
        raise InputError(f"the level is {level}", where="drift", way_out="give a share such as 0.95")
    before, after = values
    noise = _NOISE * np.fmax(np.abs(before), np.abs(after))
    away = np.where(np.abs(after - before) <= noise, 0.0, after - before)
    error = standard_error(influences)
    error = np.where(error <= noise, 0.0, error)
    reach = critical_reach(influences, draws, level=level)
    half = np.where(error > 0, reach, 0.0) * error
    rows = zip(names, before, after, away, error, away - half, away + half, strict=True)
    return tuple(_move(name, [float(x) for x in numbers], level) for name, *numbers in rows)


def _move(name: str, numbers: list[float], level: float) -> MetricMove:
    before, after, difference, error, low, high = (x if np.isfinite(x) else None for x in numbers)
    is_known = difference is not None
    return MetricMove(
        name=name,
        unit=METRIC_UNITS.get(name, ""),
        before=before,
        after=after,
        difference=difference,
        standard_error=error if is_known else None,
        low=low,
        high=high,
        level=level,
    )
