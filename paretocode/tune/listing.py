"""How is a whole frontier written down? Plain columns, one row a map, with its edges."""

from __future__ import annotations

from typing import Any

from paretocode.tune.answer import MapAnswer
from paretocode.tune.edges.maps import edges_of

__all__ = ["frontier_rows"]


def frontier_rows(answer: MapAnswer) -> list[dict[str, Any]]:
    """Return a plain row for every map of the frontier, in the order of the answer.

    Edges of requests are on the 0..1 axis, edges of scores in the native unit; shown measures in people's units,
    under their names with ``table_`` before them. O(maps x tiers).
    """
    edges = {
        (at, found.n_bands): edges_of(one.prepared.space, found.arcs)
        for at, one in enumerate(answer.searched)
        for found in one.found
    }
    values = {measure.name: answer.value(measure.name).tolist() for measure in answer.question.shown}
    rows = []
    for row in range(len(answer)):
        setting, n_bands, place = (int(c[row]) for c in (answer.setting, answer.n_bands, answer.place))
        knobs = answer.searched[setting].prepared.setting
        request_ppm, score_milli = edges[setting, n_bands]
        rows.append(
            {
                "setting": knobs.name,
                "hysteresis_ppm": knobs.hysteresis_ppm,
                "downgrades": knobs.downgrades,
                "n_bands": n_bands,
                "request_edges": (request_ppm[place] / 1e6).tolist(),
                "score_edges": (score_milli[place] / 1e3).tolist(),
                "is_within": bool(answer.is_within[row]),
                "n_sharing": int(answer.n_sharing[row]),
                **{f"table_{name}": column[row] for name, column in values.items()},
            }
        )
    return rows
