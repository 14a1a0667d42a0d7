"""What does a person read of a drift? The verdict, each quantity's test and size, the map's metrics, the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from paretocode._terminal import filled, page_width
from paretocode.report.drift_values import METRICS, QUANTITIES, effect_of, metric_unit, move_rows
from paretocode.report.drift_words import factor_word, metric_sentences, p_text, verdict_word
from paretocode.report.evidence_values import bracket, signed_text
from paretocode.report.names import clip
from paretocode.report.numbers import UNKNOWN
from paretocode.report.text_fitted import fitted_table
from paretocode.report.text_wrapped import fitted

__all__ = ["drift_text"]

_MOST_FINDINGS = 5
_SUBJECT = 20
"""Characters that a class of a quantity may have."""


def drift_text(report: Mapping[str, Any]) -> str:
    """Return a drift report as text.

    Parameters
    ----------
    report
        `paretocode.evidence.drift.DriftReport.to_dict`, with the map's name under ``map`` where it is known.
    """
    parts = [_head(report), _tests(report), _moves(report), _attribution(report), _catalogue(report)]
    return "\n\n".join(part for part in parts if part)


def _head(report: Mapping[str, Any]) -> str:
    was, now = report["n_sessions"]
    named = f" of map {report['map']}" if report.get("map") else ""
    lines = [
        f"drift{named}",
        f"tuned on {report['tuned'] or 'a stream'} ({was:,} sessions), "
        f"today {report['today'] or 'a stream'} ({now:,} sessions)",
        f"verdict: {verdict_word(report['verdict'])}",
    ]
    if report["catalogue"] is not None:
        lines.append(f"of the stream: {verdict_word(report['stream_verdict'])}")
        lines.append(f"of the catalogue: {verdict_word(report['catalogue']['verdict'])}")
    return "\n".join([*lines, *(filled(sentence, first="- ") for sentence in metric_sentences(report))])


def _tests(report: Mapping[str, Any]) -> str:
    rows = [
        [QUANTITIES.get(test["name"], test["name"]), *_test(test), _share(test)]
        for factor in report["factors"]
        for test in factor["tests"]
    ]
    by_factor = [[factor["factor"], factor_word(factor, report["alpha"])] for factor in report["factors"]]
    table = fitted_table(
        ["quantity", "p (Holm)", "PSI", "by chance", "size", "largest move of a share"], rows, "lrrrll"
    )
    note = (
        f"p: whole sessions dealt out anew, corrected for all tests; drifted at {report['alpha']:g} or below. PSI: "
        "stability index; by chance it stays below the number beside it 19 times in 20. Sizes are named by convention."
    )
    return "\n\n".join(
        [table, filled(note), fitted_table(["factor", "whether it drifted, and what that does"], by_factor, "ll")]
    )


def _test(test: Mapping[str, Any]) -> list[str]:
    psi = effect_of(test, "psi")
    if psi is None:
        return [UNKNOWN, UNKNOWN, UNKNOWN, test["state"].partition(":")[0]]
    return [p_text(test["p_holm"]), f"{psi['value']:.3f}", _number(test["psi_by_chance"]), psi["band"]]


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.3f}"


def _share(test: Mapping[str, Any]) -> str:
    share = effect_of(test, "share")
    if share is None:
        return ""
    return f"{signed_text(share['value'], '')} pp at {clip(share['subject'], _SUBJECT)}"


def _moves(report: Mapping[str, Any]) -> str:
    title = "what it does to the map's metrics"
    return f"{title}\n{_move_table(report['moves'], report)}\n\n{filled(_about_intervals(report))}"


def _about_intervals(report: Mapping[str, Any]) -> str:
    return (
        f"Intervals hold together for all metrics with a limit ({100 * report['level']:g} %). A metric is within where "
        "the whole interval is, beyond where none of it is."
    )


def _move_table(moves: Any, report: Mapping[str, Any]) -> str:
    rows = [
        [row.label, row.before, row.after, row.difference, row.interval, row.limit, row.reach]
        for row in move_rows(moves, report["limits"])
    ]
    return fitted_table(["metric", "tuned", "today", "difference", "interval", "limit", ""], rows, "lrrrrrl")


def _attribution(report: Mapping[str, Any]) -> str:
    """Return which factor moved what, for metrics that are not within their limit."""
    open_ones = [row.name for row in move_rows(report["moves"], report["limits"]) if row.reach not in {"", "within"}]
    if not open_ones:
        return ""
    shown = [name for name in METRICS if name in open_ones]
    tables = (_by_factor(report, shown[:n]) for n in range(min(3, len(shown)), 0, -1))
    return "\n".join([fitted(tables, width=page_width()), *_warned(report)])


def _by_factor(report: Mapping[str, Any], shown: list[str]) -> str:
    rows = [[factor["factor"], *_matched(factor["move"], shown)] for factor in report["factors"]]
    rows.append(["all factors", *_matched(report["joint"], shown)])
    rows.append(["not explained", *_matched({**report["joint"], "moves": report["unexplained"]}, shown)])
    return fitted_table(["had it alone drifted", *(METRICS[name] for name in shown)], rows, "l" + "r" * len(shown))


def _matched(matched: Mapping[str, Any], shown: list[str]) -> Iterator[str]:
    """Return moves under weights; unknown where no weights match today's shares."""
    return _cells(matched["moves"], shown) if matched["has_converged"] else iter([UNKNOWN] * len(shown))


def _cells(moves: Any, shown: list[str]) -> Iterator[str]:
    of = {move["name"]: move for move in moves}
    for name in shown:
        move, unit = of[name], metric_unit(name)
        if move["difference"] is None:
            yield UNKNOWN
        else:
            yield f"{signed_text(move['difference'], unit)} {bracket(move['low'], move['high'], unit)}"


def _warned(report: Mapping[str, Any]) -> Iterator[str]:
    for move in (*(factor["move"] for factor in report["factors"]), report["joint"]):
        of = "all factors together" if len(move["factors"]) > 1 else move["factors"][0]
        if not move["has_converged"]:
            yield f"{of}: no weights of tuned sessions match today's shares, so that what it moves is not known"
        elif move["uncovered_share"] > 0.05:
            yield f"{of}: {move['uncovered_share']:.0%} of today's sessions are of a kind the tuned stream lacks"


def _catalogue(report: Mapping[str, Any]) -> str:
    catalogue = report["catalogue"]
    if catalogue is None:
        return ""
    counts = ", ".join(f"{number:,} {_plural(kind, number)}" for kind, number in catalogue["counts"].items() if number)
    lines = [f"catalogue: {counts or 'nothing changed'}"]
    for tier in catalogue["tiers"]:
        was, now = (name or "nobody" for name in tier["serving"])
        if was != now:
            lines.append(f"  {tier['tier']}: {was} -> {now}")
        if tier["challengers"]:
            lines.append(f"  {tier['tier']}: {tier['challengers'][0]} would serve if the map listed it")
    lines += [f"  {finding}" for finding in catalogue["findings"][:_MOST_FINDINGS]]
    if len(catalogue["findings"]) > _MOST_FINDINGS:
        lines.append(f"  and {len(catalogue['findings']) - _MOST_FINDINGS} findings more, with --json")
    if any(catalogue["counts"].values()):
        lines.append(_move_table(catalogue["moves"], report))
    return "\n".join(lines)


def _plural(kind: str, number: int) -> str:
    if kind == "exit":
        return "models left" if number > 1 else "model left"
    if kind == "entry":
        return "new models" if number > 1 else "new model"
    return f"changes of {kind}" if number > 1 else f"change of {kind}"
