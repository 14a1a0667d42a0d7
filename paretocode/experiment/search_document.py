"""What does `metrics.json` say of a search? Settings, the frontier in columns, picks with their reasons and bills."""

from __future__ import annotations

from typing import Any

import numpy as np

from paretocode.experiment.search_alternatives import alternatives
from paretocode.experiment.search_done import Searched
from paretocode.experiment.search_robust import robust_document
from paretocode.sim.billing import nano_usd
from paretocode.stream import PPM
from paretocode.tune import Confirmed, MapAnswer, PerRequest, Pick, ReplayedBills, confirm_costs, order_warnings
from paretocode.tune.latencies import latencies_of_maps
from paretocode.tune.measures import measure_named
from paretocode.tune.paths.found import Verdict
from paretocode.tune.paths.reachable import MOST

__all__ = ["MOST_LISTED", "search_document"]

MOST_LISTED = 2_000
"""Maps of the frontier that the document lists; `maps.parquet` has them all."""

_MANY_MORE = 1.1
"""By which factor jumps must exceed tier changes to be worth a warning."""

_VERDICTS = (Verdict.EXACT, Verdict.WITHIN_EPSILON)


def search_document(searched: Searched, metrics: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the document of a search.

    Parameters
    ----------
    metrics
        Map name -> `Metrics.to_dict()` of its replay.
    """
    answer, question, incumbent = searched.answer, searched.answer.question, searched.incumbent
    name = incumbent.tier_map.name
    bills = _bills(searched, metrics)
    return {
        "measures": list(question.measures),
        "texts": {measure.name: measure.text for measure in question.shown},
        "limits": dict(question.limits),
        "epsilon": dict(question.epsilon),
        "settings": [_setting(answer, at) for at in range(len(answer.searched))],
        "incumbent": {
            "name": name,
            "measures": {measure.name: incumbent.value(measure.name, question) for measure in question.shown},
        },
        "per_request": _per_request(searched.optimum, answer),
        "frontier": _frontier(answer),
        "n_frontier_maps": len(answer),
        "picks": _picks(searched, bills),
        "alternatives": alternatives(answer, within=searched.near_optimal),
        "incumbent_costs": _costs(bills[name]),
        "warnings": [*order_warnings(tuple(bills.values())), *_jump_warnings(searched, metrics)],
        "robust": _robust(searched),
    }


def _jump_warnings(searched: Searched, metrics: dict[str, dict[str, Any]]) -> list[str]:
    """Return a sentence on picks whose requests jump tiers clearly more often than their min scores ask.

    Where failures or a moving catalogue are replayed they make jumps of their own, and nothing is said.
    """
    if searched.experiment.operations is not None or searched.experiment.history is not None:
        return []
    answer = searched.answer
    column, limit = answer.column("tier_change_rate"), answer.question.limits.get("tier_change_rate")
    said = []
    for pick in searched.picks:
        asked = measure_named("tier_change_rate").value(int(pick.totals[column]), answer.question.counts)
        served = metrics[pick.name]["tier_jump_rate"]
        if served is not None and served > asked * _MANY_MORE:
            beyond = ", beyond the limit" if limit is not None and served > limit else ""
            said.append(f"{pick.name} ({100 * asked:.3g} % asked, {100 * served:.3g} % served{beyond})")
    if not said:
        return []
    return [
        "tiers that cannot hold a request hand it on, so some maps change tier more often as served than as asked, "
        f"which is what is searched and limited: {'; '.join(said)}"
    ]


def _robust(searched: Searched) -> dict[str, Any] | None:
    robust = searched.robust
    if robust is None:
        return None
    names = dict.fromkeys((*robust.compared, searched.incumbent.tier_map.name))
    maps = {name: searched.experiment.tier_maps[name] for name in names}
    return robust_document(robust.found, robust.question, maps)


def _bills(searched: Searched, metrics: dict[str, dict[str, Any]]) -> dict[str, Confirmed]:
    """Return the three bills of the incumbent and of every pick.

    The replay's is that of `metrics.json`, unless failures or a moving catalogue are replayed there: then the maps are
    replayed once more without them, so that the three bills speak of one world.
    """
    incumbent, answer, experiment = searched.incumbent, searched.answer, searched.experiment
    names = [incumbent.tier_map.name, *(pick.name for pick in searched.picks)]
    if experiment.operations is None and experiment.history is None:
        replayed = {name: int(metrics[name]["cost_nusd"]) * 1000 for name in names}
    else:
        maps = {name: experiment.tier_maps[name] for name in names}
        replayed = {each.name: each.replayed_pusd for each in confirm_costs(answer.question, maps, {})}
    cost = answer.column("cost_usd")
    bills = [(names[0], None, incumbent.totals["cost_pusd"])]
    bills += [(pick.name, int(pick.totals[cost]), int(answer.exact(pick.place)[cost])) for pick in searched.picks]  # type: ignore[misc]
    return {
        name: Confirmed(name=name, table_pusd=table, lag1_pusd=lag1, replayed_pusd=replayed[name])
        for name, table, lag1 in bills
    }


def _costs(bill: Confirmed) -> dict[str, float | None]:
    return {
        "table_cost_usd": None if bill.table_pusd is None else nano_usd(bill.table_pusd) / 1e9,
        "lag1_cost_usd": nano_usd(bill.lag1_pusd) / 1e9,
        "replayed_cost_usd": nano_usd(bill.replayed_pusd) / 1e9,
    }


def _setting(answer: MapAnswer, at: int) -> dict[str, Any]:
    one = answer.searched[at]
    ready = one.prepared
    first = answer.question.measures[0]
    best = answer.best(setting=at)
    least = answer.column(first)
    return {
        "name": ready.setting.name,
        "edges": ready.setting.edges,
        "hysteresis": ready.setting.hysteresis_ppm / PPM,
        "downgrades": ready.setting.downgrades,
        "candidates": len(ready.request_candidates),
        "score_candidates": None if ready.score_candidates is None else len(ready.score_candidates),
        "moved_share": ready.request_candidates.moved_share,
        "n_bands": [found.n_bands for found in one.found],
        "n_maps": [n if n < MOST else None for n in one.n_maps],
        "n_frontier": [len(found) for found in one.found],
        "n_of_answer": int(np.count_nonzero(answer.setting == at)),
        "least": None if best is None else measure_named(first).value(int(best.totals[least]), answer.question.counts),
        "verdict": (
            Verdict.EXACT if all(f.verdict is not Verdict.WITHIN_EPSILON for f in one.found) else _VERDICTS[1]
        ).value,
    }


def _per_request(optimum: PerRequest, answer: MapAnswer) -> dict[str, float]:
    counts = answer.question.counts
    return {
        "cost_usd": nano_usd(optimum.cost_pusd) / 1e9,
        "list_cost_usd": nano_usd(optimum.list_cost_pusd) / 1e9,
        "shortfall": measure_named("shortfall").value(optimum.shortfall_ppm, counts),
        "short_share": measure_named("short_share").value(optimum.n_short, counts),
        "unserved_share": measure_named("unserved_share").value(optimum.n_unserved, counts),
        "model_jump_rate": optimum.n_model_jumps / counts.pairs if counts.pairs else 0.0,
    }


def _frontier(answer: MapAnswer) -> dict[str, list[Any]]:
    """Return the frontier in columns; thinned evenly where it is long."""
    rows = np.arange(len(answer))
    if len(rows) > MOST_LISTED:
        rows = np.unique(np.linspace(0, len(rows) - 1, MOST_LISTED).astype(np.int64))
    columns: dict[str, list[Any]] = {name: answer.value(name)[rows].tolist() for name in answer.question.measures}
    return {
        **columns,
        "n_bands": answer.n_bands[rows].tolist(),
        "setting": answer.setting[rows].tolist(),
        "is_within": answer.is_within[rows].tolist(),
    }


def _picks(searched: Searched, bills: dict[str, Confirmed]) -> list[dict[str, Any]]:
    """Return the picks, with quantiles of their lag-1 times where the search knows times."""
    answer = searched.answer
    again = _by_stickiness(searched)
    picks = [_pick(pick, answer, bills[pick.name], again) for pick in searched.picks]
    if answer.question.luck is not None:
        for pick, times in zip(picks, latencies_of_maps(answer, [p.place for p in searched.picks]), strict=True):
            pick["latency_quantiles_s"] = {
                f"p{per_mille // 10}": None if (at := times.quantile_us(per_mille)) is None else at / 1e6
                for per_mille in (500, 950, 990)
            }
    return picks


def _pick(pick: Pick, answer: MapAnswer, bill: Confirmed, again: dict[str, dict[str, float]]) -> dict[str, Any]:
    question = answer.question
    return {
        "name": pick.name,
        "also": list(pick.also),
        "why": list(pick.why),
        "setting": answer.searched[pick.place.setting].prepared.setting.name,
        "n_bands": pick.tier_map.n_tiers,
        "request_edges": list(pick.tier_map.request_edges),
        "score_edges": list(pick.tier_map.score_edges or ()),
        "tiers": [list(tier.models) for tier in pick.tier_map.tiers],
        "measures": {
            measure.name: measure.value(int(total), question.counts)
            for measure, total in zip(question.shown, answer.exact(pick.place), strict=True)
        },
        "n_sharing": pick.n_sharing,
        "moved_share": pick.moved_share,
        **_costs(bill),
        "replayed_by_stickiness": again[pick.name],
    }


def _by_stickiness(searched: Searched) -> dict[str, dict[str, float]]:
    """Return the stateful bill of every pick under each asked stickiness [USD]."""
    if not searched.stickiness:
        return {pick.name: {} for pick in searched.picks}
    question = searched.answer.question
    maps = {
        (pick.name, word): pick.tier_map.with_policy(stickiness=word)
        for pick in searched.picks
        for word in searched.stickiness
    }
    bills = question.counted.total(ReplayedBills(maps=maps, catalogue=question.catalogue, cache=question.cache))
    return {
        pick.name: {word: nano_usd(bills[pick.name, word]) / 1e9 for word in searched.stickiness}
        for pick in searched.picks
    }
