"""Does every verdict come out where it should, and is nothing said that the data cannot carry?"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from evidence.drift.drift_worlds import plain_stream
from paretocode.catalogue import Catalogue, PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.evidence.drift import (
    DEFAULT_LIMITS,
    DriftReport,
    DriftVerdict,
    Limit,
    MetricMove,
    Reach,
    catalogue_drift,
    drift_report,
)
from paretocode.evidence.drift.verdicts import reach_of, worst_reach
from paretocode.sim import draw_luck, measure, replay
from paretocode.stream import Demand, RequestStream, apply_demand, synthesise
from paretocode.tiermap import documented_pareto_code

MODELS = load_bundled()
SCALE = PercentileScale(field=tuple(MODELS.coding_score))
MAP = documented_pareto_code(MODELS)
LOOSE = {name: Limit(most=100.0) for name in DEFAULT_LIMITS}
NAN = float("nan")


def chat(seed: int, low_share: float = 0.5, n_sessions: int = 150) -> RequestStream:
    demand = Demand(atoms=((0.2, low_share), (0.8, 1 - low_share)))
    return apply_demand(synthesise("chat", n_sessions=n_sessions, rng=seed), demand, rng=seed)


def reported(tuned: RequestStream, today: RequestStream, **settings: object) -> DriftReport:
    plain = {"scale": SCALE, "rng": 1, "n_permutations": 199, **settings}
    return drift_report(tuned, today, MAP, MODELS, **plain)  # type: ignore[arg-type]


def test_the_same_law_shows_no_sign() -> None:
    report = reported(chat(1), chat(2), limits=LOOSE)
    assert {factor.verdict for factor in report.factors} == {DriftVerdict.NO_SIGN}
    assert report.verdict is DriftVerdict.NO_SIGN


def test_a_drift_within_the_limits_has_no_consequence() -> None:
    report = reported(chat(1, 0.7), chat(2, 0.3), limits=LOOSE)
    assert report.factors[0].factor == "min scores"
    assert report.factors[0].verdict is DriftVerdict.NO_CONSEQUENCE
    assert report.verdict is DriftVerdict.NO_CONSEQUENCE


def test_a_drift_beyond_a_limit_moves_the_map() -> None:
    limits = {"unmet_share": Limit(most=0.01), "cost_usd_per_krequest": Limit(most=0.05, is_relative=True)}
    report = reported(chat(1, 0.9), chat(2, 0.2), limits=limits)
    asked = report.factors[0]
    assert (asked.factor, asked.verdict, report.verdict) == ("min scores", DriftVerdict.MOVES, DriftVerdict.MOVES)
    assert {f.verdict for f in report.factors[1:]} <= {DriftVerdict.NO_SIGN}
    whole = next(move for move in report.moves if move.name == "cost_usd_per_krequest")
    part = next(move for move in asked.move.moves if move.name == whole.name)
    assert part.difference == pytest.approx(whole.difference, rel=0.35)  # the factor explains most of it


def test_noise_beyond_the_limits_is_too_little_data() -> None:
    report = reported(chat(1), chat(2), limits={"cost_usd_per_krequest": Limit(most=1e-6, is_relative=True)})
    assert report.verdict is DriftVerdict.TOO_LITTLE
    few = reported(chat(1, n_sessions=8), chat(2, n_sessions=8), limits=LOOSE)
    assert {(factor.verdict, factor.has_drifted) for factor in few.factors} == {(DriftVerdict.TOO_LITTLE, False)}
    assert few.verdict is DriftVerdict.TOO_LITTLE  # not "drift without consequence": no test says that any drifted


def test_a_kind_that_nobody_asked_for_before_cannot_be_cleared() -> None:
    report = reported(plain_stream([0.2] * 60), plain_stream([0.2, 0.8] * 30), limits=LOOSE)
    asked = report.factors[0]
    assert asked.move.uncovered_share == 0.5
    assert asked.verdict is DriftVerdict.TOO_LITTLE


def test_a_smooth_shift_across_an_edge_is_a_drift_whose_consequence_weights_cannot_show() -> None:
    rng = np.random.default_rng(5)
    edge = MAP.request_edges[-1]
    scores = [rng.uniform(edge - 0.15, edge - 0.01, size=120), rng.uniform(edge + 0.01, edge + 0.08, size=120)]
    report = reported(*(plain_stream(side.tolist(), name=str(at)) for at, side in enumerate(scores)))
    asked = report.factors[0]
    assert (asked.has_drifted, asked.move.uncovered_share) == (True, 1.0)
    assert report.verdict is DriftVerdict.MOVES


def test_a_few_min_scores_that_cross_an_edge_within_one_tenth_are_seen() -> None:
    """One request in fifteen moves from below the high edge to above it; quantiles alone hold both in one stretch."""
    low, edge = np.linspace(0.0, 0.3, 280).tolist(), MAP.request_edges[-1]
    tuned, today = (
        plain_stream([*low, *(edge + sign * step / 1_000 for step in range(1, 21))], turns=1, name=name)
        for sign, name in ((-1, "was"), (1, "is"))
    )
    asked = reported(tuned, today, limits=LOOSE).factors[0]
    assert asked.has_drifted
    share = next(effect for effect in asked.tests[0].effects if effect.name == "share")
    assert share.subject in {f"rest 0.33-{edge:g}", f"rest {edge:g}-1"}
    assert abs(share.value) == pytest.approx(20 / 300)


def test_nothing_to_test_is_said() -> None:
    report = reported(plain_stream([0.2] * 30), plain_stream([0.2] * 30))
    assert {factor.verdict for factor in report.factors} == {DriftVerdict.NO_TEST}
    assert report.verdict is DriftVerdict.NO_SIGN


def test_the_report_is_plain_and_the_same_for_the_same_seed() -> None:
    callers = ["a", "b"] * 75, ["a", "b", "b"] * 50
    luck = draw_luck(chat(1), rng=1), draw_luck(chat(2), rng=2)
    reports = [reported(chat(1), chat(2), callers=callers, luck=luck, catalogue_today=MODELS) for _ in range(2)]
    texts = [json.dumps(report.to_dict(), allow_nan=False, sort_keys=True) for report in reports]
    assert texts[0] == texts[1]
    assert [factor.factor for factor in reports[0].factors][-1] == "callers"
    assert reports[0].catalogue is not None
    assert reports[0].catalogue.verdict is DriftVerdict.NO_SIGN
    assert reports[0].moves[-1].name == "latency_mean_s"


def test_the_intervals_are_for_all_limited_metrics_together() -> None:
    limits = {"unmet_share": Limit(most=0.01), "cost_usd_per_krequest": Limit(most=1.0)}
    assert reported(chat(1), chat(2), limits=limits).moves[0].level == pytest.approx(1 - 0.05 / 2)


def test_where_an_interval_lies() -> None:
    move = MetricMove(
        name="unmet_share",
        unit="",
        before=0.0,
        after=0.2,
        difference=0.2,
        standard_error=0.1,
        low=0.1,
        high=0.3,
        level=0.9,
    )
    assert [reach_of(move, Limit(most=most)) for most in (0.05, 0.1, 0.3)] == [Reach.BEYOND, Reach.OPEN, Reach.WITHIN]
    falls = replace(move, difference=-0.2, low=-0.3, high=-0.1)
    assert reach_of(falls, Limit(most=0.05)) is Reach.BEYOND  # better is moved too
    assert reach_of(move, Limit(most=0.5, is_relative=True)) is Reach.BEYOND  # a share of nothing is nothing
    lost = replace(move, after=None, difference=None, low=None, high=None)
    assert reach_of(lost, Limit(most=1.0)) is Reach.OPEN
    assert reach_of(replace(lost, before=None), Limit(most=1.0)) is Reach.WITHIN
    assert worst_reach([move, lost], {"unmet_share": Limit(most=0.05)}) is Reach.BEYOND
    assert worst_reach([move], {"shortfall_mean": Limit(most=0.05)}) is Reach.WITHIN


def test_a_model_gone_and_a_challenger_are_named() -> None:
    stream = chat(1, n_sessions=40)
    served = MAP.tiers[2].models[0]
    rows = [row for row, key in enumerate(MODELS.keys) if key != served]
    new = MODELS.select([MODELS.index_of(served)]).replace(
        model_id=("new/cheap",), effort=("",), prompt_usd_per_mtok=np.array([0.01])
    )
    found = catalogue_drift(MODELS, joined(rows, new), MAP, stream, scale=SCALE)
    high = found.tiers[2]
    assert (high.gone, high.serving[0], high.is_moved) == ((served,), served, True)
    assert high.challengers == ("new/cheap",)
    assert (found.counts["entry"], found.counts["exit"]) == (1, 1)
    assert found.verdict is DriftVerdict.MOVES
    json.dumps(found.to_dict(), allow_nan=False)


def joined(rows: list[int], new: Catalogue) -> Catalogue:
    """The rows of the bundled catalogue and one more model."""
    old = MODELS.select(rows)
    changed: dict[str, object] = {
        name: (*getattr(old, name), *getattr(new, name)) for name in ("model_id", "effort", "name", "listed_tier")
    }
    for name, column in vars(old).items():
        if isinstance(column, np.ndarray) and name in type(old).__dataclass_fields__:
            changed[name] = np.concatenate((column, getattr(new, name)))
    return old.replace(**changed)


def test_paired_moves_are_the_difference_of_two_replays() -> None:
    stream = chat(3, n_sessions=30)
    dearer = MODELS.replace(completion_usd_per_mtok=MODELS.completion_usd_per_mtok * 1.5)
    found = catalogue_drift(MODELS, dearer, MAP, stream, scale=SCALE)
    costs = [measure(replay(stream, MAP, models), scale=SCALE).cost_usd_per_krequest for models in (MODELS, dearer)]
    cost = found.moves[0]
    assert cost.difference == pytest.approx(costs[1] - costs[0], rel=1e-6)
    assert found.moves[1].low == found.moves[1].high == 0.0  # who serves is the same: no shortfall moves


def test_speeds_are_compared_too() -> None:
    faster = MODELS.replace(throughput_tps=MODELS.throughput_tps * 2)
    found = catalogue_drift(MODELS, faster, MAP, chat(1, n_sessions=20), scale=SCALE)
    known = int((~np.isnan(MODELS.throughput_tps[:, 2])).sum())
    assert found.counts["speed"] == known > 0
    assert found.verdict is DriftVerdict.NO_CONSEQUENCE


def test_what_is_refused() -> None:
    stream = chat(1, n_sessions=20)
    other = MODELS.replace(score_definition="other-1")
    with pytest.raises(InputError, match=r"the map cuts 'aa-coding-[^']*' and the catalogue scores 'other-1'"):
        catalogue_drift(MODELS, other, MAP, stream, scale=SCALE)
    with pytest.raises(InputError, match="a limit is stated for 'speed'; give limits for some of cost_usd"):
        reported(stream, stream, limits={"speed": Limit(most=1.0)})
    with pytest.raises(InputError, match="no limit is stated"):
        reported(stream, stream, limits={})
    with pytest.raises(InputError, match="a limit is -1; give a finite number above 0"):
        Limit(most=-1)
    with pytest.raises(InputError, match="alpha is 5; give a share"):
        reported(stream, stream, alpha=5)
    with pytest.raises(InputError, match="one session only"):
        reported(stream, plain_stream([0.2]))
