"""How many bands? Fit, an information criterion and stability beside each other, for every number that may be asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn
from paretocode.bands._members import Members, members_of
from paretocode.bands.bands import Bands
from paretocode.bands.natural import natural_bands_of_each
from paretocode.errors import InputError

__all__ = ["BandCount", "HowMany", "choose_n_bands"]

_BLOCK = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class BandCount:
    """What speaks for one number of bands.

    Parameters
    ----------
    bands
        The natural bands, with the whole gap around every edge.
    bic
        2 log-likelihood - 2 k log n of a mixture of k normal laws of shared variance; greater is better, NaN where the
        bands leave no variance.
    edge_stability
        For each edge the share of bootstrap replicates that cut the same gap.
    """

    bands: Bands
    bic: float
    edge_stability: tuple[float, ...]

    @property
    def n_bands(self) -> int:
        """Number of bands."""
        return self.bands.n_bands

    @property
    def stability(self) -> float:
        """Stability of the least stable edge; 1 for one band, which has none."""
        return min(self.edge_stability, default=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HowMany:
    """The numbers of bands tried, and which of them two rules take.

    Parameters
    ----------
    tried
        One entry for 1, 2, .. bands.
    by_bic
        The number with the greatest BIC, of equal ones the least.
    by_stability
        The greatest number of which every edge keeps its gap in at least `least_stability` of the replicates.
    least_stability
        That share.
    n_replicates
        Bootstrap replicates.
    """

    tried: tuple[BandCount, ...]
    by_bic: int
    by_stability: int
    least_stability: float
    n_replicates: int


def choose_n_bands(
    values: ArrayLike,
    *,
    max_bands: int = 8,
    n_replicates: int = 200,
    least_stability: float = 0.8,
    rng: np.random.Generator | int,
) -> HowMany:
    """Cut into 1 .. max_bands natural bands and say what speaks for each number.

    Parameters
    ----------
    values
        Shape (n,), finite.
    max_bands
        The most bands to try; no more than distinct values are tried.
    n_replicates
        Bootstrap replicates: as many values drawn with replacement.
    least_stability
        Share of the replicates that an edge must keep its gap in, 0..1.
    rng
        Generator or seed; the same seed gives the same answer.

    Returns
    -------
    HowMany
        The two rules often disagree: BIC asks what describes the values most shortly, stability which edges a
        new sample of models would leave in place. With few values stability is the more honest one.

    Raises
    ------
    InputError
        No value, no band, no replicate, or a share outside 0..1.

    Notes
    -----
    The BIC follows Wang and Song, "Ckmeans.1d.dp", The R Journal 3/2 (2011), with one variance for all bands: k means,
    k - 1 shares and one variance are 2 k parameters. An edge keeps its gap (a, b] in a replicate where an edge of the
    replicate's own bands separates the same values, that is where its gap contains (a, b]; a replicate of fewer
    distinct values than bands keeps none. O(n_replicates) runs of `natural_bands_of_each`.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.concatenate([np.arange(8) / 10 + centre for centre in (0, 10, 20)])
    >>> found = choose_n_bands(values, max_bands=4, n_replicates=50, rng=1)
    >>> found.by_bic, found.by_stability, found.tried[2].edge_stability
    (3, 3, (1.0, 1.0))
    """
    members = members_of(values, None)
    if n_replicates < 1 or not 0 <= least_stability <= 1:
        raise InputError(
            f"n_replicates is {n_replicates} and least_stability {least_stability:g}",
            way_out="give at least one replicate and a share in 0..1",
        )
    each = natural_bands_of_each(values, max_bands)
    stability = _edge_stability(members, each, n_replicates, np.random.default_rng(rng))
    tried = tuple(
        BandCount(bands=bands, bic=_bic(members, bands), edge_stability=shares)
        for bands, shares in zip(each, stability, strict=True)
    )
    ranked = [count for count in tried if not np.isnan(count.bic)]
    return HowMany(
        tried=tried,
        by_bic=max(ranked, key=lambda count: (count.bic, -count.n_bands)).n_bands if ranked else 1,
        by_stability=max(count.n_bands for count in tried if count.stability >= least_stability),
        least_stability=least_stability,
        n_replicates=n_replicates,
    )


def _bic(members: Members, bands: Bands) -> float:
    n, counts = members.n, np.array(bands.counts, dtype=np.float64)
    variance = bands.loss / n
    if variance <= 0:
        return float("nan")
    log_share = np.log(counts / n) - 0.5 * np.log(2 * np.pi * variance)
    total = 0.0
    for start in range(0, len(members.distinct), _BLOCK):
        piece = slice(start, start + _BLOCK)
        distance = members.distinct[piece, None] - np.array(bands.means)[None, :]
        density = np.logaddexp.reduce(log_share - distance**2 / (2 * variance), axis=1)
        total += float(np.dot(members.count[piece], density))
    return 2 * total - 2 * bands.n_bands * float(np.log(n))


def _edge_stability(
    members: Members, each: tuple[Bands, ...], n_replicates: int, rng: np.random.Generator
) -> list[tuple[float, ...]]:
    """Return for each number of bands the share of replicates that keep each edge's gap."""
    kept = [np.zeros(bands.n_bands - 1) for bands in each]
    values = np.repeat(members.distinct, members.count)
    for _ in range(n_replicates):
        drawn = values[rng.integers(0, len(values), len(values))]
        # Few distinct values drawn make few bands: the numbers beyond keep nothing.
        for place, found in enumerate(natural_bands_of_each(drawn, len(each))):
            kept[place] += _keeps(each[place], found)
    return [tuple((count / n_replicates).tolist()) for count in kept]


def _keeps(bands: Bands, found: Bands) -> FloatColumn:
    """Return 1 for each edge whose gap lies inside a gap that the other bands cut."""
    low, high = np.array(bands.gaps).reshape(-1, 2).T
    other_low, other_high = np.array(found.gaps).reshape(-1, 2).T
    inside = (other_low[None, :] <= low[:, None]) & (high[:, None] <= other_high[None, :])
    return np.asarray(inside.any(axis=1), dtype=np.float64)
