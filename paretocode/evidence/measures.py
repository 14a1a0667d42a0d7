"""What is compared between two maps? The metrics of a replay as ratios of sums, and quantiles of its times.

Names, units and denominators are those of `paretocode.sim.Metrics`, so that an estimate is the number of the metrics.
Less is better for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from paretocode.errors import InputError

__all__ = ["DEFAULT_MEASURES", "MAP_MEASURES", "MapMeasure", "map_measure"]

_PPM = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class MapMeasure:
    """One number of a map on a stream: a ratio of two sums, or a quantile of times.

    Parameters
    ----------
    name
        As in `paretocode.sim.Metrics`.
    numerator, denominator
        Columns of `paretocode.evidence.MapSums`; of a quantile the first is its per mille as text, the second empty.
    unit
        How many units of the numerator make one of the measure.
    text
        For tables, with its unit.
    resolution
        The least difference in the numerator that two maps can have [units of the numerator].
    is_relative
        Whether people speak of its change in percent.
    """

    name: str
    numerator: str
    denominator: str
    unit: float
    text: str
    resolution: int = 1
    is_relative: bool = False

    @property
    def per_mille(self) -> int | None:
        """Which quantile, or None for a ratio."""
        return None if self.denominator else int(self.numerator)


_MEASURES = (
    MapMeasure(
        name="cost_usd_per_krequest",
        numerator="cost_pusd",
        denominator="n_requests",
        unit=1e9,
        text="cost per 1,000 requests [USD]",
        is_relative=True,
    ),
    MapMeasure(
        name="latency_mean_s",
        numerator="latency_us",
        denominator="n_timed",
        unit=1e6,
        text="latency, mean [s]",
        is_relative=True,
    ),
    *(
        MapMeasure(
            name=f"latency_p{per_mille // 10}_s",
            numerator=str(per_mille),
            denominator="",
            unit=1e6,
            text=f"latency, p{per_mille // 10} [s]",
            is_relative=True,
        )
        for per_mille in (500, 950, 990)
    ),
    MapMeasure(
        name="tier_jump_rate", numerator="n_tier_jumps", denominator="n_pairs", unit=1, text="tier jumps, of pairs"
    ),
    MapMeasure(
        name="model_jump_rate", numerator="n_model_jumps", denominator="n_pairs", unit=1, text="model jumps, of pairs"
    ),
    MapMeasure(
        name="shortfall_mean",
        numerator="shortfall_ppm",
        denominator="n_asked",
        unit=_PPM,
        text="mean shortfall [0..1 axis]",
    ),
    MapMeasure(
        name="excess_mean", numerator="excess_ppm", denominator="n_asked", unit=_PPM, text="mean excess [0..1 axis]"
    ),
    MapMeasure(
        name="unmet_share", numerator="n_unmet", denominator="n_judged", unit=1, text="min score not met, of requests"
    ),
    MapMeasure(
        name="unserved_share", numerator="n_unserved", denominator="n_requests", unit=1, text="unserved, of requests"
    ),
)
_NAMED = {measure.name: measure for measure in _MEASURES}

MAP_MEASURES = tuple(_NAMED)
"""Names of measures; a further one is ``latency_above_share:SECONDS``."""

DEFAULT_MEASURES = (
    "cost_usd_per_krequest",
    "latency_p50_s",
    "latency_p95_s",
    "tier_jump_rate",
    "model_jump_rate",
    "shortfall_mean",
    "unmet_share",
    "unserved_share",
)
"""What a comparison looks at, unless the experiment says otherwise."""


def map_measure(name: str) -> MapMeasure:
    """Return a measure by name.

    Raises
    ------
    InputError
        An unknown word, or a latency limit that is no number.

    Examples
    --------
    >>> map_measure("latency_above_share:10").numerator, map_measure("latency_p95_s").per_mille
    ('n_above:10000000', 950)
    """
    if name in _NAMED:
        return _NAMED[name]
    family, colon, seconds = name.partition(":")
    if family == "latency_above_share" and colon:
        try:
            limit_us = round(float(seconds) * 1e6)
        except (ValueError, OverflowError):
            limit_us = -1
        if 0 <= limit_us < 10**15:
            return MapMeasure(
                name=name,
                numerator=f"n_above:{limit_us}",
                denominator="n_timed",
                unit=1,
                text=f"slower than {float(seconds):g} s, of timed requests",
            )
    raise InputError(
        f"there is no measure {name!r}",
        where="evidence",
        way_out=f"use one of {', '.join(MAP_MEASURES)}, latency_above_share:SECONDS",
    )
