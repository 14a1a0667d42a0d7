"""What does a person read of the gates? One line each with its number and its limit, then what failed or was waived."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from paretocode._terminal import page_width
from paretocode.report import numbers
from paretocode.report.evidence_values import signed_text
from paretocode.report.text_fitted import fitted_table

__all__ = ["gates_text"]

_WORDS = {"passed": "pass", "failed": "FAIL", "waived": "waived"}
_LEAST_WIDTH = 60


def gates_text(report: Mapping[str, Any], *, width: int | None = None) -> str:
    """Return a report of `paretocode.release.gates.GateReport.to_dict` as text.

    Examples
    --------
    >>> gate = {"name": "cost.most_change", "unit": "relative", "limit": 0.0, "value": -0.02, "interval": [-0.05, 0.01],
    ...         "judged": 0.01, "state": "failed", "sentence": "The upper end is +1 %.", "waivers": []}
    >>> print(gates_text({"map": "new", "tier_map_sha256": "ab" * 32, "gates": [gate], "n_failed": 1, "notes": []}))
    gates of new, sha256 abababababab
    <BLANKLINE>
          gate              judged  limit          interval
    ----  ----------------  ------  -----  ----------------
    FAIL  cost.most_change  +1.0 %    0 %  -5.0 % to +1.0 %
    <BLANKLINE>
    FAIL cost.most_change: The upper end is +1 %.
    Gates: 0 passed, 0 waived, 1 failed.
    """
    asked, width = width, max(page_width(width), _LEAST_WIDTH)
    rows = [
        [
            _WORDS[gate["state"]],
            gate["name"],
            _amount(gate["judged"], gate["unit"]),
            _amount(gate["limit"], gate["unit"]),
            _interval(gate["interval"], gate["unit"]),
        ]
        for gate in report["gates"]
    ]
    parts = [
        f"gates of {report['map']}, sha256 {report['tier_map_sha256'][:12]}",
        fitted_table(["", "gate", "judged", "limit", "interval"], rows, "llrrr", width=asked, n_keys=2),
        "\n".join(_filled(line, width) for line in [*_told(report), *report["notes"], _summary(report)]),
    ]
    return "\n\n".join(parts)


def _told(report: Mapping[str, Any]) -> list[str]:
    """Return the sentences of gates that did not simply pass."""
    return [
        f"{_WORDS[gate['state']]} {gate['name']}: {gate['sentence']}"
        for gate in report["gates"]
        if gate["state"] != "passed"
    ]


def _summary(report: Mapping[str, Any]) -> str:
    states = [gate["state"] for gate in report["gates"]]
    told = ", ".join(f"{states.count(state)} {state}" for state in ("passed", "waived", "failed"))
    return f"Gates: {told}."


def _interval(interval: list[float | None] | None, unit: str) -> str:
    if interval is None:
        return ""
    return " to ".join("not bounded" if end is None else _amount(end, unit) for end in interval)


def _amount(value: float | str | None, unit: str) -> str:
    """Return a number as the report writes it; a change keeps its sign."""
    if value is None or isinstance(value, str):
        return value or "not known"
    return _WRITTEN[unit](value)


_WRITTEN: Mapping[str, Callable[[float], str]] = {
    "relative": lambda value: numbers.relative_change(1 + value, 1),
    "share": numbers.percent,
    "share change": lambda value: numbers.points_change(value, 0.0),
    "axis": numbers.axis_score,
    "axis change": lambda value: signed_text(value, "0..1 axis"),
    "s": numbers.seconds,
    "USD": numbers.usd,
    "USD change": lambda value: numbers.usd_change(value, 0.0),
    "count": numbers.count,
}
"""Unit of a gate -> how its numbers are written."""


def _filled(text: str, width: int) -> str:
    return textwrap.fill(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
