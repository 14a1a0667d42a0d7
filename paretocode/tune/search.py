"""Which maps are worth having, over all settings of the knobs and all numbers of tiers? The exact frontier of maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from paretocode.errors import InputError
from paretocode.progress import Task, task
from paretocode.tune.answer import MapAnswer, SearchedSetting, totals_of
from paretocode.tune.paths._nondominated import nondominated_rows
from paretocode.tune.paths.found import FoundMaps
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.pareto import frontier_of_maps
from paretocode.tune.paths.reachable import count_maps
from paretocode.tune.prepare import prepared
from paretocode.tune.question import MapQuestion, Setting

__all__ = ["FoundStore", "search_maps"]

Progress = Callable[[Setting, int, int, int], None]


class FoundStore(Protocol):
    """Where finished settings are kept, so that an interrupted search goes on."""

    def recall(self, setting: Setting, graph: BandGraph) -> tuple[FoundMaps, ...] | None:
        """Return what was found for a setting before, on the same graph; None where nothing is kept."""

    def keep(self, setting: Setting, found: tuple[FoundMaps, ...]) -> None:
        """Keep what was found for a setting."""


def search_maps(
    question: MapQuestion, *, store: FoundStore | None = None, progress: Progress | None = None
) -> MapAnswer:
    """Search every setting of a question.

    Parameters
    ----------
    store
        Finished settings are kept there and not searched again.
    progress
        Called with the setting, the nodes done, all its nodes and the partial maps kept.

    Returns
    -------
    MapAnswer
        Exact over the candidates unless the question names an epsilon. Limits on measures that are not searched rule
        maps out; limits on searched ones are looked up in the frontier (`MapAnswer.is_within`), so that people see what
        they forgo.

    Raises
    ------
    InputError
        A question with scenarios, which `robust_maps` answers; whatever its rules, tables or the exact frontier refuse.
    """
    if question.scenarios:
        raise InputError(
            f"the question has {len(question.scenarios)} scenarios",
            where="search",
            way_out="ask robust_maps, or take the scenarios out",
        )
    searched = tuple(_searched(question, setting, store, progress) for setting in question.settings)
    rows = [
        (at, found.n_bands, place)
        for at, one in enumerate(searched)
        for found in one.found
        for place in range(len(found))
    ]
    shown = [measure.metric for measure in question.shown]
    totals = [totals_of(one, found, shown) for one in searched for found in one.found]
    sharing = [found.n_sharing for one in searched for found in one.found]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    table = np.concatenate(totals) if totals else np.zeros((0, len(shown)), dtype=np.int64)
    wanted = [shown.index(measure.metric) for measure in question.searched]
    order = np.lexsort((columns[:, 0], columns[:, 1]))  # of equal maps the one with fewest tiers stays
    kept = order[nondominated_rows(table[order][:, wanted])] if len(table) else np.zeros(0, dtype=np.int64)
    return MapAnswer(
        question=question,
        searched=searched,
        setting=columns[kept, 0],
        n_bands=columns[kept, 1],
        place=columns[kept, 2],
        totals=table[kept],
        n_sharing=np.concatenate(sharing)[kept] if sharing else np.zeros(0, dtype=np.int64),
    )


def _searched(
    question: MapQuestion, setting: Setting, store: FoundStore | None, progress: Progress | None
) -> SearchedSetting:
    ready = prepared(question, setting)
    graph = ready.space.graph
    bands = tuple(sorted(set(question.n_bands)))
    found = store.recall(setting, graph) if store is not None else None
    if found is None:
        with task(f"search, {setting.name}", unit="node") as work:
            found = frontier_of_maps(
                graph,
                n_bands=bands,
                metrics=[measure.metric for measure in question.searched],
                limits=_hard_limits(question),
                epsilon=question.totals_at_most(question.epsilon),
                most_labels=question.most_labels,
                progress=_told(setting, progress, work),
            )
        if store is not None:
            store.keep(setting, found)
    counted = count_maps(graph, max(bands))
    return SearchedSetting(prepared=ready, found=found, n_maps=tuple(int(counted[k]) for k in bands))


def _told(setting: Setting, progress: Progress | None, work: Task) -> Callable[[int, int, int], None]:
    """Return who is told of a setting's nodes: the caller who asked for it, else whoever listens to the task."""

    def report(done: int, nodes: int, labels: int) -> None:
        if progress is None:
            work.at(done, nodes)
        else:
            progress(setting, done, nodes, labels)

    return report


def _hard_limits(question: MapQuestion) -> dict[str, int]:
    """Return the limits on measures that are not searched, as totals."""
    return question.totals_at_most(
        {name: most for name, most in question.limits.items() if name not in question.measures}
    )
