"""Do outcomes, plans and coverage read as they are: refusals kept, nothing saved at lost quality, unknowns unknown?"""

from __future__ import annotations

from typing import Any

from paretocode.evidence.logged import LogAnswer
from paretocode.report.numbers import UNKNOWN
from paretocode.report.text_coverage import coverage_text
from paretocode.report.text_outcomes import outcomes_text
from paretocode.report.text_size import size_text


def ends(value: float, low: float | None, high: float | None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


def outcomes() -> dict[str, Any]:
    return {
        "table": {
            "name": "t.csv",
            "n_questions": 40,
            "n_clusters": 20,
            "cluster_kind": "talk",
            "models": ["small", "large"],
            "score_range": [0.0, 1.0],
            "notes": [],
        },
        "level": 0.9,
        "comparison": {
            "candidate": "small",
            "baseline": "large",
            "candidate_score": 0.5,
            "baseline_score": 0.75,
            "margin": 0.1,
            "difference": ends(-0.25, None, -0.1),
            "verdict": "undecided",
            "is_kept": False,
            "cost": {
                "candidate_usd": 0.001,
                "baseline_usd": 0.02,
                "cost_saved_share": ends(0.95, 0.94, 0.96),
            },
        },
        "quadrants": {
            "first": "large",
            "second": "small",
            "right_at": 1.0,
            "p_value": None,
            "parts": {
                name: {"n": n, **ends(n / 40, 0.1, 0.5)}
                for name, n in (("rescue", 0), ("loss", 10), ("safe", 20), ("hard", 10))
            },
        },
        "oracle": {
            "oracle_score": 0.75,
            "best_single": "large",
            "best_single_score": 0.75,
            "gap": 0.0,
            "closed_share": None,
            "regret": ends(0.25, 0.1, 0.4),
        },
        "saving": {
            "margin": 0.1,
            "best": None,
            "sentence": "Nothing is saved at equal quality.",
            "candidates": [
                {"name": f"c{at}", "quality": ends(-0.2, -0.3, -0.1), "saved": ends(0.5, 0.4, 0.6), "is_kept": False}
                for at in range(12)
            ],
        },
        "router": None,
    }


def test_outcomes_say_what_is_no_saving_and_what_nothing_bounds() -> None:
    text = outcomes_text(outcomes())
    assert "40 questions in 20 clusters (talk)" in text
    assert "-0.25 [not bounded, -0.1]" in text
    assert "verdict: not enough data (margin 0.1); what it saves is no saving at equal quality" in text
    assert "90 % intervals" in text
    assert "and 2 candidates more, with --json" in text
    assert "McNemar" not in text
    assert "APGR" not in text
    kept = outcomes()
    kept["comparison"] |= {"verdict": "not_inferior", "is_kept": True}
    assert "no saving at equal quality\n" not in outcomes_text(kept)


def test_outcomes_without_costs_say_so() -> None:
    document = outcomes()
    document["comparison"]["cost"] = document["saving"] = None
    document["router"] = {
        "weak": "small",
        "strong": "large",
        "weak_score": 0.5,
        "strong_score": 0.75,
        "apgr": ends(0.6, 0.5, 0.7),
        "apgr_of_tenths": 0.65,
        "cpt": {"0.2": 0.1, "0.5": 0.25, "0.8": 1.0},
        "aiq": None,
    }
    text = outcomes_text(document)
    assert "saving: the table has no costs" in text
    assert "AIQ: the table has no costs" in text
    assert "APGR 0.600 [0.5, 0.7] over 0 % to 100 % strong calls" in text
    assert "CPT(20%) 10.0 %, CPT(50%) 25.0 %, CPT(80%) 100 %" in text
    assert "USD" not in text


def plan(n_sessions: int, *warnings: str) -> dict[str, Any]:
    return {"n_sessions": n_sessions, "is_enough": n_sessions <= 100, "warnings": list(warnings)}


def size() -> dict[str, Any]:
    telling = {
        "difference": -2.0,
        "plan": plan(50),
        "n_sessions_least": 20,
        "n_sessions_most": None,
        "detectable": {"difference": 1.5, "n_sessions": 100, "is_seen": True},
    }
    refused = {"why_not": "unserved_share: the incumbent's value is 0; give the difference in the measure's unit."}
    asked = [
        {"goal": "see", "share": 0.05, "paired": plan(400, "few sessions decide"), "rollout": plan(9000)},
        {"goal": "keep", "share": 0.1, "paired": plan(90), "rollout": {"why_not": "too few in an arm."}},
    ]
    return {
        "power": 0.8,
        "canary_share": 0.1,
        "maps": {
            "quantile": {
                "cost_usd_per_krequest": {"paired": telling, "rollout": {"plan": plan(700)}, "asked": asked},
                "unserved_share": {
                    "why_not": "no spread",
                    "asked": [{"goal": "see", "share": 0.05, "paired": refused, "rollout": refused}],
                },
            }
        },
    }


def test_a_plan_says_what_this_log_has_and_why_there_is_none() -> None:
    text = size_text(size())
    assert "this stream has 100" in text
    rows = {" ".join(line.split()) for line in text.splitlines()}
    assert "cost_usd_per_krequest see a change of 5 % 400 9,000 too few" in rows
    assert f"cost_usd_per_krequest keep a margin of 10 % 90 {UNKNOWN} enough" in rows
    assert "- cost_usd_per_krequest, paired: few sessions decide" in rows
    assert "- cost_usd_per_krequest, rollout: too few in an arm." in rows
    assert "- unserved_share: the incumbent's value is 0; give the difference in the measure's unit." in rows
    assert "20 to any number" in text


def test_a_kept_plan_has_no_goals() -> None:
    document = size()
    for entry in document["maps"]["quantile"].values():
        entry.pop("asked")
    assert "see a change" not in size_text(document)


def test_the_proposed_map_stands_alone_where_it_is_planned_for() -> None:
    document = size()
    document["maps"]["natural"] = document["maps"]["quantile"]
    alone = size_text(document, proposed="quantile")
    assert "natural" not in alone
    assert "1 other candidate" in alone
    for proposed in (None, "documented"):  # the incumbent has no plan against itself
        both = size_text(document, proposed=proposed)
        assert "natural: sessions" in both
        assert "quantile: sessions" in both


def row(name: str, **kinds: float) -> dict[str, Any]:
    plain = dict.fromkeys(("identical", "seen", "unseen", "unserved", "unknown"), 0.0)
    return {"name": name, "n_requests": 10, "identical_cost_share": None, **plain, **kinds}


def test_coverage_tells_what_was_never_seen() -> None:
    total = row("all", identical=0.25, unseen=0.75)
    document: dict[str, Any] = {
        "log": "april",
        "candidate": "quantile",
        "incumbent": "documented",
        "unknown_models": [],
        "coverage": {
            "total": total,
            "strata": [],
            "moves": [row(f"low -> t{at}") for at in range(14)],
            "identical_so_far": 0.2,
        },
        "value": None,
    }
    text = coverage_text(document)
    assert "Nothing is said of 75.0 % of requests" in text
    assert "and 2 moves more, with --json" in text
    assert "could be estimated" not in text  # nothing was seen elsewhere
    bounded = {"low": 0.1, "high": 0.9, "low_end": 0.0, "high_end": 1.0}
    refused = {
        "outcome": "passed",
        "answer": LogAnswer.REFUSED.value,
        "covered_share": 0.0,
        "estimates": [],
        "weights": None,
        "whole": bounded,
    }
    text = coverage_text(document | {"value": refused})
    assert "passed: refused" in text
    assert "between 0.1 and 0.9" in text
    assert "ips" not in text
    assert "not bounded; 100 % of requests are not covered" in coverage_text(
        document | {"value": refused | {"whole": None}}
    )
    document["coverage"]["strata"] = [row("0.62", unseen=0.5), row("0.9", seen=1.0), row("rest 0.6-0.66", unseen=0.7)]
    said = " ".join(coverage_text(document).split())
    assert "for requests of their kind (rest 0.6-0.66: 7, 0.62: 5)." in said


def test_weights_off_1_have_two_causes() -> None:
    off = {"n_matched": 5, "n_requests": 9, "effective_sessions": 4.0, "largest": 2.0}
    off |= {"mean": 0.5, "mean_low": 0.4, "mean_high": 0.6, "is_mean_plausible": False}
    estimate = {"name": "ips", "value": 0.5, "low": None, "high": 1.0}
    estimate |= {"difference": 0.1, "difference_low": None, "difference_high": 0.3}
    value = {"outcome": "passed", "answer": "", "covered_share": 1.0, "estimates": [estimate], "whole": None}
    coverage = {"total": row("all", seen=1.0), "strata": [], "moves": [], "identical_so_far": 0.0}
    document = {"log": "a", "candidate": "b", "incumbent": "c", "unknown_models": [], "coverage": coverage}
    for is_plausible in (True, False):
        weights = off | {"is_mean_plausible": is_plausible}
        said = " ".join(coverage_text({**document, "value": {**value, "weights": weights}}).split())
        assert ("wrong propensities, or choices that the log never made there" in said) is not is_plausible
        assert "all traffic" not in said  # all of it is covered
