"""Does the holdout say what replays by hand say, and does choosing on a part flatter the map there?"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_ind

from paretocode.catalogue import FractionScale
from paretocode.errors import InputError
from paretocode.evidence.estimates import Estimates, ratio_estimates
from paretocode.evidence.holdout import (
    HoldoutReport,
    Terms,
    cross_fit,
    folds_by_draw,
    judge_on_holdout,
    optimism_of,
    split_by_draw,
    split_by_time,
)
from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
from paretocode.evidence.resampling import Resampling
from paretocode.sim import draw_luck, measure, replay
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap
from strategies import catalogue_of

TERMS = Terms(catalogue=models(), scale=percentiles(), n_replicates=200)


def clock() -> Callable[[], datetime]:
    minutes = count()
    return lambda: datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=next(minutes))


def judged(stream: RequestStream, folder: Path, **more: object) -> HoldoutReport:
    settings = {
        "split": split_by_draw(stream, test_share=0.4, rng=1),
        "choose": lambda train: two_tiers(),
        "incumbent": documented(),
        "terms": TERMS,
        "lock_path": folder / "lock.json",
        "question": "Is it cheaper?",
        "clock": clock(),
    }
    return judge_on_holdout(stream, **{**settings, **more})  # type: ignore[arg-type]


def test_the_numbers_are_those_of_replays_by_hand(tmp_path: Path) -> None:
    stream = many_sessions(80)
    report = judged(stream, tmp_path)
    luck = draw_luck(stream, rng=0)
    for part, index in ((report.train, report.split.train_index), (report.test, report.split.test_index)):
        own = stream.take_sessions(index)
        for tier_map, metrics, estimates in zip(
            (two_tiers(), documented()), part.metrics, (part.candidate, part.incumbent), strict=True
        ):
            run = replay(own, tier_map, models(), luck=luck.take(stream.rows_of(index)))
            by_hand = measure(run, scale=percentiles())
            assert metrics == by_hand
            for k, m in enumerate(report.measures):
                assert estimates.point[k] == pytest.approx(getattr(by_hand, m.name), rel=1 / 256)
    k = [m.name for m in report.measures].index("cost_usd_per_krequest")
    train, test = (p.metrics for p in (report.train, report.test))
    cost = [m.cost_usd_per_krequest for m in (*train, *test)]
    assert report.optimism.gap.point[k] == pytest.approx(cost[0] - cost[2])
    assert report.optimism_of_difference.gap.point[k] == pytest.approx((cost[0] - cost[1]) - (cost[2] - cost[3]))
    assert report.difference.low[k] < cost[2] - cost[3] < report.difference.high[k]
    assert report.difference_of_all.high[k] > cost[2] - cost[3]


def test_the_parts_are_resampled_on_their_own(tmp_path: Path) -> None:
    """Resamples of one seed move alike on parts of one size, and the gap between them would look too certain."""
    stream = many_sessions(80)
    report = judged(stream, tmp_path, split=split_by_draw(stream, test_share=0.5, rng=1))
    parts = [part.candidate.replicates[:, 0] for part in (report.train, report.test)]
    assert report.train.candidate.resampling.seed != report.test.candidate.resampling.seed
    assert abs(np.corrcoef(*parts)[0, 1]) < 0.25


def test_the_report_carries_the_lock(tmp_path: Path) -> None:
    report = judged(many_sessions(60), tmp_path)
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert told["lock"]["n_openings"] == 1
    assert told["lock"]["is_clean"]
    assert told["lock"]["head"] == report.lock.head
    assert told["measures"]["cost_usd_per_krequest"]["optimism"]["train_minus_test"] == report.optimism.gap.point[0]
    assert report.sentences[1] == "The holdout was opened once, for what was locked."
    assert report.sentences[2].startswith("cost per 1,000 requests [USD]: 'two tiers' has ")
    assert len(report.sentences) == 2 + len(report.measures)
    with pytest.raises(InputError, match="there is a lock already"):
        judged(many_sessions(60), tmp_path)


def test_judging_again_goes_on_record(tmp_path: Path) -> None:
    first = judged(many_sessions(60), tmp_path)
    time = clock()
    later = {"clock": lambda: time() + timedelta(hours=1), "reason_again": "a figure was lost"}
    again = judged(many_sessions(60), tmp_path, **later)
    assert again.lock.sentence == "opened 2 times, always as locked"
    assert again.lock.openings[1]["reason"] == "a figure was lost"
    assert again.lock.records[:2] == first.lock.records
    other = judged(many_sessions(60), tmp_path, choose=lambda train: documented().renamed("kept"), **later)
    assert other.lock.is_clean is False
    changed = judged(
        many_sessions(60), tmp_path, choose=lambda train: two_tiers().with_policy(sticky_ttl_s=60), **later
    )
    assert changed.lock.sentence == "opened 4 times; opening 4 evaluates a map that was not locked"


def test_the_choice_sees_the_training_part_only_and_comes_first(tmp_path: Path) -> None:
    stream = many_sessions(60)
    split = split_by_time(stream, cut_s=40_000, straddling="drop")
    seen: list[RequestStream] = []

    def choose(train: RequestStream) -> TierMap:
        seen.append(train)
        assert not (tmp_path / "lock.json").exists()
        return two_tiers()

    judged(stream, tmp_path, split=split, choose=choose)
    assert [train.digest for train in seen] == [split.train_digest]
    assert seen[0].time_s.max() < 40_000


def test_same_settings_same_numbers(tmp_path: Path) -> None:
    first, second = (judged(many_sessions(60), tmp_path / name).to_dict() for name in ("a", "b"))
    assert first == second


def test_without_luck_there_are_no_times(tmp_path: Path) -> None:
    report = judged(many_sessions(60), tmp_path, terms=dataclasses.replace(TERMS, luck_seed=None))
    assert not [m.name for m in report.measures if m.name.startswith("latency")]


def test_refusals(tmp_path: Path) -> None:
    stream = many_sessions(20)
    with pytest.raises(InputError, match="a part of the split holds one session only; keep back another share"):
        judged(stream, tmp_path, split=split_by_draw(stream, test_share=0.05, rng=1))
    assert not (tmp_path / "lock.json").exists()  # refused before anything was locked
    twins = stream.replace(session_ids=tuple(f"s{i // 2}" for i in range(20)))
    with pytest.raises(InputError, match="sessions of the holdout also chose the map"):
        judged(twins, tmp_path, split=split_by_draw(twins, rng=1))
    grouped = dataclasses.replace(TERMS, groups=[i // 5 for i in range(20)])
    with pytest.raises(InputError, match="groups stand in both parts, the first is"):
        judged(stream, tmp_path, terms=grouped)
    with pytest.raises(InputError, match="3 groups stand against 20 sessions"):
        judged(stream, tmp_path, terms=dataclasses.replace(TERMS, groups=[1, 2, 3]))
    with pytest.raises(InputError, match="there is no measure 'speed'"):
        judged(stream, tmp_path, terms=dataclasses.replace(TERMS, measures=("speed",)))


def test_groups_make_other_errors_not_other_numbers(tmp_path: Path) -> None:
    stream = many_sessions(60)
    groups = [i % 12 for i in range(60)]
    split = split_by_draw(stream, test_share=0.5, rng=1, groups=groups)
    plain = judged(stream, tmp_path / "a", split=split)
    grouped = judged(stream, tmp_path / "b", split=split, terms=dataclasses.replace(TERMS, groups=groups))
    assert np.array_equal(plain.optimism.gap.point, grouped.optimism.gap.point)
    assert grouped.test.difference.n_clusters == 6
    assert not np.allclose(plain.optimism.gap.standard_error, grouped.optimism.gap.standard_error)


def _mean(values: np.ndarray, seed: int) -> Estimates:
    resampling = Resampling(n_clusters=len(values), n_replicates=200, seed=seed)
    return ratio_estimates(values, np.ones(len(values)), names=["x"], resampling=resampling)


def test_the_analytic_interval_is_that_of_welch() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(1, 2, 30), rng.normal(0, 1, 12)
    found = optimism_of(_mean(a, 1), _mean(b, 2))
    oracle = ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert (found.student.low[0], found.student.high[0]) == pytest.approx((oracle.low, oracle.high))
    wide = optimism_of(_mean(a, 1), _mean(b, 2), level=0.99)
    assert wide.student.high[0] > found.student.high[0]
    assert wide.interval.high[0] > found.interval.high[0]
    flat = optimism_of(_mean(np.ones(3), 1), _mean(np.ones(4), 2))
    assert (flat.student.low[0], flat.interval.high[0]) == (0.0, 0.0)
    assert np.isnan(flat.degrees_of_freedom[0])


def test_the_gap_is_that_of_one_sample_of_both() -> None:
    """Contributions of both parts in one list, the holdout's with their sign turned, give error and acceleration."""
    rng = np.random.default_rng(4)
    a, b = rng.exponential(size=9), rng.exponential(size=14)
    gap = optimism_of(_mean(a, 1), _mean(b, 2)).gap
    u = np.concatenate([(a - a.mean()) / 9, -(b - b.mean()) / 14])
    assert gap.acceleration[0] == pytest.approx((u**3).sum() / (6 * (u**2).sum() ** 1.5))
    assert gap.standard_error[0] == pytest.approx((a.var(ddof=1) / 9 + b.var(ddof=1) / 14) ** 0.5)
    assert gap.n_clusters == 9
    # resamples of the parts are independent: their variances add up
    parts = [_mean(a, 1).replicates.var(), _mean(b, 2).replicates.var()]
    assert gap.replicates.var() == pytest.approx(sum(parts), rel=0.3)


