"""Three bills of a map: the search's own, the lag-1 rule replayed, and the replay with everything on."""

from __future__ import annotations

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.sim import replay
from paretocode.sim.billing import exact_sum
from paretocode.stream import request_stream
from paretocode.tiermap import documented_pareto_code
from paretocode.tune import Confirmed, MapQuestion, confirm_costs, order_warnings

MODELS = load_bundled()
# A session that leaves the medium tier for one turn and comes back within the cache's time.
STREAM = request_stream(
    session=[1] * 3,
    time_s=[0, 10, 20],
    prompt_tokens=[10_000, 11_000, 12_000],
    completion_tokens=[100] * 3,
    prefix_tokens=[0, 10_000, 11_000],
    min_score=[0.5, 0.9, 0.5],
)
QUESTION = MapQuestion(
    stream=STREAM, catalogue=MODELS, scale=PercentileScale(field=tuple(MODELS.coding_score)), n_bands=(2,)
)


def test_coming_back_is_cold_by_the_lag1_rule_and_warm_in_the_replay() -> None:
    documented = documented_pareto_code(MODELS)
    (bill,) = confirm_costs(QUESTION, {"today": documented}, {})
    assert bill.table_pusd is None
    assert bill.replayed_pusd == exact_sum(replay(STREAM, documented, MODELS).cost_pusd)
    # Kimi K2.6 still holds the first prompt's 10,000 tokens: 0.25 instead of 0.73 USD per million.
    assert bill.lag1_pusd - bill.replayed_pusd == 10_000 * (730_000 - 250_000)


def test_equal_bills_turn_nothing() -> None:
    one = Confirmed(name="a", table_pusd=5, lag1_pusd=5, replayed_pusd=5)
    two = Confirmed(name="b", table_pusd=5, lag1_pusd=6, replayed_pusd=5)
    assert order_warnings((one, two)) == ()
