"""Which other maps are nearly as good as the best? The first of them, in the order of the first measure."""

from __future__ import annotations

from typing import Any

import numpy as np

from paretocode.errors import UsageError
from paretocode.tune import BestMap, FoundMaps, MapAnswer, measure_named, near_optimal
from paretocode.tune.edges.maps import edges_of

__all__ = ["MOST_ALTERNATIVES", "alternatives"]

MOST_ALTERNATIVES = 100


def alternatives(answer: MapAnswer, *, within: float) -> dict[str, Any] | None:
    """Return the maps that keep all limits and are at most a share worse than the best by the first measure.

    Parameters
    ----------
    within
        The share: 0.01 lets a map cost 1 % more.

    Returns
    -------
    dict or None
        Of the best map's setting and number of tiers, best first, at most `MOST_ALTERNATIVES`; the verdict says whether
        there are more. None where no map keeps the limits.
    """
    best = answer.best()
    if best is None:
        return None
    try:
        return _listed(answer, best, within)
    except UsageError as error:
        # A search for the second best may be hopeless where that for the best is not; the answer stands without it.
        return {
            "within": within,
            "measure": answer.question.measures[0],
            "verdict": f"not listed: {error.what}",
            "maps": [],
        }


def _listed(answer: MapAnswer, best: BestMap, within: float) -> dict[str, Any]:
    question, one = answer.question, answer.searched[best.place.setting]
    found = near_optimal(
        one.prepared.space.graph,
        n_bands=len(best.place.arcs),
        metric=measure_named(question.measures[0]).metric,
        within_ppm=round(within * 10**6),
        limits=question.totals_at_most(question.limits),
        most_maps=MOST_ALTERNATIVES,
    )
    return {
        "within": within,
        "measure": question.measures[0],
        "setting": one.prepared.setting.name,
        "n_bands": found.n_bands,
        "verdict": found.verdict.value,
        "maps": _maps(answer, best.place.setting, found),
    }


def _maps(answer: MapAnswer, setting: int, found: FoundMaps) -> list[dict[str, Any]]:
    space = answer.searched[setting].prepared.space
    names = (*answer.question.measures, "near_edge_share")
    measures = [measure_named(name) for name in dict.fromkeys(names)]
    totals = found.totals[:, [space.graph.column(measure.metric) for measure in measures]]
    request_ppm, score_milli = edges_of(space, found.arcs)
    request, score = request_ppm / 1e6, score_milli / 1e3
    return [
        {
            "request_edges": request[row].tolist(),
            "score_edges": score[row].tolist(),
            **{m.name: m.value(int(t), answer.question.counts) for m, t in zip(measures, totals[row], strict=True)},
        }
        for row in np.arange(len(found)).tolist()
    ]
