"""Which maps are as good as the best? The plateau: all that the data cannot tell from it, and the steadiest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.confidence import critical_values
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.of_maps import MapEstimates
from paretocode.evidence.selection.best_of_many import measure_across

__all__ = ["Plateau", "plateau_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plateau:
    """Maps that are statistically tied with the best.

    Parameters
    ----------
    names
        All M maps that were looked at.
    measure, level, margin
        By what, with which confidence, and how much worse still counts as tied [unit of the measure].
    gap, gap_low
        Shape (M,): how much worse than the best-looking map each is, and the least that the data allow, for all maps at
        once.
    is_tied
        Shape (M,): whether that least is within the margin.
    is_near
        Shape (M,): of these, whose gap is within one standard error, the margin or what was called near.
    best, recommended
        Positions of the best-looking map and of the steadiest one near it on the plateau.
    instability
        Shape (M,): by which the steadiest was chosen; less is steadier.
    """

    names: tuple[str, ...]
    measure: str
    level: float
    margin: float
    gap: FloatColumn
    gap_low: FloatColumn
    is_tied: BoolColumn
    is_near: BoolColumn
    best: int
    recommended: int
    instability: FloatColumn

    @property
    def n_tied(self) -> int:
        """How many maps are tied with the best, itself included."""
        return int(np.count_nonzero(self.is_tied))


def plateau_of(
    maps: Sequence[MapEstimates],
    measure: str,
    *,
    instability: Sequence[float],
    margin: float = 0.0,
    near: float = 0.0,
    level: float = 0.95,
) -> Plateau:
    """Return the plateau around the best of some maps.

    Parameters
    ----------
    instability
        One number >= 0 a map: how easily small changes move requests or models under it. Ties go to the smaller gap,
        then to the earlier map.
    margin
        How much worse still counts as tied [unit of the measure], >= 0.
    near
        How much worse a tied map may look and still be recommended [unit of the measure], >= 0; never less than one
        standard error of its gap or the margin.

    Raises
    ------
    InputError
        No map, an unknown measure, numbers of instability that do not fit, a negative margin.

    Notes
    -----
    A map is tied unless its gap from the best-looking one is significant at `level`, one-sided and for all maps at
    once: the confidence set of the best (Gupta 1965; Hsu 1981, multiple comparisons with the best; Hansen, Lunde and
    Nason 2011), so the truly best map is in it with at least that probability. On little data that set is large, and
    its far end looks clearly worse; so the steadiest map is looked for among those of it whose gap is within one
    standard error (the 1-SE rule of Breiman, Friedman, Olshen and Stone 1984), the margin or `near`.
    """
    noise = np.asarray(instability, dtype=np.float64)
    if noise.shape != (len(maps),) or not np.isfinite(noise).all():
        raise InputError(
            f"instability has shape {noise.shape} for {len(maps)} maps, or holds what is no number",
            where="evidence",
            way_out="give one number a map",
        )
    for name, value in (("the margin", margin), ("near", near)):
        if not (isfinite(value) and value >= 0):
            raise InputError(f"{name} is {value}", where="evidence", way_out="give a number >= 0")
    values = measure_across(maps, measure)
    best = int(np.argmin(values.point))
    gaps: Estimates = measure_across(maps, measure, minus=maps[best])
    low = gaps.point - critical_values(gaps, level=level, side="above") * gaps.standard_error
    is_tied = ~(low > margin) | (gaps.point <= margin)  # what nothing bounds may be as good
    is_near = is_tied & (gaps.point <= np.maximum(gaps.standard_error, max(margin, near)))
    order = np.lexsort((np.arange(len(maps)), gaps.point, noise))
    return Plateau(
        names=values.names,
        measure=measure,
        level=level,
        margin=margin,
        gap=gaps.point,
        gap_low=np.maximum(0.0, low),
        is_tied=is_tied,
        is_near=is_near,
        best=best,
        recommended=int(next(at for at in order if is_near[at])),
        instability=noise,
    )
