"""Do 95 % intervals hold the truth in 95 of 100 worlds? ``python tests/benchmarks/coverage.py`` prints the table.

The studies are those of `tests/evidence/coverage`, which the tests run at fewer worlds. Same seed, same table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence.coverage.counting import Row

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("replays", "groups", "best", "nested", "plateau")
N_REPLICATES = 1000
N_OUTER, N_INNER = 200, 40
SEED = 7


def replays(n_worlds: int, n_requests: int) -> list[Row]:
    """Differences of the documented map and quantile bands."""
    from evidence.coverage.replayed import population, replayed_rows

    people = population(n_requests, seed=1)
    found: list[Row] = []
    for n in (100, 200, 700):
        found += replayed_rows(people, n_sessions=n, n_worlds=n_worlds, n_replicates=N_REPLICATES, seed=SEED)
    return found


def groups(n_worlds: int, n_requests: int) -> list[Row]:
    """Sessions of users and of days."""
    from evidence.coverage.grouped import DAYS, USERS, grouped_rows

    return [
        row
        for each in (USERS, DAYS)
        for row in grouped_rows(each, n_worlds=n_worlds, n_replicates=N_REPLICATES, seed=SEED)
    ]


def best(n_worlds: int, n_requests: int) -> list[Row]:
    """The best of 5, 20 and 100 maps."""
    from evidence.coverage.many import Field, best_rows

    fields = [
        Field(n_maps=n_maps, n_sessions=300, gap=gap, correlation=correlation, has_winner=gap > 0)
        for n_maps in (5, 20, 100)
        for gap in (0.0, 2.0)
        for correlation in (0.0, 0.9)
    ]
    fields += [Field(n_maps=20, n_sessions=n, gap=0.0, correlation=0.9, is_skewed=True) for n in (300, 3000)]
    return [
        row for field in fields for row in best_rows(field, n_worlds=n_worlds, n_replicates=N_REPLICATES, seed=SEED)
    ]


def nested(n_worlds: int, n_requests: int) -> list[Row]:
    """The map that the data chose, with the choice repeated."""
    from evidence.coverage.many import Field, nested_rows

    cases = [(0.0, 0.0), (0.0, 0.9), (0.5, 0.9)]
    return [
        row
        for gap, correlation in cases
        for row in nested_rows(
            Field(n_maps=30, n_sessions=200, gap=gap, correlation=correlation),
            n_worlds=n_worlds,
            n_outer=N_OUTER,
            n_inner=N_INNER,
            seed=SEED,
        )
    ]


def plateau(n_worlds: int, n_requests: int) -> list[Row]:
    """The truly best map among maps that differ a little."""
    from evidence.coverage.many import Field, plateau_rows

    return [
        row
        for n_maps in (5, 20, 100)
        for gap, correlation in ((0.0, 0.0), (0.2, 0.0), (0.2, 0.9))
        for row in plateau_rows(
            Field(n_maps=n_maps, n_sessions=300, gap=gap, correlation=correlation),
            n_worlds=n_worlds,
            n_replicates=N_REPLICATES,
            seed=SEED,
        )
    ]


def main() -> int:
    """Print sizes and seeds, then a table a study."""
    parser = argparse.ArgumentParser(description="Count how often 95 %% intervals hold the truth, in synthetic worlds.")
    parser.add_argument("--worlds", type=int, default=1000, help="worlds of each case (default: 1000)")
    parser.add_argument("--requests", type=int, default=600_000, help="of the replayed population (default: 600,000)")
    parser.add_argument("--only", choices=STUDIES, action="append", help="one study; repeat for more (default: all)")
    args = parser.parse_args()
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    from evidence.coverage.counting import Row, markdown

    low, high = Row(study="", case="", method="", n_worlds=args.worlds, n_held=0).band(sure=0.95)
    print(
        f"{args.worlds:,} worlds a case; {N_REPLICATES:,} resamples, nested {N_OUTER} x {N_INNER}; population of "
        f"{args.requests:,} requests, seed 1; worlds by seed {SEED}. A true coverage of 0.95 shows as {low:.3f} to "
        f"{high:.3f} in 95 of 100 runs. A measure counts in worlds where at least one session tells the maps apart.\n"
    )
    studies: dict[str, Callable[[int, int], list[Row]]] = {
        "replays": replays,
        "groups": groups,
        "best": best,
        "nested": nested,
        "plateau": plateau,
    }
    for name in args.only or STUDIES:
        print(f"{markdown(studies[name](args.worlds, args.requests))}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
