"""How fast are five natural bands of a million scores found, rounded as scores are published and unrounded?"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.frontier_uncertainty import in_mode
from benchmarks.harness import Contender, Race
from paretocode.bands import natural_bands

N_BANDS = 5


def band_races(n: int) -> Iterator[Race]:
    """Yield a race for scores of 3 decimals and one for unrounded ones; uniform on 0..1, so that they hardly band."""
    scores = np.random.default_rng(7).random(n)
    for values, how in ((np.round(scores, 3), "of 3 decimals"), (scores, "unrounded")):
        yield five_bands_race(values, title=f"Natural bands: {n:,} scores {how}, {N_BANDS} bands")


def five_bands_race(values: NDArray[np.float64], *, title: str) -> Race:
    """Return the race; all must reach the same least loss."""
    import ckwrap
    import kmeans1d

    loss = natural_bands(values, N_BANDS).loss

    def loss_of(labels: NDArray[np.int64]) -> float:
        parts = (values[labels == band] for band in np.unique(labels))
        return float(sum(((part - part.mean()) ** 2).sum() for part in parts))

    def contender(name: str, run: Callable[[], Any], answer: Callable[[Any], float], note: str = "") -> Contender:
        return Contender(name=name, run=run, size=len(values), expected=loss, answer=answer, note=note)

    def ours(mode: str) -> Callable[[], Any]:
        return in_mode(mode, lambda: natural_bands(values, N_BANDS))  # type: ignore[arg-type,return-value]

    contenders = [contender("paretocode, numpy", ours("never"), lambda bands: float(bands.loss))]
    if importlib.util.find_spec("numba"):
        contenders.append(
            contender("paretocode, compiled", ours("always"), lambda bands: float(bands.loss), "extra fast")
        )
    contenders += [
        contender(
            "ckwrap",
            lambda: ckwrap.ckmeans(values, N_BANDS),
            lambda found: loss_of(np.asarray(found.labels)),
            "C++, Ckmeans.1d.dp",
        ),
        contender(
            "kmeans1d",
            lambda: kmeans1d.cluster(values, N_BANDS),
            lambda found: loss_of(np.asarray(found.clusters)),
            "C++",
        ),
    ]
    return Race(title=title, unit="values", contenders=tuple(contenders))
