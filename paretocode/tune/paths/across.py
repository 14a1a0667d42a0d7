"""Are more bands worth it? The frontier across several numbers of bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paretocode.errors import UsageError
from paretocode.tune.paths._nondominated import nondominated_rows
from paretocode.tune.paths.found import FoundMaps

__all__ = ["best_of_all"]


def best_of_all(found: Sequence[FoundMaps]) -> list[tuple[int, int]]:
    """Return which maps of several findings no map of any of them dominates, in lexicographic order of the vectors.

    Of maps with equal vectors the one with fewest bands stays, then that of the earlier finding.

    Parameters
    ----------
    found
        Findings that searched the same metrics in the same order; they may be empty.

    Returns
    -------
    Pairs: position of the finding, position of the map in it.

    Raises
    ------
    UsageError
        Findings that searched different metrics.

    Notes
    -----
    O(n log n) for n maps and up to three metrics. Findings within an epsilon give a frontier within it.

    Examples
    --------
    One band costs 9; the second map of two bands costs as much with as many jumps, and goes.

    >>> from paretocode.tune.paths.graph import BandGraph
    >>> from paretocode.tune.paths.pareto import frontier_of_maps
    >>> graph = BandGraph(n_nodes=3, tail=np.array([0, 0, 0, 1]), head=np.array([1, 1, 2, 2]),
    ...                   metrics=("cost", "jumps"), values=np.array([[1, 6], [7, 0], [9, 1], [2, 1]]))
    >>> best_of_all(frontier_of_maps(graph, n_bands=[1, 2], metrics=["cost", "jumps"]))
    [(1, 0), (0, 0)]
    """
    searched = {each.searched for each in found}
    if len(searched) > 1:
        first, second = sorted(searched)[:2]
        raise UsageError(
            f"one finding searched {', '.join(first)} and another {', '.join(second)}",
            where="frontier across numbers of bands",
            way_out="search the same metrics for every number of bands",
        )
    order = sorted(range(len(found)), key=lambda i: found[i].n_bands)
    pairs = [(i, row) for i in order for row in range(len(found[i]))]
    if not pairs:
        return []
    vectors = np.concatenate([found[i].searched_totals for i in order])
    return [pairs[row] for row in nondominated_rows(vectors).tolist()]
