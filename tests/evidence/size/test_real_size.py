"""How many sessions of real traffic would tell natural bands from the documented ones?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from paretocode.bands import natural_bands
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.evidence.clusters import label_clusters
from paretocode.evidence.size import Rollout, Telling, check_plan, sessions_to_see, sessions_to_tell
from paretocode.sim import Replay, replay
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, read_coding_agent
from paretocode.tiermap import documented_pareto_code, map_from_edges

pytestmark = pytest.mark.data

MODELS = load_bundled()
SCALE = PercentileScale(field=tuple(MODELS.coding_score))
MEASURES = ("cost_usd_per_krequest", "tier_jump_rate", "shortfall_mean", "unserved_share")


@pytest.fixture(scope="module")
def stream(data_dir: Path) -> RequestStream:
    trace = read_coding_agent(data_dir / "traces" / "claude_code_weka_requests_nohash_derived.parquet", threads="all")
    return apply_demand(trace, DEFAULT_DEMAND, rng=2)


@pytest.fixture(scope="module")
def runs(stream: RequestStream) -> tuple[Replay, Replay]:
    bands = natural_bands(MODELS.coding_score, 3)
    edges = [round(edge, 3) for edge in bands.edges]
    natural = map_from_edges(MODELS, score_edges=edges, scale=SCALE, name="natural")
    return replay(stream, natural, MODELS), replay(stream, documented_pareto_code(MODELS), MODELS)


@pytest.fixture(scope="module")
def told(runs: tuple[Replay, Replay]) -> dict[str, Telling]:
    return {each.measure: each for each in sessions_to_tell(*runs, MEASURES, scale=SCALE)}


def test_the_bill_does_not_tell_them_apart_and_the_shortfall_does(told: dict[str, Telling]) -> None:
    cost, shortfall = told["cost_usd_per_krequest"], told["shortfall_mean"]
    assert cost.plan is not None
    assert shortfall.plan is not None
    assert not cost.plan.is_enough
    assert cost.n_sessions_most is None  # the difference may as well be 0
    assert cost.plan.n_sessions > 10 * 773
    assert shortfall.n_sessions_most is not None
    assert shortfall.n_sessions_most < 20
    assert "so there is no spread to plan with" in told["unserved_share"].sentence
    assert cost.plan.n_days is None  # all sessions of this trace begin at 0 s


def test_the_number_by_hand(runs: tuple[Replay, Replay], told: dict[str, Telling]) -> None:
    """From the bills of sessions, by the textbook formula."""
    stream = runs[0].stream
    bills = np.array([np.bincount(stream.session, run.cost_pusd / 1e9) for run in runs])
    n_requests = np.bincount(stream.session)
    difference = bills[0] - bills[1]
    mean = difference.sum() / n_requests.sum()
    u = (difference - mean * n_requests) / n_requests.mean()
    by_hand = ((norm.ppf(0.975) + norm.ppf(0.8)) * u.std(ddof=1) / mean) ** 2
    plan = told["cost_usd_per_krequest"].plan
    assert plan is not None
    assert plan.n_sessions_normal == pytest.approx(by_hand, rel=1e-9)
    assert plan.n_sessions == pytest.approx(by_hand + 2, abs=2)


def test_draws_of_the_real_sessions_agree(told: dict[str, Telling]) -> None:
    plan = told["cost_usd_per_krequest"].plan
    assert plan is not None
    assert check_plan(plan, n_worlds=2000, rng=1).power == pytest.approx(0.8, abs=0.03)
    live = sessions_to_see(plan.spread, relative=0.05, design=Rollout(canary_share=0.5), power=0.9)
    assert check_plan(live, n_worlds=2000, rng=1).power == pytest.approx(0.9, abs=0.03)
    paired = sessions_to_see(plan.spread, relative=0.05, power=0.9)
    assert paired.n_sessions < live.n_sessions / 2


def test_requests_are_no_sessions(told: dict[str, Telling]) -> None:
    """Who planned with independent requests would ask for a small part of what it takes."""
    effects = {name: each.spread.design_effect for name, each in told.items()}
    assert effects["cost_usd_per_krequest"] == pytest.approx(29.3, abs=0.1)
    assert effects["shortfall_mean"] == pytest.approx(96.2, abs=0.1)
    assert effects["unserved_share"] is None


def test_runs_of_an_agent_are_counted_as_well(runs: tuple[Replay, Replay]) -> None:
    stream = runs[0].stream
    groups = label_clusters(stream, [name.partition("/")[0] for name in stream.session_ids], kind="run")
    (cost,) = sessions_to_tell(*runs, ["cost_usd_per_krequest"], scale=SCALE, clusters=groups)
    assert cost.spread.n_sessions == 710
    assert cost.plan is not None
    assert "runs (" in cost.sentence