def test_optimism_of_unlike_parts_is_refused() -> None:
    one = _mean(np.arange(5.0), 1)
    with pytest.raises(InputError, match="x with 200 resamples stand against y with 200; measure the same"):
        optimism_of(one, dataclasses.replace(one, names=("y",)))
    with pytest.raises(InputError, match="the level is 2"):
        optimism_of(one, _mean(np.arange(6.0), 2), level=2)


def test_the_intervals_of_optimism_cover() -> None:
    """A map that was not chosen has no optimism: 95 % of intervals hold 0. Requests of a session share its level."""
    rng, n_worlds, held, student, naive = np.random.default_rng(8), 1000, 0, 0, 0
    for world in range(n_worlds):
        parts, plain = [], []
        for n in (60, 30):
            size = 1 + rng.poisson(4, size=n)
            total = rng.gamma(4.0, size=n) * size + rng.normal(size=n) * np.sqrt(size)
            resampling = Resampling(n_clusters=n, n_replicates=200, seed=2 * world + n % 4)
            parts.append(ratio_estimates(total, size, names=["x"], resampling=resampling))
            plain.append((parts[-1].point[0], (4.0 + 1.0) / size.sum()))  # requests as if on their own
        found = optimism_of(*parts)
        held += found.interval.low[0] <= 0 <= found.interval.high[0]
        student += found.student.low[0] <= 0 <= found.student.high[0]
        naive += abs(plain[0][0] - plain[1][0]) <= 1.96 * (plain[0][1] + plain[1][1]) ** 0.5
    assert 0.93 <= held / n_worlds <= 0.97
    assert 0.92 <= student / n_worlds <= 0.97
    assert naive / n_worlds < 0.75


