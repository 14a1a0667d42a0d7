"""What does one raw record of a source hide? Findings before any reader has looked at it, each code in `TRAPS`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from paretocode._files import parse_toml
from paretocode.catalogue._files import read_json
from paretocode.catalogue._records import Record, is_number, sub
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.finding import SEVERITIES, Finding
from paretocode.catalogue.lint_record_aa import change_traps, record_traps
from paretocode.catalogue.lint_record_openrouter import openrouter_change_traps, openrouter_traps
from paretocode.catalogue.lint_record_prices import (
    genai_traps,
    litellm_traps,
    llm_prices_traps,
    model_prices_traps,
    models_dev_traps,
)
from paretocode.catalogue.lint_traps import trap

__all__ = ["lint_file", "lint_record"]

_OF_MODELS = {"no-score", "new-without-score", "no-price", "no-context", "no-speed", "score-near-edge"}
"""Codes that `lint_catalogue` gives a model as well."""

_REDUCED = {"coding", "intel", "price_in", "ii"}


def lint_record(record: object, *, earlier: object = None, edges: Sequence[float] = ()) -> list[Finding]:
    """Return what one raw record of a source says that would mislead a reader, grave first.

    Parameters
    ----------
    record
        As it stands in the file: an object of OpenRouter, Artificial Analysis, Arena or genai-prices; a one-key object
        of LiteLLM or model-prices, or model-prices' ``schedules``; a list of llm-prices models; the text of a
        models.dev file.
    earlier
        The same model's record in an earlier file of the source (Artificial Analysis, OpenRouter), to compare with:
        by the same id, or by the same slug.
    edges
        Score edges: a score within the rounding (0.005) of one is warned of.

    Returns
    -------
    list of Finding
        Codes of `TRAPS`; ``unknown-shape`` for a record of no source. Empty where nothing misleads.

    Examples
    --------
    >>> for finding in lint_record({"id": "z/y", "pricing": {"prompt": "0", "completion": "0"}}):
    ...     print(finding)
    warning zero-price: z/y: prompt and completion are 0 and the id does not end in :free.
    """
    found = chain(_traps(record, edges), _changes(record, earlier))
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _traps(record: object, edges: Sequence[float]) -> Iterator[Finding]:
    if isinstance(record, str):
        yield from _toml_traps(record)
    elif isinstance(record, list):
        yield from llm_prices_traps([entry for entry in record if isinstance(entry, dict)])
    elif isinstance(record, dict):
        yield from _object_traps(record, edges)
    else:
        yield trap("unknown-shape", repr(record)[:60], "it is no record")


def _toml_traps(text: str) -> Iterator[Finding]:
    try:
        record = parse_toml(text.encode())
    except ValueError as error:
        yield trap("unknown-shape", text[:60], f"it is no TOML ({error})")
        return
    yield from models_dev_traps(record)


def _object_traps(record: Record, edges: Sequence[float]) -> Iterator[Finding]:
    only = next(iter(record.values())) if len(record) == 1 else None
    if "evaluations" in record:
        yield from record_traps(record, edges)
    elif isinstance(record.get("pricing"), dict):
        yield from openrouter_traps(record)
    elif "price_history" in record:
        yield from llm_prices_traps([record])
    elif "prices" in record and ("match" in record or "id" in record):
        yield from genai_traps(record)
    elif "schedule" in record or (isinstance(only, dict) and "standard" in only):
        yield from model_prices_traps(record)
    elif isinstance(only, dict) and "litellm_provider" in only:
        yield from litellm_traps(str(next(iter(record))), only)
    elif {"score", "ci"} <= set(record):
        half = record["ci"]
        yield trap("elo-interval", str(record.get("model")), f"rated {record['score']} with {half} either side, Elo")
    elif "slug" in record and _REDUCED & set(record):
        yield from _reduced_traps(record)
    else:
        yield trap("unknown-shape", str(record.get("id", "record")), f"its keys are {', '.join(list(record)[:6])}")


def _reduced_traps(record: Record) -> Iterator[Finding]:
    subject = str(record["slug"])
    yield trap("reduced-schema", subject, "it has short keys of somebody's own, and no reader")
    if record.get("coding") is None:
        best = record.get("intel", record.get("ii"))
        what = f"an intelligence index of {best}" if is_number(best) else "no index"
        yield trap("new-without-score", subject, f"{what} and no coding index")


def _changes(record: object, earlier: object) -> Iterator[Finding]:
    if not isinstance(record, dict) or not isinstance(earlier, dict):
        return
    if "evaluations" in record and "evaluations" in earlier:
        yield from change_traps(earlier, record)
    elif sub(record, "pricing") and sub(earlier, "pricing"):
        yield from openrouter_change_traps(earlier, record)


def lint_file(
    path: str | Path,
    source: str | None = None,
    *,
    earlier: str | Path | None = None,
    beside: Catalogue | None = None,
) -> list[Finding]:
    """Return `lint_record` of every record of a JSON file of OpenRouter, Artificial Analysis or LiteLLM.

    Parameters
    ----------
    source
        The file's source where its shape is not enough; other sources give no findings here.
    earlier
        An earlier file of the same source; records are compared by id, and where the id is new by slug.
    beside
        The catalogue of the file, where `lint_catalogue` of it is read as well: what that says of a model is not said
        of its record again.

    Raises
    ------
    InputError
        A file that cannot be read.
    """
    path = Path(path)
    if not path.name.endswith((".json", ".json.gz")) or source not in {
        None,
        "openrouter",
        "artificial-analysis",
        "litellm",
    }:
        return []
    past = _by_name(_records_of(read_json(Path(earlier)))) if earlier is not None else {}
    names = set(beside.name) if beside is not None else set()
    found: list[Finding] = []
    for record in _records_of(read_json(path)):
        if _is_no_model(record):
            what = "it has no litellm_provider and is no model: left out"
            found.append(Finding("unknown-shape", "note", str(next(iter(record))), what))
            continue
        before = past.get(str(record.get("id"))) or past.get(str(record.get("slug")))
        is_beside = str(record.get("name") or record.get("slug") or record.get("id")) in names
        own = lint_record(record, earlier=before)
        found += [finding for finding in own if not (is_beside and finding.code in _OF_MODELS)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _is_no_model(record: Record) -> bool:
    """Whether this is an entry of LiteLLM's map that documents something and is no model."""
    entry = next(iter(record.values()))
    return len(record) == 1 and not (isinstance(entry, dict) and "litellm_provider" in entry)


def _records_of(document: object) -> list[Record]:
    if isinstance(document, dict) and any(isinstance(v, dict) and "litellm_provider" in v for v in document.values()):
        return [{name: entry} for name, entry in document.items()]
    if isinstance(document, dict):
        document = document.get("models", document.get("data"))
    listed = document if isinstance(document, list) else []
    return [r for r in listed if isinstance(r, dict) and ("evaluations" in r or isinstance(r.get("pricing"), dict))]


def _by_name(records: Sequence[Record]) -> dict[str, Record]:
    by_slug = {str(record["slug"]): record for record in records if record.get("slug")}
    return by_slug | {str(record["id"]): record for record in records if record.get("id")}
