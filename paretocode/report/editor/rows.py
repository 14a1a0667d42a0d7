"""Which numbers stand under the edges, and how are they written? A row each: now, the incumbent, the change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from paretocode.report import numbers
from paretocode.report.editor.answers import Figures
from paretocode.stream.stream import PPM
from paretocode.tune.measures import Counts

__all__ = ["PENDING", "Row", "number_rows"]

PENDING = "…"
"""What stands for a number that comes when the edge is let go."""

_Value = Callable[[Figures, Counts], float | None]
_Text = Callable[[float | None], str]
_Change = Callable[[float | None, float | None], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A number of the map on the screen.

    Parameters
    ----------
    key, label, unit
        What it is.
    now, was, change
        As text: of the map, of the incumbent, and the difference.
    verdict
        ``better``, ``worse``, ``same``, or "" where nothing is compared. Less is better throughout.
    """

    key: str
    label: str
    unit: str
    now: str
    was: str
    change: str
    verdict: str

    def to_dict(self) -> dict[str, str]:
        """Return plain text by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    key: str
    label: str
    unit: str
    value: _Value
    text: _Text
    change: _Change


def _per(name: str, per: str, unit: int = 1) -> _Value:
    """Return a total over one of the log's counts; unknown where the log has none of them."""

    def value(figures: Figures, counts: Counts) -> float | None:
        whole: int = getattr(counts, per)
        return figures.totals[name] / unit / whole if whole else None

    return value


def _cost_usd(figures: Figures, _: Counts) -> float:
    return figures.totals["cost_pusd"] / 1e12


def _time_s(figures: Figures, counts: Counts) -> float | None:
    """Return the mean time of the requests whose time is known [s]."""
    n_timed = counts.requests - figures.totals["n_unserved"] - figures.totals["n_untimed"]
    if "latency_us" not in figures.totals or not n_timed:
        return None
    return figures.totals["latency_us"] / 1e6 / n_timed


_KINDS = (
    _Kind(
        key="cost",
        label="cost",
        unit="USD",
        value=_cost_usd,
        text=numbers.usd,
        change=numbers.relative_change,
    ),
    _Kind(
        key="time",
        label="mean time",
        unit="s",
        value=_time_s,
        text=numbers.seconds,
        change=numbers.relative_change,
    ),
    _Kind(
        key="tier_jumps",
        label="tier jumps",
        unit="of pairs",
        value=_per("n_tier_jumps", "pairs"),
        text=numbers.percent,
        change=numbers.points_change,
    ),
    _Kind(
        key="model_jumps",
        label="model jumps",
        unit="of pairs",
        value=_per("n_model_jumps", "pairs"),
        text=numbers.percent,
        change=numbers.points_change,
    ),
    _Kind(
        key="shortfall",
        label="shortfall",
        unit="mean, 0..1",
        value=_per("shortfall_ppm", "stated", PPM),
        text=numbers.axis_score,
        change=numbers.absolute_change,
    ),
    _Kind(
        key="excess",
        label="excess",
        unit="mean, 0..1",
        value=_per("excess_ppm", "stated", PPM),
        text=numbers.axis_score,
        change=numbers.absolute_change,
    ),
    _Kind(
        key="unserved",
        label="unserved",
        unit="of requests",
        value=_per("n_unserved", "requests"),
        text=numbers.percent,
        change=numbers.points_change,
    ),
    _Kind(
        key="near_edge",
        label="near an edge",
        unit="of requests",
        value=_per("n_near_edge", "requests"),
        text=numbers.percent,
        change=numbers.points_change,
    ),
)


def number_rows(now: Figures, was: Figures | None, counts: Counts, *, has_times: bool) -> tuple[Row, ...]:
    """Return the rows of a map.

    Parameters
    ----------
    now, was
        The map on the screen and the incumbent; None where there is nothing to compare with.
    counts
        What the log holds.
    has_times
        Whether times are asked for at all; if so and the map's are not known yet, its cell says `PENDING`.
    """
    return tuple(
        _row(kind, now, was, counts, has_times=has_times) for kind in _KINDS if has_times or kind.key != "time"
    )


def _row(kind: _Kind, now: Figures, was: Figures | None, counts: Counts, *, has_times: bool) -> Row:
    new, old = kind.value(now, counts), None if was is None else kind.value(was, counts)
    waits = kind.key == "time" and has_times and "latency_us" not in now.totals
    return Row(
        key=kind.key,
        label=kind.label,
        unit=kind.unit if kind.key != "time" else _of_known(now, counts),
        now=PENDING if waits else kind.text(new),
        was=kind.text(old),
        change=PENDING if waits else kind.change(new, old),
        verdict="" if new is None or old is None else "same" if new == old else "better" if new < old else "worse",
    )


def _of_known(figures: Figures, counts: Counts) -> str:
    """Return the unit of times with the share of served requests that they speak of, where that is not all."""
    n_served = counts.requests - figures.totals["n_unserved"]
    n_untimed = figures.totals["n_untimed"]
    return "s" if not n_untimed or not n_served else f"s, of {numbers.percent(1 - n_untimed / n_served)}"