def _balanced() -> tuple[Terms, tuple[TierMap, ...]]:
    """Six single models that cost the same on average and differ in whether prompts or completions are dear."""
    prompt = np.linspace(1.0, 9.0, 6)
    catalogue = catalogue_of(
        {
            "model_id": [f"m{i}" for i in range(6)],
            "coding_score": [10.0] * 6,
            "prompt_usd_per_mtok": prompt.tolist(),
            "completion_usd_per_mtok": (10.0 - prompt).tolist(),
            "context_tokens": [1e9] * 6,
        }
    )
    policy = Policy()
    maps = tuple(
        TierMap(
            name=key,
            tiers=(Tier(name="all", models=(key,)),),
            request_edges_ppm=(),
            score_edges_milli=None,
            default_tier="all",
            policy=policy,
            score_definition="test-1",
        )
        for key in catalogue.keys
    )
    terms = Terms(
        catalogue=catalogue,
        scale=FractionScale(),
        luck_seed=None,
        n_replicates=100,
        measures=("cost_usd_per_krequest",),
    )
    return terms, maps


def _world(seed: int) -> RequestStream:
    rng = np.random.default_rng(seed)
    session = np.repeat(np.arange(40), 3)
    level = rng.lognormal(0, 1, size=(2, 40))[:, session]
    return request_stream(
        session=session,
        time_s=np.arange(120.0),
        prompt_tokens=np.rint(1e4 * level[0]),
        completion_tokens=np.rint(1e4 * level[1]),
    )


