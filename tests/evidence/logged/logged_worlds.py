"""Logs with a known truth: sessions that resemble themselves, choices drawn with known probabilities."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.clusters import Clusters
from paretocode.evidence.logged import LoggedChoices

STRATA = ("short", "long")
MODELS = ("cheap", "dear")
SUCCESS = np.array([[0.75, 0.85], [0.45, 0.8]])
"""Mean outcome by stratum and model."""
TAKES_DEAR = np.array([0.2, 0.65])
"""Probability with which the log takes the dear model, by stratum: better answers are drawn where tasks are harder."""
CANDIDATE = np.array([1, 0])
"""Model that the candidate takes, by stratum: dear for short requests, cheap for long ones."""
LONG_SHARE = 0.4


class LoggedWorld(NamedTuple):
    """A log, and the candidate's choices on it."""

    choices: LoggedChoices
    propensity: FloatColumn
    outcome: FloatColumn


def logged_world(n_sessions: int, rng: np.random.Generator, *, is_sticky: bool = True) -> LoggedWorld:
    """Return a log whose sessions have one stratum, their own luck, and, if sticky, one model throughout."""
    turns = rng.integers(1, 8, size=n_sessions)
    of_row = np.repeat(np.arange(n_sessions), turns)
    stratum = (rng.random(n_sessions) < LONG_SHARE).astype(np.int64)[of_row]
    draw = rng.random(n_sessions)[of_row] if is_sticky else rng.random(len(of_row))
    taken = (draw < TAKES_DEAR[stratum]).astype(np.int64)
    luck = (0.15 * rng.standard_normal(n_sessions))[of_row]
    outcome = SUCCESS[stratum, taken] + luck + 0.2 * rng.standard_normal(len(of_row))
    choices = LoggedChoices(
        clusters=Clusters(of_row=of_row, n=n_sessions, kind="session"),
        names=MODELS,
        logged=taken,
        candidate=CANDIDATE[stratum],
        strata=STRATA,
        stratum=stratum,
    )
    dear = TAKES_DEAR[stratum]
    return LoggedWorld(choices, np.where(taken == 1, dear, 1 - dear), outcome)


def true_value() -> float:
    """Return the candidate's mean outcome per request: strata do not depend on the length of sessions."""
    share = np.array([1 - LONG_SHARE, LONG_SHARE])
    return float(share @ SUCCESS[[0, 1], CANDIDATE])


def value_of_log() -> float:
    """Return the mean outcome per request of what the log chose."""
    share = np.array([1 - LONG_SHARE, LONG_SHARE])
    return float(share @ (SUCCESS[:, 1] * TAKES_DEAR + SUCCESS[:, 0] * (1 - TAKES_DEAR)))
