"""What failures come to, counted by hand."""

from __future__ import annotations

from paretocode.catalogue import load_bundled
from paretocode.sim import draw_luck
from paretocode.sim.events import replay_events, tally_events
from paretocode.sim.operations import ModelOperations, Operations
from paretocode.stream import request_stream
from paretocode.tiermap import documented_pareto_code


def test_fallbacks_and_other_tiers_are_counted_apart() -> None:
    models = load_bundled()
    tier_map = documented_pareto_code(models).with_policy(stickiness="none")
    stream = request_stream(
        session=[1, 2, 3, 4], time_s=[0, 1, 2, 3], prompt_tokens=[9_000] * 4, completion_tokens=[9] * 4,
        min_score=[0.5, 0.5, 0.5, 0.9],
    )  # fmt: skip
    luck = draw_luck(stream, rng=1)

    def counted(*failing: str) -> tuple[int, int, int]:
        always = ModelOperations(outages=((-10.0, 1e6),))
        operations = Operations(models=dict.fromkeys(failing, always))
        found = tally_events(replay_events(stream, tier_map, models, operations=operations, luck=luck, engine="twin"))
        return found.n_fallback, found.n_other_tier, found.n_given_up

    medium = tier_map.tiers[1].models
    assert counted() == (0, 0, 0)
    assert counted("moonshotai/kimi-k2.6") == (3, 0, 0)
    assert counted(*medium) == (3, 3, 0)
    assert counted(*tier_map.models)[2] == 4
