"""What is said of each factor of a drift, and of what moved? One line each, the test and its consequence together.

A test says whether a factor drifted; the map's metrics say whether it matters. Told apart, the two seem to contradict
each other where a drift is sure and its consequence is not, or where a metric moved and no factor explains it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.evidence.drift.judging import LEAST_SESSIONS, MOST_UNCOVERED
from paretocode.evidence.drift.verdicts import DriftVerdict
from paretocode.report.drift_values import MoveRow, move_rows

__all__ = ["factor_word", "has_drifted", "metric_sentences", "p_text", "verdict_word"]


def verdict_word(sentence: str) -> str:
    """Return what a verdict says of a whole stream or catalogue: that a metric moved, not that a factor drifted.

    Examples
    --------
    >>> verdict_word("drift that moves the map's metrics beyond a stated limit"), verdict_word("other")
    ('a metric of the map moved beyond its limit', 'other')
    """
    return "a metric of the map moved beyond its limit" if sentence == DriftVerdict.MOVES.value else sentence


def p_text(value: float) -> str:
    """Return a p-value as text.

    Examples
    --------
    >>> p_text(0.0421), p_text(0.5)
    ('0.042', '0.50')
    """
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def has_drifted(factor: Mapping[str, Any], alpha: float) -> bool:
    """Return whether a test of the factor says that it drifted."""
    p_value = _least_p(factor)
    return p_value is not None and p_value <= alpha


def factor_word(factor: Mapping[str, Any], alpha: float) -> str:
    """Return test and consequence of a factor in one line.

    Parameters
    ----------
    factor
        Of a report as plain values.
    alpha
        At or below which corrected p-value a factor drifted.

    Examples
    --------
    >>> test, move = {"p_holm": 0.042}, {"has_converged": True, "uncovered_share": 0.0}
    >>> factor_word({"verdict": "too little data to tell", "tests": [test], "move": move}, 0.05)
    'drifted (p 0.042), consequence not known: too little data'
    >>> factor_word({"verdict": "too little data to tell", "tests": [{"p_holm": 0.6}], "move": move}, 0.05)
    'no sign of drift (p 0.60), but fewer than 20 sessions on a side could hardly show one'
    """
    p_value = _least_p(factor)
    if p_value is None:
        return _untested(factor)
    if not has_drifted(factor, alpha):
        is_few = factor["verdict"] == DriftVerdict.TOO_LITTLE.value
        few = f", but fewer than {LEAST_SESSIONS} sessions on a side could hardly show one" if is_few else ""
        return f"no sign of drift (p {p_text(p_value)}){few}"
    return f"drifted (p {p_text(p_value)}), {_consequence(factor)}"


def metric_sentences(report: Mapping[str, Any]) -> list[str]:
    """Return which factor explains each metric that moved beyond its limit, or that none does; then what is undecided.

    A factor explains a move where it drifted and, had it alone drifted, the metric would lie beyond its limit on the
    same side with its whole interval. Empty where every metric is within its limit.
    """
    rows = move_rows(report["moves"], report["limits"])
    undecided = [row.label for row in rows if row.reach == "undecided"]
    said = [f"{row.label} moved beyond its limit ({row.difference}){_why(row, report)}" for row in rows if _beyond(row)]
    return [*said, *([f"not known to be within its limit: {', '.join(undecided)}"] if undecided else [])]


def _least_p(factor: Mapping[str, Any]) -> float | None:
    return min((test["p_holm"] for test in factor["tests"] if test["p_holm"] is not None), default=None)


def _untested(factor: Mapping[str, Any]) -> str:
    states = {test["state"] for test in factor["tests"]}
    if all(state.startswith("constant") for state in states):
        return "constant, one and the same value in both streams: no test"
    return "no values in one stream, or one and the same in both: no test"


def _consequence(factor: Mapping[str, Any]) -> str:
    verdict, move = factor["verdict"], factor["move"]
    if verdict == DriftVerdict.NO_CONSEQUENCE.value:
        return "no consequence: alone it leaves the metrics within their limits"
    if verdict == DriftVerdict.MOVES.value:
        return "alone it moves a metric beyond its limit"
    if move["uncovered_share"] > MOST_UNCOVERED:
        share = f"{move['uncovered_share']:.0%}"
        return f"consequence not known: the tuned stream lacks the kind of {share} of today's sessions"
    if not move["has_converged"]:
        return "consequence not known: no weights of tuned sessions match today's shares"
    return "consequence not known: too little data"


def _why(row: MoveRow, report: Mapping[str, Any]) -> str:
    drifted = [factor for factor in report["factors"] if has_drifted(factor, report["alpha"])]
    explains = [factor["factor"] for factor in drifted if _moves_alike(factor["move"], row, report)]
    unknown = [factor["factor"] for factor in drifted if factor["verdict"] == DriftVerdict.TOO_LITTLE.value]
    if explains:
        return f"; had it alone drifted, it would have: {', '.join(explains)}"
    if unknown:
        return f"; no factor is shown to explain it, drifted with a consequence not known: {', '.join(unknown)}"
    if _moves_alike(report["joint"], row, report):
        return "; no single factor explains it, all together would"
    return "; no factor explains it"


def _moves_alike(matched: Mapping[str, Any], row: MoveRow, report: Mapping[str, Any]) -> bool:
    own = (other for other in move_rows(matched["moves"], report["limits"]) if other.name == row.name)
    found = next(own, None)
    if found is None or not matched["has_converged"] or not _beyond(found):
        return False
    return found.difference[:1] == row.difference[:1]  # the sign


def _beyond(row: MoveRow) -> bool:
    return row.reach == "beyond"
