"""Are natural bands there at all? Their fit beside that of spreads that have no bands: uniform and normal.

An exact cut of *any* values explains much of their variance: k bands of a uniform law explain 1 - 1 / k^2 of it. So a
fit means something only beside the fit of a spread without bands and of the same size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode.bands._members import members_of
from paretocode.bands.natural import natural_bands
from paretocode.errors import InputError

__all__ = ["NaturalFinding", "natural_finding"]

_RARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalFinding:
    """How the natural bands of some values fit, beside values without bands.

    Parameters
    ----------
    n_bands, n_values
        Bands cut, and values.
    variance_explained
        Of the values, 0..1.
    uniform_limit
        What k bands explain of a uniform law, 1 - 1 / k^2.
    uniform_mean, normal_mean
        What they explain on average of as many values drawn from a uniform and a normal law.
    uniform_share, normal_share
        Share of those draws of which they explain at least as much; small where the bands are unusual.
    n_replicates
        Draws of each law.
    """

    n_bands: int
    n_values: int
    variance_explained: float
    uniform_limit: float
    uniform_mean: float
    normal_mean: float
    uniform_share: float
    normal_share: float
    n_replicates: int

    @property
    def are_there(self) -> bool:
        """Whether at most 5 % of the draws of *each* law are cut as well: bands of one smooth hump are none."""
        return max(self.uniform_share, self.normal_share) <= _RARE

    @property
    def sentence(self) -> str:
        """The finding in words."""
        names = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
        bands = f"{names.get(self.n_bands, str(self.n_bands))} natural bands" if self.n_bands > 1 else "One band"
        numbers = (
            f"they explain {self.variance_explained:.3f} of the variance of {self.n_values} values, a uniform spread "
            f"{self.uniform_limit:.3f}; of {self.n_replicates} uniform and {self.n_replicates} normal samples of that "
            f"size, {self.uniform_share:.0%} and {self.normal_share:.0%} are explained at least as well"
        )
        if self.n_bands == 1:
            return "One band is no finding: it explains nothing of any values."
        if self.are_there:
            return f"{bands.capitalize()} are there: {numbers}."
        return f"{bands.capitalize()} are not there: {numbers}. These bands are a choice, not a finding."


def natural_finding(
    values: ArrayLike, n_bands: int, *, n_replicates: int = 200, rng: np.random.Generator | int
) -> NaturalFinding:
    """Compare the fit of natural bands with that of uniform and normal samples of the same size.

    Parameters
    ----------
    values
        Shape (n,), finite, at least two distinct.
    n_bands
        How many bands, at least 1.
    n_replicates
        Samples drawn of each law, at least 1.
    rng
        Generator or seed; the same seed gives the same shares.

    Raises
    ------
    InputError
        What `natural_bands` refuses, constant values, or no replicate.

    Notes
    -----
    The fit does not change when values are shifted or stretched, so that one standard uniform and one standard
    normal law stand for all. O(n_replicates) runs of `natural_bands`.

    Examples
    --------
    >>> import numpy as np
    >>> clustered = np.concatenate([np.arange(10) / 100 + centre for centre in (0, 1, 2)])
    >>> natural_finding(clustered, 3, n_replicates=50, rng=1).are_there
    True
    >>> print(natural_finding(np.arange(30), 3, n_replicates=50, rng=1).sentence)
    Three natural bands are not there: they explain 0.890 of the variance of 30 values, a uniform spread 0.889; of
    50 uniform and 50 normal samples of that size, 84% and 6% are explained at least as well. These bands are a
    choice, not a finding.
    """
    members = members_of(values, None)
    if len(members.distinct) < 2:
        raise InputError("all values are equal", way_out="give at least two different ones")
    if n_replicates < 1:
        raise InputError(f"n_replicates is {n_replicates}", way_out="draw at least one sample")
    explained = natural_bands(values, n_bands).variance_explained
    generator = np.random.default_rng(rng)
    size = (n_replicates, members.n)
    fits = [
        np.array([natural_bands(sample, n_bands).variance_explained for sample in samples])
        for samples in (generator.random(size), generator.standard_normal(size))
    ]
    uniform, normal = fits
    return NaturalFinding(
        n_bands=n_bands,
        n_values=members.n,
        variance_explained=explained,
        uniform_limit=1 - 1 / n_bands**2,
        uniform_mean=float(uniform.mean()),
        normal_mean=float(normal.mean()),
        uniform_share=float((uniform >= explained).mean()),
        normal_share=float((normal >= explained).mean()),
        n_replicates=n_replicates,
    )
