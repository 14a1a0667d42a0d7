"""What does each session of a part add under a map? Sums by cluster that are put together when all parts are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.map_sums import MapSums, request_columns
from paretocode.evidence.measures import map_measure
from paretocode.evidence.part_clusters import merged_pieces, part_clusters, together
from paretocode.sim.replaying import Replay

__all__ = ["PartSums", "SumsPiece", "part_sums"]

_INT64_MAX = float(2**63)


class SumsPiece(NamedTuple):
    """One part's clusters (see `PartClusters`), and column -> sums; all of shape (n_clusters of the part,)."""

    label: IntColumn
    first: IntColumn
    columns: dict[str, IntColumn]

    def plus(self, other: SumsPiece) -> SumsPiece:
        """Return the sums of both, whose clusters are the same."""
        columns = {name: column + other.columns[name] for name, column in self.columns.items()}
        return SumsPiece(self.label, np.minimum(self.first, other.first), columns)


@dataclass(frozen=True, kw_only=True, eq=False)
class PartSums:
    """One map's sums by cluster, of one or more parts; two add up."""

    pieces: tuple[SumsPiece, ...]

    def __add__(self, other: PartSums) -> PartSums:
        """Return the sums of both; commutative once they are joined.

        Pieces with the same clusters become one, so that blocks take no more memory for more parts.
        """
        return PartSums(pieces=merged_pieces(self.pieces, other.pieces))

    def joined(self, name: str, *, kind: str) -> MapSums:
        """Return the sums of all parts, clusters numbered as in memory; no windows. O(n log n).

        Raises
        ------
        InputError
            One cluster only, or sums beyond 64 bits.
        """
        n, number = together([p.label for p in self.pieces], [p.first for p in self.pieces], kind=kind)
        columns = {}
        for column in self.pieces[0].columns:
            values = np.concatenate([piece.columns[column] for piece in self.pieces])
            if float(np.abs(values.astype(np.float64)).sum()) >= _INT64_MAX:
                raise InputError("sums by cluster leave 64 bits", where="evidence", way_out="take a part of the stream")
            columns[column] = np.zeros(n, dtype=np.int64)
            np.add.at(columns[column], number, values)
        return MapSums(name=name, n_clusters=n, cluster_kind=kind, columns=columns, windows={})


def part_sums(run: Replay, *, scale: ScoreScale, measures: Iterable[str], kind: str, first_session: int) -> PartSums:
    """Sum the replay of a part by cluster. O(n).

    Parameters
    ----------
    scale, measures
        As for `map_sums`; quantiles of times, which no sum gives, are left out.
    kind, first_session
        As for `part_clusters`.
    """
    stream = run.stream
    clusters = part_clusters(stream, kind=kind, first_session=first_session)
    starts = np.flatnonzero(stream.is_first)
    ratios = [name for name in measures if map_measure(name).per_mille is None]
    columns = {}
    for name, values in request_columns(run, scale=scale, measures=ratios):
        columns[name] = np.zeros(len(clusters.label), dtype=np.int64)
        np.add.at(columns[name], clusters.of_session, np.add.reduceat(values, starts))
    return PartSums(pieces=(SumsPiece(clusters.label, clusters.first, columns),))
