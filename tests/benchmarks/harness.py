"""How is a race held? Contenders in turns, on one core, each answer compared before a number is shown."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to do the work.

    Parameters
    ----------
    name
        Who.
    run
        The timed call; it does the whole work and returns what it found.
    size
        How many requests, points or values one call treats.
    expected
        The right answer for that size.
    answer
        From what `run` returns to what is compared with `expected`; not timed.
    note
        What a reader must know to compare fairly.
    """

    name: str
    run: Callable[[], Any]
    size: int
    expected: object
    answer: Callable[[Any], object] = lambda found: found
    note: str = ""

    def is_right(self) -> bool:
        """Run once and compare: whole numbers and lists exactly, floats to 1 part in 10^9."""
        found = self.answer(self.run())
        if isinstance(self.expected, float):
            return isinstance(found, float) and math.isclose(found, self.expected, rel_tol=1e-9)
        return found == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Contenders for one piece of work; the first is ours, and ratios are against it. `unit` names what is counted."""

    title: str
    unit: str
    contenders: tuple[Contender, ...]


def hold(race: Race, *, repeats: int) -> list[list[float]]:
    """Return the seconds of every call by contender, after one untimed call each; the contenders take turns.

    Raises
    ------
    ValueError
        A contender whose answer is wrong: its speed would mean nothing.
    """
    for contender in race.contenders:
        if not contender.is_right():
            raise ValueError(f"{race.title}: {contender.name} gives another answer")
    seconds: list[list[float]] = [[] for _ in race.contenders]
    for _ in range(repeats):
        for mine, contender in zip(seconds, race.contenders, strict=True):
            gc.collect()
            start = time.perf_counter()
            contender.run()
            mine.append(time.perf_counter() - start)
    return seconds


def markdown(race: Race, seconds: Sequence[Sequence[float]]) -> str:
    """Return a table: size, median and least seconds, millions a second at the median, and times slower than ours."""
    ours = statistics.median(seconds[0]) / race.contenders[0].size
    lines = [
        f"### {race.title}",
        "",
        f"| contender | {race.unit} | median [ms] | least [ms] | M {race.unit}/s | time per item, ours = 1 | note |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for contender, mine in zip(race.contenders, seconds, strict=True):
        median = statistics.median(mine)
        numbers = (median * 1e3, min(mine) * 1e3, contender.size / median / 1e6, median / contender.size / ours)
        cells = [f"{contender.size:,}", *(_shown(number) for number in numbers)]
        lines.append(f"| {contender.name} | {' | '.join(cells)} | {contender.note} |")
    return "\n".join(lines)


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
