"""Who sends? A few large clients and many small ones, each with bursts of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream
from paretocode.stream.synthetic.limits import in_unit_interval, positive, whole
from paretocode.stream.synthetic.renewal import GammaGaps, GapLaw, WeibullGaps

__all__ = ["Clients", "client_of_sessions", "client_session_ids"]

_MARK = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Clients whose sessions arrive independently of each other, the r-th largest with weight exp(-a r^b).

    The defaults are the 162 clients of ServeGen's `m-large`. Its ranks 1, 10 and 29 have sent .16, .63 and .85 of the
    requests; our least-squares fit gives .162, .628 and .852. Zipf's law, r^-s, would give .243, .623 and .784 at its
    best, the Zipf-Mandelbrot law (r + q)^-s .154, .638 and .843.

    Parameters
    ----------
    n_clients
        How many.
    share_rate, share_power
        a and b of the weights; a power near 0 is Zipf's law.
    gamma_share
        Chance that a client's gaps are Gamma and not Weibull; ServeGen counts 70 to 30.
    gamma_shape, weibull_shape
        Shapes of those gaps; ServeGen's medians.

    Raises
    ------
    InputError
        No client, a share outside 0..1, a rate, power or shape that is not positive.

    Examples
    --------
    >>> [round(Clients().top_share(k), 3) for k in (1, 10, 29)]
    [0.162, 0.628, 0.852]
    """

    n_clients: int = 162
    share_rate: float = 1.6765
    share_power: float = 0.3234
    gamma_share: float = 0.70
    gamma_shape: float = 0.84
    weibull_shape: float = 0.42

    def __post_init__(self) -> None:
        whole(1, where="clients", n_clients=self.n_clients)
        in_unit_interval(where="clients", gamma_share=self.gamma_share)
        positive(
            where="clients",
            share_rate=self.share_rate,
            share_power=self.share_power,
            gamma_shape=self.gamma_shape,
            weibull_shape=self.weibull_shape,
        )

    def shares(self) -> FloatColumn:
        """Return the share of each client, shape (n_clients,), largest first; sums to 1."""
        weight = np.exp(-self.share_rate * (np.arange(1.0, self.n_clients + 1) ** self.share_power - 1))
        return np.asarray(weight / weight.sum(), dtype=np.float64)

    def top_share(self, k: int) -> float:
        """Return the share of the k largest clients together."""
        return float(self.shares()[:k].sum())

    def arrivals(self, n: int, rng: np.random.Generator) -> tuple[FloatColumn, IntColumn]:
        """Return the first n arrivals of all clients together and whose they are.

        Every client is a renewal process that has run for ever: its first arrival comes after the residual of a gap,
        so nothing piles up at time 0. O(n log n).

        Returns
        -------
        tuple
            Times not decreasing, in the unit in which all clients together send one session; and clients 0 ..
            n_clients - 1 in order of size. Both of shape (n,).
        """
        for_kinds, *for_client = rng.spawn(1 + self.n_clients)
        is_gamma = for_kinds.random(self.n_clients) < self.gamma_share
        kinds: list[GapLaw] = [GammaGaps(shape=self.gamma_shape), WeibullGaps(shape=self.weibull_shape)]
        gaps = [kinds[0] if gamma else kinds[1] for gamma in is_gamma.tolist()]
        shares = self.shares().tolist()
        times = [
            np.array([law.draw_residual(own) / share]) for law, share, own in zip(gaps, shares, for_client, strict=True)
        ]
        horizon = float(n)
        while True:
            times = [
                _until(horizon, before, law, share=share, rng=own)
                for before, law, share, own in zip(times, gaps, shares, for_client, strict=True)
            ]
            if sum(int(np.searchsorted(own, horizon, side="right")) for own in times) >= n:
                break
            horizon *= 1.25
        return _merged(times, n)


def _until(horizon: float, times: FloatColumn, law: GapLaw, *, share: float, rng: np.random.Generator) -> FloatColumn:
    """Return one client's times, continued until the last lies beyond the horizon."""
    while times[-1] <= horizon:
        missing = (horizon - times[-1]) * share
        gaps = law.draw(int(missing + 3 * np.sqrt(missing)) + 8, rng) / (law.mean * share)
        times = np.concatenate((times, times[-1] + np.cumsum(gaps)))
    return times


def _merged(times: list[FloatColumn], n: int) -> tuple[FloatColumn, IntColumn]:
    client = np.repeat(np.arange(len(times)), [len(own) for own in times])
    everyone = np.concatenate(times)
    first = np.argsort(everyone, kind="stable")[:n]
    return everyone[first], client[first]


def client_session_ids(client: IntColumn) -> tuple[str, ...]:
    """Return ids such as ``client003/000012``: the third largest client's session number 12, counted from 0.

    Examples
    --------
    >>> client_session_ids(np.array([0, 2, 0]))
    ('client001/000000', 'client003/000000', 'client001/000001')
    """
    order = np.argsort(client, kind="stable")
    ranked = client[order]
    place = np.arange(len(client)) - np.searchsorted(ranked, ranked)
    number = np.empty(len(client), dtype=np.int64)
    number[order] = place
    return tuple(f"{_MARK}{c:03d}/{k:06d}" for c, k in zip((client + 1).tolist(), number.tolist(), strict=True))


def client_of_sessions(stream: RequestStream) -> IntColumn:
    """Return each session's client, shape (n_sessions,), 1 for the largest; read from the session ids.

    Raises
    ------
    InputError
        A stream whose session ids name no clients.
    """
    if not stream.session_ids or not all(name.startswith(_MARK) and "/" in name for name in stream.session_ids):
        raise InputError(
            "its session ids name no clients", where=stream.name or "stream", way_out="make it up with clients"
        )
    return np.array([int(name[len(_MARK) : name.index("/")]) for name in stream.session_ids], dtype=np.int64)
