"""How fast are natural bands found? Three bands of normal scores, as published (3 decimals) and unrounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Contender, Race
from paretocode.bands import natural_bands

N_BANDS = 3


def scores(n: int, *, decimals: int | None) -> NDArray[np.float64]:
    """Return n normal scores, mean 35 and standard deviation 12; None leaves them unrounded."""
    drawn = np.random.default_rng(7).normal(35.0, 12.0, n)
    return drawn if decimals is None else np.round(drawn, decimals)


def bands_race(values: NDArray[np.float64], *, title: str) -> Race:
    """Return the race; all must reach the same least loss, ties between bandings being free."""
    import ckwrap
    import kmeans1d

    loss = natural_bands(values, N_BANDS).loss

    def loss_of(labels: NDArray[np.int64]) -> float:
        parts = (values[labels == band] for band in np.unique(labels))
        return float(sum(((part - part.mean()) ** 2).sum() for part in parts))

    def contender(name: str, run: Callable[[], Any], answer: Callable[[Any], float], note: str = "") -> Contender:
        return Contender(name=name, run=run, size=len(values), expected=loss, answer=answer, note=note)

    return Race(
        title=title,
        unit="values",
        contenders=(
            contender("paretocode", lambda: natural_bands(values, N_BANDS), lambda bands: float(bands.loss)),
            contender(
                "kmeans1d",
                lambda: kmeans1d.cluster(values, N_BANDS),
                lambda found: loss_of(np.asarray(found.clusters)),
                note="C++",
            ),
            contender(
                "ckwrap",
                lambda: ckwrap.ckmeans(values, N_BANDS),
                lambda found: loss_of(np.asarray(found.labels)),
                note="C++, Ckmeans.1d.dp",
            ),
        ),
    )
