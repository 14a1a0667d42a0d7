"""What do the tests of the evidence look at? A small hand-written section with every verdict and every hole."""

from __future__ import annotations

from typing import Any

from report.sample import sample_document

COST, P95, JUMPS, SHORTFALL = "cost_usd_per_krequest", "latency_p95_s", "tier_jump_rate", "shortfall_mean"
TEXTS = {
    COST: "cost per 1,000 requests [USD]",
    P95: "latency, p95 [s]",
    JUMPS: "tier jumps, of pairs",
    SHORTFALL: "mean shortfall [0..1 axis]",
}


def entry(
    measure: str,
    *,
    incumbent: float,
    difference: float,
    half: float | None,
    verdict: str,
    change_half: float | None = None,
    margin: float = 0.0,
) -> dict[str, Any]:
    """Return one difference; its wider interval reaches twice as far, and without a half nothing bounds it."""

    def ends(point: float, reach: float | None) -> list[float | None]:
        return [None, None] if reach is None else [point - reach, point + reach]

    change = None if change_half is None else difference / incumbent
    reach = None if half is None else change_half  # what nothing bounds, nothing bounds in percent either
    return {
        "text": TEXTS[measure],
        "incumbent": incumbent,
        "candidate": incumbent + difference,
        "difference": difference,
        "standard_error": 0.0 if half is None else half / 2,
        "interval": ends(difference, half),
        "simultaneous": ends(difference, None if half is None else 2 * half),
        "change": change,
        "change_interval": None if change is None else ends(change, reach),
        "change_simultaneous": None if change is None else ends(change, None if reach is None else 2 * reach),
        "n_differing": 0 if verdict == "same" else 7,
        "most_differing_share": 0.01 if verdict == "same" else None,
        "margin": margin,
        "verdict": verdict,
    }


def comparison() -> dict[str, Any]:
    """Return two candidates: one better in cost, tied, not worse and not told apart; one worse, unbounded, the same."""
    natural = {
        SHORTFALL: entry(SHORTFALL, incumbent=0.12, difference=0.001, half=0.004, verdict="not_worse", margin=0.01),
        COST: entry(COST, incumbent=20.0, difference=-5.0, half=1.0, verdict="better", change_half=0.05),
        P95: entry(P95, incumbent=40.0, difference=-0.4, half=3.0, verdict="not_enough", change_half=0.08),
        JUMPS: entry(JUMPS, incumbent=0.01, difference=0.0001, half=0.0002, verdict="tied", margin=0.001),
    }
    coupled = {
        COST: entry(COST, incumbent=20.0, difference=6.0, half=1.5, verdict="worse", change_half=0.1),
        P95: entry(P95, incumbent=40.0, difference=2.0, half=None, verdict="not_enough", change_half=0.2),
        JUMPS: entry(JUMPS, incumbent=0.01, difference=0.0, half=0.0, verdict="same"),
        SHORTFALL: entry(SHORTFALL, incumbent=0.12, difference=-0.05, half=0.01, verdict="better"),
    }
    return {
        "incumbent": "documented",
        "clusters": "session",
        "n_clusters": 400,
        "n_replicates": 1000,
        "level": 0.95,
        "maps": {"coupled": coupled, "natural": natural},
        "left_out": {"latency_p50_s": "no request has a known time"},
    }


def telling(needed: int, least: int, most: int | None, *, difference: float, seen: float) -> dict[str, Any]:
    """Return what a measure takes, with as much of it as is shown."""
    return {
        "difference": difference,
        "detectable": {"difference": seen, "is_seen": abs(difference) >= seen, "n_sessions": 400},
        "plan": {"n_sessions": needed, "n_sessions_now": 400},
        "n_sessions_least": least,
        "n_sessions_most": most,
    }


