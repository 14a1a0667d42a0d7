"""What is the answer, in words? Sentences that say no more than one replay can: what would have been."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from paretocode.report import numbers
from paretocode.report.comparison import map_order
from paretocode.report.numbers import UNKNOWN

__all__ = ["NO_INTERVAL", "demand_sentence", "recommendation", "reproduce_command"]

_Number = float | None

NO_INTERVAL = (
    "This first report carries no interval yet: it is one replay of one stream, so it says what these requests would "
    "have cost, not how sure the difference is for the next ones."
)


def recommendation(document: Mapping[str, Any]) -> str:
    """Return the proposal in one sentence: proposed map against incumbent in cost, jumps and shortfall.

    A number that is not known is said to be unknown, and without a proposal the incumbent stays.
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
    return (
        f"Proposed is {new_name} in place of {old_name}: on these requests it {_cost(new, old)}, with "
        f"{', '.join(parts[:-1])}, and {parts[-1]}.{_unserved(str(new_name), new, old_name, old)}"
    )


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


def reproduce_command(document: Mapping[str, Any]) -> str:
    """Return the command that makes this report again: the document's own, or the one for its experiment file."""
    return str(document.get("command") or f"python -m paretocode.sim experiments/{document['experiment']}.toml")
