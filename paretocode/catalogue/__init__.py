"""The catalogue: models as columns, where they come from, what they score on the axis, and what they cost."""

from paretocode.catalogue.aider import read_aider
from paretocode.catalogue.arena import read_arena
from paretocode.catalogue.artificial_analysis import read_artificial_analysis
from paretocode.catalogue.bundled import BUNDLED, bundled_scale, load_bundled
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, PriceStep, model_key
from paretocode.catalogue.elo import EloScale, elo_scale
from paretocode.catalogue.finding import SEVERITIES, Finding
from paretocode.catalogue.genai_prices import read_genai_prices
from paretocode.catalogue.join import Joined, join_catalogues, join_openrouter_aa
from paretocode.catalogue.join_ids import PROVIDER_ALIASES
from paretocode.catalogue.lint import lint_catalogue
from paretocode.catalogue.lint_change import lint_catalogue_change, lint_prices_against
from paretocode.catalogue.lint_record import lint_file, lint_record
from paretocode.catalogue.lint_traps import TRAPS, Trap
from paretocode.catalogue.litellm import read_litellm
from paretocode.catalogue.llm_prices import read_llm_prices
from paretocode.catalogue.load import load_catalogue
from paretocode.catalogue.model_prices import read_model_prices
from paretocode.catalogue.models_dev import read_models_dev
from paretocode.catalogue.openrouter import read_openrouter_models
from paretocode.catalogue.openrouter_endpoints import read_openrouter_endpoints, with_endpoint_speeds
from paretocode.catalogue.prices import PRICE_METRICS, display_price_usd_per_mtok, price_metric_micro_usd
from paretocode.catalogue.scales import FractionScale, PercentileScale, ScoreScale, TableScale
from paretocode.catalogue.sources import SOURCES, Source
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
    "SOURCES",
    "Source",
    "read_openrouter_models",
    "read_openrouter_endpoints",
    "with_endpoint_speeds",
    "read_artificial_analysis",
    "read_litellm",
    "read_models_dev",
    "read_genai_prices",
    "read_llm_prices",
    "read_model_prices",
    "read_aider",
    "read_arena",
    "Joined",
    "PROVIDER_ALIASES",
    "join_catalogues",
    "join_openrouter_aa",
    "SEVERITIES",
    "Finding",
    "TRAPS",
    "Trap",
    "lint_catalogue",
    "lint_record",
    "lint_file",
    "lint_catalogue_change",
    "lint_prices_against",
    "ScoreScale",
    "FractionScale",
    "PercentileScale",
    "TableScale",
    "EloScale",
    "elo_scale",
    "PRICE_METRICS",
    "price_metric_micro_usd",
    "display_price_usd_per_mtok",
]