def test_choosing_the_best_of_six_equals_flatters_it() -> None:
    """All six cost the same in truth: what the choice gains in training is all optimism, and the holdout shows none."""
    terms, maps = _balanced()

    def choose(train: RequestStream) -> TierMap:
        cost = [int(replay(train, m, terms.catalogue).cost_pusd.sum()) for m in maps]
        return maps[int(np.argmin(cost))]

    incumbent = TierMap(
        **{**{f.name: getattr(maps[0], f.name) for f in dataclasses.fields(TierMap)}, "name": "middle"}
        | {"tiers": (Tier(name="all", models=(maps[2].tiers[0].models[0],)),)}
    )
    flattered, held = [], []
    for seed in range(60):
        stream = _world(seed)
        found = cross_fit(
            stream,
            splits=folds_by_draw(stream, n_folds=2, rng=seed),
            choose=choose,
            incumbent=incumbent,
            terms=terms,
        )
        flattered.append(found.optimism_of_difference.mean())
        held.append(found.test_difference.mean())
    error = np.std(flattered) / 60**0.5
    assert np.mean(flattered) < -4 * error
    assert abs(np.mean(held)) < 0.5 * abs(np.mean(flattered))


def test_cross_fitting_judges_each_session_by_a_map_it_did_not_choose() -> None:
    stream = many_sessions(30)
    folds = folds_by_draw(stream, n_folds=3, rng=2)
    of_fold = dict(zip((f.train_digest for f in folds), (two_tiers(), documented(), two_tiers()), strict=True))
    told: list[tuple[int, int]] = []
    found = cross_fit(
        stream,
        splits=folds,
        choose=lambda train: of_fold[train.digest],
        incumbent=documented(),
        terms=TERMS,
        on_split=lambda done, of: told.append((done, of)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert found.n_distinct == 2
    assert found.sentences[0] == "3 splits chose 2 different maps."
    total, n_jumps = 0, 0
    for fold, tier_map in zip(folds, of_fold.values(), strict=True):
        judged_by = replay(fold.test(stream), tier_map, models())
        total += int(judged_by.cost_pusd.sum())
        n_jumps += measure(judged_by, scale=percentiles()).n_tier_jumps
    base = replay(stream, documented(), models())
    assert found.pooled is not None
    assert found.pooled.point[0] == pytest.approx((total - base.cost_pusd.sum()) / len(stream) / 1e9)
    jumps, before = found.names.index("tier_jump_rate"), measure(base, scale=percentiles())
    assert found.pooled.point[jumps] == pytest.approx((n_jumps - before.n_tier_jumps) / before.n_pairs)
    assert found.mean_optimism == pytest.approx(found.optimism.mean(axis=0))
    assert found.spread == pytest.approx(found.optimism.std(axis=0, ddof=1))
    json.dumps(found.to_dict(), allow_nan=False)


def test_repeated_draws_have_no_pooled_answer() -> None:
    stream = many_sessions(30)
    splits = [split_by_draw(stream, test_share=0.5, rng=seed) for seed in (1, 2)]
    found = cross_fit(stream, splits=splits, choose=lambda t: two_tiers(), incumbent=documented(), terms=TERMS)
    assert found.pooled is None
    assert "pooled_difference" not in json.dumps(found.to_dict())
    with pytest.raises(InputError, match="1 split shows no spread"):
        cross_fit(stream, splits=splits[:1], choose=lambda t: two_tiers(), incumbent=documented(), terms=TERMS)
