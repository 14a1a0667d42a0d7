"""When a router says 70 %, is it right in 70 of 100? Reliability by bin, the Brier score taken apart, and ECE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, float_column, one_of, same_length
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters, summed
from paretocode.evidence.confidence import Intervals
from paretocode.evidence.outcomes.clustered_shares import clustered_proportion_intervals
from paretocode.evidence.proportions import clopper_pearson_intervals

__all__ = ["Calibration", "calibration"]

Bins = Literal["equal-width", "equal-count"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """Predicted probabilities against what happened, by bin; empty bins are left out.

    Parameters
    ----------
    bins
        How they were cut: ``equal-width`` or ``equal-count``, and `edges`, shape (n_asked + 1,) or fewer where
        predictions tie.
    bin_low, bin_high
        Shape (B,): the bin's edges, low inclusive, high exclusive but for the last one's.
    n_in_bin
        Shape (B,), >= 1.
    predicted, observed
        Shape (B,): mean prediction, and share of the event.
    intervals
        Of `observed`: Clopper-Pearson, or by effective number of trials where clusters are given.
    brier
        Mean squared error of the predictions, 0..1.
    reliability, resolution, uncertainty, within_bins
        brier = reliability - resolution + uncertainty + within_bins. The last is what bins hide: 0 where each holds
        one distinct prediction.
    ece
        Expected calibration error on these bins.
    """

    bins: str
    bin_low: FloatColumn
    bin_high: FloatColumn
    n_in_bin: IntColumn
    predicted: FloatColumn
    observed: FloatColumn
    intervals: Intervals
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float
    ece: float

    def __str__(self) -> str:
        return (
            f"ECE {self.ece:.4f} on {len(self.n_in_bin)} {self.bins} bins; Brier score {self.brier:.4f} = reliability "
            f"{self.reliability:.4f} - resolution {self.resolution:.4f} + uncertainty {self.uncertainty:.4f} + within "
            f"bins {self.within_bins:.4f}"
        )


def calibration(
    predicted: ArrayLike,
    happened: ArrayLike,
    *,
    n_bins: int = 10,
    bins: Bins = "equal-width",
    clusters: Clusters | None = None,
    level: float = 0.95,
) -> Calibration:
    """Return how well predicted probabilities agree with what happened.

    Parameters
    ----------
    predicted
        Shape (n,), 0..1: the probability of the event, such as "the strong model is better" or "the weak one is right".
    happened
        Shape (n,): whether it happened.
    n_bins
        How many are asked for, 1 .. n; ties between predictions may leave fewer.
    bins
        ``equal-width`` cuts 0..1 evenly; ``equal-count`` cuts at quantiles of the predictions.
    clusters
        Which predictions are not independent; None: all are.
    level
        Of each bin's interval.

    Raises
    ------
    InputError
        No prediction, unequal lengths, a prediction outside 0..1 or NaN, an outcome that is neither 0 nor 1, a number
        of bins outside 1 .. n.

    Notes
    -----
    Brier 1950; reliability = sum n_b (f_b - o_b)^2 / n, resolution = sum n_b (o_b - o)^2 / n, uncertainty = o (1 - o)
    (Murphy 1973); within bins = mean of (f - f_b)^2 - 2 (f - f_b)(o - o_b) (Stephenson, Coelho and Jolliffe 2008).
    ECE = sum n_b |f_b - o_b| / n (Naeini, Cooper and Hauskrecht 2015); it depends on the bins, so they are printed.

    Examples
    --------
    >>> found = calibration([0.1, 0.1, 0.9, 0.9], [0, 0, 1, 0], n_bins=2)
    >>> found.observed.tolist(), found.ece
    ([0.0, 0.5], 0.25)
    >>> print(found)
    ECE 0.2500 on 2 equal-width bins; Brier score 0.2100 = reliability 0.0850 - resolution 0.0625 + uncertainty 0.1875
    + within bins 0.0000
    """
    one_of(bins, ("equal-width", "equal-count"), name="bins", where="calibration")
    f, o = _columns(predicted, happened)
    if not 1 <= n_bins <= len(f):
        raise InputError(f"n_bins is {n_bins} for {len(f)} predictions", where="calibration", way_out="give 1 .. n")
    inner = np.arange(1, n_bins) / n_bins
    cuts = np.unique(inner if bins == "equal-width" else np.quantile(f, inner, method="higher"))
    kept, number = np.unique(np.searchsorted(cuts, f, side="right"), return_inverse=True)
    edges = np.concatenate(([0.0], cuts, [1.0]))
    n_in_bin = np.bincount(number)
    mean_f, mean_o = np.bincount(number, weights=f) / n_in_bin, np.bincount(number, weights=o) / n_in_bin
    weight = n_in_bin / len(f)
    away_f, away_o = f - mean_f[number], o - mean_o[number]
    whole = float(o.mean())
    return Calibration(
        bins=bins,
        bin_low=edges[kept],
        bin_high=edges[kept + 1],
        n_in_bin=n_in_bin,
        predicted=mean_f,
        observed=mean_o,
        intervals=_intervals(o, number, clusters, level),
        brier=float(((f - o) ** 2).mean()),
        reliability=float((weight * (mean_f - mean_o) ** 2).sum()),
        resolution=float((weight * (mean_o - whole) ** 2).sum()),
        uncertainty=whole * (1 - whole),
        within_bins=float((away_f**2 - 2 * away_f * away_o).mean()),
        ece=float((weight * np.abs(mean_f - mean_o)).sum()),
    )


def _columns(predicted: ArrayLike, happened: ArrayLike) -> tuple[FloatColumn, FloatColumn]:
    f = float_column(predicted, name="predicted", where="calibration", least=0.0)
    o = float_column(np.asarray(happened, dtype=np.float64), name="happened", where="calibration")
    if same_length({"predicted": f, "happened": o}, where="calibration") == 0:
        raise InputError("there is no prediction", where="calibration", way_out="give at least one")
    _refuse_first(f > 1, f, "predicted", "give a probability between 0 and 1")
    _refuse_first((o != 0) & (o != 1), o, "happened", "give 1 or 0, or true, false")
    return f, o


def _refuse_first(bad: BoolColumn, values: FloatColumn, name: str, way_out: str) -> None:
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise InputError(f"{name} is {values[at]:g} in row {at + 1}", where="calibration", way_out=way_out)


def _intervals(o: FloatColumn, number: IntColumn, clusters: Clusters | None, level: float) -> Intervals:
    n_bins = int(number.max()) + 1
    member = (number[:, None] == np.arange(n_bins)).astype(np.int64)
    event = member * o.astype(np.int64)[:, None]
    if clusters is None:
        return clopper_pearson_intervals(event.sum(axis=0), member.sum(axis=0), level=level)
    return clustered_proportion_intervals(summed(event, clusters), summed(member, clusters), level=level)
