"""The additive metrics of a map as a loop over requests, each routed by the reference router."""

from __future__ import annotations

from oracles.slow_replay import slow_bill, slow_decisions
from paretocode.sim.cache import NO_CACHE
from paretocode.sim.tables import ScoredModels
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap


def slow_totals(
    stream: RequestStream, tier_map: TierMap, models: ScoredModels, *, near_edge_ppm: int = 10_000
) -> dict[str, int]:
    """Return the metrics without times, and jumps."""
    catalogue = models.catalogue
    decisions = slow_decisions(stream, tier_map.with_policy(stickiness="none"), catalogue)
    chosen = [decision.primary for decision in decisions]
    axis = models.scale.to_axis_ppm(catalogue.coding_score).tolist()
    # Lag-1 caches: nothing is held over a turn of another model, as if each run of one model were its own session.
    runs = _run_numbers(stream, chosen)
    cost, cached = slow_bill(_renumbered(stream, runs), chosen, catalogue, models.cache)
    list_cost, _ = slow_bill(stream, chosen, catalogue, NO_CACHE)
    totals = dict.fromkeys(
        ("shortfall_ppm", "excess_ppm", "n_short", "n_short_above:0.1", "n_unserved", "n_unmet", "n_near_edge"), 0
    )
    totals |= {"n_tier_changes": 0, "tier_distance": 0, "n_tier_jumps": 0, "n_model_jumps": 0}
    totals |= {"cost_pusd": sum(cost), "list_cost_pusd": sum(list_cost), "fresh_tokens": 0}
    for at, (decision, model) in enumerate(zip(decisions, chosen, strict=True)):
        row = stream.row(at)
        if row.min_score_ppm is not None:
            totals["n_near_edge"] += sum(
                abs(row.min_score_ppm - e) <= near_edge_ppm for e in tier_map.request_edges_ppm
            )
            short = 0 if model is None else row.min_score_ppm - axis[model]
            totals["shortfall_ppm"] += max(0, short)
            totals["excess_ppm"] += max(0, -short)
            totals["n_short"] += short > 0
            totals["n_short_above:0.1"] += short > 100_000
            totals["n_unmet"] += short > 0 or model is None
        totals["n_unserved"] += model is None
        totals["fresh_tokens"] += 0 if model is None else row.prompt_tokens - cached[at]
        if at and stream.row(at - 1).session == row.session:
            before = decisions[at - 1]
            step = abs(decision.tier_routed - before.tier_routed)
            totals["n_tier_changes"] += step > 0
            totals["tier_distance"] += step
            if model is not None and before.primary is not None:
                totals["n_tier_jumps"] += decision.tier_served != before.tier_served
                totals["n_model_jumps"] += model != before.primary
    return totals


def _run_numbers(stream: RequestStream, chosen: list[int | None]) -> list[int]:
    """Return a number for each run of one model within a session."""
    numbers = [0]
    for at in range(1, len(chosen)):
        goes_on = stream.session[at] == stream.session[at - 1] and chosen[at] == chosen[at - 1]
        numbers.append(numbers[-1] + (not goes_on))
    return numbers


class _Renumbered:
    """A stream whose rows carry other session numbers."""

    def __init__(self, stream: RequestStream, numbers: list[int]) -> None:
        self.stream, self.numbers = stream, numbers

    def row(self, at: int) -> object:
        """Return a request."""
        return self.stream.row(at)._replace(session=self.numbers[at])


def _renumbered(stream: RequestStream, numbers: list[int]) -> RequestStream:
    return _Renumbered(stream, numbers)  # type: ignore[return-value]
