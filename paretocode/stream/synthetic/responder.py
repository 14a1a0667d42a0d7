"""How long does an answer take, and how long until the next request? A nominal responder, and gaps that wait for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.stream.synthetic.limits import positive

__all__ = ["LEAST_THINK_S", "Responder", "gaps_that_hold"]

Z90 = 1.2816
"""The standard normal's 90th percentile, as the sources round it."""
LEAST_THINK_S = 0.002
"""Time between an answer and the next request at the least [s]; two steps of the clock, so that rounding to
milliseconds never makes a request precede the answer it waits for."""
ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """A stand-in for whoever answered: time to first token and speed, both lognormal and independent.

    Two percentiles fix each law: sigma = ln(p90 / p50) / 1.2816. The time to first token is that of one model's 998
    measured requests (1.97 s and 3.80 s); the speed is a round figure between those measured (55 to 129 tokens/s,
    of which the slowest tenth keeps about three quarters).

    Parameters
    ----------
    ttft_p50_s, ttft_p90_s
        Time to first token [s].
    tokens_per_s_p50, tokens_per_s_slow
        Speed [tokens/s], median and what nine of ten exceed.

    Raises
    ------
    InputError
        A number that is not positive, or percentiles in the wrong order.

    Examples
    --------
    >>> Responder(ttft_p90_s=1.0)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: responder: ttft_p90_s is 1 and ttft_p50_s 2; give the larger time as p90.
    """

    ttft_p50_s: float = 2.0
    ttft_p90_s: float = 3.8
    tokens_per_s_p50: float = 60.0
    tokens_per_s_slow: float = 45.0

    def __post_init__(self) -> None:
        positive(where="responder", **{name: getattr(self, name) for name in self.__dataclass_fields__})
        if self.ttft_p90_s < self.ttft_p50_s:
            raise InputError(
                f"ttft_p90_s is {self.ttft_p90_s:g} and ttft_p50_s {self.ttft_p50_s:g}",
                where="responder",
                way_out="give the larger time as p90",
            )
        if self.tokens_per_s_slow > self.tokens_per_s_p50:
            raise InputError(
                f"tokens_per_s_slow is {self.tokens_per_s_slow:g} and tokens_per_s_p50 {self.tokens_per_s_p50:g}",
                where="responder",
                way_out="give the smaller speed as slow",
            )

    def answer_s(self, completion_tokens: IntColumn, rng: np.random.Generator) -> FloatColumn:
        """Return how long each answer takes from its request to its last token [s], whole milliseconds; O(n)."""
        n = len(completion_tokens)
        ttft = self.ttft_p50_s * np.exp(math.log(self.ttft_p90_s / self.ttft_p50_s) / Z90 * rng.standard_normal(n))
        spread = math.log(self.tokens_per_s_p50 / self.tokens_per_s_slow) / Z90
        speed = self.tokens_per_s_p50 * np.exp(spread * rng.standard_normal(n))
        return np.asarray(np.round(ttft + completion_tokens / speed, 3), dtype=np.float64)


def gaps_that_hold(gap_s: FloatColumn, answer_s: FloatColumn, rng: np.random.Generator) -> FloatColumn:
    """Return the same start-to-start gaps, dealt out so that each holds the answer before it and a think time.

    A gap too short for its answer changes places with a random gap that is long enough, where the other answer fits
    into the short one. So the law of the gaps stays exactly as measured, and so does every gap that was long enough
    and not picked. What finds no partner in 12 rounds waits until its answer is there; only those lengthen the law.

    Parameters
    ----------
    gap_s
        Start-to-start time from a request to the next of its session [s], shape (n,).
    answer_s
        How long that request's answer takes [s], same shape.

    Examples
    --------
    >>> gaps_that_hold(np.array([1.0, 10.0]), np.array([5.0, 0.5]), np.random.default_rng(1)).tolist()
    [10.0, 1.0]
    >>> gaps_that_hold(np.array([1.0]), np.array([5.0]), np.random.default_rng(1)).tolist()
    [5.002]
    """
    gap, least = gap_s.copy(), answer_s + LEAST_THINK_S
    for _ in range(ROUNDS):
        short = np.flatnonzero(gap < least)
        long = np.flatnonzero(gap >= least)
        n = min(len(short), len(long))
        if n == 0:
            break
        ours, theirs = rng.permutation(short)[:n], rng.permutation(long)[:n]
        fits = (gap[theirs] >= least[ours]) & (gap[ours] >= least[theirs])
        ours, theirs = ours[fits], theirs[fits]
        gap[ours], gap[theirs] = gap[theirs], gap[ours]
    return np.maximum(gap, least)
