"""Is today's stream the one the map was tuned on? One test a quantity, by whole sessions, corrected for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.clusters import session_clusters
from paretocode.evidence.drift.effects import Effect, effects_of
from paretocode.evidence.drift.permutation import permutation_test
from paretocode.evidence.drift.quantities import Callers, Quantity, watched_quantities
from paretocode.stream.stream import RequestStream

__all__ = ["DriftTest", "TestState", "drift_tests", "holm"]


class TestState(Enum):
    """Whether a quantity could be tested; the value is the sentence for people."""

    __test__ = False  # for pytest, which takes every class called Test... for a test

    TESTED = "tested"
    CONSTANT = "constant in both streams: no test"
    ABSENT = "one stream has no such value: no test"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftTest:
    """What one quantity says about drift.

    Parameters
    ----------
    name, factor
        Of the quantity.
    state
        Whether it was tested.
    n_sessions
        Sessions with a value, tuned and today: the size of the samples.
    n_values
        Values, tuned and today.
    statistic, p_value
        Of the permutation test; None without a test. A statistic without spread is infinite, and None too.
    p_holm
        The p-value, corrected for the number of tests (Holm 1979).
    effects
        Sizes, with the bands of custom; empty without a test.
    psi_by_chance
        95 % quantile of the stability index under no drift, in streams of these sizes.
    """

    name: str
    factor: str
    state: TestState
    n_sessions: tuple[int, int]
    n_values: tuple[int, int]
    statistic: float | None = None
    p_value: float | None = None
    p_holm: float | None = None
    effects: tuple[Effect, ...] = ()
    psi_by_chance: float | None = None

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {**asdict(self), "state": self.state.value}


def drift_tests(
    tuned: RequestStream,
    today: RequestStream,
    *,
    callers: Callers | None = None,
    edges_ppm: Sequence[int] = (),
    n_permutations: int = 999,
    rng: np.random.Generator | int,
) -> tuple[DriftTest, ...]:
    """Test every watched quantity of two streams.

    Parameters
    ----------
    callers
        One label a session of either stream, such as the user; None leaves callers out.
    edges_ppm
        Request edges of the map [ppm], at which min scores are told apart.
    n_permutations
        Deals of sessions a test; the smallest p-value is 1 / (1 + n_permutations).
    rng
        Generator or seed; same seed, same bytes.

    Raises
    ------
    InputError
        A stream of one session, callers that do not fit the sessions or have no label in common, too few permutations.

    Examples
    --------
    >>> from paretocode.stream.synthetic import synthesise
    >>> tuned, today = (synthesise("chat", n_sessions=60, rng=seed) for seed in (1, 2))
    >>> tests = drift_tests(tuned, today, rng=3)
    >>> [test.name for test in tests if test.state is not TestState.TESTED]
    ['min_scores']
    >>> all(test.p_holm > 0.05 for test in tests if test.p_holm is not None)
    True
    """
    for stream in (tuned, today):
        session_clusters(stream)  # refuses a single session
    generators = np.random.default_rng(rng).spawn(len(_NAMES))
    found = [
        _tested(quantity, n_permutations, generators[_NAMES.index(quantity.name)])
        for quantity in watched_quantities(tuned, today, callers=callers, edges_ppm=edges_ppm)
    ]
    corrected = holm([test.p_value for test in found if test.p_value is not None]).tolist()
    return tuple(test if test.p_value is None else replace(test, p_holm=corrected.pop(0)) for test in found)


_NAMES = (
    "min_scores",
    "prompt_tokens",
    "completion_tokens",
    "token_pair",
    "gap_s",
    "requests_per_session",
    "callers",
)
"""Each quantity has luck of its own, so that leaving callers out changes no other p-value."""


def holm(p_values: Sequence[float]) -> FloatColumn:
    """Return p-values corrected for their number: the largest so far of p x (how many are not smaller), at most 1.

    Rejecting where the result is at most 5 % errs once or more in at most 5 % of families, whatever correlates
    (Holm 1979). Ties get one value.

    Examples
    --------
    >>> holm([0.04, 0.01, 0.03]).round(3).tolist()
    [0.06, 0.03, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def _tested(quantity: Quantity, n_permutations: int, rng: np.random.Generator) -> DriftTest:
    sides = quantity.tuned, quantity.today
    n_sessions = tuple(int(np.count_nonzero(side.any(axis=1))) for side in sides)
    n_values = tuple(int(side.sum()) for side in sides)
    state = TestState.ABSENT if quantity.is_absent else TestState.CONSTANT if quantity.is_constant else TestState.TESTED
    test = DriftTest(
        name=quantity.name,
        factor=quantity.factor,
        state=state,
        n_sessions=n_sessions,  # type: ignore[arg-type]
        n_values=n_values,  # type: ignore[arg-type]
    )
    if state is not TestState.TESTED:
        return test
    result = permutation_test(quantity, n_permutations=n_permutations, rng=rng)
    return replace(
        test,
        statistic=result.statistic if np.isfinite(result.statistic) else None,
        p_value=result.p_value,
        effects=effects_of(quantity, result.psi),
        psi_by_chance=result.psi_by_chance,
    )
