"""Does the map that was tuned on a part of 49,334 real requests hold on the rest?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.evidence.holdout import (
    Terms,
    check_disjoint,
    cross_fit,
    folds_by_draw,
    judge_on_holdout,
    split_by_draw,
    split_by_hash,
    split_by_time,
)
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, read_coding_agent
from paretocode.tiermap import TierMap, documented_pareto_code
from paretocode.tune import EdgeRules, MapQuestion, incumbent_of, search_maps

pytestmark = pytest.mark.data

MODELS = load_bundled()
SCALE = PercentileScale(field=tuple(MODELS.coding_score))
MEASURES = ("cost_usd_per_krequest", "tier_jump_rate", "shortfall_mean", "unmet_share", "unserved_share")


@pytest.fixture(scope="module")
def stream(data_dir: Path) -> RequestStream:
    trace = read_coding_agent(data_dir / "traces" / "claude_code_weka_requests_nohash_derived.parquet", threads="all")
    return apply_demand(trace, DEFAULT_DEMAND, rng=2)


@pytest.fixture(scope="module")
def runs(stream: RequestStream) -> list[str]:
    """The run of an agent that each session belongs to: sub-agents have sessions of their own."""
    return [name.partition("/")[0] for name in stream.session_ids]


def tuned(train: RequestStream) -> TierMap:
    """Return the cheapest map that is no worse than the documented one in three other measures, on this part."""
    question = MapQuestion(
        stream=train, catalogue=MODELS, scale=SCALE, n_bands=(2, 3), request_rules=EdgeRules(most_candidates=40)
    )
    incumbent = incumbent_of(question, documented_pareto_code(MODELS))
    limited = ("shortfall", "tier_change_rate", "unserved_share")
    answer = search_maps(replace(question, limits={name: incumbent.value(name, question) for name in limited}))
    within = np.flatnonzero(answer.is_within)
    best = within[np.argmin(answer.total("cost_usd")[within])]
    return answer.tier_map(answer.place_of(int(best)), name="tuned")


def test_the_tuned_map_stays_cheaper_on_sessions_that_did_not_choose_it(
    stream: RequestStream, runs: list[str], tmp_path: Path
) -> None:
    report = judge_on_holdout(
        stream,
        split=split_by_draw(stream, test_share=0.3, rng=1, groups=runs),
        choose=tuned,
        incumbent=documented_pareto_code(MODELS),
        terms=Terms(catalogue=MODELS, scale=SCALE, luck_seed=None, measures=MEASURES, groups=runs),
        lock_path=tmp_path / "lock.json",
        question="Is the cheapest map within the documented map's limits cheaper on other sessions?",
        clock=lambda: datetime(2026, 11, 2, tzinfo=UTC),
    )
    assert report.test.difference.n_clusters == 213
    cost, shortfall = MEASURES.index("cost_usd_per_krequest"), MEASURES.index("shortfall_mean")
    assert report.difference_of_all.high[cost] < 0
    assert report.difference_of_all.high[shortfall] < 0
    # Half the bill and more: far beyond the gap that the choice may have made.
    saved = -report.test.difference.point[cost] / report.test.incumbent.point[cost]
    assert saved > 0.6
    assert report.optimism.interval.low[cost] < 0 < report.optimism.interval.high[cost]


def test_what_choosing_gains_by_choosing_alone(stream: RequestStream, runs: list[str]) -> None:
    found = cross_fit(
        stream,
        splits=folds_by_draw(stream, n_folds=3, rng=1, groups=runs),
        choose=tuned,
        incumbent=documented_pareto_code(MODELS),
        terms=Terms(catalogue=MODELS, scale=SCALE, luck_seed=None, measures=MEASURES, groups=runs),
    )
    assert found.pooled is not None
    assert found.pooled_interval is not None
    assert found.pooled_interval.high[0] < 0
    assert abs(found.mean_optimism[0]) < 0.1 * abs(found.pooled.point[0])


def test_splits_without_groups_tear_runs_apart(stream: RequestStream, runs: list[str]) -> None:
    """By name the parts share no session, and yet sub-agents of one run stand on both sides: hence the groups."""
    split = split_by_hash(stream, test_share=0.3)
    check_disjoint(split.train(stream), split.test(stream))
    with pytest.raises(InputError, match="groups stand in both parts"):
        Terms(catalogue=MODELS, scale=SCALE, groups=runs).check_groups(split)


def test_this_trace_has_no_past_and_no_future(stream: RequestStream) -> None:
    with pytest.raises(InputError, match="all 773 sessions begin at 0 s, so there is no past and no future"):
        split_by_time(stream, cut_s=1000)
