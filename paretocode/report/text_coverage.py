"""What does a person read of a log's coverage? Shares that it speaks for, refusals, and weighted estimates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from paretocode._terminal import filled
from paretocode.report.numbers import UNKNOWN, percent
from paretocode.report.text_fitted import fitted_table

__all__ = ["coverage_text"]

_KINDS = ("identical", "seen", "unseen", "unserved", "unknown")
_MOST_MOVES = 12
_MOST_KINDS = 5


def coverage_text(document: Mapping[str, Any]) -> str:
    """Return what a log can say about a candidate.

    Parameters
    ----------
    document
        What ``paretocode evidence coverage --json`` prints.
    """
    parts = [_head(document), _table(document["coverage"]), _refusals(document), _value(document)]
    return "\n\n".join(part for part in parts if part)


def _head(document: Mapping[str, Any]) -> str:
    total = document["coverage"]["total"]
    return (
        f"what {document['log'] or 'the log'} ({total['n_requests']:,} requests) can say about "
        f"{document['candidate']}, beside {document['incumbent']}"
    )


def _table(coverage: Mapping[str, Any]) -> str:
    moves = sorted(coverage["moves"], key=lambda row: -row["n_requests"])
    rows = [_row(row) for row in (coverage["total"], *moves[:_MOST_MOVES])]
    header = ["tier before -> after", "requests", *_KINDS, "of cost identical"]
    left = [f"and {len(moves) - _MOST_MOVES} moves more, with --json"] if len(moves) > _MOST_MOVES else []
    note = (
        "identical: the log chose the candidate's model, so its outcome is the candidate's; seen: the log chose it "
        "for other requests of the same kind, in two sessions or more; unseen: not for this kind, whatever it chose "
        "for others (kinds go by min score); unserved: the candidate serves nobody; unknown: the log names no model. "
        f"{percent(coverage['identical_so_far'])} of requests are identical and so is all before them "
        "in their session."
    )
    return "\n".join([fitted_table(header, rows, "lrrrrrrr"), *left, "", filled(note)])


def _row(row: Mapping[str, Any]) -> list[str]:
    share = row["identical_cost_share"]
    cost = UNKNOWN if share is None else percent(share)
    return [row["name"], f"{row['n_requests']:,}", *(percent(row[kind]) for kind in _KINDS), cost]


def _refusals(document: Mapping[str, Any]) -> str:
    return "\n".join(filled(sentence, first="- ") for sentence in _refused(document))


def _refused(document: Mapping[str, Any]) -> Iterator[str]:
    total = document["coverage"]["total"]
    if total["unseen"]:
        share = percent(total["unseen"])
        yield (
            f"Nothing is said of {share} of requests: the log never made the candidate's choice for requests of their "
            f"kind{_kinds_unseen(document['coverage']['strata'])}."
        )
    if document["value"] is None and total["seen"]:
        yield (
            f"{percent(total['seen'])} of requests could be estimated if the log chose at random and logged with which "
            "probability; without it they cannot."
        )
    if document["unknown_models"]:
        names = ", ".join(document["unknown_models"][:5])
        yield f"No model of the catalogue is called {names}; say with --model LOGGED=KEY which ones they are."


def _kinds_unseen(strata: list[Mapping[str, Any]]) -> str:
    """Return which kinds of request the log is silent on, most requests first."""
    counts = {row["name"]: round(row["unseen"] * row["n_requests"]) for row in strata if row["unseen"]}
    most = sorted(counts, key=lambda name: -counts[name])[:_MOST_KINDS]
    if not most:
        return ""
    more = f", and {len(counts) - len(most)} kinds more" if len(counts) > len(most) else ""
    return f" ({', '.join(f'{name}: {counts[name]:,}' for name in most)}{more})"


def _value(document: Mapping[str, Any]) -> str:
    value = document["value"]
    if value is None:
        return ""
    lines = [f"{value['outcome']}: {value['answer']}"]
    rows = [
        [estimate["name"], f"{estimate['value']:.4g}", _bracket(estimate, ""), *_apart(estimate)]
        for estimate in value["estimates"]
    ]
    if rows:
        lines.append(f"covered: {percent(value['covered_share'])} of requests")
        lines.append(fitted_table(["estimate", "mean", "interval", "against the log", "interval"], rows, "lrrrr"))
        weights = value["weights"]
        lines.append(
            filled(
                f"weights: {weights['n_matched']:,} of {weights['n_requests']:,} covered requests count, as much as "
                f"{weights['effective_sessions']:,.1f} equal sessions; the largest weight is {weights['largest']:.3g}; "
                f"their mean is {weights['mean']:.3f} [{weights['mean_low']:.3f}, {weights['mean_high']:.3f}] and "
                f"should be 1{_off(weights)}."
            )
        )
    if value["whole"] is not None:
        whole = value["whole"]
        lines.append(
            f"all traffic: between {whole['low']:.4g} and {whole['high']:.4g}; with sampling between "
            f"{whole['low_end']:.4g} and {whole['high_end']:.4g}"
        )
    elif value["covered_share"] < 1:
        uncovered = percent(1 - value["covered_share"])
        lines.append(f"all traffic: not bounded; {uncovered} of requests are not covered, and --range would bound them")
    return "\n".join(lines)


def _off(weights: Mapping[str, Any]) -> str:
    if weights["is_mean_plausible"]:
        return ""
    return "; it is not: wrong propensities, or choices that the log never made there"


def _apart(estimate: Mapping[str, Any]) -> Iterator[str]:
    if estimate["name"] == "logged_mean":
        yield from ("", "")
    else:
        yield f"{estimate['difference']:+.4g}"
        yield _bracket(estimate, "difference_")


def _bracket(estimate: Mapping[str, Any], prefix: str) -> str:
    low, high = (
        "not bounded" if estimate[f"{prefix}{end}"] is None else f"{estimate[f'{prefix}{end}']:.4g}"
        for end in ("low", "high")
    )
    return f"[{low}, {high}]"
