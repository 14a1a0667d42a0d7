"""Is progress shown, and how? Bars on stderr with rate and time left, where a person looks at a terminal.

The one place that decides: no bars where the stream is no terminal, and none where quiet is asked for. A bar shows
after a moment only, so that short work leaves the screen alone, and goes when its task is done.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any, TextIO

from paretocode._terminal import shown_width

__all__ = ["Bars", "Estimates", "bars_on"]

_MOMENT_S = 0.4
_KEPT_S = 0.5
_FIRST_SHARE = 20
_LONG_S = 20.0
"""The first twentieth of the parts tells the time of the rest, where that is at least so long [s]."""
_FEW = 10_000
"""Up to so many units are shown in full, more of them as 1.20M."""


def bars_on(stream: TextIO, *, is_quiet: bool = False) -> Bars | None:
    """Return bars on a stream; None where it is no terminal or quiet is asked for.

    Examples
    --------
    >>> import io
    >>> bars_on(io.StringIO()) is None
    True
    """
    return None if is_quiet or not stream.isatty() else Bars(stream)


class Bars:
    """Shows every task as a bar of tqdm; see `paretocode.progress.Listener`."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.n_open = 0

    def opened(self, what: str, *, total: int | None, unit: str) -> Bar:
        """Begin to show a task."""
        return Bar(self, what, total, unit)

    def say(self, text: str) -> None:
        """Write a line above the bars."""
        if not self.n_open:
            print(text, file=self.stream)
            return
        from tqdm import tqdm

        tqdm.write(text, file=self.stream)


class Bar:
    """One bar."""

    def __init__(self, bars: Bars, what: str, total: int | None, unit: str) -> None:
        from tqdm import tqdm

        is_many = unit == "B" or total is None or total > _FEW
        self.bars = bars
        bars.n_open += 1
        self.shown: Any = tqdm(
            desc=what,
            total=total,
            unit=unit if unit == "B" else f" {unit}",
            unit_scale=is_many,
            file=bars.stream,
            leave=False,
            delay=_MOMENT_S,
            ncols=(shown_width(bars.stream) or 80) - 1,
            nrows=shutil.get_terminal_size().lines,  # a terminal that does not tell its size gets bars all the same
        )

    def at(self, done: int, total: int | None) -> None:
        """Move the bar; a count that falls begins anew."""
        if done < self.shown.n:
            self.shown.reset(total=total)
        self.shown.total = total
        if total is not None:
            self.shown.unit_scale = self.shown.unit == "B" or total > _FEW
        self.shown.update(done - self.shown.n)

    def named(self, what: str, note: str) -> None:
        """Show another name, and a few words behind."""
        self.shown.set_description_str(f"{what}: " if what else "", refresh=False)
        self.shown.set_postfix_str(note, refresh=False)

    def close(self) -> None:
        """Take the bar away."""
        self.bars.n_open -= 1
        self.shown.close()


class Estimates:
    """Tells a log, which shows no bars, once for each task on parts how long it will take: after its first parts."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.clock = stream, clock

    def opened(self, what: str, *, total: int | None, unit: str) -> Estimate:
        """Begin to watch a task."""
        return Estimate(self, what, total if unit == "part" else None)


class Estimate:
    """One task of which the time is told; of one whose end nobody knows nothing is."""

    def __init__(self, estimates: Estimates, what: str, total: int | None) -> None:
        self.of, self.what, self.total = estimates, what, total
        self.began = estimates.clock()
        self.at_first = 0
        self.is_told = False

    def at(self, done: int, total: int | None) -> None:
        """Hear how much is done; parts that were kept from an earlier run come at once and tell nothing."""
        now = self.of.clock()
        if self.total is None or self.is_told:
            return
        if now - self.began < _KEPT_S and done < self.total:
            self.began, self.at_first = now, done
            return
        n = done - self.at_first
        if n < 1 or n * _FIRST_SHARE < self.total - self.at_first:
            return
        self.is_told = True
        left_s = (now - self.began) / n * (self.total - done)
        if left_s >= _LONG_S:
            took = f"{n} of {self.total} parts took {_told(now - self.began)}"
            print(f"note: {self.what}: {took}, about {_told(left_s)} for the rest", file=self.of.stream, flush=True)

    def named(self, what: str, note: str) -> None:
        """Take another name."""
        self.what = what or self.what

    def close(self) -> None:
        """Nothing is left behind."""


def _told(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
