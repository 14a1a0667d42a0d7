"""Which bands does a mixture of normal laws make? One law a band, all of one width, cut where the likelier changes."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn
from paretocode.bands._members import bands_from_edges, members_of
from paretocode.bands.bands import Bands
from paretocode.bands.natural import natural_bands
from paretocode.errors import InputError

__all__ = ["gaussian_mixture_bands"]

_SEED = 0
_MOST_STEPS = 1_000


def gaussian_mixture_bands(values: ArrayLike, n_bands: int, *, weights: ArrayLike | None = None) -> Bands:
    """Fit a Gaussian mixture of shared variance and cut where the likeliest component changes.

    Parameters
    ----------
    values
        Shape (n,), finite.
    n_bands
        How many components, at least 1.
    weights
        None: scikit-learn's mixture takes no weights.

    Returns
    -------
    Bands
        Between components a and b of means m, shares p and common variance v the edge is
        (m_a + m_b) / 2 + v log(p_a / p_b) / (m_b - m_a).

    Raises
    ------
    InputError
        Weights, no value, more bands than distinct values, a fit that does not settle, or a component that is the
        likeliest nowhere, so that it makes no band.

    Notes
    -----
    `sklearn.mixture.GaussianMixture` with ``covariance_type="tied"``, started from the natural bands and a fixed
    seed: the same values give the same bands.

    Examples
    --------
    >>> gaussian_mixture_bands([1, 2, 3, 11, 12, 13], 2).edges
    (7.0,)
    """
    if weights is not None:
        raise InputError("a Gaussian mixture takes no weights", way_out="drop them or use another scheme")
    members = members_of(values, None)
    start = natural_bands(values, n_bands)
    if n_bands == 1:
        return bands_from_edges("gaussian_mixture", members, np.empty(0))
    column = np.repeat(members.distinct, members.count)
    means, shares, variance = _fitted(column, start)
    edges = (means[:-1] + means[1:]) / 2 + variance * np.log(shares[:-1] / shares[1:]) / np.diff(means)
    if not ((np.diff(means) > 0).all() and (np.diff(edges) > 0).all()):
        raise InputError(
            f"in a mixture of {n_bands} normal laws one is the likeliest nowhere",
            way_out="ask for fewer bands or another scheme",
        )
    return bands_from_edges("gaussian_mixture", members, np.round(edges, 9))


def _fitted(column: FloatColumn, start: Bands) -> tuple[FloatColumn, FloatColumn, float]:
    """Return means (rising), shares and the common variance."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    scale = float(column.std()) or 1.0
    within = start.loss / len(column) / scale**2
    # Everything that EM starts from is given, so that no k-means runs first: it would count the machine's cores, and
    # warns on machines that do not say.
    model = GaussianMixture(
        n_components=start.n_bands,
        covariance_type="tied",
        weights_init=np.array(start.counts) / len(column),
        means_init=((np.array(start.means) - column.mean()) / scale)[:, None],
        precisions_init=np.array([[1.0 / (within + 1e-6)]]),
        init_params="random_from_data",
        random_state=_SEED,
        max_iter=_MOST_STEPS,
        tol=1e-6,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(((column - column.mean()) / scale)[:, None])
    if not model.converged_:
        raise InputError(
            f"the mixture of {start.n_bands} normal laws does not settle in {_MOST_STEPS} steps",
            way_out="ask for fewer bands or another scheme",
        )
    order = np.argsort(model.means_[:, 0], kind="stable")
    means: FloatColumn = model.means_[order, 0] * scale + column.mean()
    shares: FloatColumn = model.weights_[order]
    return means, shares, float(np.squeeze(model.covariances_)) * scale**2
