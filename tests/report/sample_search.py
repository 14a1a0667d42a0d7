"""What do the tests of a search's report look at? Documents as the runner writes them: realistic, and awkward ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

TEXTS = {
    "cost_usd": "cost, caches by the lag-1 rule [USD]",
    "shortfall": "mean shortfall [0..1 axis]",
    "tier_change_rate": "tier changes, of pairs",
    "list_cost_usd": "cost without caches [USD]",
    "unserved_share": "unserved",
    "latency_s": "latency per request [s]",
}
EXACT = "exact: every map of the grid was weighed, and none is better"


def sample_search(n_maps: int = 42, *, seed: int = 3) -> dict[str, Any]:
    """Return a fresh search of three measures in two settings, with five picks (fewer where there are fewer maps)."""
    rng = np.random.default_rng(seed)
    cost = np.sort(187.69 * np.exp(rng.uniform(0, 1.7, n_maps)))
    cost[0] = 187.69
    changes = rng.choice([0.0, 0.00041, 0.00068, 0.0011], n_maps)
    shortfall = np.round(0.16 * np.exp(-(cost / 187.69 - 1) * 0.9) * (1 - 250 * changes), 6)
    n_bands = rng.choice([2, 3, 4], n_maps, p=[0.5, 0.3, 0.2])
    search = {
        "measures": ["cost_usd", "shortfall", "tier_change_rate"],
        "texts": dict(TEXTS),
        "limits": {"shortfall": 0.1139, "unserved_share": 0.0},
        "epsilon": {},
        "settings": [_setting("coupled", 18, None, [17, 66, 72]), _setting("apart", 18, 13, [221, 5_148, 46_332])],
        "incumbent": {
            "name": "documented",
            "n_bands": 3,
            "request_edges": [0.33, 0.66],
            "score_edges": None,
            "measures": _measures(917.96, 0.1139, 0.00068),
        },
        "per_request": {
            "cost_usd": 171.2,
            "list_cost_usd": 240.5,
            "shortfall": 0.004,
            "short_share": 0.01,
            "model_jump_rate": 0.21,
        },
        "frontier": {
            "cost_usd": cost.tolist(),
            "shortfall": shortfall.tolist(),
            "tier_change_rate": changes.tolist(),
            "n_bands": n_bands.tolist(),
            "setting": np.where(n_bands == 2, "apart", "coupled").tolist(),
            "is_within": (shortfall <= 0.1139).tolist(),
        },
        "n_frontier_maps": n_maps,
        "picks": [],
        "incumbent_costs": {"lag1_cost_usd": 917.96, "replayed_cost_usd": 917.96},
        "warnings": [],
        "robust": None,
    }
    _pick_some(search)
    return search


def crowded_search() -> dict[str, Any]:
    """Return 2,000 of 12,345 maps, ten picks with long names, two of them on one spot, many edges, nulls, warnings."""
    search = sample_search(2_000)
    within = [row for row, is_in in enumerate(search["frontier"]["is_within"]) if is_in]
    rows = [within[at] for at in np.linspace(0, len(within) - 1, 9).astype(int)]
    names = [f"best-apart-hysteresis-{0.05 * i:g}-never-down" for i in range(1, 11)]
    search["picks"] = [_pick(search, name, row) for name, row in zip(names, [*rows, rows[0]], strict=True)]
    search["picks"][3].update(
        n_bands=7, request_edges=[0.125, 0.2505, 0.3333, 0.5, 0.8125, 0.9375], score_edges=[41, 42.5, 45, 47.3, 49, 52]
    )
    search["picks"][4]["moved_share"] = search["picks"][4]["measures"]["tier_change_rate"] = None
    search["picks"][5]["replayed_cost_usd"] *= 0.97
    search["frontier"]["shortfall"][5] = None
    search["frontier"]["tier_change_rate"][7] = None
    search["n_frontier_maps"] = 12_345
    search["warnings"] = [
        f"{names[4]} is cheaper than {names[5]} by the tables (301.20 against 305.10 USD) and dearer in the stateful "
        "replay (301.20 against 295.95)"
    ]
    return search


def robust_section() -> dict[str, Any]:
    """Return what a robust search adds."""
    chosen = {"n_bands": 3, "request_edges": [0.25, 0.8535], "score_edges": [41.0, 47.3]}
    return {
        "aim": "regret",
        "measure": "cost_usd",
        "scenarios": ["now", "deepseek/* x 2", "scores, replicate 1", "scores, replicate 2", "week 2026-05-04"],
        "maps": [
            {"name": "robust", **chosen, "expected": 210.2, "worst": 250.1, "worst_in": "deepseek/* x 2"}
            | {"regret": 12.3, "regret_in": "scores, replicate 2"},
            {"name": "cheapest", **chosen, "expected": 204.9, "worst": 311.0, "worst_in": "deepseek/* x 2"}
            | {"regret": 73.2, "regret_in": "deepseek/* x 2"},
            {"name": "documented", "expected": 917.96, "worst": 930.0, "worst_in": "now", "regret": None}
            | {"regret_in": None},
        ],
        "verdict": EXACT,
    }


def _setting(name: str, n_points: int, n_scores: int | None, n_maps: list[int]) -> dict[str, Any]:
    return {
        "name": name,
        "edges": name,
        "hysteresis": 0.0,
        "downgrades": "allowed",
        "candidates": n_points,
        "score_candidates": n_scores,
        "moved_share": 0.0,
        "n_bands": [2, 3, 4],
        "n_maps": n_maps,
        "n_frontier": [5, 5, 20],
        "verdict": EXACT,
    }


def _measures(cost: float, shortfall: float | None, changes: float | None) -> dict[str, float | None]:
    return {
        "cost_usd": cost,
        "shortfall": shortfall,
        "tier_change_rate": changes,
        "list_cost_usd": cost * 1.3,
        "unserved_share": 0.0,
        "latency_s": 9.25,
    }


def _pick_some(search: dict[str, Any]) -> None:
    within = [row for row, is_in in enumerate(search["frontier"]["is_within"]) if is_in]
    wanted = {
        "cheapest": (
            0.0,
            ["least cost, caches by the lag-1 rule [USD]", "fewest tiers within 1 % of the least cost_usd"],
        ),
        "knee": (0.3, ["knee of cost_usd and shortfall, at least three of four rules agree"]),
        "balanced": (0.5, ["nearest to the best of all measures at once"]),
        "nearest": (0.8, ["fewest requests change model of all maps with less cost_usd than the incumbent"]),
        "least-shortfall": (1.0, ["least mean shortfall [0..1 axis]; among equals the least cost_usd"]),
    }
    taken: set[int] = set()
    for name, (at, why) in wanted.items():
        row = within[math.floor(at * (len(within) - 1))] if within else 0
        if within and row not in taken:
            search["picks"].append(_pick(search, name, row) | {"why": why})
            taken.add(row)


def _pick(search: dict[str, Any], name: str, row: int) -> dict[str, Any]:
    frontier = search["frontier"]
    cost, n_bands = frontier["cost_usd"][row], frontier["n_bands"][row]
    return {
        "name": name,
        "why": [f"least cost_usd with edges {name.removeprefix('best-')}"],
        "setting": frontier["setting"][row],
        "n_bands": n_bands,
        "request_edges": [0.25, 0.5, 0.8535][-(n_bands - 1) :],
        "score_edges": [41.0, 43.2, 47.3][-(n_bands - 1) :],
        "tiers": [["deepseek/deepseek-v4-flash@max"]] * n_bands,
        "measures": _measures(cost, frontier["shortfall"][row], frontier["tier_change_rate"][row]),
        "n_sharing": 1,
        "moved_share": 0.41,
        "table_cost_usd": cost,
        "lag1_cost_usd": cost,
        "replayed_cost_usd": cost,
    }
