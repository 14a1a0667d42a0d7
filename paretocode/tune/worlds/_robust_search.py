"""How is a robust map found? Each world's own best first, then one search for each number of tiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode.tune.paths._least_worst import least_worst
from paretocode.tune.paths._levels import Levels, levels_of
from paretocode.tune.paths.derived import combined
from paretocode.tune.paths.found import Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.scalar import best_map
from paretocode.tune.prepare import Prepared
from paretocode.tune.worlds._worlds import Worlds
from paretocode.tune.worlds.robust_answer import RobustAnswer, RobustMap

__all__ = ["Progress", "RobustSearch"]

Progress = Callable[[int, int], None]
"""Called with the searches done and all of them."""

_Path = tuple[int, ...]


class RobustSearch:
    """The searches of one answer, and the maps met on the way, which stand in where a proof fails."""

    def __init__(
        self, worlds: Worlds, ready: Prepared, bands: tuple[int, ...], most_steps: int, progress: Progress | None
    ) -> None:
        self.worlds, self.ready, self.bands, self.most_steps = worlds, ready, bands, most_steps
        self.progress, self.n_done = progress, 0
        self.n_worlds, self.limits = len(worlds.names), worlds.limit_totals
        self.graph = worlds.graph(ready.space.graph)
        self.graph.refuse_overflow(max(bands, default=1))
        self.largest = int(self.graph.values.max(initial=0)) * max(bands, default=1)
        self.met: dict[int, set[_Path]] = {each: set() for each in bands}

    def answer(self, aim: str, known_best: Sequence[int] | None = None) -> RobustAnswer:
        """Return the best maps for an aim, regret counted from the least total known of each world."""
        is_proven = self._meet_own_best()
        own, own_best = self._own(known_best, is_proven=is_proven)
        found = {}
        for each in self.bands:
            found[each] = self._best(aim, each, own_best, is_proven=is_proven)
            self._step()
        if not is_proven:  # the aim's own searches may have met better maps of single worlds
            own, own_best = self._own(known_best, is_proven=False)
        return RobustAnswer(
            aim=aim,
            worlds=self.worlds,
            own_best=read_only(own_best),
            is_own_best_proven=is_proven,
            own_maps=own,
            maps=tuple(self._weighed(path, verdict) for path, verdict in found.values() if path),
            verdicts={each: verdict for each, (_, verdict) in found.items()},
            ready=self.ready,
        )

    def _own(self, known_best: Sequence[int] | None, *, is_proven: bool) -> tuple[tuple[RobustMap, ...], IntColumn]:
        """Return each world's best map of those met, and the least total known of each world."""
        own = self._own_maps(Verdict.EXACT if is_proven else Verdict.UNPROVEN)
        own_best = np.array([one.totals[at] for at, one in enumerate(own)], dtype=np.int64)
        if known_best is not None and len(own_best):
            own_best = np.minimum(own_best, np.array(known_best, dtype=np.int64))
        return own, own_best

    def _step(self) -> None:
        self.n_done += 1
        if self.progress is not None:
            self.progress(self.n_done, self.n_worlds + len(self.bands))

    def _meet_own_best(self) -> bool:
        """Meet the best map of each world; return whether all are proven."""
        is_proven = True
        for at in range(self.n_worlds):
            for each in self.bands:
                is_proven &= self._meet_alone(at, each)
            self._step()
        return is_proven

    def _meet_alone(self, at: int, n_bands: int) -> bool:
        cheapest = best_map(self.graph, n_bands=n_bands, weights={self.graph.metrics[at]: 1}).arcs.tolist()
        self.met[n_bands] |= {tuple(path) for path in cheapest}
        if not cheapest or self._is_within(cheapest).all():
            return True
        names = [self.graph.metrics[at], *self.graph.metrics[self.n_worlds :]]
        alone = combined(self.graph, {name: {name: 1} for name in names})
        _, is_proven = self._least(alone, n_bands, self._plain(1))
        return is_proven

    def _plain(self, n_worlds: int) -> Levels:
        per = self.worlds.per if n_worlds > 1 else (1,)
        return levels_of(np.zeros(n_worlds, dtype=np.int64), per, self.largest)

    def _own_maps(self, verdict: Verdict) -> tuple[RobustMap, ...]:
        """Return of the maps met one with the least total in each world; none where none keeps the limits."""
        known = [path for each in self.bands for path in self._kept(each)]
        if not known:
            return ()
        totals = np.array([self._totals(path) for path in known])
        return tuple(self._weighed(known[at], verdict) for at in np.argmin(totals, axis=0).tolist())

    def _best(self, aim: str, n_bands: int, own_best: IntColumn, *, is_proven: bool) -> tuple[_Path, Verdict]:
        """Return the best map of a number of bands, () where there is none."""
        if not len(own_best):
            return (), Verdict.NO_MAP if is_proven else Verdict.UNPROVEN
        graph, levels = self.graph, self._plain(self.n_worlds)
        if aim == "expected":
            graph, levels = self.worlds.graph(self.ready.space.graph, expected=True), self._plain(1)
        elif aim == "regret":
            levels = levels_of(own_best, self.worlds.per, self.largest)
        path, is_best = self._least(graph, n_bands, levels)
        if not is_best:
            return self._best_met(graph, n_bands, levels), Verdict.UNPROVEN
        if not path:
            return (), Verdict.NO_MAP
        return path, Verdict.EXACT if is_proven or aim != "regret" else Verdict.UNPROVEN

    def _least(self, graph: BandGraph, n_bands: int, levels: Levels) -> tuple[_Path, bool]:
        graph.refuse_overflow(n_bands)
        found = least_worst(graph, n_bands=n_bands, levels=levels, limits=self.limits, most_steps=self.most_steps)
        self.met[n_bands] |= {tuple(path) for path in [*found.met, found.path] if path}
        return found.path, found.is_proven

    def _best_met(self, graph: BandGraph, n_bands: int, levels: Levels) -> _Path:
        """Return the best of the maps met that keep the limits; () where there is none."""
        paths = self._kept(n_bands)
        if not paths:
            return ()
        totals = graph.totals_of(np.array(paths, dtype=np.int64))
        level = levels.worst(totals[:, : len(levels.base)]).tolist()
        keys = zip(level, totals[:, -1].tolist(), [path[::-1] for path in paths], strict=True)
        return min(keys)[2][::-1]

    def _kept(self, n_bands: int) -> list[_Path]:
        """Return the maps met that keep the limits, in a fixed order."""
        paths = sorted(self.met[n_bands])
        return [paths[at] for at in np.flatnonzero(self._is_within([list(path) for path in paths])).tolist()]

    def _is_within(self, paths: list[list[int]]) -> BoolColumn:
        if not paths:
            return np.zeros(0, dtype=np.bool_)
        totals = self.graph.totals_of(np.array(paths, dtype=np.int64))
        return np.asarray((totals[:, self.n_worlds : -1] <= self.limits).all(axis=1))

    def _totals(self, path: _Path) -> IntColumn:
        totals: IntColumn = self.graph.totals_of(np.array([path], dtype=np.int64))[0, : self.n_worlds]
        return totals

    def _weighed(self, path: _Path, verdict: Verdict) -> RobustMap:
        arcs = np.array(path, dtype=np.int32)
        return RobustMap(n_bands=len(path), arcs=read_only(arcs), totals=read_only(self._totals(path)), verdict=verdict)