def size() -> dict[str, Any]:
    """Return sizes: enough, too few without limit, nothing to plan for, and refused."""
    none = {"difference": 0.0, "plan": None, "n_sessions_least": None, "n_sessions_most": None}
    measures = {
        COST: {
            "paired": telling(90, 60, 150, difference=-5.0, seen=2.5),
            "rollout": telling(5000, 3000, 9000, difference=-5.0, seen=17.0),
        },
        JUMPS: {
            "paired": telling(1234, 300, None, difference=0.0001, seen=0.0003),
            "rollout": {**none, "detectable": None},
        },
        SHORTFALL: {"paired": {**none, "detectable": None}, "rollout": {**none, "detectable": None}},
        "unmet_share": {"why_not": "no request speaks about it"},
    }
    return {"power": 0.8, "canary_share": 0.1, "maps": {"coupled": measures, "natural": measures}}


def selection(n_frontier: int = 3) -> dict[str, Any]:
    """Return a choice among the two candidates and some maps that a search brought."""

    def place(name: str, gap: float, low: float | None, instability: float) -> dict[str, Any]:
        is_tied = low is None or low <= 0
        facts = {"name": name, "difference": gap - 5.0, "gap": gap, "gap_low": low, "request_edges": [0.3, 0.6]}
        return {**facts, "is_tied": is_tied, "instability": instability}

    maps = [place("natural", 0.0, 0.0, 0.02), place("frontier-7", 0.2, 0.0, 0.01), place("coupled", 11.0, 8.0, 0.03)]
    maps += [place(f"resampled-{i}", 1.0 + i, None if i == 0 else 0.5, 0.005 * i) for i in range(n_frontier)]
    return {
        "rule": "least cost_usd_per_krequest of the candidates",
        "objective": COST,
        "text": TEXTS[COST],
        "unjudged_limits": ["models_held"],
        "n_candidates": len(maps) + 1,
        "n_searched_again": 0,
        "n_within_limits": len(maps),
        "incumbent": "documented",
        "incumbent_value": 20.0,
        "best_of_many": {
            "name": "natural",
            "index": 0,
            "n_candidates": len(maps),
            "estimate": -5.0,
            "naive_low": -6.0,
            "naive_high": -4.0,
            "low": -7.0,
            "high": -3.0,
            "at_most": -3.2,
            "level": 0.95,
        },
        "chosen": {
            "name": "natural",
            "n_candidates": len(maps),
            "estimate": -5.0,
            "optimism": -0.25,
            "corrected": -4.75,
            "low": -6.5,
            "high": None,
            "naive_low": -6.0,
            "naive_high": -4.0,
            "level": 0.95,
            "chosen_share": 0.8,
            "n_chosen": 3,
        },
        "plateau": {
            "margin": 0.0,
            "n_tied": sum(each["is_tied"] for each in maps),
            "best": "natural",
            "recommended": "frontier-7",
            "score_noise_sd": 0.02,
            "maps": maps,
        },
    }


def holdout() -> dict[str, Any]:
    """Return a holdout that was opened twice, whose cost gap is more than chance and whose shortfall nobody knows."""

    def measure(name: str, train: float, test: float | None, gap_half: float | None) -> dict[str, Any]:
        gap = None if test is None else train - test
        gap_ends = (None, None) if gap is None or gap_half is None else (gap - gap_half, gap + gap_half)
        ends = (None, None) if test is None else (test - 1.0, test + 1.0)
        return {
            "text": TEXTS[name],
            "train": {"candidate": 1.0, "difference": train},
            "test": {"candidate": 2.0, "difference": test, "low": ends[0], "high": ends[1]},
            "optimism_of_difference": {"train_minus_test": gap, "low": gap_ends[0], "high": gap_ends[1]},
        }

    return {
        "candidate": "natural",
        "incumbent": "documented",
        "level": 0.95,
        "rule": "least cost_usd_per_krequest of the candidates",
        "split": {"kind": "draw", "n_sessions": 400, "n_train": 190, "n_test": 200, "n_dropped": 10},
        "measures": {COST: measure(COST, -8.0, -3.0, 2.0), SHORTFALL: measure(SHORTFALL, -0.01, None, None)},
        "folds": {
            "n_splits": 3,
            "n_distinct_maps": 2,
            "measures": {COST: {"pooled_difference": {"low": -6.0, "high": -3.5, "point": -4.8}}},
        },
        "record": {
            "locked_at": "2026-03-01T09:30:12.5+00:00",
            "is_clean": False,
            "sentence": "The holdout was opened 2 times; opening 2 evaluates a map that was not locked.",
            "openings": [
                {"time": "2026-03-01T09:31:00+00:00", "is_locked": True, "reason": "it was not there"},
                {"time": "2026-03-02T10:00:00+00:00", "is_locked": False, "reason": "a bug was mended"},
            ],
        },
    }


