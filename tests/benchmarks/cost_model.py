"""What would ten thousand million requests cost to count and search? A line through what was measured, with intervals.

    python tests/benchmarks/parts.py 1e5 1e6 1e7 1e8 --workers 1 2 --repeat 3 --out runs.ndjson
    python tests/benchmarks/cost_model.py runs.ndjson

Seconds are a + b n, where a is what starting, merging and searching take whatever the size, and b n is what reading
and counting take. Errors are relative (a run twice as long varies twice as much), so runs are weighted by the square of
one over their fitted seconds, by iteration; the interval at 95 % is that of a new run, by Student's t. Beyond the
largest measured stream nothing was run: those rows are on paper. A cluster's row takes b of one worker, divided by the
workers and by the efficiency of two workers here; what a network costs is not in it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

Rows = Sequence[dict[str, Any]]
_PAPER = (10**9, 10**10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Seconds = a + b n, fitted to m runs; `spread` is the relative standard error of a run, `cov` that of (a, b)."""

    a: float
    b: float
    spread: float
    cov: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    m: int

    def at(self, n: float) -> tuple[float, float, float]:
        """Return the fitted seconds of n requests and the ends of a new run's interval at 95 %."""
        fitted = self.a + self.b * n
        own = np.array([1.0, n])
        error = float(np.sqrt(own @ self.cov @ own + (self.spread * fitted) ** 2))
        half = float(stats.t.ppf(0.975, self.m - 2)) * error
        return fitted, max(0.0, fitted - half), fitted + half


def fitted(requests: Sequence[float], seconds: Sequence[float]) -> Line:
    """Fit a line with relative errors; three runs or more, of two sizes or more.

    Examples
    --------
    >>> line = fitted([1e5, 1e5, 1e6, 1e7], [2.1, 2.1, 3.0, 12.0])
    >>> round(line.a, 6), round(line.b * 1e6, 6), line.spread < 1e-6
    (2.0, 1.0, True)
    """
    n, y = np.asarray(requests, dtype=np.float64), np.asarray(seconds, dtype=np.float64)
    design = np.column_stack((np.ones(len(n)), n))
    scale = y.copy()
    for _ in range(50):
        coefficients = np.linalg.lstsq(design / scale[:, None], y / scale, rcond=None)[0]
        scale = np.maximum(design @ coefficients, 1e-9)
    residual = y / scale - 1
    spread = float(np.sqrt(residual @ residual / (len(y) - 2)))
    weighted = design / scale[:, None]
    cov = spread**2 * np.linalg.inv(weighted.T @ weighted)
    return Line(a=float(coefficients[0]), b=float(coefficients[1]), spread=spread, cov=cov, m=len(y))


def main() -> None:
    """Print the fits and what follows from them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--cluster", type=int, nargs="+", default=[16, 64], help="workers of a cluster, on paper")
    args = parser.parse_args()
    runs = [json.loads(line) for line in args.runs.read_text(encoding="utf-8").splitlines()]
    lines = {}
    print("| who | runs | fixed [s] | per million requests [s] | spread of a run |\n|---|--:|--:|--:|--:|")
    for key in dict.fromkeys((run["what"], run["workers"]) for run in runs):
        mine = [run for run in runs if (run["what"], run["workers"]) == key]
        line = lines[key] = fitted([run["requests"] for run in mine], [run["s"] for run in mine])
        name = "polars, one map" if key[0] == "polars" else f"ours, {key[1]} worker{'s' if key[1] > 1 else ''}"
        print(f"| {name} | {line.m} | {line.a:.2f} | {line.b * 1e6:.3f} | {100 * line.spread:.0f} % |")
    _tell_paper(runs, lines, args.cluster)


def _tell_paper(runs: Rows, lines: dict[tuple[str, int], Line], cluster: Sequence[int]) -> None:
    one, two = lines.get(("ours", 1)), lines.get(("ours", 2))
    if one is None or two is None:
        return
    efficiency = one.b / (2 * two.b)
    print(f"\nTwo workers do {one.b / two.b:.2f} times the work of one: an efficiency of {100 * efficiency:.0f} %.")
    print("\n| requests | who | seconds | 95 % of runs | |\n|--:|---|--:|--:|---|")
    largest = max(run["requests"] for run in runs)
    for n in (*sorted({run["requests"] for run in runs}), *_PAPER):
        seconds, low, high = two.at(n)
        seen = "measured" if n <= largest else "on paper"
        print(f"| {n:,} | 2 workers here | {seconds:,.0f} | {low:,.0f} to {high:,.0f} | {seen} |")
    for n in _PAPER:
        for workers in cluster:
            ends = [one.a + (value - one.a) / workers / efficiency for value in one.at(n)]
            who = f"{workers} workers like these"
            print(f"| {n:,} | {who} | {ends[0]:,.0f} | {ends[1]:,.0f} to {ends[2]:,.0f} | on paper |")


if __name__ == "__main__":
    main()
