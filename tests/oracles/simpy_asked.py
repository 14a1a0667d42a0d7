"""What does the SimPy model know of each request? Plain numbers, and the shortlists of the reference router."""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple

from oracles.slow_replay import slow_decisions
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.luck import Luck
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap, shortlist

MICRO = 10**6
NOBODY = -1


class Asked(NamedTuple):
    """One request in plain numbers, and whom it may be asked of: its own tier, then the next one, best first."""

    row: int
    session: int
    time_us: int
    pause_us: int
    prompt: int
    completion: int
    prefix: int
    bits: int
    levels: tuple[int, int]
    own: list[int]
    own_tier: int
    others: list[int]
    others_tier: int


def asked_rows(stream: RequestStream, tier_map: TierMap, catalogue: Catalogue, luck: Luck) -> list[Asked]:
    """Return every request with the shortlists that the reference router gives it."""
    pauses = _pauses_us(stream)
    step = {"up": 1, "down": -1, "refuse": tier_map.n_tiers}[tier_map.policy.empty_tier]
    rows = []
    for index, decision in enumerate(slow_decisions(stream, tier_map, catalogue)):
        request = stream.row(index)
        lists: list[tuple[list[int], int]] = []
        tier = decision.tier_routed
        while len(lists) < 2 and 0 <= tier < tier_map.n_tiers:
            if able := shortlist(request, tier, tier_map, catalogue):
                lists.append((able, tier))
            tier += step
        (own, own_tier), (others, others_tier) = (*lists, ([], NOBODY), ([], NOBODY))[:2]
        rows.append(
            Asked(
                index, request.session, request.time_us, pauses[index], request.prompt_tokens,
                request.completion_tokens, request.prefix_tokens, int(luck.bits[index]),
                (int(luck.ttft[index]), int(luck.throughput[index])), own, own_tier, others, others_tier,
            )
        )  # fmt: skip
    return rows


def _pauses_us(stream: RequestStream) -> list[int]:
    answer_s = None if stream.logged is None else stream.logged.answer_s
    if answer_s is None:
        return [0] * len(stream)
    middle = statistics.median([x for x in answer_s.tolist() if not math.isnan(x)])
    waited = [round((middle if math.isnan(x) else x) * MICRO) for x in answer_s.tolist()]
    gaps = stream.gap_us.tolist()
    return [0, *(max(0, gap - before) for gap, before in zip(gaps[1:], waited, strict=False))]
