"""Do 95 % intervals of a paired difference hold the truth in 95 of 100 worlds whose turns resemble each other?

A world has questions of 1 to 4 turns. Both models' scores share the question's difficulty, and what one model gains on
a question it gains on all of its turns, so turns are far from independent; questions of many turns gain more.
"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.evidence.clusters import Clusters
from paretocode.evidence.confidence import intervals, student_intervals
from paretocode.evidence.outcomes import OutcomeTable
from paretocode.evidence.outcomes.assignment import assigned_to
from paretocode.evidence.outcomes.clustered_shares import clustered_proportion_intervals
from paretocode.evidence.outcomes.compare import quality_estimates
from paretocode.evidence.resampling import Resampling

N_WORLDS = 1000
N_QUESTIONS = 80
TURNS = np.array([1, 2, 3, 4])


def world(rng: np.random.Generator, *, n_questions: int = N_QUESTIONS) -> OutcomeTable:
    """Return scores of two models, 1 to 10 in steps of a half, on questions with turns."""
    n_turns = rng.choice(TURNS, size=n_questions)
    cluster = np.repeat(np.arange(n_questions), n_turns)
    difficulty = rng.normal(6.0, 1.5, size=n_questions)[cluster]
    gain = (rng.exponential(1.0, size=n_questions) - 0.6 + 0.1 * n_turns)[cluster]
    noise = rng.normal(0, 0.7, size=(len(cluster), 2))
    score = np.column_stack([difficulty, difficulty + gain]) + noise
    return OutcomeTable(
        name="world",
        questions=tuple(map(str, range(len(cluster)))),
        models=("weak", "strong"),
        score=np.clip(np.rint(2 * score) / 2, 1, 10),
        score_range=(1, 10),
        domain=("",) * len(cluster),
        cluster=cluster,
        is_contaminated=np.zeros(len(cluster), dtype=bool),
    )


def coverage(n_worlds: int, *, seed: int) -> dict[str, float]:
    """Return how often each interval holds the difference of the two models over all questions there could be."""
    rng = np.random.default_rng(seed)
    large = world(rng, n_questions=400_000)
    truth = float((large.score[:, 1] - large.score[:, 0]).mean())
    held = dict.fromkeys(("bootstrap-t", "student", "naive bootstrap-t", "naive student"), 0)
    for at in range(n_worlds):
        table = world(rng)
        for prefix, seen in (("", table), ("naive ", alone(table))):
            draws = Resampling(n_clusters=seen.n_clusters, n_replicates=500, seed=at)
            found = quality_estimates([assigned_to(seen, "strong")], assigned_to(seen, "weak"), resampling=draws)
            for ends in (intervals(found), student_intervals(found)):
                held[prefix + ends.method] += bool(ends.low[0] <= truth <= ends.high[0])
    return {name: count / n_worlds for name, count in held.items()}


def alone(table: OutcomeTable) -> OutcomeTable:
    """Return the table as if every turn were a question of its own, which is wrong."""
    return OutcomeTable(
        name="alone",
        questions=table.questions,
        models=table.models,
        score=table.score,
        score_range=table.score_range,
        domain=table.domain,
        cluster=np.arange(table.n_questions),
        is_contaminated=table.is_contaminated,
    )


@pytest.mark.slow
def test_clustered_intervals_cover_and_naive_ones_do_not() -> None:
    found = coverage(N_WORLDS, seed=11)
    print(found)
    assert 0.93 <= found["bootstrap-t"] <= 0.97
    assert 0.93 <= found["student"] <= 0.97
    assert found["naive bootstrap-t"] < 0.90
    assert found["naive student"] < 0.90


def test_clustered_shares_cover() -> None:
    rng = np.random.default_rng(5)
    n_worlds, chance, held, naive = 2000, 0.8, 0, 0
    trials = np.tile(TURNS, 15)[:, None]
    for _ in range(n_worlds):
        of_question = rng.beta(2.0, 0.5, size=len(trials))  # mean 0.8, turns of a question far from independent
        successes = rng.binomial(trials[:, 0], of_question)[:, None]
        found = clustered_proportion_intervals(successes, trials)
        held += bool(found.low[0] <= chance <= found.high[0])
        flat = clustered_proportion_intervals(*split(successes, trials))
        naive += bool(flat.low[0] <= chance <= flat.high[0])
    print(held / n_worlds, naive / n_worlds)
    assert 0.93 <= held / n_worlds <= 0.98  # exact intervals err on the wide side
    assert naive / n_worlds < 0.93


def split(successes: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return every trial as a cluster of its own."""
    one = np.concatenate([np.arange(t) < s for s, t in zip(successes[:, 0], trials[:, 0], strict=True)])
    return one.astype(np.int64)[:, None], np.ones((len(one), 1), dtype=np.int64)


def test_the_partition_of_a_world_is_the_questions() -> None:
    table = world(np.random.default_rng(1))
    assert isinstance(table.clusters, Clusters)
    assert table.clusters.n == N_QUESTIONS
