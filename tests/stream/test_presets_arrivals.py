"""When do made-up sessions begin, and how bursty are they?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.stream.synthetic import Chat, GammaGaps, LognormalMixture, WeibullGaps, hourly_profile, synthesise
from paretocode.stream.synthetic.arrivals import FLAT_HOURS, M_SMALL_HOURS, R1_HOURS, session_starts, to_clock
from paretocode.stream.synthetic.rag import RAGPULSE_HOURS

HEAVY = LognormalMixture(weights=(0.9, 0.1), medians=(0.5, 3.0), sigmas=(0.5, 0.8))


def test_profiles_have_the_published_bounds() -> None:
    for hours, low, high in ((R1_HOURS, 0.45, 2.19), (RAGPULSE_HOURS, 20 / 295.925, 485 / 295.925)):
        assert (min(hours), max(hours)) == pytest.approx((low, high))
        assert sum(hours) == pytest.approx(24)
    assert (min(M_SMALL_HOURS), max(M_SMALL_HOURS)) == pytest.approx((0.70, 1.43), rel=0.05)
    assert sum(M_SMALL_HOURS) == pytest.approx(24)


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        (1.0, 2.0, "an hourly profile from 1 to 2 has no mean of 1; put 1 between them."),
        (0.5, 0.9, "an hourly profile from 0.5 to 0.9 has no mean of 1; put 1 between them."),
        (0.99, 9.0, "no daily wave from 0.99 to 9 has a mean of 1; give the 24 rates."),
    ],
)
def test_impossible_profiles(low: float, high: float, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        hourly_profile(low, high)
    assert str(refusal.value) == sentence


def test_sessions_arrive_in_bursts_that_follow_the_day() -> None:
    starts = session_starts(
        100_000, per_hour=30.0, gaps=GammaGaps(shape=0.8), hourly=M_SMALL_HOURS, rng=np.random.default_rng(1)
    )
    assert (np.diff(starts) >= 0).all()
    assert starts[-1] / 3600 == pytest.approx(100_000 / 30, rel=0.02)
    hour = np.bincount((starts // 3600).astype(int) % 24, minlength=24)
    assert hour / hour.mean() == pytest.approx(M_SMALL_HOURS, abs=0.08)
    gaps = np.diff(starts)
    assert 1.1 < gaps.std() / gaps.mean() < 1.3  # a Gamma shape of 0.8 has 1.118, the day adds a little


def test_nothing_begins_in_an_empty_hour() -> None:
    hourly = (0.0,) * 8 + (3.0,) * 8 + (0.0,) * 8
    starts = session_starts(
        5_000, per_hour=7.0, gaps=WeibullGaps(shape=0.5), hourly=hourly, rng=np.random.default_rng(2)
    )
    assert set((starts // 3600 % 24).astype(int).tolist()) == set(range(8, 16))
    # 24 sessions at one an hour fill the first day: the next one belongs to the second.
    assert to_clock(np.array([23.999, 24.0]), per_hour=1.0, hourly=hourly) // 3600 == pytest.approx([15, 32])


@pytest.mark.parametrize(
    ("law", "variation"),
    [
        (GammaGaps(shape=0.84), 0.84**-0.5),
        # Gamma(1 + 2/c) / Gamma(1 + 1/c)^2 - 1 is the squared variation of a Weibull law; 2.92 at c = 0.42.
        (WeibullGaps(shape=0.42), 2.92),
        (WeibullGaps(shape=1.0), 1.0),
        (LognormalMixture(weights=(1.0,), medians=(0.5,), sigmas=(0.8,)), np.expm1(0.64) ** 0.5),
    ],
)
def test_gaps_have_the_mean_and_variation_of_their_law(law: GammaGaps, variation: float) -> None:
    gaps = law.draw(1_000_000, np.random.default_rng(3)) / law.mean
    assert gaps.mean() == pytest.approx(1, abs=0.01)
    assert gaps.std() == pytest.approx(variation, rel=0.03)


@pytest.mark.parametrize("law", [GammaGaps(shape=0.84), WeibullGaps(shape=0.6), HEAVY])
def test_a_residual_has_the_mean_of_renewal_theory(law: GammaGaps) -> None:
    # E residual = E gap^2 / (2 E gap); an ordinary first gap would be shorter by (1 + cv^2) / 2.
    rng = np.random.default_rng(4)
    gaps = law.draw(1_000_000, rng)
    residual = np.array([law.draw_residual(rng) for _ in range(8_000)])
    wanted = float(np.mean(gaps**2) / (2 * gaps.mean()))
    assert residual.mean() == pytest.approx(wanted, abs=5 * residual.std() / np.sqrt(len(residual)))


def test_the_rate_is_a_parameter() -> None:
    stream = synthesise(Chat(sessions_per_hour=500.0, hourly=FLAT_HOURS), n_sessions=20_000, rng=1)
    starts = stream.time_s[stream.is_first]
    assert len(starts) / (starts[-1] / 3600) == pytest.approx(500, rel=0.03)
