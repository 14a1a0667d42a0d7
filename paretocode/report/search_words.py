"""How is a search for edges said? Its edges, and the sentence on what was weighed, for terminal, figure and page.

The numbers come from the ``search`` section of a result's ``metrics.json``; this module knows no search, only words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.report import numbers
from paretocode.report.numbers import UNKNOWN

__all__ = ["alternatives_sentence", "edges_text", "weighed_sentence"]

_MOST_NAMED = 3
_MOST_WRITTEN_OUT = 10**12
_MOST_COUNTED = 2**62
"""A search writes this number for itself and everything above."""


def edges_text(edges: list[float] | None) -> str:
    """Return edges on one line.

    Examples
    --------
    >>> edges_text([0.33, 0.66]), edges_text([]), edges_text(None)
    ('0.33, 0.66', 'none', 'not stated')
    """
    return "not stated" if edges is None else ", ".join(f"{edge:g}" for edge in edges) or "none"


def weighed_sentence(search: Mapping[str, Any]) -> str:
    """Return how many maps were weighed in which settings, how many are on the frontier, and what the answer is worth.

    Settings that ended differently are told apart by name. A number of maps that is not known is said to be unknown.

    Examples
    --------
    >>> one = {"name": "coupled", "n_bands": [2, 3], "n_maps": [17, 66], "verdict": "exact: none is better"}
    >>> weighed_sentence({"settings": [one], "n_frontier_maps": 9})
    '83 maps of 2 to 3 tiers were weighed in 1 setting (coupled); 9 are on the frontier of maps. Exact: none is better.'
    """
    settings = search.get("settings") or []
    names = f" ({'; '.join(setting['name'] for setting in settings)})" if 0 < len(settings) <= _MOST_NAMED else ""
    n_left = search.get("n_frontier_maps")
    left = "how many are" if n_left is None else f"{numbers.count(n_left)} {'is' if n_left == 1 else 'are'}"
    unknown = " is unknown" if n_left is None else ""
    return (
        f"{_weighed(settings)} weighed in {len(settings)} setting{'' if len(settings) == 1 else 's'}{names}; "
        f"{left} on the frontier of maps{unknown}.{_verdicts(settings)}{_thinned(settings)}"
    )


def _thinned(settings: Sequence[Mapping[str, Any]]) -> str:
    """Return how thin the grid was and what that can cost; "" where it was whole."""
    worst = max(settings, key=lambda setting: setting.get("moved_share") or 0, default={})
    share = worst.get("moved_share") or 0
    if not share:
        return ""
    return (
        f" The axis was thinned to {worst['candidates']} edges: to move any edge to the nearest of them re-routes "
        f"at most {numbers.percent(share)} of requests."
    )


def _verdicts(settings: list[Mapping[str, Any]]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for setting in settings:
        by_verdict.setdefault(setting.get("verdict") or UNKNOWN, []).append(setting["name"])
    if len(by_verdict) == 1:
        return "".join(f" {verdict[:1].upper()}{verdict[1:]}." for verdict in by_verdict)
    return "".join(f" {'; '.join(names)}: {verdict}." for verdict, names in by_verdict.items())


def _weighed(settings: list[Mapping[str, Any]]) -> str:
    """Return "83 maps of 2 to 3 tiers were", rounded where nobody reads the digits."""
    counts = [n for setting in settings for n in setting["n_maps"]]
    bands = [n for setting in settings for n in setting["n_bands"]]
    of = ""
    if bands:
        low, high = min(bands), max(bands)
        of = f" of {low} tier{'' if low == 1 else 's'}" if low == high else f" of {low} to {high} tiers"
    if None in counts:
        return f"an unknown number of maps{of} were"
    n = sum(counts)
    about = "at least" if max(counts, default=0) >= _MOST_COUNTED else "about"
    many = numbers.count(n) if n < _MOST_WRITTEN_OUT else f"{about} {n:.1e}".replace("e+", "e")
    return f"{many} map{of} was" if n == 1 else f"{many} maps{of} were"


def alternatives_sentence(search: Mapping[str, Any]) -> str:
    """Return how many maps are nearly as good as the best; "" where the search does not say.

    Examples
    --------
    >>> listed = {"within": 0.01, "measure": "cost_usd", "n_bands": 2, "setting": "coupled", "maps": [{}, {}],
    ...           "verdict": "exact: every map of the grid was weighed, and none is better"}
    >>> alternatives_sentence({"alternatives": listed})
    'Within 1 % of the least cost_usd and all limits: 2 of the maps of 2 tiers (coupled), listed in metrics.json.'
    """
    found = search.get("alternatives")
    if not found or not found["maps"]:
        return ""
    more = "more than " if found["verdict"].startswith("incomplete") else ""
    return (
        f"Within {100 * found['within']:.3g} % of the least {found['measure']} and all limits: {more}"
        f"{numbers.count(len(found['maps']))} of the maps of {found['n_bands']} tiers ({found['setting']}), listed in "
        "metrics.json."
    )
