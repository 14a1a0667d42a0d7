"""How long would each request take at each model that may serve it? The part of the tables that needs every request.

A time is a look-up by the request's luck, so it does not follow from sums of tokens: for every model that some band may
take, all times are worked out once and summed by the rows of the tables. O(requests x such models).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode._counting import binned
from paretocode.errors import InputError
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN, latency_tables, latency_us
from paretocode.sim.luck import Luck
from paretocode.sim.replaying import session_blocks
from paretocode.sim.tables.log_tables import LogTables
from paretocode.sim.tables.routed import routed_levels
from paretocode.sim.tables.tabulate import held_tokens, keys_of
from paretocode.stream.stream import RequestStream

__all__ = ["with_times"]

_MOST_BYTES = 2 * 10**9


def with_times(
    tables: LogTables, stream: RequestStream, luck: Luck, *, places: Sequence[int], limits_us: Sequence[int] = ()
) -> LogTables:
    """Return the tables with the times of some models.

    Parameters
    ----------
    stream, luck
        The stream that was counted, and its luck.
    places
        Models that may serve, as places in the order of score; see `BandChoices.used_models`.
    limits_us
        Latency limits [microseconds] above which requests are counted.

    Raises
    ------
    InputError
        Another stream, luck of another length, or tables that would not fit into memory.

    Notes
    -----
    A model without a published speed keeps zeros: its requests are untimed, not fast.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.luck import draw_luck
    >>> from paretocode.sim.tables import RequestGrid, log_tables, request_classes, scored_models, table_subject
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import Policy
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> grid = RequestGrid(edges_ppm=np.array([660_000]), asked_ppm=np.unique(models.axis_ppm))
    >>> subject = table_subject(models, request_classes(models, np.array([0, 13])), grid)
    >>> stream = request_stream(session=[1, 2], time_s=[0, 0], prompt_tokens=[5_000] * 2, completion_tokens=[10] * 2,
    ...                         min_score=[0.5, 0.7])
    >>> timed = with_times(log_tables(stream, subject), stream, draw_luck(stream, rng=1), places=[0, 12])
    >>> timed.requests.latency_us.shape, timed.subject.timed_models.tolist()
    ((2, 2), [0, 12])
    """
    if len(stream) != tables.n_requests:
        raise InputError(
            f"the tables count {tables.n_requests} requests and the stream has {len(stream)}",
            way_out="give the stream that was counted",
        )
    luck.check_length(len(stream))
    timed = np.array(sorted(set(places)), dtype=np.int64)
    _refuse_size(tables, len(timed), len(limits_us))
    summing = _Sums(tables, timed, tuple(limits_us))
    level = routed_levels(stream, tables.subject.models.policy, default_is_highest=tables.subject.default_is_highest)
    for rows in session_blocks(stream):
        summing.add(stream.part(rows.start, rows.stop), level[rows], luck.take(rows))
    return replace(
        tables,
        subject=replace(tables.subject, timed_models=read_only(timed), limits_us=tuple(limits_us)),
        requests=replace(tables.requests, latency_us=read_only(summing.latency_us), n_above=read_only(summing.n_above)),
        pairs=replace(tables.pairs, n_above_saved=read_only(summing.n_above_saved)),
    )


class _Sums:
    """Sums of times by table row and model, filled block by block."""

    def __init__(self, tables: LogTables, timed: IntColumn, limits_us: tuple[int, ...]) -> None:
        self.tables, self.timed, self.limits_us = tables, timed, limits_us
        self.speeds = latency_tables(tables.subject.models.catalogue)
        shape = (len(timed), len(limits_us))
        self.latency_us = np.zeros((len(tables.requests), len(timed)), dtype=np.int64)
        self.n_above = np.zeros((len(tables.requests), *shape), dtype=np.int64)
        self.n_above_saved = np.zeros((len(tables.pairs), *shape), dtype=np.int64)
        requests, pairs = tables.requests, tables.pairs
        grid, self.n_classes = tables.subject.grid, tables.subject.classes.n_classes
        self.n_marks, self.n_states = grid.n_marks, grid.n_cells * self.n_classes
        self.request_keys = (requests.cell * self.n_classes + requests.number) * self.n_marks + requests.mark
        prompts = tables.subject.example_prompts
        self.caches = np.stack([tables.subject.models.tariff_at(prompt).caches for prompt in prompts])
        self.pair_keys = (pairs.cell_before * self.n_classes + pairs.number_before) * self.n_states + (
            pairs.cell * self.n_classes + pairs.number
        )

    def add(self, part: RequestStream, level_ppm: IntColumn, luck: Luck) -> None:
        """Add a block of whole sessions."""
        subject = self.tables.subject
        cell, number, mark = keys_of(part, level_ppm, subject)
        state = cell * self.n_classes + number
        row = np.searchsorted(self.request_keys, state * self.n_marks + mark)
        later = np.flatnonzero(~part.is_first)
        pair = np.searchsorted(self.pair_keys, state[later - 1] * self.n_states + state[later])
        warm_us = [UNCACHED_US_PER_TOKEN * held_tokens(part, rule)[later] for rule in subject.cache_rules]
        step = number[later] // subject.classes.n_mixes % subject.classes.n_prompt_classes
        nothing = np.zeros(len(part), dtype=np.int64)
        for column, place in enumerate(self.timed.tolist()):
            if not self.speeds.is_known[subject.models.row[place]]:
                continue
            model = np.full(len(part), subject.models.row[place], dtype=np.int32)
            time = latency_us(part, model, nothing, self.speeds, luck)
            self.latency_us[:, column] += binned(row, time, size=len(self.latency_us))
            saved_us: IntColumn | int = 0
            if warm_us:
                saved_us = warm_us[subject.rule_of_model[place]] * self.caches[step, place]
            for at, limit in enumerate(self.limits_us):
                self.n_above[:, column, at] += np.bincount(row[time > limit], minlength=len(self.n_above))
                falls = (time[later] > limit) & (time[later] - saved_us <= limit)
                self.n_above_saved[:, column, at] += np.bincount(pair[falls], minlength=len(self.n_above_saved))


def _refuse_size(tables: LogTables, n_models: int, n_limits: int) -> None:
    size = 8 * n_models * (len(tables.requests) * (1 + n_limits) + len(tables.pairs) * n_limits)
    if size > _MOST_BYTES:
        raise InputError(
            f"the times of {n_models} models would take {size / 1e9:.1f} GB",
            where="log tables",
            way_out="give fewer candidate edges or fewer latency limits",
        )
