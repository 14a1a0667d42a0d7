"""Which few maps should a person look at, and why? Ten questions put to the frontier of maps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.frontier import find_knees
from paretocode.tiermap import TierMap
from paretocode.tune.incumbent import Incumbent
from paretocode.tune.measures import measure_named
from paretocode.tune.search import BestMap, MapAnswer, MapPlace
from paretocode.tune.stable import most_stable_map

__all__ = ["MOST_PICKS", "Pick", "pick_maps"]

MOST_PICKS = 10
_MOST_COMPARED = 2_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Pick:
    """A map to look at.

    Parameters
    ----------
    name
        A word for tables and files.
    why
        The questions that it answers, each a short sentence.
    tier_map
        As a router reads it.
    place, totals
        Where the search has it, and its shown measures' metrics.
    n_sharing
        How many maps have exactly its searched totals; None for a map beside the frontier.
    moved_share
        Share of requests that another model would serve than under the incumbent.
    """

    name: str
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
        then to fewer tiers.
    """
    pool = np.flatnonzero(answer.is_within)
    if not len(pool):
        return ()
    names = answer.question.measures
    order = pool[np.lexsort(tuple(answer.total(name)[pool] for name in reversed(names)))]
    picks = _Picks(answer)
    first, best = names[0], int(order[0])
    picks.add(best, _least(first), f"least {measure_named(first).text}")
    for name in names[1:]:
        row = int(order[np.argmin(answer.total(name)[order])])
        picks.add(row, _least(name), f"least {measure_named(name).text}; among equals the least {first}")
    share = f"within {100 * near_optimal:.3g} % of the least {first}"
    picks.add_stable(best, near_optimal, f"least traffic near an edge {share}")
    within = order[answer.total(first)[order] <= int(answer.total(first)[best]) * (1 + near_optimal)]
    picks.add(int(within[np.argmin(answer.n_bands[within])]), "simplest", f"fewest tiers {share}")
    _add_knee(picks, answer, order)
    picks.add(_balanced(answer, order), "balanced", "nearest to the best of all measures at once")
    _add_nearest(picks, answer, incumbent, order)
    for at, one in enumerate(answer.searched):
        label = one.prepared.setting.name
        name = f"best-{label.replace(', ', '-').replace(' ', '-')}"
        picks.add_best(answer.best(setting=at), name, f"least {first} with edges {label}")
    for n_bands in sorted(set(answer.question.n_bands)):
        picks.add_best(answer.best(n_bands=n_bands), f"best-of-{n_bands}", f"least {first} with {n_bands} tiers")
    return picks.done(incumbent)


def _least(name: str) -> str:
    words = {"cost_usd": "cheapest", "shortfall": "least-shortfall", "tier_change_rate": "fewest-changes"}
    return words.get(name, f"least-{name.replace('_', '-').replace(':', '-').replace('/', '-')}")


class _Picks:
    """Picks in the order they were made; a map picked again gets one more reason."""

    def __init__(self, answer: MapAnswer) -> None:
        self.answer = answer
        self.named: dict[bytes, tuple[str, list[str], MapPlace, NDArray[np.int64], int | None]] = {}

    def add(self, row: int, name: str, why: str) -> None:
        """Pick a map of the frontier, or give one more reason for it."""
        self._add(self.answer.place_of(row), name, why, self.answer.totals[row], int(self.answer.n_sharing[row]))

    def add_best(self, best: BestMap | None, name: str, why: str) -> None:
        """Pick the best map of a part of the search, where that has one.

        A map with the searched totals of one that is picked already gives that one the reason: it does as well.
        """
        if best is None:
            return
        twin = next((named for named in self.named.values() if self._is_twin(named[3], best.totals)), None)
        if twin is None:
            self._add(best.place, name, why, best.totals, best.n_sharing)
        else:
            twin[1].append(why)

    def _is_twin(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
        names = [measure.name for measure in self.answer.question.shown]
        return all(one[names.index(name)] == other[names.index(name)] for name in self.answer.question.measures)

    def add_stable(self, best: int, near_optimal: float, why: str) -> None:
        """Pick the map with least traffic near its edges among those nearly as good as the best."""
        stable = most_stable_map(self.answer, best, near_optimal=near_optimal)
        if stable is not None and stable.row is not None:
            self.add(stable.row, "most-stable", why)
        elif stable is not None:
            self._add(stable.place, "most-stable", why, stable.totals, None)

    def _add(self, place: MapPlace, name: str, why: str, totals: NDArray[np.int64], n_sharing: int | None) -> None:
        key = place.setting.to_bytes(4, "big") + place.arcs.tobytes()
        if key in self.named:
            self.named[key][1].append(why)
        elif len(self.named) < MOST_PICKS:
            self.named[key] = (name, [why], place, totals, n_sharing)

    def done(self, incumbent: Incumbent) -> tuple[Pick, ...]:
        """Return all picks."""
        moved = incumbent.moved_shares(self.answer, [place for _, _, place, _, _ in self.named.values()])
        return tuple(
            Pick(
                name=name,
                why=tuple(why),
                tier_map=self.answer.tier_map(place, name=name),
                place=place,
                totals=totals,
                n_sharing=n_sharing,
                moved_share=share,
            )
            for (name, why, place, totals, n_sharing), share in zip(self.named.values(), moved, strict=True)
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
        picks.add(int(order[named]), "knee", f"knee of {' and '.join(answer.question.measures[:2])}, {how}")


def _balanced(answer: MapAnswer, order: IntColumn) -> int:
    distance = np.zeros(len(order))
    for name in answer.question.measures:
        distance += _scaled(answer.value(name)[order]) ** 2
    return int(order[np.argmin(distance)])


def _scaled(values: FloatColumn) -> FloatColumn:
    """Return values from 0, the best, to 1, the worst."""
    spread = float(np.ptp(values))
    return (values - values.min()) / spread if spread else np.zeros(len(values))


def _add_nearest(picks: _Picks, answer: MapAnswer, incumbent: Incumbent, order: IntColumn) -> None:
    """Pick the map that moves least traffic among those that beat the incumbent by the first measure."""
    first = answer.question.measures[0]
    better = order[answer.total(first)[order] < incumbent.totals[measure_named(first).metric]]
    better = better[:: max(1, -(-len(better) // _MOST_COMPARED))]
    if len(better):
        moved = incumbent.moved_shares(answer, [answer.place_of(row) for row in better.tolist()])
        why = f"fewest requests change model of all maps with less {first} than the incumbent"
        picks.add(int(better[np.argmin(moved)]), "nearest", why)
