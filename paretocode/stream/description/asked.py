"""Which min scores are asked for, how often do they change, and how many lie close to an edge?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, float_column, increasing, read_only
from paretocode.errors import InputError
from paretocode.stream.demand.asked_counts import AskedCounts, asked_counts
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["NearEdgeMass", "asked", "asked_of", "near_edge_mass", "near_edge_mass_of"]

N_ATOMS = 5


class NearEdgeMass(NamedTuple):
    """How many requests ask for a min score close to an edge.

    Parameters
    ----------
    edges, distances
        As given.
    share
        Shape (n_edges, n_distances): share of *all* requests whose min score lies at most that far from that edge.
    share_of_any
        Shape (n_distances,): the same for the nearest edge; a request between two edges is counted once.
    """

    edges: tuple[float, ...]
    distances: tuple[float, ...]
    share: FloatColumn
    share_of_any: FloatColumn


def asked(stream: RequestStream) -> dict[str, float | int]:
    """Return `min_scores`, `omitted_share`, `switch_share` and `atom_<min score>` of the five most asked.

    `switch_share` is of the requests after a session's first: those that ask for something else than the one before,
    omitted being one of the things to ask for. Where no request states a min score it is left out.
    """
    return asked_of(asked_counts(stream))


def asked_of(counts: AskedCounts) -> dict[str, float | int]:
    """Return the same from the counts of a log's min scores."""
    table = counts.demand_table
    most = np.argsort(-table.share, kind="stable")[:N_ATOMS]
    pairs, switches = int(counts.n_pairs.sum()), int(counts.n_pairs[counts.first != counts.second].sum())
    return {
        "min_scores": len(table.min_score_ppm),
        "omitted_share": table.omitted_share,
        **({"switch_share": switches / pairs} if pairs and len(table.min_score_ppm) else {}),
        **{f"atom_{table.min_score_ppm[i] / PPM:g}": float(table.share[i]) for i in most},
    }


def near_edge_mass(stream: RequestStream, edges: Sequence[float], distances: Sequence[float]) -> NearEdgeMass:
    """Return the share of requests within each distance of each edge: the mass that a small move of an edge re-routes.

    Parameters
    ----------
    edges
        Request edges within 0..1, strictly increasing; taken to the millionth.
    distances
        On the same axis, 0..1; taken to the millionth. A request lies near when ``|min score - edge| <= distance``,
        compared as whole millionths. A request that omits its min score lies near nothing and stays in the
        denominator.

    Raises
    ------
    InputError
        No edge or no distance, one outside 0..1, or edges out of order.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 2, 3, 4], time_s=[0, 1, 2, 3], prompt_tokens=[9] * 4,
    ...                         completion_tokens=[1] * 4, min_score=[0.65, 0.66, 0.5, float("nan")])
    >>> mass = near_edge_mass(stream, [0.66], [0.0, 0.01])
    >>> mass.share.tolist(), mass.share_of_any.tolist()
    ([[0.25, 0.5]], [0.25, 0.5])
    """
    ppm, count = np.unique(stream.min_score_ppm[~stream.is_omitted], return_counts=True)
    return near_edge_mass_of(ppm, count, edges, distances, n_requests=len(stream))


def near_edge_mass_of(
    ppm: IntColumn, count: IntColumn, edges: Sequence[float], distances: Sequence[float], *, n_requests: int
) -> NearEdgeMass:
    """Return the same from the distinct min scores [ppm], how often each is asked for, and the number of requests."""
    edge_ppm, distance_ppm = _millionths(edges, "edges"), _millionths(distances, "distances")
    increasing(edges, name="edges")
    away = np.abs(ppm[None, :] - np.array(edge_ppm)[:, None])
    reach = np.array(distance_ppm)[:, None]
    nearest = away.min(axis=0)
    return NearEdgeMass(
        edges=tuple(edges),
        distances=tuple(distances),
        share=read_only(np.stack([(row[None, :] <= reach) @ count for row in away]) / n_requests),
        share_of_any=read_only((nearest[None, :] <= reach) @ count / n_requests),
    )


def _millionths(values: Sequence[float], name: str) -> list[int]:
    column = float_column(values, name=name, least=0.0)
    if len(column) == 0:
        raise InputError(f"{name} is empty", way_out="give at least one number within 0..1")
    if column.max() > 1:
        raise InputError(f"{name} holds {column.max():g}, which is above 1", way_out="give numbers within 0..1")
    return [round(value * PPM) for value in column.tolist()]
