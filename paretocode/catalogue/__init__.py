"""The catalogue: models as columns, where they come from, what they score on the axis, and what they cost."""

from paretocode.catalogue.artificial_analysis import read_artificial_analysis
from paretocode.catalogue.bundled import BUNDLED, bundled_scale, load_bundled
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, PriceStep, model_key
from paretocode.catalogue.finding import SEVERITIES, Finding
from paretocode.catalogue.join import join_openrouter_aa
from paretocode.catalogue.lint import lint_catalogue
from paretocode.catalogue.load import load_catalogue
from paretocode.catalogue.openrouter import read_openrouter_models
from paretocode.catalogue.prices import PRICE_METRICS, display_price_usd_per_mtok, price_metric_micro_usd
from paretocode.catalogue.scales import FractionScale, PercentileScale, ScoreScale, TableScale
from paretocode.catalogue.table import TABLE_SUFFIXES, read_scale, read_table, write_table

# In story order: what a catalogue is, reading one, checking it, placing its scores, pricing it.
__all__ = [  # noqa: RUF022
    "Catalogue",
    "PriceStep",
    "PRICE_FIELDS",
    "SPEED_PERCENTILES",
    "model_key",
    "load_catalogue",
    "BUNDLED",
    "load_bundled",
    "bundled_scale",
    "TABLE_SUFFIXES",
    "read_table",
    "write_table",
    "read_scale",
    "read_openrouter_models",
    "read_artificial_analysis",
    "join_openrouter_aa",
    "SEVERITIES",
    "Finding",
    "lint_catalogue",
    "ScoreScale",
    "FractionScale",
    "PercentileScale",
    "TableScale",
    "PRICE_METRICS",
    "price_metric_micro_usd",
    "display_price_usd_per_mtok",
]
