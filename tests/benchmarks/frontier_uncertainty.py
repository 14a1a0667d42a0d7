"""How fast is the frontier of many replicates found? Ours beside loops over the named peers.

``python tests/benchmarks/frontier_uncertainty.py`` prints Markdown for these races and for those of
`band_uncertainty`, plain numpy first, then with the compiled loops.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from benchmarks.harness import Contender, Race
from paretocode._compiled import MODE_VARIABLE
from paretocode.frontier import frontier_mask, frontier_masks

Masks = NDArray[np.bool_]


def in_mode(mode: str, run: Callable[[], Masks]) -> Callable[[], Masks]:
    """Return the call with the compiled loops switched ``never`` or ``always`` on."""

    def call() -> Masks:
        before = os.environ.get(MODE_VARIABLE)
        os.environ[MODE_VARIABLE] = mode
        try:
            return run()
        finally:
            if before is None:
                del os.environ[MODE_VARIABLE]
            else:
                os.environ[MODE_VARIABLE] = before

    return call


def replicate_scores(n_replicates: int, n_models: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return prices, shape (n,), and scores that rise with them, shape (n_replicates, n)."""
    rng = np.random.default_rng(7)
    price = np.round(rng.lognormal(0, 1.5, n_models), 2)  # rounded, so that prices tie
    score = 30 + 8 * np.log(1 + price) + rng.normal(0, 6, n_models)
    return price, score + rng.normal(0, 5, (n_replicates, n_models))


def replicates_race(n_replicates: int, n_models: int) -> Race:
    """Return the race over all replicates; peers take them one by one."""
    price, scores = replicate_scores(n_replicates, n_models)
    expected = in_mode("never", lambda: frontier_masks(price, scores))().tolist()

    def contender(name: str, run: Callable[[], Masks], note: str = "") -> Contender:
        return Contender(
            name=name, run=run, size=n_replicates, expected=expected, answer=lambda m: np.asarray(m).tolist(), note=note
        )

    contenders = [contender("paretocode, numpy", in_mode("never", lambda: frontier_masks(price, scores)))]
    if importlib.util.find_spec("numba"):
        contenders.append(
            contender("paretocode, compiled", in_mode("always", lambda: frontier_masks(price, scores)), "extra fast")
        )

    def our_loop() -> Masks:
        return np.array([frontier_mask(price, row) for row in scores])

    from moocore import is_nondominated
    from paretoset import paretoset

    table = np.column_stack((price, -scores[0]))

    def moocore_loop() -> Masks:
        masks = np.empty(scores.shape, dtype=np.bool_)
        for r, row in enumerate(scores):
            np.negative(row, out=table[:, 1])
            masks[r] = is_nondominated(table, keep_weakly=True)
        return masks

    def paretoset_loop() -> Masks:
        masks = np.empty(scores.shape, dtype=np.bool_)
        for r, row in enumerate(scores):
            np.negative(row, out=table[:, 1])
            masks[r] = paretoset(table, distinct=False)
        return masks

    contenders += [
        contender("moocore in a loop", moocore_loop, "compiled C"),
        contender("paretoset in a loop", paretoset_loop, "with numba where it is installed"),
        contender("paretocode in a loop", in_mode("never", our_loop), "frontier_mask, a replicate at a time"),
    ]
    title = f"Frontier of {n_replicates:,} replicates of {n_models} models"
    return Race(title=title, unit="replicates", contenders=tuple(contenders))


def scan_race(points: NDArray[np.float64], *, title: str) -> Race:
    """Return the race over one cloud of price and score, numpy and compiled beside moocore."""
    from moocore import is_nondominated

    price, score = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    expected = np.flatnonzero(in_mode("never", lambda: frontier_mask(price, score))()).tolist()

    def contender(name: str, run: Callable[[], Masks], note: str = "") -> Contender:
        return Contender(
            name=name,
            run=run,
            size=len(points),
            expected=expected,
            answer=lambda mask: np.flatnonzero(mask).tolist(),
            note=note,
        )

    contenders = [contender("paretocode, numpy", in_mode("never", lambda: frontier_mask(price, score)))]
    if importlib.util.find_spec("numba"):
        contenders.append(
            contender("paretocode, compiled", in_mode("always", lambda: frontier_mask(price, score)), "extra fast")
        )
    contenders.append(
        contender(
            "moocore",
            lambda: np.asarray(is_nondominated(points, maximise=[False, True], keep_weakly=True), dtype=np.bool_),
            "compiled C, any number of axes",
        )
    )
    return Race(title=title, unit="points", contenders=tuple(contenders))


def main() -> int:
    """Print a table for each race."""
    import argparse

    from benchmarks.run import machine, use_one_core

    parser = argparse.ArgumentParser(description="Race frontiers under uncertainty and natural bands on one core.")
    parser.add_argument("--repeats", type=int, default=9, help="timed calls of each contender (default: 9)")
    parser.add_argument("--scale", type=float, default=1.0, help="of all sizes (default: 1)")
    args = parser.parse_args()
    how = use_one_core()
    from benchmarks.band_uncertainty import band_races
    from benchmarks.frontier_points import efficient_points, random_points
    from benchmarks.harness import hold, markdown

    million, few = int(1e6 * args.scale), int(1e4 * args.scale)
    races = [
        scan_race(efficient_points(few), title=f"Frontier: {few:,} points, all efficient"),
        scan_race(random_points(million), title=f"Frontier: {million:,} random points, few efficient"),
        scan_race(efficient_points(million), title=f"Frontier: {million:,} points, all efficient"),
        replicates_race(few, 100),
        *band_races(million),
    ]
    print(f"Machine: {machine()}.\n\n{how[:1].upper()}{how[1:]}; {args.repeats} timed calls each, in turns.\n")
    for race in races:
        print(f"{markdown(race, hold(race, repeats=args.repeats))}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
