"""Requests of one class are decided alike by every band, at every mix of tokens, ties included."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paretocode.catalogue.scales import FractionScale
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import ScoredModels, band_choices, request_classes, scored_models
from paretocode.sim.tables.classes import RequestClasses
from paretocode.sim.tables.switch_points import Mix
from tuning_worlds import scored_catalogues, stateless_policies

FRACTIONS = st.fractions(min_value=0, max_value=1, max_denominator=2**20)


def slow_mix(points: list[Fraction], prompt: int, completion: int) -> int:
    """Return the mix as `RequestClasses` numbers it, by exact fractions."""
    if prompt + completion == 0:
        return 2 * len(points) - 1
    share = Fraction(prompt, prompt + completion)
    below = sum(point < share for point in points)
    return 2 * below if below < len(points) and points[below] == share else 2 * below - 1


@given(
    inner=st.sets(FRACTIONS.filter(lambda point: 0 < point < 1), max_size=4),
    tokens=st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)), max_size=5),
    data=st.data(),
)
@settings(max_examples=200)
def test_mixes_are_told_apart_by_exact_fractions(
    inner: set[Fraction], tokens: list[tuple[int, int]], data: st.DataObject
) -> None:
    # Points that share their nearest float, and requests exactly on them or a token beside.
    twins = {point + Fraction(1, point.denominator * 2**41) for point in inner}
    points = sorted({Fraction(0), Fraction(1), *inner, *twins})
    for point in inner:
        times = data.draw(st.integers(1, 1000))
        prompt, completion = point.numerator * times, (point.denominator - point.numerator) * times
        tokens = [*tokens, (prompt, completion), (prompt + 1, completion), (prompt, completion + 1)]
    tokens = [*tokens, (0, 0), (0, 7), (7, 0)]
    classes = RequestClasses(
        context_limits=np.zeros(0, dtype=np.int64),
        prompt_limits=np.zeros(0, dtype=np.int64),
        mixes=tuple(Mix(point.numerator, point.denominator) for point in points),
    )
    prompt, completion = np.array(tokens, dtype=np.int64).T
    assert classes.of(prompt, completion).tolist() == [slow_mix(points, *each) for each in tokens]


@given(data=st.data())
@settings(max_examples=60)
def test_every_band_takes_whom_brute_force_takes(data: st.DataObject) -> None:
    catalogue = data.draw(scored_catalogues())
    policy = dataclasses.replace(data.draw(stateless_policies()), price_metric="request")
    models = scored_models(catalogue, policy, scale=FractionScale(full=100.0))
    n = len(models)
    inner = data.draw(st.sets(st.integers(1, n - 1))) if n > 1 else set()
    cuts = np.array([0, *sorted(inner), n])
    classes = request_classes(models, cuts)
    assume(len(classes.mixes) > 0)
    prompt, completion = (side.ravel() for side in np.meshgrid([*range(7), 20, 21, 50, 61, 99], [*range(7), 50, 60]))
    number = classes.of(prompt, completion)
    choices = band_choices(models, classes, cuts, np.unique(number))
    for low in range(len(cuts) - 1):
        for high in range(low + 1, len(cuts)):
            stop = n if policy.eligibility == "floor" else int(cuts[high])
            row = choices.table[choices.row_of_band[low, high]]
            taken = row[choices.kind_of_class[number]].tolist()
            tokens = zip(prompt.tolist(), completion.tolist(), strict=True)
            assert taken == [slow_choice(models, int(cuts[low]), stop, *each) for each in tokens]


def slow_choice(models: ScoredModels, start: int, stop: int, prompt: int, completion: int) -> int:
    """Return whom a band takes: the fastest under that ranking, the cheapest, the higher score, the first key."""
    prices = models.tariff_at(prompt)
    speed = models.catalogue.throughput_milli_tps[models.row]
    able = [
        place
        for place in range(start, stop)
        if models.can_serve[place] and models.context_tokens[place] >= prompt + completion
    ]

    def order(place: int) -> tuple[int, int, int, str]:
        cost = prompt * int(prices.prompt[place]) + completion * int(prices.completion[place])
        first = -int(speed[place]) if models.policy.ranking == "throughput" else 0
        return first, cost, -int(models.score_milli[place]), models.keys[place]

    return min(able, key=order, default=UNSERVED)
