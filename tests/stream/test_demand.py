"""The demand law, its application and its table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream import DEFAULT_DEMAND, Demand, RequestStream, apply_demand, demand_of, request_stream
from paretocode.stream.demand import DEMANDS, DemandMixture, Profile


def plain_stream(n_sessions: int, turns: int) -> RequestStream:
    n = n_sessions * turns
    return request_stream(
        session=np.repeat(np.arange(n_sessions), turns),
        time_s=np.tile(np.arange(turns), n_sessions),
        prompt_tokens=np.ones(n, dtype=np.int64),
        completion_tokens=np.ones(n, dtype=np.int64),
    )


def changes(stream: RequestStream) -> np.ndarray:
    """Return whether each request asks for something else than the one before it in its session."""
    asked = np.where(stream.is_omitted, -1, stream.min_score_ppm)
    return np.concatenate(([False], asked[1:] != asked[:-1])) & ~stream.is_first


def test_shares_come_out_as_stated() -> None:
    stream = apply_demand(plain_stream(200_000, 1), DEFAULT_DEMAND, rng=1)
    table = demand_of(stream)
    share = dict(zip(table.min_score_ppm.tolist(), table.share.tolist(), strict=True))
    for score, stated in DEFAULT_DEMAND.atoms:
        # The smooth part adds 0.015 % to every value of three decimals.
        assert share[round(score * 1e6)] == pytest.approx(stated + 0.00015, abs=0.004)
    assert table.omitted_share == pytest.approx(0.15, abs=0.004)
    assert (table.min_score_ppm % 1000 == 0).all()
    assert len(share) > 900


@pytest.mark.parametrize(
    "demand",
    [
        DEFAULT_DEMAND,
        Demand(atoms=((0.5, 0.9),), omitted_share=0.1, switch_rate=0.02),
        Demand(atoms=(), smooth_share=1.0, smooth_low=0.2, smooth_high=0.4, smooth_a=2.0, smooth_b=5.0),
    ],
)
def test_the_expected_table_is_what_many_requests_show(demand: Demand) -> None:
    expected = demand.table()
    seen = demand_of(apply_demand(plain_stream(100_000, 3), demand, rng=2))
    assert expected.share.sum() + expected.omitted_share == pytest.approx(1)
    assert set(seen.min_score_ppm.tolist()) <= set(expected.min_score_ppm.tolist())
    below = [float(t.share[t.min_score_ppm < 300_000].sum()) for t in (expected, seen)]
    assert below[1] == pytest.approx(below[0], abs=0.006)
    assert seen.omitted_share == pytest.approx(expected.omitted_share, abs=0.006)


@pytest.mark.parametrize("rate", [0.0, 0.0009, 0.05])
def test_visible_switches_come_at_the_stated_rate(rate: float) -> None:
    demand = Demand(atoms=((0.2, 0.2), (0.65, 0.7)), omitted_share=0.1, switch_rate=rate)
    stream = apply_demand(plain_stream(20_000, 50), demand, rng=3)
    later = int((~stream.is_first).sum())
    assert changes(stream).sum() / later == pytest.approx(rate, abs=4 * np.sqrt(rate / later) + 1e-12)


def test_one_value_never_switches() -> None:
    stream = apply_demand(plain_stream(10, 100), Demand(atoms=((0.65, 1.0),), switch_rate=0.5), rng=3)
    assert (stream.min_score_ppm == 650_000).all()
    assert not stream.is_omitted.any()


def test_same_seed_same_bytes_and_the_stream_is_left_alone() -> None:
    stream = plain_stream(1000, 3)
    before = stream.digest
    digests = {apply_demand(stream, DEFAULT_DEMAND, rng=rng).digest for rng in (4, np.random.default_rng(4))}
    assert len(digests) == 1
    assert apply_demand(stream, DEFAULT_DEMAND, rng=5).digest not in digests
    assert stream.digest == before
    assert not apply_demand(stream, DEFAULT_DEMAND, rng=5).min_score_ppm.flags.writeable


def test_the_default_is_an_assumption_that_adds_up() -> None:
    assert DEFAULT_DEMAND.atoms == ((0.2, 0.05), (0.5, 0.10), (0.65, 0.35), (0.8, 0.15), (0.9, 0.05))
    assert (DEFAULT_DEMAND.omitted_share, DEFAULT_DEMAND.smooth_share) == (0.15, 0.15)
    assert DEFAULT_DEMAND.switch_rate == 0.0009


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"atoms": ((0.5, 0.5),)}, "the shares of atoms, omitted and smooth sum to 0.5; make them sum to 1."),
        ({"atoms": ((0.5, 0.5), (0.5, 0.5))}, "atoms has 0.5 twice; write the edges in strictly increasing order."),
        ({"atoms": ((65, 1.0),)}, "atoms holds 65, which is outside 0..1; correct it."),
        ({"atoms": (), "smooth_share": 1.0, "smooth_low": 0.6, "smooth_high": 0.4}, None),
        (
            {"atoms": (), "smooth_share": 1.0, "smooth_a": 0.0},
            "smooth_a is 0, which is not positive; correct it.",
        ),
        (
            {"atoms": (), "omitted_share": 1.0, "switch_rate": 2},
            "switch_rate holds 2, which is outside 0..1; correct it.",
        ),
    ],
)
def test_refusals(settings: dict[str, object], sentence: str | None) -> None:
    with pytest.raises(InputError) as refusal:
        Demand(**settings)
    expected = sentence or "smooth_low is 0.6 and smooth_high 0.4; give the lower bound first."
    assert str(refusal.value) == f"demand: {expected}"


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(InputError, match=r"^demand: share is -0.5 in row 1, which is below 0; correct it.$"):
        Demand(atoms=((0.5, -0.5),), omitted_share=1.5)


def profile(name: str, share: float, **settings: object) -> Profile:
    return Profile(name=name, share=share, demand=Demand(**settings))


HALVES = DemandMixture(
    profiles=(
        profile("fixed", 0.5, atoms=((0.65, 1.0),), switch_rate=0.5),
        profile("restless", 0.5, atoms=((0.2, 0.5), (0.8, 0.5)), switch_rate=0.2),
    )
)


def test_a_session_keeps_its_profile() -> None:
    stream = apply_demand(plain_stream(2_000, 20), HALVES, rng=1)
    is_fixed = stream.min_score_ppm == 650_000
    per_session = np.bincount(stream.session, is_fixed)
    assert set(per_session.tolist()) == {0.0, 20.0}
    assert np.mean(per_session == 20) == pytest.approx(0.5, abs=0.05)
    restless = ~is_fixed & ~stream.is_first
    assert changes(stream)[restless].mean() == pytest.approx(0.2, abs=0.02)
    assert not changes(stream)[is_fixed].any()


def test_the_marginal_has_the_table_and_the_switches_of_the_mixture() -> None:
    one = HALVES.marginal()
    assert one.atoms == ((0.2, 0.25), (0.65, 0.5), (0.8, 0.25))
    assert one.switch_rate == pytest.approx(0.1)  # the fixed half never switches
    assert one.table().share == pytest.approx(HALVES.table().share)
    stream = apply_demand(plain_stream(5_000, 20), HALVES, rng=2)
    assert changes(stream)[~stream.is_first].mean() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("name", DEMANDS)
def test_every_named_demand_shows_its_table(name: str) -> None:
    expected = DEMANDS[name].table()
    seen = demand_of(apply_demand(plain_stream(200_000, 1), DEMANDS[name], rng=3))
    assert expected.share.sum() + expected.omitted_share == pytest.approx(1)
    assert seen.omitted_share == pytest.approx(expected.omitted_share, abs=0.005)
    share = dict(zip(seen.min_score_ppm.tolist(), seen.share.tolist(), strict=True))
    for ppm, stated in zip(expected.min_score_ppm.tolist(), expected.share.tolist(), strict=True):
        assert share.get(ppm, 0.0) == pytest.approx(stated, abs=0.005)
    assert set(share) <= set(expected.min_score_ppm.tolist())


def test_named_demands_sit_where_clients_are_documented_to_send() -> None:
    assert DEMANDS["default"] is DEFAULT_DEMAND
    assert tuple(DEMANDS) == ("default", "hermes_agent", "llm_council", "mixed")
    hermes, council = DEMANDS["hermes_agent"].table(), DEMANDS["llm_council"].table()
    assert hermes.min_score_ppm[np.argmax(hermes.share)] == 650_000
    assert hermes.omitted_share > 0
    assert council.min_score_ppm.tolist() == [200_000, 500_000, 800_000, 900_000]
    assert council.omitted_share == pytest.approx(0.2)


def test_a_mixture_is_the_same_for_the_same_seed() -> None:
    stream = plain_stream(500, 4)
    digests = [apply_demand(stream, DEMANDS["mixed"], rng=seed).digest for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]
    assert apply_demand(stream, DEMANDS["hermes_agent"], rng=1).notes == (
        "min scores are drawn from an assumed mixture of main, auxiliary",
    )


def test_a_silent_mixture_has_an_empty_table() -> None:
    mixture = DemandMixture(profiles=(profile("silent", 1.0, atoms=(), omitted_share=1.0),))
    assert (len(mixture.table().share), mixture.table().omitted_share) == (0, 1.0)
    assert apply_demand(plain_stream(3, 2), mixture, rng=1).is_omitted.all()
    assert mixture.marginal().omitted_share == 1.0


shares = st.lists(st.integers(0, 3), min_size=2, max_size=4).filter(any)


@given(shares, shares, st.integers(0, 2))
def test_the_marginal_is_what_single_requests_ask_for(weights: list[int], atoms: list[int], omitted: int) -> None:
    def demand(shift: int) -> Demand:
        total = sum(atoms) + omitted
        placed = tuple(((shift + i) / 10, share / total) for i, share in enumerate(atoms))
        return Demand(atoms=placed, omitted_share=omitted / total)

    mixture = DemandMixture(
        profiles=tuple(
            Profile(name=f"p{i}", share=weight / sum(weights), demand=demand(i)) for i, weight in enumerate(weights)
        )
    )
    one, whole = mixture.marginal().table(), mixture.table()
    assert one.min_score_ppm.tolist() == whole.min_score_ppm.tolist()
    assert one.share == pytest.approx(whole.share)
    assert one.omitted_share == pytest.approx(whole.omitted_share)


@pytest.mark.parametrize(
    ("profiles", "sentence"),
    [
        ((), "there is no profile in it; give at least one."),
        (
            (profile("a", 0.5, atoms=((0.5, 1.0),)), profile("a", 0.5, atoms=((0.5, 1.0),))),
            "the profile 'a' stands there twice; rename one.",
        ),
        ((profile("a", 0.5, atoms=((0.5, 1.0),)),), "the shares of the profiles sum to 0.5; make them sum to 1."),
        (
            (profile("a", -0.5, atoms=((0.5, 1.0),)), profile("b", 1.5, atoms=((0.5, 1.0),))),
            "profile share is -0.5 in row 1, which is below 0; correct it.",
        ),
    ],
)
def test_impossible_mixtures(profiles: tuple[Profile, ...], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        DemandMixture(profiles=profiles)
    assert str(refusal.value) == f"demand: {sentence}"


def test_two_smooth_laws_have_no_single_demand() -> None:
    mixture = DemandMixture(
        profiles=(
            profile("low", 0.5, atoms=(), smooth_share=1.0, smooth_high=0.4),
            profile("high", 0.5, atoms=(), smooth_share=1.0, smooth_low=0.6),
        )
    )
    with pytest.raises(InputError) as refusal:
        mixture.marginal()
    assert str(refusal.value) == "demand: the smooth parts of two profiles differ; use the table of the mixture."
    assert mixture.table().share.sum() == pytest.approx(1)
