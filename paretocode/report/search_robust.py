"""What is there to say of a search over several worlds? Its sentence, its maps, and how they keep the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.report import numbers
from paretocode.report.search_measures import PROVIDER_SHARE, kind_of, measure_head
from paretocode.report.search_tables import PlainTable
from paretocode.report.search_words import edges_text

__all__ = ["robust_limits", "robust_sentence", "robust_table"]

_AIMS = {"expected": "least expected", "worst": "least worst", "regret": "least regret in"}
_MOST_NAMED = 4
_PROVIDERS = "greatest provider"
"""The one column in which the limits of many providers stand."""


def robust_sentence(robust: Mapping[str, Any]) -> str:
    """Return what the robust search looked for, over which worlds, and what its answer is worth.

    Examples
    --------
    >>> robust_sentence({"aim": "worst", "measure": "cost_usd", "scenarios": ["now", "all x 2"], "verdict": "exact: e"})
    'Robust: least worst cost_usd over 2 scenarios (now; all x 2). Exact: e.'
    """
    names: Sequence[str] = robust["scenarios"]
    shown = "; ".join(names[:_MOST_NAMED]) + (f"; and {len(names) - _MOST_NAMED} more" * (len(names) > _MOST_NAMED))
    verdict = robust.get("verdict") or numbers.UNKNOWN
    aim = _AIMS.get(robust["aim"], robust["aim"])
    over = f"{len(names)} scenario{'' if len(names) == 1 else 's'} ({shown})"
    return f"Robust: {aim} {robust['measure']} over {over}. {verdict[:1].upper()}{verdict[1:]}."


def robust_table(robust: Mapping[str, Any]) -> PlainTable:
    """Return the maps with their edges, and their setting where maps differ in it.

    Parameters
    ----------
    robust
        The ``robust`` section of a search; of a map, a key that is left out does not apply and a null is unknown.
    """
    maps, value = robust["maps"], kind_of(robust["measure"]).value
    settings = {each["setting"] for each in maps if each.get("setting")}
    header = ["map", *(["setting"] if len(settings) > 1 else []), "tiers", "request edges", "score edges"]
    rows = [
        [
            each["name"],
            *([each.get("setting") or ""] if len(settings) > 1 else []),
            numbers.count(each["n_bands"]) if "n_bands" in each else "",
            edges_text(each["request_edges"]) if "request_edges" in each else "",
            edges_text(each["score_edges"]) if "score_edges" in each else "",
            value(each.get("expected")),
            value(each.get("worst")),
            each.get("worst_in") or numbers.UNKNOWN,
            value(each.get("regret")),
            each.get("regret_in") or numbers.UNKNOWN,
        ]
        for each in maps
    ]
    return PlainTable(
        header=[*header, "expected", "worst", "worst in", "regret", "most in"],
        align="l" * (len(header) - 3) + "rllrrlrl",
        rows=rows,
    )


def robust_limits(robust: Mapping[str, Any], limits: Mapping[str, float | None]) -> PlainTable:
    """Return the limited measures of each map under the limits themselves; no row where none is given.

    Parameters
    ----------
    robust
        As for `robust_table`; a map without ``limits`` is left out.
    limits
        Those of the search. Of several providers' shares the greatest alone is shown, with its provider.

    Examples
    --------
    >>> kept = {"provider_share:a": 0.7, "provider_share:b": 0.2, "shortfall": 0.1}
    >>> limits = dict.fromkeys(kept, 0.8)
    >>> robust_limits({"maps": [{"name": "robust", "limits": kept}, {"name": "old"}]}, limits).rows
    [['limit', '80.0 %', '0.8000'], ['robust', '70.0 % a', '0.1000']]
    """
    held = {each["name"]: each["limits"] for each in robust["maps"] if each.get("limits")}
    names = list(dict.fromkeys(name for each in held.values() for name in each))
    shares = [name for name in names if name.startswith(PROVIDER_SHARE)]
    if len(shares) > 1:
        names = list(dict.fromkeys(_PROVIDERS if name in shares else name for name in names))
    rows = [["limit", *(_limit(limits, name, shares) for name in names)]]
    rows += [[name, *(_held(each, measure, shares) for measure in names)] for name, each in held.items()]
    header = ["limited measures", *(measure_head(name) for name in names)]
    return PlainTable(header=header, align="l" + "r" * len(names), rows=rows if held else [])


def _limit(limits: Mapping[str, float | None], name: str, shares: Sequence[str]) -> str:
    if name != _PROVIDERS:
        return kind_of(name).value(limits.get(name))
    values = {limits.get(share) for share in shares}
    return numbers.percent(values.pop()) if len(values) == 1 else "each its own"


def _held(held: Mapping[str, float | None], name: str, shares: Sequence[str]) -> str:
    if name != _PROVIDERS:
        return kind_of(name).value(held.get(name))
    known = {share: value for share in shares if (value := held.get(share)) is not None}
    if not known:
        return numbers.UNKNOWN
    greatest = max(known, key=lambda share: known[share])
    return f"{numbers.percent(known[greatest])} {measure_head(greatest)}"
