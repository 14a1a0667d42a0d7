"""When does the candidate stop being better? Exact where cost is piecewise linear, else by a scan and bisection."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence.measures import map_measure
from paretocode.evidence.sensitivity.crossings import Stretch
from paretocode.evidence.sensitivity.price_pieces import is_piecewise_linear, price_pieces, stretches_of
from paretocode.evidence.sensitivity.replays import Compared, Replays, settled
from paretocode.evidence.sensitivity.row_words import UNSERVED
from paretocode.evidence.sensitivity.running import Progress
from paretocode.evidence.sensitivity.shift import Parameter
from paretocode.evidence.sensitivity.standings import BreakEven
from paretocode.evidence.sensitivity.words import Standing, standing
from paretocode.evidence.sensitivity.world import World

__all__ = ["break_even"]


def break_even(
    world: World,
    parameter: Parameter,
    *,
    measure: str = "cost_usd_per_krequest",
    low: float | None = None,
    high: float | None = None,
    n_scan: int = 17,
    is_scanned: bool = False,
    progress: Progress | None = None,
) -> BreakEven:
    """Find every place where the candidate begins to stand otherwise on a measure, as one parameter is turned.

    Parameters
    ----------
    measure
        Less is better.
    low, high
        Range; the parameter's own when None.
    n_scan
        Points of the first scan, at least 2, the parameter's `breaks` and today's value beside them.
    is_scanned
        Scan even where an exact answer is known, as an independent witness.
    progress
        Told of points done and of points so far known to be needed.

    Returns
    -------
    BreakEven
        Exact for price factors while both maps rank by list prices and nothing fails. Else every change of standing
        between two points of the scan is narrowed to neighbouring multiples of the parameter's step; two changes
        between neighbouring points that undo each other stay unseen, which `widest_gap` bounds.

    Raises
    ------
    InputError
        An unknown measure, a range that is empty or narrower than the step, fewer than two points; of a price factor,
        a pattern that no model fits or a factor that is not above 0. Values that a scan cannot apply are counted with
        their reason instead.

    Examples
    --------
    >>> from paretocode.catalogue import bundled_scale, load_bundled
    >>> from paretocode.evidence.sensitivity import price_factor, world_of
    >>> from paretocode.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code, map_from_edges
    >>> models = load_bundled()
    >>> asked = request_stream(session=[0], time_s=[0], prompt_tokens=[1000], completion_tokens=[0], min_score=[0.5])
    >>> cut = map_from_edges(models, score_edges=[45.0, 50.0], request_edges=[0.33, 0.66])
    >>> world = world_of(models, asked, documented_pareto_code(models), cut, scale=bundled_scale(), rng=1)

    The candidate's medium tier has models at 0.435 beside Kimi; Kimi, at 0.73, is the incumbent's cheapest.

    >>> found = break_even(world, price_factor("moonshotai/*", low=0.1, high=4))
    >>> print(*found.sentences())
    cost per 1,000 requests [USD]: the candidate stops being better when moonshotai/* costs at most 0.59589 times as
    much as today.
    >>> [(one.before.name, one.at == 435 / 730, one.after.name) for one in found.crossings]
    [('LEVEL', True, 'BETTER')]
    """
    map_measure(measure)
    first, last = parameter.low if low is None else low, parameter.high if high is None else high
    if not first + parameter.step <= last < np.inf or n_scan < 2:
        raise InputError(
            f"the range [{first:g}, {last:g}] is looked at in {n_scan} points",
            where=parameter.name,
            way_out=f"give a range wider than {parameter.step:g} and at least 2 points",
        )
    if parameter.price_pattern and is_piecewise_linear(world) and not is_scanned:
        for end in (first, last):
            parameter.at(world, end)  # refuses what is no factor
        pieces, n_replays = price_pieces(world, models=parameter.price_pattern, measure=measure, low=first, high=last)
        now = Replays((measure, UNSERVED)).compare(world)
        if progress is not None:
            progress(n_replays, n_replays)
        return BreakEven(
            parameter=parameter,
            measure=measure,
            low=first,
            high=last,
            today=standing(now.difference[measure]),
            stretches=stretches_of(pieces),
            is_exact=True,
            resolution=0.0,
            n_points=n_replays,
            widest_gap=0.0,
            most_unserved=_unserved(now),  # prices refuse nobody
            reasons={},
        )
    probe = _Probe(world, parameter, measure, progress)
    return _scanned(probe, _places(world, parameter, (first, last), n_scan))


def _scanned(probe: _Probe, places: list[int]) -> BreakEven:
    """Look at the points of a scan and between those that differ."""
    parameter, measure = probe.parameter, probe.measure
    probe.n_wanted = len(places)
    for place in places:
        probe.at(place)
    for left, right in itertools.pairwise(places):
        _narrow(probe.at, left, right)
    known = sorted(probe.known)
    return BreakEven(
        parameter=parameter,
        measure=measure,
        low=probe.value(known[0]),
        high=probe.value(known[-1]),
        today=standing(probe.base.difference[measure]),
        stretches=_merged(probe, known),
        is_exact=False,
        resolution=parameter.step,
        n_points=len(known),
        widest_gap=max(b - a for a, b in itertools.pairwise(places)) * parameter.step,
        most_unserved=probe.most_unserved,
        reasons=dict(probe.reasons),
    )


def _places(world: World, parameter: Parameter, ends: tuple[float, float], n_scan: int) -> list[int]:
    """Return the points of the first scan as multiples of the step, rising; at a break, that below it too."""
    first, last = round(ends[0] / parameter.step), round(ends[1] / parameter.step)
    wanted = {round(place) for place in np.linspace(first, last, n_scan).tolist()}
    marks = list(parameter.breaks(world)) if parameter.breaks is not None else []
    for mark in marks:
        place = int(np.ceil(round(mark / parameter.step, 6)))
        wanted |= {place - 1, place}
    if parameter.now is not None:
        wanted.add(round(parameter.now / parameter.step))
    return sorted(place for place in wanted if first <= place <= last)


def _narrow(at: Callable[[int], Standing], left: int, right: int) -> None:
    """Look between two points that stand otherwise until neighbours do; O(log) for each change that is found."""
    while at(left) is not at(right) and right - left > 1:
        inner_left, inner_right = left, right
        while inner_right - inner_left > 1:
            middle = (inner_left + inner_right) // 2
            if at(middle) is at(left):
                inner_left = middle
            else:
                inner_right = middle
        left = inner_right


class _Probe:
    """How the candidate stands at multiples of a parameter's step, each looked at once."""

    def __init__(self, world: World, parameter: Parameter, measure: str, progress: Progress | None) -> None:
        self.world, self.parameter, self.measure, self.progress = world, parameter, measure, progress
        self.replays = Replays((measure, UNSERVED))
        self.base: Compared = self.replays.compare(world)
        self.known: dict[int, Standing] = {}
        self.reasons: Counter[str] = Counter()
        self.n_wanted = 0
        self.most_unserved = (0.0, 0.0)

    def value(self, place: int) -> float:
        """Return the value of a multiple, without the noise of a product of floats."""
        return float(round(place * self.parameter.step, 9))

    def at(self, place: int) -> Standing:
        """Return how the candidate stands there; unknown where the value cannot be applied."""
        if place not in self.known:
            self.known[place] = self._look(self.value(place))
            if self.progress is not None:
                self.progress(len(self.known), max(self.n_wanted, len(self.known)))
        return self.known[place]

    def _look(self, value: float) -> Standing:
        try:
            compared = settled(self.replays.compare(self.parameter.at(self.world, value)), self.base)
        except InputError as refusal:
            self.reasons[str(refusal)] += 1
            return Standing.UNKNOWN
        incumbent, candidate = zip(self.most_unserved, _unserved(compared), strict=True)
        self.most_unserved = max(incumbent), max(candidate)
        return standing(compared.difference[self.measure])


def _unserved(compared: Compared) -> tuple[float, float]:
    """Return the shares that the incumbent and the candidate leave unserved."""
    return compared.incumbent[UNSERVED] or 0.0, compared.candidate[UNSERVED] or 0.0


def _merged(probe: _Probe, places: list[int]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for place in places:
        value, stands = probe.value(place), probe.known[place]
        if found and found[-1].standing is stands:
            found[-1] = Stretch(low=found[-1].low, high=value, standing=stands)
        else:
            found.append(Stretch(low=value, high=value, standing=stands))
    return tuple(found)
