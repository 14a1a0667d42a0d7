"""What else might be true? Other scores, other prices, other weeks: worlds in which the same edges are weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.changed import drawn_scores, with_prices_times
from paretocode.errors import InputError, UsageError
from paretocode.stream.stream import RequestStream

__all__ = ["NOW", "Scenario", "price_shock", "refuse_clashing", "score_replicates", "weeks"]

NOW = "now"
"""The world at hand: the question's own stream and catalogue."""

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """A world beside the one at hand.

    Parameters
    ----------
    name
        What it is called.
    catalogue, stream
        What differs; None stands for the question's own.
    sessions
        Which sessions of the question's stream make up `stream`, where it is a part of it: the luck goes with them.
    weight
        How much it counts in an expectation, a whole number >= 1.
    note
        What people should know of it, one sentence; "" for nothing.

    Raises
    ------
    UsageError
        No name, a weight that is not a whole number >= 1, or sessions without their stream.
    """

    name: str
    catalogue: Catalogue | None = None
    stream: RequestStream | None = None
    sessions: IntColumn | None = None
    weight: int = 1
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise UsageError(f"a scenario is called {self.name!r}", where="search", way_out="give it a name")
        where = f"scenario {self.name!r}"
        if isinstance(self.weight, bool) or not isinstance(self.weight, int | np.integer) or self.weight < 1:
            raise UsageError(f"the weight is {self.weight!r}", where=where, way_out="give a whole number, 1 or more")
        if self.sessions is not None and self.stream is None:
            raise UsageError("sessions are named and no stream is given", where=where, way_out="give their stream")


def refuse_clashing(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that could not be told apart by name.

    Raises
    ------
    InputError
        A name that stands twice, or that of the world at hand.

    Examples
    --------
    >>> refuse_clashing([Scenario(name="dear"), Scenario(name="now")])
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: search: two worlds are called 'now'; give every scenario a name of its own.
    """
    seen = {NOW}
    for each in scenarios:
        if each.name in seen:
            raise InputError(
                f"two worlds are called {each.name!r}", where="search", way_out="give every scenario a name of its own"
            )
        seen.add(each.name)


def score_replicates(catalogue: Catalogue, *, n: int, rng: np.random.Generator | int) -> tuple[Scenario, ...]:
    """Return worlds in which every score is drawn anew from its standard error.

    Parameters
    ----------
    n
        How many, at least 1.

    Notes
    -----
    Scores are those of `paretocode.catalogue.changed.drawn_scores`. Models keep their keys and prices, but stand in
    another order of score, and so in other tiers under the same edges. The first k of n replicates are those of k: more
    of them refine an answer and do not replace it.

    Raises
    ------
    InputError
        No model has a standard error.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> first, second = score_replicates(load_bundled(), n=2, rng=1)
    >>> first.name, bool((first.catalogue.coding_score != second.catalogue.coding_score).all())
    ('scores 1', True)
    """
    return tuple(
        Scenario(name=f"scores {at + 1}", catalogue=catalogue.replace(coding_score=scores))
        for at, scores in enumerate(drawn_scores(catalogue, n=n, rng=rng, where="search"))
    )


def price_shock(catalogue: Catalogue, *, models: str, factor: float, name: str = "", weight: int = 1) -> Scenario:
    """Return a world in which all prices of some models are multiplied.

    Parameters
    ----------
    models
        A pattern of model keys, such as ``deepseek/*``.
    factor
        > 0; prices are rounded to a millionth of a USD per million tokens, long-context prices included. What is free
        stays free.

    Raises
    ------
    InputError
        A pattern that no model fits, or a factor that is not positive.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> shock = price_shock(load_bundled(), models="deepseek/*", factor=2.0)
    >>> shock.name
    'deepseek/* x 2'
    """
    changed = with_prices_times(catalogue, models, factor, where="search")
    return Scenario(name=name or f"{models} x {factor:g}", catalogue=changed, weight=weight)


def weeks(stream: RequestStream, *, days: float = 7.0) -> tuple[Scenario, ...]:
    """Return the stream's stretches of some days, by where each session begins.

    Parameters
    ----------
    days
        Length of a stretch, above 0; the first begins with the first session, and one without sessions is no scenario.

    Notes
    -----
    Sessions stay whole. The parts make up the whole stream, so an aim over parts usually leaves the world at hand out.

    Raises
    ------
    InputError
        A length that is not above 0, or a stream that is no longer than one stretch.

    Examples
    --------
    The third day has no session.

    >>> from paretocode.stream import request_stream
    >>> stream = request_stream(session=["a", "b", "a", "c"], time_s=[0, 100_000, 200_000, 300_000],
    ...                         prompt_tokens=[1, 2, 3, 4], completion_tokens=[1, 1, 1, 1])
    >>> [(part.name, part.stream.prompt_tokens.tolist()) for part in weeks(stream, days=1)]
    [('part 1', [1, 3]), ('part 2', [2]), ('part 3', [4])]
    """
    if not 0 < days < 1e6:
        raise InputError(f"a stretch has {days:g} days", where="search", way_out="give a number above 0")
    starts = stream.time_s[np.flatnonzero(stream.is_first)]
    part = np.floor((starts - starts.min()) / (days * _DAY_S)).astype(np.int64)
    found = np.unique(part)
    if len(found) < 2:
        raise InputError(
            f"all sessions begin within {days:g} days", where=stream.name or "stream", way_out="take shorter stretches"
        )
    groups = [np.flatnonzero(part == each) for each in found]
    return tuple(
        Scenario(name=f"part {i + 1}", stream=stream.take_sessions(sessions), sessions=sessions)
        for i, sessions in enumerate(groups)
    )
