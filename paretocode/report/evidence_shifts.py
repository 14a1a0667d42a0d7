"""What turns the comparison? The shifts that move it most, and where the candidate stops being better."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from paretocode.report import numbers
from paretocode.report.evidence_values import point_text, signed_text, split_text

__all__ = [
    "break_even_clauses",
    "moving_rows",
    "never_sentence",
    "shift_label",
    "shift_lines",
    "still_sentence",
    "today_sentences",
]

_MOST_NAMED = 5
_WHEN = " the candidate stops being better when "


def shift_label(shift: str) -> str:
    """Return a shift without the vendors of single models; a pattern of models keeps its own.

    Examples
    --------
    >>> shift_label("score of openai/gpt-5.4-mini@xhigh (tiers cut anew)"), shift_label("prices of openai/*")
    ('score of gpt-5.4-mini@xhigh (tiers cut anew)', 'prices of openai/*')
    """
    return re.sub(r"(?<!\S)(?!new/)[\w.-]+/(?=[^*\s])", "", shift)


def moving_rows(tornado: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows whose bar has a length, the longest first."""
    measure = tornado["sorted_by"]
    return [row for row in tornado["rows"] if row["measures"][measure]["swing"]]


def today_sentences(tornado: Mapping[str, Any]) -> list[str]:
    """Return the difference today, and how many shifts end the candidate's being better."""
    measure = tornado["sorted_by"]
    what, unit = split_text(tornado["measures"][measure])
    today = tornado["base"]["difference"][measure]
    head = (
        f"Today {what} of {tornado['candidate']} against {tornado['incumbent']} is "
        f"{'not known' if today is None else point_text(today, unit)}."
    )
    if today is None or today >= 0:
        return [head, "The candidate is not better today, so nothing makes it stop being better."]
    turning = [shift_label(row["shift"]) for row in tornado["rows"] if row["measures"][measure]["stops_being_better"]]
    n_rows = numbers.count(len(tornado["rows"]))
    if not turning:
        return [head, f"It stays better under each of {n_rows} shifts, one at a time."]
    more = f" and {numbers.count(len(turning) - _MOST_NAMED)} more" if len(turning) > _MOST_NAMED else ""
    return [
        head,
        f"It stops being better under {numbers.count(len(turning))} of {n_rows} shifts, one at a time: "
        f"{', '.join(turning[:_MOST_NAMED])}{more}.",
    ]


def shift_lines(tornado: Mapping[str, Any], *, most: int = 3) -> list[str]:
    """Return the longest bars as text: the shift, and between which differences it moves the comparison."""
    measure = tornado["sorted_by"]
    unit = split_text(tornado["measures"][measure])[1]
    lines = []
    for row in moving_rows(tornado)[:most]:
        ends = row["measures"][measure]
        span = f"{signed_text(ends['least'], unit)} to {point_text(ends['greatest'], unit)}"
        lines.append(f"{shift_label(row['shift'])}: {span}")
    return lines


def still_sentence(tornado: Mapping[str, Any], *, n_shown: int) -> str:
    """Return what a picture of the longest bars leaves out; "" where it leaves out nothing."""
    n_moving, rows = len(moving_rows(tornado)), tornado["rows"]
    n_refused = sum(row["effect"] == "refused" for row in rows)
    n_still = len(rows) - n_moving - n_refused
    parts = []
    if n_moving > n_shown:
        parts.append(f"{_shifts(n_moving - n_shown)} with shorter bars")
    if n_still:
        parts.append(f"{_shifts(n_still)} that {'does' if n_still == 1 else 'do'} not move the difference")
    if n_refused:
        names = ", ".join(shift_label(row["shift"]) for row in rows if row["effect"] == "refused")
        parts.append(f"{_shifts(n_refused)} that cannot be applied ({names})")
    return f"Not drawn: {'; '.join(parts)}." if parts else ""


def break_even_clauses(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return when the candidate stops being better, a clause for each place inside a parameter's range.

    Parameters that need to move least of their value of today come first; without a value of today, last.
    """
    near = sorted(entries, key=_distance)
    sentences = [sentence for entry in near for sentence in entry.get("sentences") or []]
    clauses = [sentence.partition(_WHEN)[2].rstrip(".") for sentence in sentences if _WHEN in sentence]
    return [shift_label(clause) for clause in clauses]


def _distance(entry: Mapping[str, Any]) -> float:
    """Return how far from today's value the nearest place is, as a share of it."""
    now, ends = entry.get("now"), entry.get("ends") or []
    return min((abs(end / now - 1) for end in ends), default=inf) if now else inf


def never_sentence(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return how many parameters leave the candidate better throughout; "" where none does."""
    safe = [e for e in entries if e.get("today") == "better" and {s["standing"] for s in e["stretches"]} == {"better"}]
    if not safe:
        return ""
    return (
        f"Turned through the whole of their ranges, {numbers.count(len(safe))} of {numbers.count(len(entries))} "
        "parameters leave it better."
    )


def _shifts(n: int) -> str:
    return f"{numbers.count(n)} shift{'' if n == 1 else 's'}"
