"""How long do the requests of a found map take? Histograms of bands, merged into quantiles after the search.

A quantile is no sum over bands, but counts of latencies are: each band of a shortlist gets one histogram, however many
maps share it, and a map's is the sum of its bands'.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.sim.cache import lag1_cached_tokens
from paretocode.sim.histogram import LatencyHistogram, latency_histogram
from paretocode.sim.latency import latency_tables, latency_us
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import LogTables, routed_levels
from paretocode.sim.tables.tabulate import keys_of
from paretocode.stream.stream import RequestStream
from paretocode.tune.answer import MapAnswer, MapPlace

__all__ = ["latencies_of_maps"]


def latencies_of_maps(answer: MapAnswer, places: Sequence[MapPlace]) -> list[LatencyHistogram]:
    """Return the histogram of known times of each map, with lag-1 caches as in its table totals.

    Parameters
    ----------
    answer
        Of a question with luck.
    places
        Maps of the answer.

    Returns
    -------
    list of LatencyHistogram
        Quantiles of them lie within 1/512 of an order statistic. A request that enters a tier within a session counts
        as cold, also where the tier before served the same model.

    Raises
    ------
    InputError
        A question without luck.

    Notes
    -----
    O(n) for each setting, and O(requests of it) for each distinct band.
    """
    if answer.question.luck is None:
        raise InputError(
            "times need luck", where="search", way_out="give luck to the question: draw_luck(stream, rng=...)"
        )
    bands: dict[tuple[int, int], LatencyHistogram] = {}
    timing = {setting: _Timing(answer, setting) for setting in {place.setting for place in places}}
    found = []
    for place in places:
        total = latency_histogram(np.zeros(0, dtype=np.int64))
        for arc in place.arcs.tolist():
            key = (place.setting, arc)
            if key not in bands:
                bands[key] = timing[place.setting].band(arc)
            total = total + bands[key]
        found.append(total)
    return found


class _Timing:
    """One setting's requests by cell and kind, ready to be timed band by band."""

    def __init__(self, answer: MapAnswer, setting: int) -> None:
        self.question = answer.question
        self.space = answer.searched[setting].prepared.space
        tables: LogTables = self.space.metrics[0].tables
        self.models = tables.subject.models
        stream = self.question.requests
        level = routed_levels(stream, self.models.policy, default_is_highest=tables.subject.default_is_highest)
        self.cell, number, _ = keys_of(stream, level, tables.subject)
        self.kind = self.space.choices[0].kind_of_class[number]
        self.speeds = latency_tables(self.models.catalogue)
        self.rules = self.models.cache.rules(self.models.catalogue)

    def band(self, arc: int) -> LatencyHistogram:
        """Return the histogram of a band's requests."""
        low, high = (int(self.space.lattice.cell[at[arc]]) for at in (self.space.low, self.space.high))
        is_in = (self.cell >= low) & (self.cell < high)
        chosen = self.space.models[self.space.row[arc], self.space.kinds_of(0)]
        place = np.where(is_in, chosen[self.kind], UNSERVED)
        row: IntColumn = np.where(place == UNSERVED, UNSERVED, self.models.row[np.maximum(place, 0)])
        stream: RequestStream = self.question.requests
        # Requests outside the band are unserved here, so whoever comes from outside finds no cache.
        cached = lag1_cached_tokens(stream, row, self.rules)
        caches = self._caches(stream.prompt_tokens, row)
        luck = self.question.luck
        if luck is None:
            raise InputError("times need luck", where="search", way_out="give luck to the question")
        return latency_histogram(latency_us(stream, row, cached * caches, self.speeds, luck))

    def _caches(self, prompt_tokens: IntColumn, row: IntColumn) -> IntColumn:
        """Return 1 where the model has a price for cached tokens at this length: without one nothing is read."""
        tariff = self.models.tariff
        return tariff.has_cache[tariff.row_of(np.maximum(row, 0), prompt_tokens)].astype(np.int64)
