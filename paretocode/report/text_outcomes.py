"""What does a person read of outcomes? Quality kept or not, on which questions, what is saved, what a router gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode._terminal import filled
from paretocode.report import numbers
from paretocode.report.text_fitted import fitted_table

__all__ = ["outcomes_text"]

_SAVED_ROWS = 10
_VERDICTS = {
    "better": "the quality is higher",
    "not_inferior": "not lower by more than the margin",
    "inferior": "lower by more than the margin",
    "undecided": "not enough data",
}
_MEANINGS = {
    "rescue": "only the candidate is right",
    "loss": "only the baseline is right",
    "safe": "both right",
    "hard": "both wrong",
}


def outcomes_text(document: Mapping[str, Any]) -> str:
    """Return the comparison of two models on known outcomes, as text.

    Parameters
    ----------
    document
        What ``paretocode evidence outcomes --json`` prints.
    """
    parts = [_head(document), _comparison(document), _quadrants(document), _oracle(document)]
    parts += [_saving(document), _router(document)]
    return "\n\n".join(part for part in parts if part)


def _head(document: Mapping[str, Any]) -> str:
    table = document["table"]
    clusters = f" in {table['n_clusters']:,} clusters ({table['cluster_kind']})"
    low, high = table["score_range"]
    return (
        f"{table['name']}: {table['n_questions']:,} questions"
        f"{clusters if table['n_clusters'] != table['n_questions'] else ''}, {len(table['models'])} models, "
        f"scores {low:g} to {high:g}"
    )


def _comparison(document: Mapping[str, Any]) -> str:
    found = document["comparison"]
    cost = found["cost"]
    header, difference = ["", "model", "mean score"], ["difference", "", _signed(found["difference"])]
    rows = [[role, found[role], _score(found[f"{role}_score"])] for role in ("candidate", "baseline")]
    if cost is not None:
        header.append("USD per question")
        rows = [[*row, numbers.usd(cost[f"{row[0]}_usd"])] for row in rows]
        difference.append(f"saves {_shares(cost['cost_saved_share'])}")
    verdict = f"verdict: {_VERDICTS.get(found['verdict'], found['verdict'])} (margin {found['margin']:g})"
    if cost is not None and not found["is_kept"]:
        verdict += "; what it saves is no saving at equal quality"
    note = f"{100 * document['level']:g} % intervals; differences are paired by question and resampled by cluster."
    table = fitted_table(header, [*rows, difference], "ll" + "r" * (len(header) - 2))
    return "\n".join([table, verdict, note])


def _quadrants(document: Mapping[str, Any]) -> str:
    found = document["quadrants"]
    rows = [
        [
            name,
            _MEANINGS[name],
            f"{part['n']:,}",
            _shares(part),
        ]
        for name, part in found["parts"].items()
    ]
    right = f"right from a score of {found['right_at']:g}"
    p_value = found["p_value"]
    test = "" if p_value is None else f"; McNemar's exact test of equal shares: p = {p_value:.3g}"
    return f"{fitted_table(['questions', 'who is right', 'n', 'share [interval]'], rows, 'llrr')}\n{right}{test}"


def _oracle(document: Mapping[str, Any]) -> str:
    found = document["oracle"]
    n_models = len(document["table"]["models"])
    closed = found["closed_share"]
    said = (
        f"perfect routing among {n_models} models would score {_score(found['oracle_score'])}, the best single model "
        f"({found['best_single']}) scores {_score(found['best_single_score'])}: a gap of {_score(found['gap'])}. The "
        f"candidate leaves {_score(found['regret']['value'])} {_bracket(found['regret'])} on the table"
    )
    said += "." if closed is None or closed <= 0 else f" and closes {closed:.0%} of the gap."
    return filled(f"oracle: {said} An oracle of noisy scores profits from luck, so these are upper bounds.")


def _saving(document: Mapping[str, Any]) -> str:
    saving = document["saving"]
    if saving is None:
        return "saving: the table has no costs"
    listed = saving["candidates"][:_SAVED_ROWS]
    rows = [
        [row["name"], _signed(row["quality"]), _shares(row["saved"]), "kept" if row["is_kept"] else "not shown"]
        for row in listed
    ]
    table = fitted_table(["candidate", "mean score [interval]", "saved [interval]", "quality"], rows, "lrrl")
    more = len(saving["candidates"]) - len(listed)
    rest = [f"and {more} candidates more, with --json"] if more > 0 else []
    return "\n".join([table, *rest, filled(saving["sentence"])])


def _router(document: Mapping[str, Any]) -> str:
    router = document["router"]
    if router is None:
        return ""
    cpt = ", ".join(f"CPT({float(share):.0%}) {numbers.percent(value)}" for share, value in router["cpt"].items())
    lines = [
        f"router between {router['weak']} ({_score(router['weak_score'])}) and {router['strong']} "
        f"({_score(router['strong_score'])})",
        f"APGR {router['apgr']['value']:.3f} {_bracket(router['apgr'])} over 0 % to 100 % strong calls; random routing "
        "has 0.5",
        f"{cpt}: share of strong calls that recovers so much of the gap",
    ]
    area = router["aiq"]
    if area is None:
        lines.append("AIQ: the table has no costs")
    else:
        low, high = area["cost_range_usd"]
        lines.append(
            f"AIQ {area['value']:.4f} against {area['zero_router']:.4f} for random mixing, over {low:.6g} to "
            f"{high:.6g} USD per question; its thresholds are the luckiest on these questions"
        )
    return "\n".join(filled(line) for line in lines)


def _score(value: float) -> str:
    return f"{value:.4g}"


def _signed(estimate: Mapping[str, Any]) -> str:
    return f"{estimate['value']:+.4g} {_bracket(estimate, '+.4g')}"


def _bracket(estimate: Mapping[str, Any], form: str = ".4g") -> str:
    low, high = ("not bounded" if estimate[end] is None else format(estimate[end], form) for end in ("low", "high"))
    return f"[{low}, {high}]"


def _shares(estimate: Mapping[str, Any]) -> str:
    low, high = ("not bounded" if estimate[end] is None else f"{100 * estimate[end]:.1f}" for end in ("low", "high"))
    return f"{100 * estimate['value']:.1f} % [{low}, {high}]"
