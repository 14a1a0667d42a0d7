"""Which number does a gate look at? Looked up in a result's documents; what is not there says why.

`metrics.json` and `manifest.json` come from a file: nothing in them is taken to be a number before it was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

__all__ = ["Reading", "at", "change_of", "fact_of", "holdout_difference_of", "number", "value_of"]

_RELATIVE = ("cost_usd_per_krequest", "latency_p50_s", "latency_p95_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A number, or why there is none.

    Parameters
    ----------
    value, interval
        Estimate and interval; an end is None where nothing bounds it.
    why_missing
        "" where there is a number.
    note
        What else is to be said.
    """

    value: float | None = None
    interval: tuple[float | None, float | None] | None = None
    why_missing: str = ""
    note: str = ""


def at(document: object, *path: str) -> Any:
    """Return what stands at a path of keys; None where it leads nowhere.

    Examples
    --------
    >>> at({"a": {"b": 1}}, "a", "b"), at({"a": [1]}, "a", "b"), at(None, "a")
    (1, None, None)
    """
    for key in path:
        if not isinstance(document, Mapping):
            return None
        document = document.get(key)
    return document


def number(value: object) -> float | None:
    """Return a finite number; None for anything else, truth values included.

    Examples
    --------
    >>> number(2), number(True), number("2"), number(float("nan"))
    (2.0, None, None, None)
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return float(value) if is_number else None  # type: ignore[arg-type]


def fact_of(document: object, *path: str) -> Reading:
    """Return a plain number of a document."""
    value = number(at(document, *path))
    return Reading(value=value, why_missing="" if value is not None else f"the result has no {path[-1]}")


def value_of(metrics: Mapping[str, Any], name: str, measure: str) -> Reading:
    """Return a map's own value of a measure, as replayed."""
    value = number(at(metrics, "maps", name, "metrics", measure))
    return Reading(value=value, why_missing="" if value is not None else f"the metrics of {name} have no {measure}")


def change_of(metrics: Mapping[str, Any], name: str, measure: str, *, is_all_at_once: bool) -> Reading:
    """Return how a map changes a measure against the incumbent, relative where people speak of it so."""
    if name == metrics.get("incumbent"):
        return Reading(value=0.0, interval=(0.0, 0.0), note=" It is the incumbent itself, so nothing changes.")
    entry = at(metrics, "evidence", "comparison", "maps", name, measure)
    if not isinstance(entry, Mapping):
        return Reading(why_missing=_why_not_compared(metrics, measure))
    is_relative = measure in _RELATIVE
    if is_relative and number(entry.get("change")) is None:
        return Reading(why_missing=f"the incumbent's {measure} is 0 or unknown, so there is no relative change")
    key = {
        (True, False): "change_interval",
        (True, True): "change_simultaneous",
        (False, False): "interval",
        (False, True): "simultaneous",
    }[is_relative, is_all_at_once]
    interval = _interval(entry.get(key))
    if interval is None:
        return Reading(
            value=number(entry.get("change" if is_relative else "difference")),
            why_missing=f"the evidence has no {key} of {measure}; run the experiment again",
        )
    return Reading(
        value=number(entry["change" if is_relative else "difference"]), interval=interval, note=_note(metrics, entry)
    )


def holdout_difference_of(metrics: Mapping[str, Any], measure: str, *, is_all_at_once: bool) -> Reading:
    """Return candidate minus incumbent in the holdout, in the measure's unit."""
    test = at(metrics, "evidence", "holdout", "measures", measure, "test")
    value = number(at(test, "difference"))
    if value is None:
        return Reading(why_missing=f"the result has no holdout that measured {measure}")
    ends = ("low_of_all", "high_of_all") if is_all_at_once else ("low", "high")
    return Reading(value=value, interval=(number(test.get(ends[0])), number(test.get(ends[1]))))


def _why_not_compared(metrics: Mapping[str, Any], measure: str) -> str:
    evidence = metrics.get("evidence")
    if not isinstance(evidence, Mapping):
        return "the result holds no evidence; run the experiment again"
    why = evidence.get("left_out") or at(evidence, "comparison", "left_out", measure)
    return str(why) if why else f"the evidence does not compare {measure}; name it in evidence.measures"


def _interval(ends: object) -> tuple[float | None, float | None] | None:
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        return None
    return number(ends[0]), number(ends[1])


def _note(metrics: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    if entry.get("n_differing") != 0:
        return ""
    kind = at(metrics, "evidence", "comparison", "clusters") or "cluster"
    most = number(entry.get("most_differing_share"))
    more = "" if most is None else f"; up to {100 * most:.2g} % of {kind}s may differ all the same"
    return f" No {kind} of this stream tells the maps apart{more}."
