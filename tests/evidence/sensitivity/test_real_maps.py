"""The default analysis of the documented map against quantile bands: the quickstart's stream, and the real trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.sensitivity.two_maps import COST, SHORT
from paretocode.bands import bands_by_scheme
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.evidence.sensitivity import (
    GROUPS,
    Effect,
    Tornado,
    World,
    break_even,
    default_parameters,
    default_shifts,
    price_factor,
    rival_models,
    sensitivity,
    serving_models,
    world_of,
)
from paretocode.evidence.sensitivity.world import follows_edges
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, read_coding_agent, synthesise
from paretocode.tiermap import documented_pareto_code, map_from_edges

MODELS = load_bundled()
SCALE = PercentileScale(field=tuple(MODELS.coding_score))


def world_on(stream: RequestStream) -> World:
    edges = bands_by_scheme("quantile", MODELS.coding_score, 3).edges
    quantile = map_from_edges(MODELS, score_edges=list(edges), scale=SCALE, name="quantile")
    return world_of(MODELS, stream, documented_pareto_code(MODELS), quantile, scale=SCALE, rng=3)


@pytest.fixture(scope="module")
def quickstart() -> World:
    """The world of experiments/quickstart.toml at smoke size."""
    stream = synthesise("coding_agent", n_requests=2000, rng=1)
    return world_on(apply_demand(stream, DEFAULT_DEMAND, rng=2))


@pytest.fixture(scope="module")
def tornado(quickstart: World) -> Tornado:
    return sensitivity(quickstart, default_shifts(quickstart, n_score_draws=5, has_failures=False))


@pytest.fixture(scope="module")
def real(data_dir: Path) -> World:
    trace = read_coding_agent(data_dir / "traces" / "claude_code_weka_requests_nohash_derived.parquet", threads="all")
    return world_on(apply_demand(trace, DEFAULT_DEMAND, rng=2))


def test_the_default_shifts_cover_every_group(quickstart: World) -> None:
    shifts = default_shifts(quickstart, n_score_draws=2)
    groups = [shift.group for shift in shifts]
    assert list(dict.fromkeys(groups)) == list(GROUPS)
    names = [shift.name for shift in shifts]
    assert len(set(names)) == len(names)
    for expected in (
        "prices of deepseek/*", "moonshotai/kimi-k2.6 withdrawn", "new model new/strong", "atom 0.65 moved",
        "share of omitted", "sticky TTL [s]", "cache TTL [s]", "price metric", "empty tier", "default tier",
        "stickiness", "number of fallbacks", "eligibility", "score scale", "cache rules",
        "score noise (tiers as listed)", "score noise (tiers cut anew)",
    ):  # fmt: skip
        assert expected in names


def test_both_maps_are_read_as_they_are(quickstart: World) -> None:
    assert not follows_edges(quickstart.incumbent, MODELS)
    assert follows_edges(quickstart.candidate, MODELS)
    assert "deepseek/deepseek-v4-pro@max" in serving_models(quickstart)
    strong, small = rival_models(quickstart)
    assert strong.coding_score == MODELS.coding_score.max()
    assert small.prompt_usd_per_mtok == 0.05


def test_what_cannot_be_and_what_does_nothing_is_said(tornado: Tornado) -> None:
    assert tornado.row("eligibility").effect is Effect.REFUSED
    assert tornado.row("number of fallbacks").effect is Effect.NOTHING
    assert "fallbacks act only where calls fail" in " ".join(tornado.sentences())
    assert "is a listing and keeps its lists" in " ".join(tornado.sentences())
    listed = tornado.row("score noise (tiers as listed)")
    assert listed.swing("cost_usd_per_krequest") == 0  # scores alone move no money while tiers stay
    assert listed.swing(SHORT) > 0


def test_atoms_that_cross_an_edge_move_money(quickstart: World, tornado: Tornado) -> None:
    """The documented high cut stands at 0.66: one hundredth up, an agent's default of 0.65 is high."""
    low, high = tornado.row("atom 0.65 moved").settings
    assert low.effect is Effect.NOTHING or low.difference(COST) == tornado.base.difference[COST]
    assert high.effect is Effect.MOVES
    assert high.compared is not None
    assert high.compared.candidate[COST] == tornado.base.candidate[COST]
    assert high.compared.incumbent[COST] != tornado.base.incumbent[COST]


def test_every_default_parameter_has_an_answer(quickstart: World) -> None:
    parameters = default_parameters(quickstart)
    assert {p.group for p in parameters} == {"prices", "models", "scores", "demand", "time limits", "caches"}
    for parameter in parameters[::5]:
        found = break_even(quickstart, parameter, measure=SHORT, n_scan=3)
        assert found.sentences()
        assert found.stretches[0].low == found.low


@pytest.mark.data
def test_the_real_trace_has_exact_break_even_prices(real: World) -> None:
    assert len(real.stream) == 49_334
    models = [f"{name}/*" for name in ("qwen", "x-ai")]
    for pattern in models:
        parameter = price_factor(pattern, low=0.1, high=3.0)
        exact = break_even(real, parameter)
        assert exact.is_exact
        scanned = break_even(real, parameter, is_scanned=True, n_scan=41)
        assert len(exact.crossings) == len(scanned.crossings) > 0
        for one, other in zip(exact.crossings, scanned.crossings, strict=True):
            assert other.below - 0.001 <= one.at <= other.at + 0.001
            assert (one.before, one.after) == (other.before, other.after)


@pytest.mark.data
def test_the_real_trace_has_a_tornado(real: World) -> None:
    found = sensitivity(real, default_shifts(real, n_score_draws=5, has_failures=False), measures=[COST, SHORT])
    assert found.base.incumbent[COST] == pytest.approx(1000 * 918.007 / 49_334, rel=1e-5)
    assert {"prices of moonshotai/*", "atom 0.65 moved", "cache rules"} <= {row.shift for row in found.turning(COST)}
    assert found.n_settings[Effect.REFUSED] == 1
