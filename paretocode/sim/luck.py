"""What luck has each request, whatever map serves it? Draws that are made once, so that maps are compared on the same.

Each request has a level of luck for its time to first token, one for its throughput, and a word of random bits from
which all draws of its attempts (failures, jitter) follow. Levels are quantiles in `N_LEVELS` equal steps; 0 is fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = [
    "LEVEL_NORMALS",
    "N_LEVELS",
    "SESSION_CORRELATION",
    "Luck",
    "LuckSources",
    "draw_luck",
    "luck_sources",
    "mixed_bits",
]

N_LEVELS = 4096
LEVEL_NORMALS: FloatColumn = np.array([NormalDist().inv_cdf((i + 0.5) / N_LEVELS) for i in range(N_LEVELS)])
"""Shape (n_levels,): the standard normal quantile in the middle of each level; positive is slow."""

SESSION_CORRELATION = 0.3
"""Lag-1 autocorrelation of luck within a session: log-residuals of answer times of five Claude models showed .15 to
.43. Without it the totals of sessions would look too calm."""

_SKIPPED_AT_ONCE = 1 << 20
_GOLDEN, _MIX_1, _MIX_2, _MASK = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 2**64 - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Luck:
    """Draws of each request; columns of shape (n,).

    Parameters
    ----------
    ttft, throughput
        Levels, 0 .. `N_LEVELS` - 1; higher is slower.
    bits
        32 random bits each; see `mixed_bits`.
    """

    ttft: NDArray[np.uint16]
    throughput: NDArray[np.uint16]
    bits: NDArray[np.uint32]

    def take(self, rows: IntColumn | slice) -> Luck:
        """Return the luck of some rows, such as those of some sessions."""
        return Luck(ttft=self.ttft[rows], throughput=self.throughput[rows], bits=self.bits[rows])

    def check_length(self, n_requests: int) -> None:
        """Refuse luck that belongs to another stream.

        Raises
        ------
        InputError
            With both lengths.
        """
        if len(self.ttft) != n_requests:
            raise InputError(
                f"the luck has {len(self.ttft)} draws and the stream {n_requests} requests",
                way_out="draw it for this stream: draw_luck(stream, rng=...)",
            )


def draw_luck(
    stream: RequestStream, *, rng: np.random.Generator | int, correlation: float = SESSION_CORRELATION
) -> Luck:
    """Draw the luck of a stream; same seed, same bytes. O(n).

    Parameters
    ----------
    correlation
        Between the luck of consecutive requests of a session, 0 <= correlation < 1: a first-order autoregression of
        the normal scores. TTFT and throughput are independent of each other: measured correlations are -.25 to +.04.

    Raises
    ------
    InputError
        A correlation outside 0 .. 1.
    """
    return luck_sources(rng).draw(stream, correlation=correlation)


@dataclass(frozen=True, slots=True, kw_only=True)
class LuckSources:
    """Where luck comes from: three independent generators. Parts of a stream that draw in order draw what it would."""

    ttft: np.random.Generator
    throughput: np.random.Generator
    bits: np.random.Generator

    def draw(self, stream: RequestStream, *, correlation: float = SESSION_CORRELATION) -> Luck:
        """Draw the luck of a stream, or of its next part; the generators move on. O(n).

        Raises
        ------
        InputError
            A correlation outside 0 .. 1.
        """
        if not 0 <= correlation < 1:
            raise InputError(f"the correlation of luck is {correlation:g}", way_out="give a number from 0 to below 1")
        return Luck(
            ttft=_levels(stream, correlation, self.ttft),
            throughput=_levels(stream, correlation, self.throughput),
            bits=read_only(self._bits(len(stream))),
        )

    def skip(self, n_requests: int) -> None:
        """Move on as if so many requests had drawn. O(n), memory flat."""
        for start in range(0, n_requests, _SKIPPED_AT_ONCE):
            n = min(_SKIPPED_AT_ONCE, n_requests - start)
            self.ttft.standard_normal(n)
            self.throughput.standard_normal(n)
            self._bits(n)

    def _bits(self, n: int) -> NDArray[np.uint32]:
        return self.bits.integers(2**32, size=n, dtype=np.uint32)


def luck_sources(rng: np.random.Generator | int) -> LuckSources:
    """Return the generators of a seed's luck."""
    for_ttft, for_throughput, for_bits = np.random.default_rng(rng).spawn(3)
    return LuckSources(ttft=for_ttft, throughput=for_throughput, bits=for_bits)


def _levels(stream: RequestStream, correlation: float, rng: np.random.Generator) -> NDArray[np.uint16]:
    from scipy.special import ndtr

    normal = rng.standard_normal(len(stream))
    if correlation > 0:
        normal = _run_on(normal, stream, correlation)
    level = np.minimum(np.floor(ndtr(normal) * N_LEVELS), N_LEVELS - 1)
    return read_only(level.astype(np.uint16))


def _run_on(normal: FloatColumn, stream: RequestStream, correlation: float) -> FloatColumn:
    """Return normal scores that remember the one before in their session: the j-th requests of all sessions at once.

    A filter over the whole column would be faster, but what it carries from one session into the next, and what is
    taken out again, rounds differently with every other session before: a part of a stream would have other luck.
    """
    start = np.flatnonzero(stream.is_first)
    length = np.diff(start, append=len(stream))
    by_length = np.argsort(-length, kind="stable")
    start, length = start[by_length], length[by_length]
    found = normal.copy()
    fresh = np.sqrt(1 - correlation**2)
    for turn in range(1, int(length[0])):
        row = start[: int(np.searchsorted(-length, -turn, side="left"))] + turn
        found[row] = correlation * found[row - 1] + fresh * normal[row]
    return found


def mixed_bits(bits: int, draw: int) -> int:
    """Return 64 fresh random bits for the given draw of a request: the finaliser of SplitMix64.

    Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.

    Examples
    --------
    >>> mixed_bits(7, 0) == mixed_bits(7, 0), mixed_bits(7, 0) == mixed_bits(7, 1)
    (True, False)
    """
    z = (bits + (draw + 1) * _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
    z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
    return z ^ (z >> 31)
