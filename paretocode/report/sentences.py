"""What is the answer, in words, and how sure is it? Sentences that say no more than the stream can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from paretocode.report import numbers
from paretocode.report.comparison import map_order
from paretocode.report.evidence_rows import has_comparison
from paretocode.report.evidence_values import COST, interval_text, signed_text, split_text, unit_text
from paretocode.report.evidence_words import interval_meaning, level_text
from paretocode.report.numbers import UNKNOWN

__all__ = ["NO_INTERVAL", "caveat", "demand_sentence", "recommendation"]

_Number = float | None

NO_INTERVAL = (
    "No difference here carries an interval: it is one replay of one stream, so it says what these requests would "
    "have cost, not how sure the difference is for the next ones."
)

_VERDICTS = {
    "better": "All measures taken together, that it costs less is beyond chance",
    "worse": "All measures taken together, that it costs more is beyond chance",
    "tied": "In cost the two are tied",
    "not_worse": "In cost it is not worse",
    "same": "No {cluster} of this stream tells the two apart in cost",
    "not_enough": "All measures taken together, {n} {cluster}s are not enough data to say that the cost differs",
}


def caveat(document: Mapping[str, Any]) -> str:
    """Return what the intervals of a document mean, or that there are none and why."""
    if has_comparison(document):
        return interval_meaning(document["evidence"]["comparison"])
    why = (document.get("evidence") or {}).get("left_out")
    return f"{NO_INTERVAL} The reason: {why}." if why else NO_INTERVAL


def recommendation(document: Mapping[str, Any]) -> str:
    """Return the proposal in one sentence: proposed map against incumbent in cost, jumps and shortfall.

    The cost carries its interval where the document has one, and a second sentence says what may be concluded. A number
    that is not known is said to be unknown, and without a proposal the incumbent stays.
    """
    old_name, new_name = document["incumbent"], document.get("proposed")
    if new_name not in document["maps"] or new_name == old_name:
        n_candidates = len(map_order(document)) - 1
        return f"Keep {old_name}: none of {n_candidates} candidates is proposed in its place."
    old, new = (document["maps"][name]["metrics"] for name in (old_name, new_name))
    parts = [
        _moved("tier jumps", new.get("tier_jump_rate"), old.get("tier_jump_rate"), numbers.percent),
        _moved("model jumps", new.get("model_jump_rate"), old.get("model_jump_rate"), numbers.percent),
        _moved("the mean shortfall", new.get("shortfall_mean"), old.get("shortfall_mean"), numbers.axis_score),
    ]
    interval, verdict = _evidence(document, str(new_name))
    return (
        f"Proposed is {new_name} in place of {old_name}: on these requests it {_cost(new, old)}{interval}, with "
        f"{', '.join(parts[:-1])}, and {parts[-1]}.{verdict}{_unserved(str(new_name), new, old_name, old)}"
    )


def _evidence(document: Mapping[str, Any], candidate: str) -> tuple[str, str]:
    """Return the interval of the cost's change and the sentence of its verdict; "" where the document has none."""
    comparison = document["evidence"]["comparison"] if has_comparison(document) else {"maps": {}}
    entry = comparison["maps"].get(candidate, {}).get(COST)
    if entry is None:
        return "", ""
    unit = " %" if entry.get("change") is not None else " USD per 1,000 requests"
    interval = f", {level_text(comparison['level'])} interval {interval_text(entry)}{unit}"
    said = _VERDICTS[entry["verdict"]].format(n=numbers.count(comparison["n_clusters"]), cluster=comparison["clusters"])
    return interval, f" {said}{_within(entry)}."


def _within(entry: Mapping[str, Any]) -> str:
    """Return the margin that a verdict leans on; "" where it leans on none."""
    if entry["verdict"] not in {"tied", "not_worse"}:
        return ""
    unit = split_text(entry["text"])[1]
    return f", within a margin of {signed_text(entry['margin'], unit)[1:]} {unit_text(unit)} per 1,000 requests"


def _unserved(new_name: str, new: Mapping[str, Any], old_name: str, old: Mapping[str, Any]) -> str:
    """Return a warning where either map leaves requests unserved: refusing work makes a map look cheap."""
    shares = (new.get("unserved_share"), old.get("unserved_share"))
    if not any(shares):
        return ""
    written = [numbers.percent(share) for share in shares]
    return (
        f" Mind that {new_name} leaves {written[0]} of the requests unserved and {old_name} {written[1]}: what is not "
        "served costs nothing."
    )


def _cost(new: Mapping[str, Any], old: Mapping[str, Any]) -> str:
    change = numbers.relative_change(new.get("cost_usd"), old.get("cost_usd"))
    if change == UNKNOWN:
        return "would have cost an unknown amount"
    if change == "0 %":
        return f"would have cost the same ({numbers.usd(old['cost_usd'])} USD)"
    word = "more" if change.startswith("+") else "less"
    return (
        f"would have cost {change[1:]} {word} ({numbers.usd(new['cost_usd'])} instead of "
        f"{numbers.usd(old['cost_usd'])} USD)"
    )


def _moved(what: str, new: _Number, old: _Number, written: Callable[[_Number], str]) -> str:
    if new is None or old is None:
        return f"{what} unknown"
    if written(new) == written(old):
        return f"{what} {'' if new == old else 'about '}the same at {written(old)}"
    return f"{what} {'up' if new > old else 'down'} from {written(old)} to {written(new)}"


def demand_sentence(document: Mapping[str, Any]) -> str:
    """Return where the min scores come from: an assumption has to be said wherever its results are."""
    demand = document.get("demand") or {}
    if demand.get("origin") == "log":
        return "Min scores are those of the log."
    if not demand.get("atoms"):
        return "Where the min scores come from is not stated."
    atoms = ", ".join(f"{score:g} ({numbers.percent(share)})" for score, share in demand["atoms"])
    rest = (
        f"omitted {numbers.percent(demand.get('omitted_share'))}, spread {numbers.percent(demand.get('smooth_share'))}"
    )
    return f"Min scores are assumed, not measured: {atoms}; {rest}."
