"""What if sessions of one user, or of one day, resemble each other? Clusters that are right, and clusters too fine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evidence.coverage.counting import Count, Row, holds
from paretocode.evidence import Resampling, intervals, ratio_estimates, student_intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Sessions in groups with a common effect.

    Parameters
    ----------
    kind
        What a group is.
    n
        Groups in a world.
    sessions_per_group
        On average; at least one.
    shared
        Part of the variance of a session's effect that its group shares.
    skew
        Sigma of the lognormal by which a group's effect is multiplied.
    """

    kind: str
    n: int
    sessions_per_group: float
    shared: float
    skew: float


USERS = Groups(kind="user", n=200, sessions_per_group=4, shared=0.3, skew=0.5)
DAYS = Groups(kind="day", n=30, sessions_per_group=40, shared=0.1, skew=0.2)


def grouped_rows(groups: Groups, *, n_worlds: int, n_replicates: int, seed: int) -> list[Row]:
    """Count how often intervals of a mean difference hold 0, the truth of the model."""
    count = Count(study="Sessions that come in groups")
    rng = np.random.default_rng(seed)
    for world in range(n_worlds):
        group, requests, difference = _sessions(groups, rng)
        for unit, owner in ((groups.kind, group), ("session", np.arange(len(group)))):
            n = int(owner[-1]) + 1
            sums = (
                np.bincount(owner, weights=difference, minlength=n),
                np.bincount(owner, weights=requests, minlength=n),
            )
            resampling = Resampling(n_clusters=n, n_replicates=n_replicates, seed=world)
            found = ratio_estimates(sums[0], sums[1], names=["difference"], resampling=resampling)
            case = f"{groups.n} {groups.kind}s of {groups.sessions_per_group:g} sessions, drawn by {unit}"
            count.add(case, "bootstrap-t", holds(intervals(found), np.zeros(1))[0])
            count.add(case, "student", holds(student_intervals(found), np.zeros(1))[0])
    return count.rows()


def _sessions(groups: Groups, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return group, number of requests and sum of differences of each session."""
    group = np.repeat(np.arange(groups.n), 1 + rng.poisson(groups.sessions_per_group - 1, groups.n))
    common = (rng.standard_normal(groups.n) * np.exp(groups.skew * rng.standard_normal(groups.n)))[group]
    effect = np.sqrt(groups.shared) * common + np.sqrt(1 - groups.shared) * rng.standard_normal(len(group))
    requests = rng.geometric(0.1, len(group)).astype(float)
    return group, requests, requests * effect
