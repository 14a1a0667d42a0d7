"""Which sources are there, what does each give, and how is its file recognised? One table; each row is one reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from paretocode.catalogue._records import sub
from paretocode.catalogue.aider import read_aider
from paretocode.catalogue.arena import read_arena
from paretocode.catalogue.artificial_analysis import read_artificial_analysis
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.genai_prices import read_genai_prices
from paretocode.catalogue.litellm import read_litellm
from paretocode.catalogue.llm_prices import read_llm_prices
from paretocode.catalogue.model_prices import read_model_prices
from paretocode.catalogue.models_dev import read_models_dev
from paretocode.catalogue.openrouter import read_openrouter_models
from paretocode.catalogue.openrouter_endpoints import read_openrouter_endpoints

__all__ = ["SOURCES", "Source", "recognise"]

_FEW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of file that a catalogue can be read from.

    Parameters
    ----------
    summary
        What it is, and its unit.
    gives
        What its catalogue holds: some of ``scores``, ``prices``, ``speeds``, ``windows``.
    endings
        Endings of its files' names; "" for a folder.
    read
        Its reader, with default settings.
    is_like
        Whether a JSON document has its shape; for other kinds of file the ending decides.
    takes_definition
        Whether its reader takes a `score_definition`.
    """

    summary: str
    gives: tuple[str, ...]
    endings: tuple[str, ...]
    read: Callable[..., Catalogue]
    is_like: Callable[[object], bool] = lambda _document: False
    takes_definition: bool = False


def _records(document: object) -> list[Mapping[str, object]]:
    """Return the first records of a list, bare or under ``models`` or ``data``."""
    if isinstance(document, dict):
        document = document.get("models", document.get("data"))
    return [entry for entry in document[:_FEW] if isinstance(entry, dict)] if isinstance(document, list) else []


def _values(document: object) -> list[Mapping[str, object]]:
    values = document.values() if isinstance(document, dict) else ()
    return [entry for entry in islice(values, _FEW) if isinstance(entry, dict)]


def _is_endpoints(document: object) -> bool:
    answers = document if isinstance(document, list) else [document]
    return any(isinstance(a, dict) and "endpoints" in (sub(a, "data") or a) for a in answers[:1])


def _is_board(document: object) -> bool:
    if isinstance(document, dict) and isinstance(document.get("pages"), dict):
        return True
    return any("ci" in record and "score" in record for record in _records(document))


_JSON = (".json", ".json.gz")

SOURCES: Mapping[str, Source] = {
    "openrouter": Source(
        summary="OpenRouter /api/v1/models; USD per token",
        gives=("prices", "windows"),
        endings=_JSON,
        read=read_openrouter_models,
        is_like=lambda document: any("pricing" in r and "evaluations" not in r for r in _records(document)),
        takes_definition=True,
    ),
    "openrouter-endpoints": Source(
        summary="OpenRouter /endpoints of a model; USD per token, ms, tokens/s",
        gives=("prices", "speeds", "windows"),
        endings=_JSON,
        read=read_openrouter_endpoints,
        is_like=_is_endpoints,
    ),
    "artificial-analysis": Source(
        summary="Artificial Analysis page payload, API v2 or free API; index points, USD per million, s, tokens/s",
        gives=("scores", "prices", "speeds", "windows"),
        endings=_JSON,
        read=read_artificial_analysis,
        is_like=lambda document: any("evaluations" in record for record in _records(document)),
        takes_definition=True,
    ),
    "litellm": Source(
        summary="LiteLLM price map; USD per token",
        gives=("prices", "windows"),
        endings=_JSON,
        read=read_litellm,
        is_like=lambda document: any("litellm_provider" in entry for entry in _values(document)),
    ),
    "models-dev": Source(
        summary="models.dev TOML tree or api.json; USD per million",
        gives=("prices", "windows"),
        endings=(".tar.gz", *_JSON),
        read=read_models_dev,
        is_like=lambda document: any(isinstance(e.get("models"), dict) and "id" in e for e in _values(document)),
    ),
    "genai-prices": Source(
        summary="genai-prices data.json, dated and by the hour; USD per million",
        gives=("prices", "windows"),
        endings=_JSON,
        read=read_genai_prices,
        is_like=lambda document: any("pricing_urls" in r or "api_pattern" in r for r in _records(document)),
    ),
    "llm-prices": Source(
        summary="llm-prices, one dated list a vendor, or a folder of them; USD per million",
        gives=("prices",),
        endings=(".json", ""),
        read=read_llm_prices,
        is_like=lambda document: any("price_history" in record for record in _records(document)),
    ),
    "model-prices": Source(
        summary="model-prices snapshot, dated timelines; USD per million",
        gives=("prices",),
        endings=_JSON,
        read=read_model_prices,
        is_like=lambda document: isinstance(document, dict) and {"schema", "prices", "schedules"} <= set(document),
    ),
    "aider": Source(
        summary="Aider polyglot or edit leaderboard; percent of cases solved",
        gives=("scores",),
        endings=(".yml", ".yaml"),
        read=read_aider,
    ),
    "arena": Source(
        summary="Arena leaderboards with intervals; Elo",
        gives=("scores",),
        endings=_JSON,
        read=read_arena,
        is_like=_is_board,
    ),
}
"""Name -> source, in the order in which a JSON document is compared with them."""


def recognise(document: object) -> str:
    """Return the name of the source whose shape a JSON document has, "" where it has none's.

    Examples
    --------
    >>> recognise({"data": [{"id": "a/b", "pricing": {"prompt": "0.000001"}}]})
    'openrouter'
    >>> recognise({"gpt-x": {"litellm_provider": "openai"}}), recognise([1, 2])
    ('litellm', '')
    """
    return next((name for name, source in SOURCES.items() if source.is_like(document)), "")


def source_of_path(path: Path) -> str:
    """Return the name of the one source whose ending a path has, "" where its content must decide."""
    if path.is_dir():
        return "llm-prices"
    if path.name.endswith(".tar.gz"):
        return "models-dev"
    return "aider" if path.suffix in {".yml", ".yaml"} else ""
