"""What is left of a log's tables when only tiers matter, and what changes when one edge moves?

A map's totals need to know of a request its tier, not its cell. So the tables are summed by tier, which leaves a few
hundred rows, and when an edge moves only the rows between its old and its new place change sides: they are taken out
of the sums and put back in where they now belong. All sums are whole numbers, so nothing is lost however often that is
done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn, read_only
from paretocode.sim.tables.log_tables import LogTables, PairTable, RequestTable

__all__ = ["ByTier", "TierSums"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ByTier:
    """The tables of a log, summed by tier.

    Parameters
    ----------
    starts
        Shape (n_tiers,), not decreasing from 0: the first cell of each tier.
    requests
        Shape (n_tiers, n_kinds, 4): requests, prompt tokens, completion tokens, sum of min scores [ppm], by tier and by
        class and mark.
    pairs
        Shape (n_tiers, n_tiers, n_pair_kinds, 1 + n_rules): pairs, and what each cache rule still holds [tokens], by
        the tiers and by the classes of the earlier and of the later request.
    """

    starts: IntColumn
    requests: NDArray[np.int64]
    pairs: NDArray[np.int64]

    @property
    def n_tiers(self) -> int:
        """Number of tiers."""
        return len(self.starts)


class TierSums:
    """A log's tables, ready to be summed by the tiers of any map.

    Parameters
    ----------
    tables
        Without times; see `paretocode.sim.tables.model_times.ModelTimes`.

    Notes
    -----
    Sums run in 64-bit floats, which are whole below 2^53; `log_tables` refuses a log that comes near.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import RequestGrid, log_tables, request_classes, scored_models, table_subject
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import Policy
    >>> models = scored_models(load_bundled(), Policy(), scale=PercentileScale(field=(40.0, 50.0)))
    >>> grid = RequestGrid(edges_ppm=np.array([300_000, 660_000]), asked_ppm=np.unique(models.axis_ppm))
    >>> subject = table_subject(models, request_classes(models, np.array([0, 13])), grid)
    >>> stream = request_stream(session=[1, 1, 2], time_s=[0, 9, 0], prompt_tokens=[5_000, 6_000, 5_000],
    ...                         completion_tokens=[10] * 3, min_score=[0.2, 0.5, 0.9])
    >>> sums = TierSums(log_tables(stream, subject))
    >>> two = sums.by_tier(np.array([0, 2]))  # the tier above begins at 0.66
    >>> lower = sums.by_tier(np.array([0, 1]), two)
    >>> two.requests[:, :, 0].sum(axis=1).tolist(), lower.requests[:, :, 0].sum(axis=1).tolist()
    ([2, 1], [1, 2])
    """

    def __init__(self, tables: LogTables) -> None:
        self.tables = tables
        requests, pairs, subject = tables.requests, tables.pairs, tables.subject
        n_marks, n_classes = subject.grid.n_marks, subject.classes.n_classes
        self.kind_keys, self.kind = np.unique(requests.number * n_marks + requests.mark, return_inverse=True)
        self.pair_keys, self.pair_kind = np.unique(pairs.number_before * n_classes + pairs.number, return_inverse=True)
        self._sums = np.stack((requests.n, requests.prompt_tokens, requests.completion_tokens, requests.asked_ppm))
        self._pair_sums = np.concatenate((pairs.n[None, :], pairs.held.T))
        # Rows stand by the cell of the earlier request; the second order finds those of the later one.
        self._by_later = np.argsort(pairs.cell, kind="stable")
        self._later = pairs.cell[self._by_later]

    def by_tier(self, starts: IntColumn, before: ByTier | None = None) -> ByTier:
        """Return the sums of a map whose tiers begin at these cells.

        Parameters
        ----------
        starts
            Shape (n_tiers,), not decreasing from 0, at most n_cells.
        before
            The sums of another map. Where only one edge differs, what lies between is all that is summed anew:
            O(rows passed) instead of O(rows).
        """
        if before is not None and (moved := _one_moved(before.starts, starts)) is not None:
            low, high, old, new = moved
            if self._n_passed(low, high) * 3 < len(self.tables.pairs):
                return self._moved(before, starts, low=low, high=high, tiers=(old, new))
        tier = np.searchsorted(starts, np.arange(self.tables.subject.grid.n_cells), side="right") - 1
        return ByTier(
            starts=read_only(starts),
            requests=self._requests(slice(None), tier, len(starts)),
            pairs=self._pairs(
                slice(None), tier[self.tables.pairs.cell_before], tier[self.tables.pairs.cell], n_tiers=len(starts)
            ),
        )

    def _n_passed(self, low: int, high: int) -> int:
        earlier = np.searchsorted(self.tables.pairs.cell_before, (low, high))
        later = np.searchsorted(self._later, (low, high))
        return int(earlier[1] - earlier[0] + later[1] - later[0])

    def _moved(self, before: ByTier, starts: IntColumn, *, low: int, high: int, tiers: tuple[int, int]) -> ByTier:
        """Return the sums after the cells from `low` up to `high` went from one tier to another."""
        n_tiers, (old, new) = len(starts), tiers
        rows = slice(*np.searchsorted(self.tables.requests.cell, (low, high)).tolist())
        passed = _summed(self.kind[rows], self._sums[:, rows], len(self.kind_keys))
        requests = before.requests.copy()
        requests[old] -= passed
        requests[new] += passed
        passing = self._passing_pairs(low, high)
        pairs = self.tables.pairs
        cells = pairs.cell_before[passing], pairs.cell[passing]
        was, now = (
            self._pairs(passing, *(np.searchsorted(each, cell, side="right") - 1 for cell in cells), n_tiers=n_tiers)
            for each in (before.starts, starts)
        )
        return replace(before, starts=read_only(starts), requests=requests, pairs=before.pairs - was + now)

    def _passing_pairs(self, low: int, high: int) -> IntColumn:
        """Return the rows of pairs with either request in the cells from `low` up to `high`, each once."""
        earlier = self.tables.pairs.cell_before
        first = np.arange(*np.searchsorted(earlier, (low, high)).tolist())
        second = self._by_later[slice(*np.searchsorted(self._later, (low, high)).tolist())]
        is_new = (earlier[second] < low) | (earlier[second] >= high)
        return np.concatenate((first, second[is_new]))

    def _requests(self, rows: slice, tier: IntColumn, n_tiers: int) -> NDArray[np.int64]:
        n_kinds = len(self.kind_keys)
        at = tier[self.tables.requests.cell[rows]] * n_kinds + self.kind[rows]
        return _summed(at, self._sums[:, rows], n_tiers * n_kinds).reshape(n_tiers, n_kinds, len(self._sums))

    def _pairs(
        self, rows: slice | IntColumn, earlier: IntColumn, later: IntColumn, *, n_tiers: int
    ) -> NDArray[np.int64]:
        """Return some rows of pairs summed, given the tiers of their earlier and later requests."""
        n_kinds, sums = len(self.pair_keys), self._pair_sums[:, rows]
        at = (earlier * n_tiers + later) * n_kinds + self.pair_kind[rows]
        return _summed(at, sums, n_tiers**2 * n_kinds).reshape(n_tiers, n_tiers, n_kinds, len(sums))

    def tables_of(self, sums: ByTier) -> LogTables:
        """Return the sums as tables whose cells are the tiers, without the rows that are empty."""
        subject = self.tables.subject
        tier, kind = np.nonzero(sums.requests[:, :, 0])
        number, mark = np.divmod(self.kind_keys[kind], subject.grid.n_marks)
        n, prompt, completion, asked = sums.requests[tier, kind].T
        requests = RequestTable(
            cell=tier,
            number=number,
            mark=mark,
            n=n,
            prompt_tokens=prompt,
            completion_tokens=completion,
            asked_ppm=asked,
            latency_us=np.zeros((len(n), 0), dtype=np.int64),
            n_above=np.zeros((len(n), 0, 0), dtype=np.int64),
        )
        return replace(self.tables, requests=requests, pairs=self._pair_table(sums))

    def _pair_table(self, sums: ByTier) -> PairTable:
        earlier, later, kind = np.nonzero(sums.pairs[..., 0])
        before, number = np.divmod(self.pair_keys[kind], self.tables.subject.classes.n_classes)
        found = sums.pairs[earlier, later, kind]
        return PairTable(
            cell_before=earlier,
            number_before=before,
            cell=later,
            number=number,
            n=found[:, 0],
            held=found[:, 1:],
            n_above_saved=np.zeros((len(found), 0, 0), dtype=np.int64),
        )


def _summed(at: IntColumn, columns: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return shape (size, n_columns): each column summed by bin."""
    bins = [np.bincount(at, weights=column, minlength=size) for column in columns]
    return np.stack(bins, axis=1).astype(np.int64)


def _one_moved(old: IntColumn, new: IntColumn) -> tuple[int, int, int, int] | None:
    """Return the cells that one moved edge passes, from and up to, and the tiers they leave and enter."""
    if len(old) != len(new):
        return None
    moved = np.flatnonzero(old != new)
    if len(moved) != 1:
        return None
    edge = int(moved[0])
    was, now = int(old[edge]), int(new[edge])
    return (was, now, edge, edge - 1) if now > was else (now, was, edge - 1, edge)
