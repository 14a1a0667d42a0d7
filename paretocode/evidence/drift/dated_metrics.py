"""What did the map come to, date by date? Its metrics on dated streams, or on dated catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from paretocode._checks import one_of
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.drift.expiry_trend import DatedMetric, dated_metric
from paretocode.evidence.drift.metric_sums import MetricSums, metric_sums
from paretocode.sim.cache import PrefixCache
from paretocode.sim.replaying import replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["metric_by_catalogue", "metric_by_stream"]


def metric_by_stream(
    dated: Iterable[tuple[object, RequestStream]],
    tier_map: TierMap,
    catalogue: Catalogue,
    *,
    metric: str,
    scale: ScoreScale,
    cache: PrefixCache | None = None,
) -> DatedMetric:
    """Return a metric of a map on dated streams, with standard errors clustered by session. One replay a date.

    Parameters
    ----------
    dated
        (ISO day, stream) pairs in order of time, such as one a week; sessions belong to one stream each.
    metric
        One of `METRIC_UNITS`, latency left out.

    Raises
    ------
    InputError
        Another metric, one without a value on some day, days out of order, a stream of one session.
    """
    pairs = list(dated)
    found = [metric_sums(replay(stream, tier_map, catalogue, cache=cache), scale=scale) for _, stream in pairs]
    values = [_value(sums, metric, day) for sums, (day, _) in zip(found, pairs, strict=True)]
    errors = [_error(sums, metric) for sums in found]
    return dated_metric(metric, [day for day, _ in pairs], values, errors)


def metric_by_catalogue(
    dated: Sequence[tuple[object, Catalogue]],
    tier_map: TierMap,
    stream: RequestStream,
    *,
    metric: str,
    scale: ScoreScale,
    cache: PrefixCache | None = None,
) -> DatedMetric:
    """Return a metric of a map on one stream under dated catalogues. One replay a date.

    Parameters
    ----------
    dated
        (ISO day, catalogue) pairs in order of time, all of the map's score definition.

    Notes
    -----
    The stream is the same every day, so values carry no standard error: what moves is the catalogue. Its changes stay,
    so extrapolate with ``errors="cumulative"``.

    Raises
    ------
    InputError
        As `metric_by_stream`, or a catalogue that the map does not fit.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.stream.synthetic import synthesise
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models, stream = load_bundled(), synthesise("chat", n_sessions=20, rng=1)
    >>> dated = [(f"2026-06-0{day}", models.replace(prompt_usd_per_mtok=models.prompt_usd_per_mtok * factor))
    ...          for day, factor in ((1, 1.0), (3, 1.0), (5, 2.0))]
    >>> series = metric_by_catalogue(dated, documented_pareto_code(models), stream, metric="unserved_share",
    ...                              scale=PercentileScale(field=tuple(models.coding_score)))
    >>> series.values.tolist(), series.days.tolist()
    ([0.0, 0.0, 0.0], [0.0, 2.0, 4.0])
    """
    values = [
        _value(metric_sums(replay(stream, tier_map, models, cache=cache), scale=scale), metric, day)
        for day, models in dated
    ]
    return dated_metric(metric, [day for day, _ in dated], values)


def _value(sums: MetricSums, metric: str, day: object) -> float:
    one_of(metric, sums.names, name="metric", where="expiry")
    value = float(sums.values()[sums.names.index(metric)])
    if np.isnan(value):
        raise InputError(f"{metric} has no value on {day}", where="expiry", way_out="leave the day out")
    return value


def _error(sums: MetricSums, metric: str) -> float:
    influence = sums.residuals()[:, sums.names.index(metric)] / sums.n_sessions
    return float(np.sqrt(np.dot(influence, influence) * sums.n_sessions / (sums.n_sessions - 1)))
