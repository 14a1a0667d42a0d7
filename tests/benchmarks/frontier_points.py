"""How fast is the frontier of price and score found? Random clouds, and the worst case where every point stays."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Contender, Race
from paretocode.frontier import frontier_mask

Points = NDArray[np.float64]


def random_points(n: int) -> Points:
    """Return n points of independent uniform price and score, shape (n, 2)."""
    return np.random.default_rng(7).random((n, 2))


def efficient_points(n: int) -> Points:
    """Return n points none of which dominates another, in random order, shape (n, 2)."""
    step = np.random.default_rng(7).permutation(n).astype(np.float64)
    return np.column_stack((step, step))


def frontier_race(points: Points, *, title: str, quadratic: bool = True) -> Race:
    """Return the race over the points; `quadratic` False leaves out who would take minutes."""
    price, score = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    expected = np.flatnonzero(frontier_mask(price, score)).tolist()

    def positions(mask: NDArray[np.bool_]) -> list[int]:
        found: list[int] = np.flatnonzero(mask).tolist()
        return found

    def contender(name: str, run: Callable[[], NDArray[np.bool_]], note: str = "") -> Contender:
        return Contender(name=name, run=run, size=len(points), expected=expected, answer=positions, note=note)

    contenders = [contender("paretocode", lambda: frontier_mask(price, score))]
    if quadratic:
        from paretoset import paretoset

        def run() -> NDArray[np.bool_]:
            return np.asarray(paretoset(points, sense=["min", "max"], distinct=False), dtype=np.bool_)

        engine = "with numba" if importlib.util.find_spec("numba") else "without numba"
        contenders.append(contender("paretoset", run, note=f"any number of dimensions; {engine}"))
    if importlib.util.find_spec("moocore"):
        from moocore import is_nondominated

        def compiled() -> NDArray[np.bool_]:
            return np.asarray(is_nondominated(points, maximise=[False, True], keep_weakly=True), dtype=np.bool_)

        contenders.append(contender("moocore", compiled, note="any number of dimensions; compiled C"))
    return Race(title=title, unit="points", contenders=tuple(contenders))
