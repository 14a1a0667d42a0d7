"""Which few maps should a person look at, and why? Ten questions put to the search, each answered exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.frontier import find_knees
from paretocode.tiermap import TierMap
from paretocode.tune.answer import BestMap, MapAnswer, MapPlace
from paretocode.tune.incumbent import Incumbent
from paretocode.tune.measures import measure_named
from paretocode.tune.moved import MOVED, MovedTraffic, ServedCount
from paretocode.tune.stable import at_most, least_of_all, most_stable_map

__all__ = ["MOST_PICKS", "Pick", "pick_maps"]

MOST_PICKS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Pick:
    """A map to look at.

    Parameters
    ----------
    name
        A word for tables and files.
    also
        The names it would have had for its further reasons.
    why
        The questions that it answers, each a short sentence.
    tier_map
        As a router reads it.
    place, totals
        Where the search has it, and its shown measures' metrics.
    n_sharing
        How many maps have exactly its searched totals; None where not counted.
    moved_share
        Share of requests that another model, or nobody, would serve than under the incumbent.
    """

    name: str
    also: tuple[str, ...]
    why: tuple[str, ...]
    tier_map: TierMap
    place: MapPlace
    totals: NDArray[np.int64]
    n_sharing: int | None
    moved_share: float


def pick_maps(answer: MapAnswer, incumbent: Incumbent, *, near_optimal: float = 0.01) -> tuple[Pick, ...]:
    """Return at most `MOST_PICKS` maps, each with its reasons; one that answers several questions stands once.

    Parameters
    ----------
    near_optimal
        By how large a share of the best map's first measure a more stable or simpler map may be worse.

    Returns
    -------
    tuple of Pick
        None where no map keeps all limits. Ties go to the lexicographically least vector of the searched measures,
        then to fewer tiers. Questions that come after the tenth map only add reasons.

    Notes
    -----
    Best by a measure, knee and balance are looked up in the frontier, where they stand. Stability and moved traffic
    are searched anew over all maps (`least_of_all`); so is the best of each setting and number of tiers, in its own
    frontier.
    """
    pool = np.flatnonzero(answer.is_within)
    best = answer.best()
    if not len(pool) or best is None:
        return ()
    names, first = answer.question.measures, answer.question.measures[0]
    order = pool[np.lexsort(tuple(answer.total(name)[pool] for name in reversed(names)))]
    spaces, log = [one.prepared.space for one in answer.searched], answer.question.counted
    moved = [MovedTraffic(space, log.total(ServedCount.of(space, incumbent.tier_map))) for space in spaces]
    picks = _Picks(answer, moved)
    picks.add_row(int(order[0]), _least(first), f"least {measure_named(first).text}")
    for name in names[1:]:
        row = int(order[np.argmin(answer.total(name)[order])])
        picks.add_row(row, _least(name), f"least {measure_named(name).text}; among equals the least {first}")
    share = f"within {100 * near_optimal:.3g} % of the least {first}"
    stable = most_stable_map(answer, best, near_optimal=near_optimal)
    picks.add(stable, "most-stable", f"least traffic near an edge of all maps {share}")
    picks.add(_simplest(answer, best, near_optimal), "simplest", f"fewest tiers of all maps {share}")
    _add_knee(picks, answer, order)
    picks.add_row(_balanced(answer, order), "balanced", "nearest to the best of all measures at once, on the frontier")
    picks.add(
        _nearest(answer, incumbent, moved),
        "nearest",
        f"fewest requests change model of all maps with less {first} than the incumbent",
    )
    for at, one in enumerate(answer.searched):
        label = one.prepared.setting.name
        name = f"best-{label.replace(', ', '-').replace(' ', '-')}"
        picks.add_best_of(answer.best(setting=at), name, f"with edges {label}", setting=at)
    for n_bands in sorted(set(answer.question.n_bands)):
        picks.add_best_of(answer.best(n_bands=n_bands), f"best-of-{n_bands}", f"with {n_bands} tiers", n_bands=n_bands)
    return picks.done()


def _least(name: str) -> str:
    words = {"cost_usd": "cheapest", "shortfall": "least-shortfall", "tier_change_rate": "fewest-changes"}
    return words.get(name, f"least-{name.replace('_', '-').replace(':', '-').replace('/', '-')}")


@dataclass(slots=True, kw_only=True)
class _Named:
    """A map that is picked, with what is said of it so far."""

    best: BestMap
    name: str
    why: list[str]
    also: list[str] = field(default_factory=list)


class _Picks:
    """Picks in the order they were made; a map picked again gets one more reason."""

    def __init__(self, answer: MapAnswer, moved: list[MovedTraffic]) -> None:
        self.answer, self.moved = answer, moved
        self.named: dict[bytes, _Named] = {}

    def add_row(self, row: int, name: str, why: str) -> None:
        """Pick a map of the frontier."""
        place = self.answer.place_of(row)
        self.add(BestMap(place, self.answer.totals[row], int(self.answer.n_sharing[row])), name, why)

    def add(self, best: BestMap | None, name: str, why: str) -> None:
        """Pick a map, or give one more reason for it."""
        if best is None:
            return
        key = best.place.setting.to_bytes(4, "big") + best.place.arcs.tobytes()
        if key in self.named:
            self._again(self.named[key], name, why)
        elif len(self.named) < MOST_PICKS:
            self.named[key] = _Named(best=best, name=name, why=[why])

    def add_best_of(
        self, best: BestMap | None, name: str, where: str, *, setting: int | None = None, n_bands: int | None = None
    ) -> None:
        """Pick the best map of a part of the search; one that is picked and does as well gets the reason instead."""
        if best is None:
            return
        first = self.answer.question.measures[0]
        twin = next((named for named in self.named.values() if self._is_twin(named.best, best)), None)
        if twin is None:
            self.add(best, name, f"least {first} {where}")
            return
        place = twin.best.place
        if setting in {None, place.setting} and n_bands in {None, len(place.arcs)}:
            self._again(twin, name, f"least {first} {where}")
        else:
            twin.why.append(f"as good as the least {first} {where}")

    @staticmethod
    def _again(named: _Named, name: str, why: str) -> None:
        named.why.append(why)
        named.also.append(name)

    def _is_twin(self, one: BestMap, other: BestMap) -> bool:
        columns = [self.answer.column(name) for name in self.answer.question.measures]
        return bool((one.totals[columns] == other.totals[columns]).all())

    def done(self) -> tuple[Pick, ...]:
        """Return all picks."""
        return tuple(
            Pick(
                name=named.name,
                also=tuple(named.also),
                why=tuple(named.why),
                tier_map=self.answer.tier_map(named.best.place, name=named.name),
                place=named.best.place,
                totals=named.best.totals,
                n_sharing=named.best.n_sharing,
                moved_share=self.moved[named.best.place.setting].share(named.best.place.arcs),
            )
            for named in self.named.values()
        )


def _simplest(answer: MapAnswer, best: BestMap, near_optimal: float) -> BestMap | None:
    """Return the best map of the fewest tiers with which one comes within a share of the best."""
    column = answer.column(answer.question.measures[0])
    allowed = at_most(int(best.totals[column]), near_optimal)
    for n_bands in sorted(set(answer.question.n_bands)):
        simple = answer.best(n_bands=n_bands)
        if simple is not None and simple.totals[column] <= allowed:
            return simple
    return None


def _nearest(answer: MapAnswer, incumbent: Incumbent, moved: list[MovedTraffic]) -> BestMap | None:
    """Return the map that moves least traffic among all maps that beat the incumbent by the first measure."""
    metric = measure_named(answer.question.measures[0]).metric
    if incumbent.totals[metric] < 1:
        return None
    return least_of_all(
        answer, MOVED, {metric: incumbent.totals[metric] - 1}, graph_of=lambda setting: moved[setting].graph()
    )


def _add_knee(picks: _Picks, answer: MapAnswer, order: IntColumn) -> None:
    """Pick the knee of the first two measures: where giving up more of the one buys little of the other."""
    if len(answer.question.measures) < 2 or len(order) < 3:
        return
    one, two = (answer.value(name)[order] for name in answer.question.measures[:2])
    knees = find_knees(one, -two, log_price=bool((one > 0).all()))
    named = knees.agreed if knees.agreed is not None else knees.row_of.get("chord")
    if named is not None:
        how = "at least three of four rules agree" if knees.agreed is not None else "by the chord rule alone"
        picks.add_row(int(order[named]), "knee", f"knee of {' and '.join(answer.question.measures[:2])}, {how}")


def _balanced(answer: MapAnswer, order: IntColumn) -> int:
    distance = np.zeros(len(order))
    for name in answer.question.measures:
        distance += _scaled(answer.value(name)[order]) ** 2
    return int(order[np.argmin(distance)])


def _scaled(values: FloatColumn) -> FloatColumn:
    """Return values from 0, the best, to 1, the worst."""
    spread = float(np.ptp(values))
    return (values - values.min()) / spread if spread else np.zeros(len(values))
