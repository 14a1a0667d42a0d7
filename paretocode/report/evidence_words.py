"""What does the evidence say, in sentences? Intervals, choice, holdout, size: the same words for terminal and page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.report import numbers
from paretocode.report.evidence_sizes import size_rows
from paretocode.report.evidence_values import COST, bracket, in_order, point_text, signed_text, split_text

__all__ = [
    "holdout_sentences",
    "interval_meaning",
    "left_out_sentences",
    "level_text",
    "record_sentences",
    "selection_sentences",
    "size_sentences",
]

_FEW_CLUSTERS = 100
"""Least number of sessions for which differences of maps were simulated; see docs/evidence.md."""


def level_text(level: float) -> str:
    """Return a nominal coverage in percent.

    Examples
    --------
    >>> level_text(0.95), level_text(0.999)
    ('95 %', '99.9 %')
    """
    return f"{100 * level:.4g} %"


def interval_meaning(comparison: Mapping[str, Any]) -> str:
    """Return what an interval means here: what was resampled, the level, what verdicts go by, and a warning of few.

    Examples
    --------
    >>> interval_meaning({"clusters": "session", "n_clusters": 833, "n_replicates": 1000, "level": 0.95,
    ...                   "maps": {"new": {"a": {}, "b": {}}}})
    'Intervals: the 833 sessions were drawn anew 1,000 times; each interval holds at 95 % for its measure alone, and a \
verdict goes by a wider one that holds at 95 % for all 2 measures of a candidate at once.'
    """
    kind, n = comparison["clusters"], comparison["n_clusters"]
    n_measures = max((len(entries) for entries in comparison["maps"].values()), default=0)
    level = level_text(comparison["level"])
    alone = f"each interval holds at {level} for its measure alone, and a verdict goes by a wider one that holds at "
    every = f"{alone}{level} for all {n_measures} measures of a candidate at once" if n_measures > 1 else ""
    return (
        f"Intervals: the {numbers.count(n)} {kind}s were drawn anew {numbers.count(comparison['n_replicates'])} times; "
        f"{every or f'each holds at {level}'}.{_few(n, kind)}"
    )


def _few(n: int, kind: str) -> str:
    """Return a warning where fewer clusters were drawn than the simulations of coverage looked at."""
    if n >= _FEW_CLUSTERS:
        return ""
    return f" These are only {_counted(n, kind)}: intervals of so few may be too short."


def left_out_sentences(comparison: Mapping[str, Any]) -> list[str]:
    """Return what is not compared and why."""
    return [f"Not compared: {name} ({why})." for name, why in sorted((comparison.get("left_out") or {}).items())]


def selection_sentences(selection: Mapping[str, Any]) -> list[str]:
    """Return what choosing the best of many did: intervals without and with it, and how many maps are as good."""
    what, unit = split_text(selection["text"])
    best, chosen, plateau = selection["best_of_many"], selection["chosen"], selection["plateau"]
    n, base = best["n_candidates"], selection["incumbent"]
    within = "" if n == selection["n_candidates"] else f", {numbers.count(n)} within the limits"
    wider = bracket(best["low"], best["high"], unit)
    sentences = [
        f"Of {_counted(selection['n_candidates'], 'map')}{within}, {best['name']} has "
        f"the least {what}: {point_text(best['estimate'], unit)} against {base}. Named beforehand "
        f"its interval would be {bracket(best['naive_low'], best['naive_high'], unit)}; picked as the best of "
        f"{numbers.count(n)} it is {wider}{_decides(best)}.",
        f"When the choice is made again in resamples, {numbers.percent(chosen['chosen_share'])} of them choose "
        f"{chosen['name']} ({_counted(chosen['n_chosen'], 'map')} chosen in all). {_optimism(chosen, unit)}",
        _plateau(plateau, what, unit),
    ]
    if selection.get("n_within_limits") == 0:
        sentences.insert(0, "No map keeps all limits on this stream; looked at are those that break them least.")
    if selection.get("n_without_map"):
        n_without = numbers.count(selection["n_without_map"])
        sentences.append(f"In {n_without} resamples the search found no map within its limits.")
    if selection.get("unjudged_limits"):
        names = ", ".join(selection["unjudged_limits"])
        sentences.append(
            f"Limits that only the search keeps, since no replay measures them in the same words: {names}."
        )
    return sentences


def _decides(best: Mapping[str, Any]) -> str:
    low, high = best["low"], best["high"]
    if high is not None and high < 0:
        return ", still below no difference"
    return ", still above no difference" if low is not None and low > 0 else ", which holds no difference too"


def _optimism(chosen: Mapping[str, Any], unit: str) -> str:
    corrected = f"{point_text(chosen['corrected'], unit)} {bracket(chosen['low'], chosen['high'], unit)}"
    if chosen["n_chosen"] == 1:
        return f"As every resample does, choosing flattered nothing; with that looked at, it is {corrected}."
    if chosen["optimism"] < 0:
        by = point_text(chosen["optimism"], unit).lstrip("-")
        return f"Choosing made it look {by} too good; without that, it is {corrected}."
    return f"Choosing did not make it look too good; with the choice allowed for, it is {corrected}."


def _plateau(plateau: Mapping[str, Any], what: str, unit: str) -> str:
    """Return which maps are as good as the best, and the steadiest of them."""
    steadiest = next(each for each in plateau["maps"] if each["name"] == plateau["recommended"])
    moved = (
        f"noise of {plateau['score_noise_sd']:g} in the min scores moves {numbers.percent(steadiest['instability'])} "
        "of requests to another tier"
    )
    if plateau["n_tied"] == 1:
        return (
            f"No other map of those looked at is as good as {plateau['best']} as far as this stream can tell; under it "
            f"{moved}."
        )
    margin = f", a margin of {signed_text(plateau['margin'], unit)[1:]} included" if plateau["margin"] else ""
    return (
        f"{numbers.count(plateau['n_tied'])} of {numbers.count(len(plateau['maps']))} maps are as good in {what} as "
        f"far as this stream can tell{margin}; of those that look about as good, "
        f"{plateau['recommended']} is the steadiest: under it {moved}."
    )


def holdout_sentences(holdout: Mapping[str, Any], *, objective: str = COST) -> list[str]:
    """Return how the map that the rest chose does on what was held back, by one measure; and on folds."""
    split, kept = holdout["split"], holdout["measures"]
    name = objective if objective in kept else in_order(kept)[0]
    what, unit = split_text(kept[name]["text"])
    test, gap = kept[name]["test"], kept[name]["optimism_of_difference"]
    how = "the last in time" if split["kind"] == "time" else "drawn at random"
    dropped = f", {_counted(split['n_dropped'], 'session')} across the cut left out" if split["n_dropped"] else ""
    low, high = gap["low"], gap["high"]
    is_chance = (low is None or low <= 0) and (high is None or high >= 0)
    sentences = [
        f"Held back were {numbers.count(split['n_test'])} of {numbers.count(split['n_sessions'])} sessions, {how}"
        f"{dropped}; the other {numbers.count(split['n_train'])} chose the map that is judged "
        f"(called {holdout['candidate']}) by the rule: {holdout['rule']}.",
        f"In the holdout its {what} is {point_text(test['difference'], unit)} against "
        f"{holdout['incumbent']} {bracket(test['low'], test['high'], unit)}; where it was chosen, "
        f"{point_text(kept[name]['train']['difference'], unit)}. The gap, "
        f"{point_text(gap['train_minus_test'], unit)} {bracket(low, high, unit)}, is "
        f"{'no more than' if is_chance else 'more than'} chance between two parts of such sessions."
        f"{_shown_alone(test)}",
    ]
    folds = holdout.get("folds")
    if folds:
        sentences.append(_folds(folds, name, what, unit))
    return sentences


def _shown_alone(test: Mapping[str, Any]) -> str:
    low, high = test["low"], test["high"]
    if (low is None or low <= 0) and (high is None or high >= 0):
        return " By the holdout alone a difference is not shown: its interval holds none."
    return ""


def _folds(folds: Mapping[str, Any], name: str, what: str, unit: str) -> str:
    n = folds["n_distinct_maps"]
    distinct = "one and the same map" if n == 1 else f"{numbers.count(n)} different maps"
    pooled = ((folds.get("measures") or {}).get(name) or {}).get("pooled_difference")
    joined = ""
    if pooled:
        found = f"{point_text(pooled['point'], unit)} {bracket(pooled['low'], pooled['high'], unit)}"
        joined = f"; each judged by the sessions that did not choose it, {what} is {found}"
    return f"Chosen again on {folds['n_splits']} parts of the sessions, the rule took {distinct}{joined}."


def record_sentences(holdout: Mapping[str, Any]) -> list[str]:
    """Return when the holdout was locked and opened; nothing where the document has no record of it."""
    record = holdout.get("record")
    if not record:
        return []
    found = [f"{record['sentence']} Locked {_clock(record['locked_at'])}."]
    for opening in (record.get("openings") or [])[1:]:
        reason = f": {opening['reason']}" if opening.get("reason") else ""
        found.append(f"Opened again {_clock(opening['time'])}{reason}.")
    return found


def _clock(stamp: str) -> str:
    """Return a time to the minute.

    Examples
    --------
    >>> _clock("2026-11-26T00:44:36.357672+00:00")
    '2026-11-26 00:44 UTC'
    """
    return f"{stamp[:10]} {stamp[11:16]} {'UTC' if stamp.endswith('+00:00') else stamp[-6:]}"


def size_sentences(size: Mapping[str, Any], candidate: str, *, n_sessions: int, clusters: str = "session") -> list[str]:
    """Return what the stream can see, and what it would take to tell the rest."""
    rows = size_rows(size, candidate)
    enough = [row.label for row in rows if row.is_seen]
    short = [row for row in rows if row.needed and not row.is_seen]
    power = f"with {level_text(size['power'])} power"
    n = _counted(n_sessions, clusters)
    found = []
    if enough:
        found.append(f"{n} would show the observed difference {power} in {', '.join(enough)}.")
    if short:
        needed = "; ".join(f"{row.label} takes {row.needed} ({row.span})" for row in short)
        rest = "in the rest" if enough else f"{power} in any measure"
        found.append(f"{n} are too few for the observed difference {rest}: {needed}.")
    return found


def _counted(n: int, noun: str) -> str:
    return f"{numbers.count(n)} {noun}{'' if n == 1 else 's'}"
