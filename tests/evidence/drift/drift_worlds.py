"""Small streams and sums for tests of drift: sessions that resemble themselves, with a known law."""

from __future__ import annotations

import numpy as np

from paretocode._checks import IntColumn
from paretocode.evidence.drift import MetricSums, Quantity
from paretocode.stream import RequestStream, request_stream

SHARES = np.array([0.4, 0.25, 0.2, 0.15])
LABELS = ("0.2", "0.5", "0.65", "omitted")
KEEPS = 0.9


def session_counts(
    n_sessions: int, rng: np.random.Generator, *, shares: np.ndarray = SHARES, mean_turns: float = 8.0
) -> IntColumn:
    """Return requests by session and class: a session asks for its own class on nine of ten requests."""
    turns = 1 + rng.geometric(1 / mean_turns, size=n_sessions)
    own = rng.multinomial(1, shares, size=n_sessions)
    kept = rng.binomial(turns, KEEPS)
    return own * kept[:, None] + rng.multinomial(turns - kept, shares)


def asked_quantity(tuned: IntColumn, today: IntColumn, *, is_ordered: bool = False) -> Quantity:
    """Return min scores by session as a watched quantity."""
    labels = LABELS[: tuned.shape[1]]
    return Quantity(
        name="min_scores", factor="min scores", labels=labels, is_ordered=is_ordered, tuned=tuned, today=today
    )


def cost_sums(n_sessions: int, rng: np.random.Generator, *, mean: float = 3.0, mean_turns: float = 6.0) -> MetricSums:
    """Return cost by session: each has its own level, so that requests of one resemble each other; truth is `mean`."""
    turns = 1 + rng.geometric(1 / (mean_turns - 1), size=n_sessions)
    level = mean * rng.gamma(2.0, 0.5, size=n_sessions)
    cost = rng.gamma(4.0 * turns, level / 4.0)
    return MetricSums(
        names=("cost_usd_per_krequest",), numerator=cost[:, None], denominator=turns[:, None].astype(np.float64)
    )


def plain_stream(
    scores: list[float], *, turns: int = 2, prompt: int = 1_000, gap_s: float = 10.0, name: str = "plain"
) -> RequestStream:
    """Return a stream of sessions of equal shape, one for each min score (NaN for omitted)."""
    n = len(scores)
    session = np.repeat(np.arange(n), turns)
    return request_stream(
        session=session,
        time_s=np.tile(np.arange(turns) * gap_s, n),
        prompt_tokens=np.full(n * turns, prompt),
        completion_tokens=np.full(n * turns, 100),
        min_score=np.repeat(scores, turns),
        name=name,
    )


KIND_MEAN = np.array([[1.0, 2.0], [3.0, 6.0], [4.0, 9.0]])
"""Cost of a request by kind of caller and of length."""
KIND_TURNS = np.array([[2, 2], [4, 6], [3, 10]])
TUNED_MARGINS = (np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.4]))
TODAY_MARGINS = (np.array([0.3, 0.3, 0.4]), np.array([0.45, 0.55]))
DEARER = 1.2
"""How much dearer every request is today, whatever its kind: what no weighting explains."""


def cost_of_margins(callers: np.ndarray, lengths: np.ndarray) -> float:
    """Return the true cost per request of a mix of kinds."""
    share = np.outer(callers, lengths) * KIND_TURNS
    return float((share * KIND_MEAN).sum() / share.sum())


def kinds_of_sessions(
    n_sessions: int, margins: tuple[np.ndarray, np.ndarray], rng: np.random.Generator, *, factor: float = 1.0
) -> tuple[MetricSums, tuple[IntColumn, IntColumn]]:
    """Return cost by session and the two kinds that each falls into; the kinds are independent of each other."""
    caller, length = (rng.choice(len(margin), size=n_sessions, p=margin) for margin in margins)
    turns = KIND_TURNS[caller, length]
    cost = factor * KIND_MEAN[caller, length] * rng.gamma(4.0, 0.25, size=n_sessions) * turns
    sums = MetricSums(
        names=("cost_usd_per_krequest",), numerator=cost[:, None], denominator=turns[:, None].astype(np.float64)
    )
    return sums, (caller, length)
