"""How does a log become tables? One pass over blocks of whole sessions, counting by keys."""

from __future__ import annotations

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode._counting import counted, numbered, summed
from paretocode.progress import task
from paretocode.sim.replaying import session_blocks
from paretocode.sim.tables._exact import refuse_inexact
from paretocode.sim.tables.log_tables import LogTables, PairTable, RequestTable
from paretocode.sim.tables.routed import routed_levels
from paretocode.sim.tables.subject import TableSubject
from paretocode.stream.stream import RequestStream

__all__ = ["held_tokens", "keys_of", "log_tables"]

_Rows = list[IntColumn]
"""Keys first, then sums."""


def log_tables(stream: RequestStream, subject: TableSubject) -> LogTables:
    """Count a log, or a part of it.

    Parameters
    ----------
    stream
        Whole sessions.
    subject
        See `table_subject`.

    Raises
    ------
    InputError
        Sums of tokens or of min scores beyond 2^53, or a bill that might not fit 62 bits of pico-USD.

    Notes
    -----
    O(n), plus a sort of the pairs of each block where cells and classes are so many that their pairs have no bins.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import RequestGrid, request_classes, scored_models, table_subject
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import Policy
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> grid = RequestGrid(edges_ppm=np.array([660_000]), asked_ppm=np.unique(models.axis_ppm))
    >>> subject = table_subject(models, request_classes(models, np.array([0, 8, 13])), grid)
    >>> stream = request_stream(session=[1, 1, 2], time_s=[0, 9, 0], prompt_tokens=[5_000, 6_000, 5_000],
    ...                         completion_tokens=[10] * 3, prefix_tokens=[0, 5_000, 0], min_score=[0.5, 0.66, 0.5])
    >>> tables = log_tables(stream, subject)
    >>> tables.requests.cell.tolist(), tables.requests.n.tolist(), tables.requests.prompt_tokens.tolist()
    ([0, 1], [2, 1], [10000, 6000])
    >>> tables.pairs.n.tolist(), tables.pairs.held.tolist()  # one pair, from below to above the edge
    ([1], [[5000]])
    """
    refuse_inexact(stream, subject)
    level = routed_levels(stream, subject.models.policy, default_is_highest=subject.default_is_highest)
    requests, pairs = [], []
    with task("count the log", total=len(stream), unit="request") as work:
        for rows in session_blocks(stream):
            part = stream.part(rows.start, rows.stop)
            cell, number, mark = keys_of(part, level[rows], subject)
            requests.append(_requests(part, cell, number, mark, subject))
            pairs.append(_pairs(part, cell, number, subject))
            work.advance(len(part))
    is_stated = ~stream.is_omitted
    asked, n_asked = np.unique(stream.min_score_ppm[is_stated], return_counts=True)
    levels, n_at_level = np.unique(level[is_stated], return_counts=True)
    return LogTables(
        subject=subject,
        n_requests=len(stream),
        n_sessions=stream.n_sessions,
        requests=_request_table(_joined(requests, n_keys=1), subject),
        pairs=_pair_table(_joined(pairs, n_keys=2), subject),
        asked_scores_ppm=read_only(asked),
        n_asked=read_only(n_asked),
        levels_ppm=read_only(levels),
        n_at_level=read_only(n_at_level),
    )


def keys_of(part: RequestStream, level_ppm: IntColumn, subject: TableSubject) -> tuple[IntColumn, IntColumn, IntColumn]:
    """Return cell, class and mark of each request. O(n)."""
    cell = subject.grid.cell_of(level_ppm).astype(np.int64)
    number = subject.classes.of(part.prompt_tokens, part.completion_tokens)
    mark = subject.grid.mark_of(part.min_score_ppm).astype(np.int64)
    mark[part.is_omitted] = subject.grid.n_marks - 1
    return cell, number, mark


def held_tokens(part: RequestStream, rule: tuple[int, int]) -> IntColumn:
    """Return what each request shares with the one before, where a cache of that rule would still hold it [tokens].

    The lag-1 rule: `paretocode.sim.cache.lag1_cached_tokens` finds this at a model that served both requests.
    """
    ttl_us, least = rule
    held = np.zeros(len(part), dtype=np.int64)
    np.minimum(part.prefix_tokens[1:], part.prompt_tokens[:-1], out=held[1:])
    held[part.is_first | (part.gap_us > ttl_us) | (held < least)] = 0
    return held


def _requests(part: RequestStream, cell: IntColumn, number: IntColumn, mark: IntColumn, subject: TableSubject) -> _Rows:
    """Return a block's requests: key, n, prompt tokens, completion tokens, asked."""
    n_classes, n_marks = subject.classes.n_classes, subject.grid.n_marks
    asked = np.where(part.is_omitted, 0, part.min_score_ppm)
    key, n, sums = counted(
        (cell * n_classes + number) * n_marks + mark,
        (part.prompt_tokens, part.completion_tokens, asked),
        size=subject.grid.n_cells * n_classes * n_marks,
    )
    return [key, n, *sums]


def _pairs(part: RequestStream, cell: IntColumn, number: IntColumn, subject: TableSubject) -> _Rows:
    """Return a block's pairs: both states (cell and class), n, and what is held by each cache rule."""
    n_classes = subject.classes.n_classes
    later = np.flatnonzero(~part.is_first)
    # Numbering the states that occur makes bins for their pairs possible more often.
    states, at = numbered(cell * n_classes + number, size=subject.grid.n_cells * n_classes)
    held = [held_tokens(part, rule)[later] for rule in subject.cache_rules]
    pair, n, sums = counted(at[later - 1] * len(states) + at[later], held, size=len(states) ** 2)
    before, after = np.divmod(pair, max(1, len(states)))
    return [states[before], states[after], n, *sums]


def _joined(blocks: list[_Rows], *, n_keys: int) -> _Rows:
    """Return the rows of all blocks, sorted and added up by key."""
    if len(blocks) == 1:
        return blocks[0]
    rows = [np.concatenate(column) for column in zip(*blocks, strict=True)]
    keys, sums = summed(rows[:n_keys], rows[n_keys:])
    return [*keys, *sums]


def _request_table(rows: _Rows, subject: TableSubject) -> RequestTable:
    key, n, prompt, completion, asked = rows
    rest, mark = np.divmod(key, subject.grid.n_marks)
    cell, number = np.divmod(rest, subject.classes.n_classes)
    return RequestTable(
        cell=read_only(cell),
        number=read_only(number),
        mark=read_only(mark),
        n=read_only(n),
        prompt_tokens=read_only(prompt),
        completion_tokens=read_only(completion),
        asked_ppm=read_only(asked),
        latency_us=np.zeros((len(n), 0), dtype=np.int64),
        n_above=np.zeros((len(n), 0, 0), dtype=np.int64),
    )


def _pair_table(rows: _Rows, subject: TableSubject) -> PairTable:
    before, after, n, *held = rows
    cell_before, number_before = np.divmod(before, subject.classes.n_classes)
    cell, number = np.divmod(after, subject.classes.n_classes)
    return PairTable(
        cell_before=read_only(cell_before),
        number_before=read_only(number_before),
        cell=read_only(cell),
        number=read_only(number),
        n=read_only(n),
        held=read_only(np.stack(held, axis=1) if held else np.zeros((len(n), 0), dtype=np.int64)),
        n_above_saved=np.zeros((len(n), 0, 0), dtype=np.int64),
    )
