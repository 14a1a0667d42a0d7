"""A small drift report, written by hand: one factor drifted, one did not, one could not be tested."""

from __future__ import annotations

from typing import Any

from paretocode.evidence.drift import DriftVerdict


def move(name: str, before: float | None, difference: float | None, low: float | None, high: float | None) -> Any:
    """Return one metric's move."""
    after = None if before is None or difference is None else before + difference
    return {
        "name": name,
        "unit": "",
        "before": before,
        "after": after,
        "difference": difference,
        "standard_error": None if difference is None else 0.1,
        "low": low,
        "high": high,
        "level": 0.99,
    }


MOVES = [
    move("cost_usd_per_krequest", 10.0, 2.0, 1.0, 3.0),
    move("shortfall_mean", 0.04, 0.005, None, 0.02),
    move("unmet_share", 0.5, 0.001, -0.01, 0.012),
    move("tier_jump_rate", None, None, None, None),
]


def tested(name: str, factor: str, psi: float, p_holm: float) -> dict[str, Any]:
    """Return a test with its effects."""
    return {
        "name": name,
        "factor": factor,
        "state": "tested",
        "n_sessions": [100, 120],
        "n_values": [900, 1000],
        "statistic": 3.0,
        "p_value": p_holm / 2,
        "p_holm": p_holm,
        "psi_by_chance": 0.02,
        "effects": [
            {"name": "psi", "value": psi, "unit": "", "band": "moderate", "subject": ""},
            {"name": "share", "value": 0.125, "unit": "share", "band": "small", "subject": "0.65"},
        ],
    }


def factor(name: str, verdict: DriftVerdict, *tests: dict[str, Any], uncovered: float = 0.0) -> dict[str, Any]:
    """Return a factor with what it alone would do."""
    return {"factor": name, "verdict": verdict.value, "tests": list(tests), "move": matched([name], uncovered)}


def matched(factors: list[str], uncovered: float = 0.0) -> dict[str, Any]:
    """Return what matching some factors does."""
    return {
        "factors": factors,
        "moves": [dict(each) for each in MOVES],
        "effective_sessions": 80.0,
        "largest_weight": 2.0,
        "uncovered_share": uncovered,
        "has_converged": True,
    }


def sample_drift() -> dict[str, Any]:
    """Return the report."""
    constant = {**tested("min_scores", "min scores", 0.0, 1.0), "state": "constant in both streams: no test"}
    constant |= {"effects": [], "p_holm": None, "p_value": None, "psi_by_chance": None}
    return {
        "map": "quantile",
        "tuned": "march",
        "today": "april",
        "n_sessions": [100, 120],
        "verdict": DriftVerdict.MOVES.value,
        "stream_verdict": DriftVerdict.MOVES.value,
        "factors": [
            factor("min scores", DriftVerdict.NO_TEST, constant),
            factor("tokens", DriftVerdict.MOVES, tested("prompt_tokens", "tokens", 0.15, 0.01), uncovered=0.2),
            factor("gaps", DriftVerdict.NO_SIGN, tested("gap_s", "gaps", 0.0, 0.6)),
        ],
        "moves": [dict(each) for each in MOVES],
        "joint": matched(["tokens", "gaps"]),
        "unexplained": [dict(each) for each in MOVES],
        "catalogue": None,
        "limits": {
            "cost_usd_per_krequest": {"most": 0.05, "is_relative": True},
            "shortfall_mean": {"most": 0.01, "is_relative": False},
            "unmet_share": {"most": 0.02, "is_relative": False},
            "tier_jump_rate": {"most": 0.01, "is_relative": False},
        },
        "alpha": 0.05,
        "level": 0.95,
        "conventions": {},
    }


def sample_catalogue() -> dict[str, Any]:
    """Return what a catalogue did: one tier has another server, one model would be better."""
    return {
        "counts": {"entry": 1, "exit": 2, "score": 0, "price": 3, "context": 0, "speed": 0},
        "changes": [],
        "findings": [f"warning {at}" for at in range(7)],
        "tiers": [
            {"tier": "low", "shortlist": [["a"], ["b"]], "serving": ["a", "b"], "gone": ["a"], "challengers": []},
            {"tier": "high", "shortlist": [["c"], ["c"]], "serving": ["c", "c"], "gone": [], "challengers": ["d"]},
        ],
        "moves": [move("cost_usd_per_krequest", 10.0, 0.1, 0.05, 0.15)],
        "limits": {},
        "verdict": DriftVerdict.NO_CONSEQUENCE.value,
    }
