"""What is not about edges, and who wrote: counts by hand, intervals against formulas, one warning for each knob."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.feedback.worlds import TASTES, TWO_EDGES, reports_of
from paretocode.evidence.feedback import (
    atom_rates,
    bias_warnings,
    channel_rates,
    clustered_share,
    synthetic_reports,
    weighting_effects,
)
from paretocode.evidence.feedback.clustered import effective_number
from paretocode.evidence.feedback.who_writes import as_asked, half_time_share
from paretocode.stream.stream import RequestStream, request_stream


def test_without_clusters_it_is_clopper_and_pearson() -> None:
    # 28 of 29 and 29 of 29, the published intervals.
    hits = np.ones(29, dtype=np.bool_)
    assert clustered_share(hits, np.arange(29))[1:] == pytest.approx((0.881, 1.0), abs=5e-4)
    hits[0] = False
    share, low, high = clustered_share(hits, np.arange(29))
    assert share == pytest.approx(28 / 29)
    # Of 29 people the clustered variance is 29 / 28 of the binomial one: a little wider than [0.822, 0.999].
    assert 0.79 < low <= 0.822
    assert 0.999 <= high < 1


def test_one_person_telling_it_often_is_one_person() -> None:
    hits = np.repeat(np.array([True, False, False, True, False, False]), 20)
    alone = clustered_share(hits, np.arange(120))
    people = clustered_share(hits, np.repeat(np.arange(6), 20))
    assert alone[0] == people[0] == pytest.approx(1 / 3)
    # All reports of one person alike: worse than 6 reports, for the variance is known from six people only.
    assert people[1] < 0.05
    assert people[2] > 0.75
    assert alone[1:] == pytest.approx((0.2496, 0.4256), abs=0.002)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=12),
    st.sampled_from([0.8, 0.95]),
)
def test_an_interval_holds_its_share(rows: list[tuple[bool, int]], level: float) -> None:
    hits, writers = (np.array(column) for column in zip(*rows, strict=True))
    share, low, high = clustered_share(hits.astype(np.bool_), writers, level=level)
    assert 0 <= low <= share <= high <= 1
    # With two writers the variance is hardly known, and an interval may reach an end to the last digit.
    assert low == 0 if not hits.any() else low < share or hits.all()
    assert high == 1 if hits.all() else high > share or not hits.any()


def test_channels_are_counted_where_they_come_from() -> None:
    reports = reports_of(
        (330_000, 660_000),
        [200_000, 340_000, 500_000, 640_000, 700_000, 650_000],
        [0, 1, 1, 1, 2, 1],
        [3, 4, 2, 4, 3, 2],  # slow, jumped, fine, jumped, slow, fine
        model_code=np.array([0, 1, 1, -1, 2, 1]),
        model_names=("a", "b", "c", "never"),
    )
    rates = {(r.verdict, r.kind, r.name): r for r in channel_rates(reports)}
    assert {key[2] for key in rates if key[1] == "model"} == {"a", "b", "c"}
    counts = {key: (rate.n_verdict, rate.n_reports) for key, rate in rates.items()}
    assert counts["too slow", "tier", "t0"] == (1, 1)
    assert counts["too slow", "tier", "t1"] == (0, 4)
    assert counts["jumped", "tier", "t1"] == (2, 4)
    assert counts["jumped", "model", "b"] == (1, 3)
    assert counts["jumped", "edge", "0.33"] == (1, 2)
    assert counts["jumped", "edge", "0.66"] == (1, 4)
    assert "hysteresis" in rates["jumped", "tier", "t1"].points_to
    assert "ranking" in rates["too slow", "tier", "t1"].points_to
    assert all(rate.per_1000_requests is None for rate in rates.values())


def test_rates_per_request_need_a_stream() -> None:
    reports = reports_of((500_000,), [400_000, 400_000, 600_000], [0, 0, 1], [3, 2, 4])
    stream = request_stream(session=np.arange(50), time_s=np.zeros(50), prompt_tokens=np.ones(50),
                            completion_tokens=np.ones(50),
                            min_score=[0.4] * 20 + [0.6] * 10 + [0.5] * 10 + [float("nan")] * 10)  # fmt: skip
    rates = {
        (r.verdict, r.name): r.per_1000_requests for r in channel_rates(reports, stream=stream) if r.kind == "tier"
    }
    assert rates == {
        ("too slow", "t0"): 50.0, ("too slow", "t1"): 0.0, ("jumped", "t0"): 0.0, ("jumped", "t1"): 50.0,
    }  # fmt: skip
    found = atom_rates(reports, stream)
    assert found.min_score_ppm.tolist() == [400_000, 500_000, 600_000]
    assert found.n_requests.tolist() == [20, 10, 10]
    assert found.n_reports.tolist() == [2, 0, 1]
    assert found.per_1000_requests.tolist() == [100.0, 0.0, 100.0]


def test_channels_recover_the_share_that_was_drawn() -> None:
    drawn = synthetic_reports(replace(TASTES, slow_share=0.1, jumped_share=0.05), rng=3)
    rates = [rate for rate in channel_rates(drawn.reports) if rate.kind == "tier"]
    truth = {"too slow": 0.1, "jumped": 0.05}
    assert len(rates) == 6
    assert all(rate.low < truth[rate.verdict] < rate.high for rate in rates)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_the_effective_number_lies_between_one_and_all(amounts: list[int]) -> None:
    found = effective_number(amounts)
    used = [amount for amount in amounts if amount]
    assert (found == 0) == (not used)
    assert found <= len(used) + 1e-12
    if used:
        assert found >= 1 - 1e-12
        assert (found == pytest.approx(len(used))) == (len(set(used)) == 1)


def test_half_the_time_by_hand() -> None:
    # Two of three reports lie within 10 of 100 seconds.
    assert half_time_share(np.array([90.0, 0.0, 100.0])) == pytest.approx(0.1)
    assert np.isnan(half_time_share(np.array([np.nan, 5.0])))
    assert np.isnan(half_time_share(np.array([])))
    assert half_time_share(np.linspace(0, 1, 1001)) == pytest.approx(0.5)


def kinds(changed: dict[str, Any], *, with_stream: bool = False) -> list[str]:
    drawn = synthetic_reports(replace(TWO_EDGES, **changed), rng=2)
    return [w.kind for w in bias_warnings(drawn.reports, stream=drawn.stream() if with_stream else None)]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, []),
        ({"fine_rate": 0.0, "ideal_edges": (0.4, 0.69)}, ["no_fine"]),
        ({"writing_spread": 3.0, "complaint_rate": 0.05}, ["one_writer", "few_writers"]),
        ({"n_reporters": 9, "activity_spread": 0.0, "writing_spread": 0.0}, ["few_writers"]),
        ({"burst_share": 0.8}, ["burst"]),
        ({"misrouted_share": 0.2}, ["astray"]),
        ({"atoms": ((0.5, 1.0), (0.65, 9.0))}, ["one_atom"]),
    ],
)
def test_each_knob_has_its_warning_and_no_other(changed: dict[str, Any], kind: list[str]) -> None:
    assert kinds(changed) == kind


def test_a_stream_shows_who_writes_about_what() -> None:
    even = {"ideal_edges": TWO_EDGES.edges, "fine_rate": 1.0}
    assert kinds(even, with_stream=True) == []
    assert kinds({**even, "atom_rates": ((0.5, 0.2),)}, with_stream=True) == ["uneven_atoms"]
    drawn = synthetic_reports(TWO_EDGES, rng=2)
    elsewhere = drawn.stream().replace(min_score_ppm=np.full(len(drawn.min_score_ppm), 800_000))
    found = {w.kind: w for w in bias_warnings(drawn.reports, stream=elsewhere)}
    assert found["off_demand"].value == float((drawn.reports.min_score_ppm != 800_000).sum())


def asking(*ppm: int, n: int = 100) -> RequestStream:
    scores = np.repeat(ppm, n) / 1e6
    n_all = len(scores)
    return request_stream(
        session=np.arange(n_all),
        time_s=np.zeros(n_all),
        prompt_tokens=np.ones(n_all),
        completion_tokens=np.ones(n_all),
        min_score=scores,
    )


@pytest.mark.parametrize(
    ("said", "asked", "off"),
    [
        ([504_000] * 20 + [700_000] * 20, [503_000, 700_000], 0),
        ([505_000] * 20, [500_000], 0),
        ([505_001] * 20, [500_000], 20),
        ([510_000] * 20, [500_000], 20),
        ([500_000] * 20, [540_000], 0),  # all reports in tenths: 0.5 may be 0.54
        ([500_000] * 20 + [550_000], [540_000, 550_000], 20),  # one of them in hundredths: it may not
        ([200_000] * 20, [900_000], 20),
    ],
)
def test_reports_are_set_against_the_demand_as_exactly_as_they_are_written(
    said: list[int], asked: list[int], off: int
) -> None:
    reports = reports_of((600_000,), said, [int(ppm >= 600_000) for ppm in said], [2] * len(said))
    found = {warning.kind: warning for warning in bias_warnings(reports, stream=asking(*asked))}
    assert ("off_demand" in found) == bool(off)
    if off:
        assert found["off_demand"].value == off
    else:
        assert "uneven_atoms" not in found  # nor does 0.503 look as if nobody wrote about it


def test_the_nearest_min_score_is_meant() -> None:
    reports = reports_of((600_000,), [502_000, 502_001, 509_000], [0] * 3, [2] * 3)
    assert as_asked(reports, asking(500_000, 504_000)).tolist() == [500_000, 504_000, 504_000]
    everywhere = reports_of((600_000,), [504_000] * 3, [0] * 3, [2] * 3)
    one = next(w for w in bias_warnings(everywhere, stream=asking(503_000)) if w.kind == "one_atom")
    assert "0.504, which 100% of the requests ask for" in one.sentence


def test_sessions_and_nameless_reports() -> None:
    codes = np.array([0, 0, 0, 1, -1, -1])
    reports = reports_of((500_000,), [400_000, 600_000] * 3, [0, 1] * 3, [0, 1, 2] * 2, session_code=codes)
    found = {w.kind: w for w in bias_warnings(reports)}
    assert found["one_session"].value == 0.5
    assert found["unnamed_writers"].value == 1.0
    assert found["few_writers"].value == pytest.approx(6.0)
    assert "one_writer" not in found
    assert all(w.sentence.endswith(".") for w in found.values())


def test_one_voice_each_is_told_only_where_it_is_seen() -> None:
    calm = weighting_effects(synthetic_reports(TWO_EDGES, rng=4).reports)
    assert not any(effect.is_seen for effect in calm)
    assert all("may be chance" in effect.sentence for effect in calm)
    loud = weighting_effects(synthetic_reports(replace(TASTES, loud_taste=0.08, writing_spread=1.0,
                                                       n_requests=40_000), rng=4).reports)  # fmt: skip
    assert all(effect.is_seen and effect.shift > 0 and " up by " in effect.sentence for effect in loud)
    assert all(effect.by_writers - effect.by_reports == pytest.approx(effect.shift) for effect in loud)


def test_where_all_write_as_much_one_voice_each_changes_nothing() -> None:
    reports = synthetic_reports(TWO_EDGES, rng=4).reports
    rows = np.arange(len(reports) // 4 * 4)
    even = reports_of(
        reports.edges_ppm,
        reports.min_score_ppm[rows],
        reports.tier_index[rows],
        reports.verdict_code[rows],
        rows // 4,
    )
    for effect in weighting_effects(even):
        assert (effect.shift, effect.low, effect.high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)
        assert not effect.is_seen
