"""How does a stream's description read on one page of 80 columns?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paretocode._terminal import filled, shown_width
from paretocode.report.numbers import percent
from paretocode.report.text_fitted import fitted_table

__all__ = ["number", "page"]

_WIDTH = 80
_LABEL = 34
_CUTS = ("mean", "p05", "p25", "p50", "p75", "p90", "p95", "p99", "max")
_SPREADS = {
    "prompt_tokens": "prompt",
    "completion_tokens": "completion",
    "turns": "turns",
    "gap_s": "gap [s]",
    "logged_answer_s": "answer [s]",
}
_PACE = {
    "span_s": "time span [s]",
    "requests_per_s": "rate [1/s]",
    "arrival_gap_cv": "CV of times between arrivals",
    "dispersion_1s": "index of dispersion at 1 s",
    "dispersion_60s": "index of dispersion at 60 s",
    "peak_to_mean_60s": "peak over mean at 60 s",
}
_SESSIONS = {
    "prompt_completion_spearman": "Spearman (prompt, completion)",
    "gap_over_300s_share": "gaps over 300 s",
    "gap_over_3600s_share": "gaps over 3600 s",
    "prefix_share": "prompt tokens sent before",
    "prefix_share_gap_to_30s": "  after a gap up to 30 s",
    "prefix_share_gap_to_60s": "  over 30 to 60 s",
    "prefix_share_gap_to_300s": "  over 60 to 300 s",
    "prefix_share_gap_to_3600s": "  over 300 to 3600 s",
    "prefix_share_gap_over_3600s": "  over 3600 s",
}
_LOGGED = {
    "logged_model_known_share": "model known",
    "logged_failed_share": "failed",
    "logged_cached_known_share": "cached tokens known",
    "logged_cached_share": "  prompt tokens read from a cache",
    "logged_cached_prefix_share": "  prompt tokens sent before",
    "logged_cost_known_share": "cost known",
    "logged_cost_usd": "  cost in all [USD]",
    "logged_attempts_mean": "attempts a request",
}


def page(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a description.

    Parameters
    ----------
    document
        What ``paretocode stream describe --json`` prints: ``name``, ``description``, ``notes``, ``findings``, and
        ``near_edge`` where edges were given.
    """
    record = document["description"]
    yield document["name"]
    yield from _group("size and pace", _pace(record))
    yield from _group("spread (prompt and completion in tokens, turns of a session)", _spread_table(record))
    yield from _group("sessions", _lines(record, _SESSIONS))
    yield from _group("min scores", [*_asked(record), *_near_lines(document.get("near_edge"))])
    yield from _group("as logged", [*_lines(record, _LOGGED), *_models(record)])
    yield from _group("what the reader says", [line for note in document["notes"] for line in _wrapped("", note)])
    heads = [(f"{f['severity']:<9}{f['code']}: ", f["message"]) for f in document["findings"]]
    yield from _group("what is odd", [line for head, message in heads for line in _wrapped(head, message)])


def _group(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, *(f"  {line}".rstrip() for line in lines)] if lines else []


def _pace(record: Mapping[str, Any]) -> list[str]:
    sizes = [_line("requests", record["requests"]), _line("sessions", record["sessions"])]
    return sizes + [_line(label, record.get(key)) for key, label in _PACE.items()]


def _lines(record: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    return [
        _line(label, record[key], is_share=key.endswith("share") or "share_" in key)
        for key, label in labels.items()
        if key in record
    ]


def _line(label: str, value: float | None, *, is_share: bool = False) -> str:
    text = "not known" if value is None else percent(value) if is_share else number(value)
    return f"{label:<{_LABEL}}{text:>12}"


def _spread_table(record: Mapping[str, Any]) -> list[str]:
    heads = ["p" + cut[1:].lstrip("0") if cut[0] == "p" else cut for cut in _CUTS]
    rows = [
        [label, *(_short(record[f"{key}_{cut}"]) for cut in _CUTS)]
        for key, label in _SPREADS.items()
        if f"{key}_mean" in record
    ]
    return _table(["", *heads], rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table of numbers that fits the terminal beside the margin of a group."""
    width = shown_width()
    text = fitted_table(header, rows, "l" + "r" * (len(header) - 1), width=None if width is None else width - 2)
    return text.splitlines()


def _asked(record: Mapping[str, Any]) -> list[str]:
    atoms = [key for key in record if key.startswith("atom_")]
    return [
        _line("distinct values", record["min_scores"]),
        *(_line(f"  asks for {key.removeprefix('atom_')}", record[key], is_share=True) for key in atoms),
        _line("omitted", record["omitted_share"], is_share=True),
        *_lines(record, {"switch_share": "turns that ask for something else"}),
    ]


def _near_lines(near: Mapping[str, Any] | None) -> list[str]:
    if near is None:
        return []
    rows = [(f"edge {edge:g}", shares) for edge, shares in zip(near["edges"], near["share"], strict=True)]
    rows.append(("any edge", near["share_of_any"]))
    header = ["asked within this distance of", *(f"{distance:g}" for distance in near["distances"])]
    return ["", *_table(header, [[label, *(percent(share) for share in shares)] for label, shares in rows])]


def _models(record: Mapping[str, Any]) -> list[str]:
    prefix = "logged_model_share_"
    keys = [key for key in record if key.startswith(prefix)]
    return [_line(f"  {key.removeprefix(prefix)[:30]}", record[key], is_share=True) for key in keys]


def _wrapped(head: str, text: str) -> list[str]:
    width = min(_WIDTH, shown_width() or _WIDTH) - 2
    return filled(head + text, width, hang="  ").splitlines()


def number(value: float) -> str:
    """Return a count with thousands separated, or a number with four digits that matter.

    Examples
    --------
    >>> number(48658), number(2.56668), number(-0.0215), number(123450.148)
    ('48,658', '2.567', '-0.0215', '123,450')
    """
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _short(value: float) -> str:
    """Return a number >= 0 in at most six characters.

    Examples
    --------
    >>> [_short(value) for value in (0, 0.000123, 0.01234, 439.11, 894371, 1234567, 2.5e9)]
    ['0', '1e-04', '0.012', '439.1', '894371', '1.235M', '2.5e09']
    """
    if value >= 999_999.5:
        return f"{value / 1e6:.4g}M" if value < 999_950_000 else f"{value:.1e}".replace("e+", "e")
    if value >= 1 or value == 0:
        return f"{value:.0f}" if value >= 1000 else f"{value:.4g}"
    return f"{value:.2g}" if value >= 0.001 else f"{value:.0e}"
