"""Do made-up clients have the shares and bursts they are said to have?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream.synthetic import ApiMix, Clients, WeibullGaps, client_of_sessions, synthesise
from paretocode.stream.synthetic.clients import _merged, _until, client_session_ids
from paretocode.stream.synthetic.reasoning import R1_CLIENTS


@pytest.mark.parametrize(
    ("clients", "published", "distance"),
    [(Clients(), (0.16, 0.63, 0.85), 0.003), (R1_CLIENTS, (0.29, 0.68, 0.93), 0.045)],
)
def test_top_shares_against_the_published_ones(
    clients: Clients, published: tuple[float, float, float], distance: float
) -> None:
    assert [clients.top_share(k) for k in (1, 10, 29)] == pytest.approx(published, abs=distance)
    assert clients.shares().sum() == pytest.approx(1)
    assert (np.diff(clients.shares()) < 0).all()


def test_a_stream_shows_the_shares_of_its_clients() -> None:
    stream = synthesise("api_mix", n_requests=300_000, rng=1)
    client = client_of_sessions(stream)
    share = np.bincount(client, minlength=163)[1:] / len(client)
    assert share[0] == pytest.approx(0.16, abs=0.02)
    assert share[:10].sum() == pytest.approx(0.63, abs=0.03)
    assert share[:29].sum() == pytest.approx(0.85, abs=0.03)
    assert client.max() == 162


@pytest.mark.parametrize(("gamma_share", "variation"), [(1.0, 0.84**-0.5), (0.0, 2.92)])
def test_every_client_has_bursts_of_its_own(gamma_share: float, variation: float) -> None:
    times, client = Clients(n_clients=5, gamma_share=gamma_share).arrivals(400_000, np.random.default_rng(1))
    for number in range(5):
        gaps = np.diff(times[client == number])
        assert gaps.std() / gaps.mean() == pytest.approx(variation, rel=0.08)


def test_nothing_piles_up_at_the_start() -> None:
    # A stationary process expects as many arrivals in the first stretch as in any other: one a unit of time.
    clients = Clients(n_clients=3, gamma_share=0.0)
    counts = [int((clients.arrivals(60, np.random.default_rng(seed))[0] < 1).sum()) for seed in range(3_000)]
    assert np.mean(counts) == pytest.approx(1, abs=5 * np.std(counts) / np.sqrt(len(counts)))


@given(st.integers(1, 6), st.integers(1, 40), st.integers(0, 5))
def test_arrivals_are_the_first_ones_in_order(n_clients: int, n: int, seed: int) -> None:
    clients = Clients(n_clients=n_clients, gamma_share=0.5)
    times, client = clients.arrivals(n, np.random.default_rng(seed))
    assert len(times) == len(client) == n
    assert (np.diff(times) >= 0).all()
    assert times[0] >= 0
    assert set(client.tolist()) <= set(range(n_clients))
    again = clients.arrivals(n, np.random.default_rng(seed))
    assert (again[0].tolist(), again[1].tolist()) == (times.tolist(), client.tolist())


@given(st.integers(0, 5), st.floats(0, 500), st.sampled_from([0.01, 1.0]))
def test_nobodys_arrival_before_the_horizon_is_overlooked(seed: int, horizon: float, share: float) -> None:
    start = np.array([0.5])
    times = _until(horizon, start, WeibullGaps(shape=0.42), share=share, rng=np.random.default_rng(seed))
    assert times[0] == 0.5
    assert times[-1] > horizon
    assert (np.diff(times) >= 0).all()


@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4).map(sorted), min_size=1, max_size=4))
def test_merging_is_sorting_with_ties_to_the_larger_client(times: list[list[int]]) -> None:
    rows = sorted((when, client) for client, own in enumerate(times) for when in own)
    for n in (1, len(rows)):
        merged = _merged([np.array(own, dtype=np.float64) for own in times], n)
        assert list(zip(*(column.tolist() for column in merged), strict=True)) == rows[:n]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20))
def test_session_ids_number_each_clients_sessions(client: list[int]) -> None:
    seen: dict[int, int] = {}
    expected = []
    for number in client:
        expected.append(f"client{number + 1:03d}/{seen.get(number, 0):06d}")
        seen[number] = seen.get(number, 0) + 1
    assert list(client_session_ids(np.array(client))) == expected


def test_any_preset_can_have_clients_and_api_mix_none() -> None:
    agents = synthesise("coding_agent", n_sessions=40, parameters={"clients": {"n_clients": 3}}, rng=1)
    assert set(client_of_sessions(agents).tolist()) <= {1, 2, 3}
    assert len(set(agents.session_ids)) == 40
    assert (np.diff(agents.time_s[agents.is_first]) >= 0).all()
    nameless = synthesise(ApiMix(clients=None), n_sessions=10, rng=1)
    with pytest.raises(InputError) as refusal:
        client_of_sessions(nameless)
    assert str(refusal.value) == "api_mix: its session ids name no clients; make it up with clients."


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_clients": 0}, "n_clients is 0, which is below 1; correct it."),
        ({"n_clients": 2.5}, "n_clients is 2.5, which is not whole; give a whole number."),
        ({"gamma_share": 1.2}, "gamma_share is 1.2, which is outside 0..1; correct it."),
        ({"weibull_shape": 0}, "weibull_shape is 0, which is not positive; correct it."),
    ],
)
def test_refusals(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        Clients(**settings)
    assert str(refusal.value) == f"clients: {sentence}"
