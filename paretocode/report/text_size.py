"""What does a person read of a plan? Sessions to tell two maps apart, what this stream sees, and other goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode._terminal import filled
from paretocode.report import numbers
from paretocode.report.evidence_sizes import size_rows
from paretocode.report.evidence_values import in_order
from paretocode.report.text_fitted import fitted_table

__all__ = ["size_text"]

_DESIGNS = ("paired", "rollout")
_GOALS = {"see": "see a change of", "keep": "keep a margin of"}


def size_text(size: Mapping[str, Any], *, proposed: str | None = None) -> str:
    """Return the plan of every candidate, or of the proposed one.

    Parameters
    ----------
    size
        ``evidence.size`` of a result's ``metrics.json``; rows under ``asked`` are other goals than the observed
        difference.
    proposed
        The candidate that is told alone, where it is planned for; the others are counted.
    """
    is_there = proposed is not None and proposed in size["maps"]
    shown = [str(proposed)] if is_there else sorted(size["maps"])
    n_others = len(size["maps"]) - len(shown)
    others = (
        [f"{n_others:,} other candidate{'s' if n_others > 1 else ''}: name one with --candidate, or see --json"]
        if n_others
        else []
    )
    canary = f"{100 * size['canary_share']:g} %"
    note = (
        f"Sessions that show the observed difference with {100 * size['power']:g} % power, were it the true one; span: "
        f"at the ends of its interval. Paired: both maps replayed on one log; rollout: live, {canary} of sessions on "
        "the candidate."
    )
    blocks = [_of_map(size, name) for name in shown]
    return "\n\n".join([*blocks, filled(note), *others])


def _of_map(size: Mapping[str, Any], name: str) -> str:
    rows, refused = [], []
    for row in size_rows(size, name):
        if row.why_not and not row.seen:
            refused.append(filled(f"{row.label}: {row.why_not}"))
            continue
        needed = row.needed or numbers.UNKNOWN
        rows.append([row.label, row.observed, row.seen, needed, row.span, row.rollout or numbers.UNKNOWN])
    header = ["measure", "observed", "this stream sees", "paired", "span", "rollout"]
    parts = [f"{name}: sessions to tell it from the incumbent ({_now(size['maps'][name])})"]
    if rows:
        parts.append(fitted_table(header, rows, "lrrrrr"))
    return "\n".join([*parts, *refused, *_asked(size["maps"][name])])


def _now(entries: Mapping[str, Any]) -> str:
    known = (entry["paired"].get("detectable") for entry in entries.values() if "paired" in entry)
    n_now = next((found["n_sessions"] for found in known if found), None)
    return "no session differs" if n_now is None else f"this stream has {n_now:,}"


def _asked(entries: Mapping[str, Any]) -> list[str]:
    """Return the table of other goals; empty where there is none."""
    rows, refused, doubts = [], [], []
    for measure in in_order(entries):
        goals = entries[measure].get("asked", ())
        if goals and all("why_not" in goal[design] for goal in goals for design in _DESIGNS):
            refused.append(filled(f"{goals[0]['paired']['why_not']}", first="- "))
            continue
        for goal in goals:
            plans = [goal[design] for design in _DESIGNS]
            cells = [numbers.count(plan.get("n_sessions")) for plan in plans]
            have = plans[0].get("is_enough")
            rows.append([measure, _goal(goal), *cells, {None: numbers.UNKNOWN, True: "enough"}.get(have, "too few")])
        doubts += _doubts(measure, goals)
    if not rows and not refused:
        return []
    table = [fitted_table(["measure", "to", "paired", "rollout", "this log"], rows, "llrrl")] if rows else []
    return ["", *table, *doubts, *refused]


def _goal(goal: Mapping[str, Any]) -> str:
    return f"{_GOALS[goal['goal']]} {100 * goal['share']:g} %"


def _doubts(measure: str, goals: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is doubtful about the plans of a measure, or why there is none; each sentence once."""
    said: dict[str, None] = {}
    for design in _DESIGNS:
        for goal in goals:
            plan = goal[design]
            if "why_not" in plan:
                said[f"{measure}, {design}: {plan['why_not'].removeprefix(f'{measure}: ')}"] = None
            else:
                said |= dict.fromkeys(f"{measure}, {design}: {warning}" for warning in plan["warnings"])
    return [filled(sentence, first="- ") for sentence in said]
