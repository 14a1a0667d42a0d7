"""What does a worker need to know of one part? Where it lies, who gives it min scores, and where its luck begins."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from paretocode.sim.luck import Luck, LuckSources, luck_sources
from paretocode.stream.demand import Demand, DemandMixture
from paretocode.stream.partitioned import PartitionedStream
from paretocode.stream.partitioned.asking import Asker, askers
from paretocode.stream.stream import RequestStream

__all__ = ["AskedPart", "asked_parts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPart:
    """One part with its demand and its luck; picklable, and small: a worker reads the requests itself.

    Parameters
    ----------
    parts, number
        Which part of which stream.
    asker
        Gives its min scores; None where the log's own count.
    luck_from
        Where the luck of its first request begins; None without times.
    """

    parts: PartitionedStream
    number: int
    asker: Asker | None = None
    luck_from: LuckSources | None = None

    def stream(self) -> RequestStream:
        """Read the part; the same each time."""
        part = self.parts.part(self.number)
        return part if self.asker is None else self.asker.apply(part)

    def luck(self, stream: RequestStream) -> Luck | None:
        """Draw the luck of its requests; the same each time."""
        return None if self.luck_from is None else copy.deepcopy(self.luck_from).draw(stream)


def asked_parts(
    parts: PartitionedStream,
    *,
    demand: Demand | DemandMixture | None = None,
    demand_rng: np.random.Generator | int = 0,
    luck_rng: np.random.Generator | int | None = None,
) -> list[AskedPart]:
    """Return the parts with the min scores and the luck that the whole stream would have.

    Parameters
    ----------
    demand, demand_rng
        As for `apply_demand`; without a demand the log's own min scores count.
    luck_rng
        As for `draw_luck`; None leaves times out.

    Notes
    -----
    O(n) draws without a replay; reads every part once where a demand is given.
    """
    asking: list[Asker] | list[None] = [None] * len(parts.parts)
    if demand is not None:
        asking = askers(parts, demand, rng=demand_rng)
    sources = None if luck_rng is None else luck_sources(luck_rng)
    found = []
    for number, (entry, asker) in enumerate(zip(parts.parts, asking, strict=True)):
        found.append(AskedPart(parts=parts, number=number, asker=asker, luck_from=copy.deepcopy(sources)))
        if sources is not None:
            sources.skip(entry.n_requests)
    return found
