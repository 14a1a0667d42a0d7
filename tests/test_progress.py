"""Who hears of long work? A listener in its block and nobody else; bars on a terminal, none without one."""

from __future__ import annotations

import io
import sys

import pytest

from paretocode._bars import Estimates, bars_on
from paretocode.progress import listening, task, tracked
from terminals import shown_on_a_terminal


class Heard:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.lines: list[tuple[object, ...]] = []

    def opened(self, what: str, *, total: int | None, unit: str) -> Heard:
        self.lines.append(("opened", what, total, unit))
        return self

    def at(self, done: int, total: int | None) -> None:
        self.lines.append(("at", done, total))

    def named(self, what: str, note: str) -> None:
        self.lines.append(("named", what, note))

    def close(self) -> None:
        self.lines.append(("close",))


def test_a_listener_hears_what_is_done_and_that_it_ended() -> None:
    heard = Heard()
    with listening(heard), task("replay", total=4, unit="map") as work:
        work.advance(2)
        work.named("replay", "second half")
        work.at(4, 4)
    opened, close = ("opened", "replay", 4, "map"), ("close",)
    assert heard.lines == [opened, ("at", 2, 4), ("named", "replay", "second half"), ("at", 4, 4), close]


def test_a_task_that_fails_is_closed_and_outside_nobody_hears() -> None:
    heard = Heard()
    with pytest.raises(ZeroDivisionError), listening(heard), task("divide", unit="number"):
        _ = 1 / 0
    assert heard.lines[-1] == ("close",)
    list(tracked([1, 2], "count", unit="number"))
    assert len(heard.lines) == 2


def test_items_that_know_their_number_give_the_total() -> None:
    heard = Heard()
    with listening(heard):
        assert list(tracked([7, 8], "count", unit="number")) == [7, 8]
        assert list(tracked(iter([7]), "count", unit="number")) == [7]
    assert [line[2] for line in heard.lines if line[0] == "opened"] == [2, None]
    assert ("at", 2, 2) in heard.lines


def test_no_bars_without_a_terminal_and_none_when_quiet() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert bars_on(io.StringIO()) is None
    assert bars_on(Terminal(), is_quiet=True) is None
    assert bars_on(Terminal()) is not None


_WORK = """
import sys
from paretocode import _bars
from paretocode.progress import listening, task
_bars._MOMENT_S = 0.0
bars = _bars.bars_on(sys.stderr, is_quiet={is_quiet})
with listening(bars), task("replay", total=50_000, unit="request") as work:
    for part in range(5):
        work.advance(10_000)
        work._told.shown.refresh() if work._told else None
"""


def test_a_terminal_shows_share_rate_and_time_left() -> None:
    shown = shown_on_a_terminal([sys.executable, "-c", _WORK.format(is_quiet=False)], has_stdout=False)
    for word in ("replay", "40%", "20.0k/50.0k", "request/s"):
        assert word in shown
    assert "<" in shown  # elapsed<left


def test_a_quiet_terminal_stays_empty() -> None:
    assert shown_on_a_terminal([sys.executable, "-c", _WORK.format(is_quiet=True)]) == ""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_log_is_told_once_how_long_parts_will_take() -> None:
    """Two parts of forty were kept from before; two more take 30 s: a twentieth, so 36 take 540 s."""
    log, clock = io.StringIO(), Clock()
    with listening(Estimates(log, clock=clock)), task("replay", total=40, unit="part") as work:
        work.advance()
        work.advance()
        for seconds in (15.0, 15.0, 15.0):
            clock.now += seconds
            work.advance()
    assert log.getvalue() == "note: replay: 2 of 40 parts took 30 s, about 9 min for the rest\n"


def test_short_work_and_other_units_leave_a_log_alone() -> None:
    log, clock = io.StringIO(), Clock()
    with listening(Estimates(log, clock=clock)):
        with task("count", total=4, unit="part") as work:
            for _ in range(4):
                clock.now += 6.0  # 18 s for the rest after the first
                work.advance()
        with task("draw", total=4, unit="figure") as work:
            clock.now += 1000.0
            work.advance()
    assert log.getvalue() == ""