def shift(
    name: str, settings: list[tuple[str, float | None]], *, effect: str = "moves", today: float = -5.0
) -> dict[str, Any]:
    """Return a row of the tornado from its settings' differences in cost."""
    known = [value for _, value in settings if value is not None]
    least, greatest = min([today, *known]), max([today, *known])
    return {
        "shift": name,
        "group": "prices",
        "note": "",
        "effect": effect,
        "settings": [
            {
                "label": label,
                "value": None,
                "effect": effect,
                **({} if value is None else {"difference": {COST: value}}),
            }
            for label, value in settings
        ],
        "measures": {
            COST: {
                "base": today,
                "least": least,
                "greatest": greatest,
                "swing": greatest - least,
                "stops_being_better": greatest >= 0,
            }
        },
        "sentences": {COST: f"{name}: it moves."},
    }


def sensitivity() -> dict[str, Any]:
    """Return shifts that turn, move, do nothing and cannot be applied, and break-even points near and far."""
    rows = [
        shift("prices of openai/*", [("x 0.5", -9.0), ("x 2", 2.0)]),
        shift("score of z-ai/glm-5@max (tiers cut anew)", [("41", -6.0), ("47", -5.0)]),
        shift("sticky TTL [s]", [("300", -5.0), ("600", -5.0)], effect="nothing"),
        shift("eligibility", [("floor", None)], effect="refused"),
    ]
    when = "cost per 1,000 requests [USD]: the candidate stops being better when"

    def parameter(name: str, now: float | None, ends: list[float], sentences: list[str]) -> dict[str, Any]:
        standings = ["better", "worse"] if ends else ["better"]
        stretches = [{"low": 0, "high": 1, "standing": standing} for standing in standings]
        return {
            "parameter": name,
            "now": now,
            "ends": ends,
            "today": "better",
            "stretches": stretches,
            "sentences": sentences,
        }

    return {
        "tornado": {
            "candidate": "natural",
            "incumbent": "documented",
            "sorted_by": COST,
            "measures": {COST: TEXTS[COST]},
            "base": {"difference": {COST: -5.0}},
            "rows": rows,
            "sentences": [],
        },
        "break_even": [
            parameter("sticky TTL [s]", None, [60.0], [f"{when} the sticky TTL is at most 60 s (to within 1)."]),
            parameter("prices of qwen/*", 1.0, [7.5], [f"{when} qwen/* costs 7.5 times as much as today."]),
            parameter("prices of openai/*", 1.0, [1.2], [f"{when} openai/* costs 1.2 times as much as today."]),
            parameter("prices of z-ai/*", 1.0, [], ["prices of z-ai/*: the candidate never stops being better."]),
            {"parameter": "cache TTL [s]", "why_not": "it cannot be applied"},
        ],
    }


def evidence() -> dict[str, Any]:
    """Return the whole section."""
    return {
        "comparison": comparison(),
        "size": size(),
        "selection": selection(),
        "holdout": holdout(),
        "sensitivity": sensitivity(),
    }


def document_with_evidence() -> dict[str, Any]:
    """Return the sample's document with the whole section."""
    return {**sample_document(), "evidence": evidence()}
