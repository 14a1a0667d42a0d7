"""What does each session add under a map? Whole sums by cluster, from which every comparison follows.

A replay holds a row for each request; twenty maps on a large log would not fit side by side. Its sums by session do,
and they are all that a session-clustered comparison can use. Times keep, besides their sums, what quantiles need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters, session_clusters, summed
from paretocode.evidence.measures import DEFAULT_MEASURES, MapMeasure, map_measure
from paretocode.evidence.quantiles import QuantileWindow, quantile_window
from paretocode.sim.latency import UNTIMED
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay

__all__ = ["MapSums", "map_sums", "request_columns"]


@dataclass(frozen=True, kw_only=True, eq=False)
class MapSums:
    """One map on one stream, cluster by cluster.

    Parameters
    ----------
    name
        The map.
    n_clusters, cluster_kind
        How many clusters, and what one is.
    columns
        Column -> shape (n_clusters,), whole numbers: counts, pico-USD, microseconds, parts per million of the axis.
    windows
        Per mille -> the times around that quantile; see `paretocode.evidence.quantiles`. Empty where no request has a
        known time.
    """

    name: str
    n_clusters: int
    cluster_kind: str
    columns: dict[str, IntColumn]
    windows: dict[int, QuantileWindow]

    def total(self, column: str) -> int:
        """Return the sum of a column over all clusters."""
        return int(self.columns[column].sum())


def map_sums(
    run: Replay,
    *,
    scale: ScoreScale,
    measures: Iterable[str] = DEFAULT_MEASURES,
    clusters: Clusters | None = None,
) -> MapSums:
    """Sum a replay by cluster. O(n).

    Parameters
    ----------
    scale
        From the native score to the 0..1 axis of requests.
    measures
        What will be compared; only its columns are kept.
    clusters
        Sessions when None.

    Raises
    ------
    InputError
        One cluster only; an unknown measure; a measure of times on a replay without luck.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.replaying import replay
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1, 1, 2], time_s=[0, 10, 5], prompt_tokens=[10_000, 12_000, 9_000],
    ...                         completion_tokens=[500] * 3, min_score=[0.65, 0.66, 0.1])
    >>> run = replay(stream, documented_pareto_code(models), models)
    >>> scale = PercentileScale(field=tuple(models.coding_score))
    >>> sums = map_sums(run, scale=scale, measures=["cost_usd_per_krequest", "tier_jump_rate"])
    >>> sums.columns["n_tier_jumps"].tolist(), sums.columns["n_requests"].tolist()
    ([1, 0], [2, 1])
    """
    clusters = session_clusters(run.stream) if clusters is None else clusters
    rows = _Rows(run, scale)
    chosen = [map_measure(name) for name in measures]
    return MapSums(
        name=run.tier_map.name,
        n_clusters=clusters.n,
        cluster_kind=clusters.kind,
        columns={name: summed(column, clusters) for name, column in _columns(rows, chosen)},
        windows={
            m.per_mille: quantile_window(rows.latency_us, clusters, per_mille=m.per_mille)
            for m in chosen
            if m.per_mille is not None and (rows.latency_us != UNTIMED).any()
        },
    )


def request_columns(run: Replay, *, scale: ScoreScale, measures: Iterable[str]) -> Iterator[tuple[str, IntColumn]]:
    """Yield what each request adds to each column that these measures need, shape (n,); quantiles need none.

    Raises
    ------
    InputError
        As `map_sums`.
    """
    return _columns(_Rows(run, scale), [map_measure(name) for name in measures])


def _columns(rows: _Rows, measures: Sequence[MapMeasure]) -> Iterator[tuple[str, IntColumn]]:
    names = dict.fromkeys(name for m in measures if m.denominator for name in (m.numerator, m.denominator))
    return ((name, rows.column(name)) for name in names)


class _Rows:
    """What each request adds to each column."""

    def __init__(self, run: Replay, scale: ScoreScale) -> None:
        self.run, self.scale, self.stream = run, scale, run.stream
        self.model = run.decisions.model_index
        self.is_served = self.model != UNSERVED

    def column(self, name: str) -> IntColumn:
        """Return one column, shape (n,)."""
        family, _, limit = name.partition(":")
        if family == "n_above":
            return (self.latency_us > int(limit)).astype(np.int64)  # UNTIMED lies below every limit
        return np.asarray(getattr(self, f"_{name}")(), dtype=np.int64)

    @cached_property
    def latency_us(self) -> IntColumn:
        """Times [microseconds], `UNTIMED` where unknown."""
        if self.run.latency_us is None:
            raise InputError(
                f"map {self.run.tier_map.name!r} was replayed without luck, so there are no times",
                where="evidence",
                way_out="replay with luck=draw_luck(stream, rng=...), or leave the latency measures out",
            )
        return self.run.latency_us

    @cached_property
    def above_ppm(self) -> IntColumn:
        """By how much what is served lies above what is asked; 0 where a side is unknown."""
        axis = np.append(self.scale.to_axis_ppm(self.run.catalogue.coding_score), 0)
        return np.asarray((axis[self.model] - self.stream.min_score_ppm) * self._n_asked(), dtype=np.int64)

    def _n_requests(self) -> object:
        return np.ones(len(self.stream), dtype=np.int64)

    def _n_pairs(self) -> object:
        return ~self.stream.is_first

    def _cost_pusd(self) -> object:
        return self.run.cost_pusd

    def _n_unserved(self) -> object:
        return ~self.is_served

    def _n_asked(self) -> IntColumn:
        has_score = np.append(self.run.catalogue.has_score, False)[self.model]
        return np.asarray(~self.stream.is_omitted & has_score, dtype=np.int64)

    def _n_judged(self) -> object:
        return self._n_asked() + (~self.is_served & ~self.stream.is_omitted)

    def _n_unmet(self) -> object:
        return (self.above_ppm < 0) | (~self.is_served & ~self.stream.is_omitted)

    def _shortfall_ppm(self) -> object:
        return np.maximum(0, -self.above_ppm)

    def _excess_ppm(self) -> object:
        return np.maximum(0, self.above_ppm)

    def _n_tier_jumps(self) -> object:
        return self._jumps(self.run.decisions.tier_served)

    def _n_model_jumps(self) -> object:
        return self._jumps(self.model)

    def _jumps(self, served: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> object:
        jumps = np.zeros(len(self.stream), dtype=np.bool_)
        both = self.is_served[1:] & self.is_served[:-1] & ~self.stream.is_first[1:]
        jumps[1:] = both & (served[1:] != served[:-1])
        return jumps

    def _n_timed(self) -> object:
        return self.latency_us != UNTIMED

    def _latency_us(self) -> object:
        return np.where(self.latency_us == UNTIMED, 0, self.latency_us)
