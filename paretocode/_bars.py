"""Is progress shown, and how? Bars on stderr with rate and time left, where a person looks at a terminal.

The one place that decides: no bars where the stream is no terminal, and none where quiet is asked for. A bar shows
after a moment only, so that short work leaves the screen alone, and goes when its task is done.
"""

from __future__ import annotations

import shutil
from typing import Any, TextIO

from paretocode._terminal import shown_width

__all__ = ["Bars", "bars_on"]

_MOMENT_S = 0.4
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
