"""What did Artificial Analysis measure? Its model files as a catalogue of scores, speeds and its own price column.

Four shapes are read: the leaderboard's page payload (``{"meta", "models"}`` with nested ``speed``), the API v2 shape
of the same envelope, the API v2 list (``/data/llms/models``) with flat ``median_*`` speeds, and the paginated free API
(``/language/models/free``) with nested ``performance``, cache prices and the index version in its head. Data is (c)
Artificial Analysis (https://artificialanalysis.ai): show the attribution wherever the numbers are shown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from paretocode._checks import one_of
from paretocode.catalogue._aa_scores import (
    DEFINITIONS,
    SE_UNITS,
    index_parts,
    is_mixed_day,
    refuse_definition,
    score_definition_on,
    standard_error,
)
from paretocode.catalogue._records import (
    Record,
    Row,
    catalogue_of_loose_rows,
    is_number,
    iso_day,
    number_or_note,
    read_records,
    sub,
)
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue
from paretocode.catalogue.effort import split_effort

__all__ = ["SLUG_EFFORT", "read_artificial_analysis"]

SLUG_EFFORT = "slug:"
"""How the effort of an entry begins whose API id and effort another entry has as well; its slug follows."""

_ATTRIBUTION = "Scores, speeds and prices from Artificial Analysis (https://artificialanalysis.ai){day}."

_INDEX = "artificial_analysis_coding_index"
_MOST_USD_PER_MTOK, _MOST_SPEED, _MOST_TOKENS = 1e6, 1e6, 1e12

# Artificial Analysis counts tokens/s upwards: its 5th percentile is the slow end, which is our 95th.
_TPS_KEYS = {
    5: ("percentile_95_output_tokens_per_second",),
    25: ("quartile_75_output_tokens_per_second",),
    50: ("output_tokens_per_second", "median_output_tokens_per_second"),
    75: ("quartile_25_output_tokens_per_second",),
    95: ("percentile_05_output_tokens_per_second",),
}
_TTFT_KEYS = {
    5: ("percentile_05_time_to_first_token_seconds",),
    25: ("quartile_25_time_to_first_token_seconds",),
    50: ("time_to_first_token_seconds", "median_time_to_first_token_seconds"),
    75: ("quartile_75_time_to_first_token_seconds",),
    95: ("percentile_95_time_to_first_token_seconds",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scoring:
    definition: str
    is_mixed: bool
    keeps_legacy: bool
    se: str


def read_artificial_analysis(
    path: str | Path,
    *,
    score_definition: str | None = None,
    include_deprecated: bool = False,
    include_legacy_scores: bool = False,
    se: str = "task",
) -> Catalogue:
    """Read a model file of Artificial Analysis (``.json`` or ``.json.gz``).

    Parameters
    ----------
    score_definition
        What the coding index is. By default the day of the file says: ``aa-coding-4.0`` before 2026-06-18,
        ``aa-coding-4.1`` after 2026-06-19; on the two days between both scales sat in one file. A file without a day
        that states its ``intelligence_index_version`` gives ``aa-coding-`` and that version.
    include_deprecated
        Whether to keep entries marked deprecated.
    include_legacy_scores
        Whether to keep a score that cannot be of the definition: under 4.0 one without a Terminal-Bench Hard result
        or unequal to (2 Terminal-Bench Hard + SciCode) / 3, under 4.1 one from which no whole k/267 of
        Terminal-Bench 2.1 follows. By default such a score is missing. On 2026-04-10, 18 of the 352 scored entries
        are of an older index, all of them deprecated. With it, `score_definition` may be any name.
    se
        Whose chance the standard error counts: ``task`` (the honest one: trials of a task agree) or ``trial``.

    Returns
    -------
    Catalogue
        `model_id` is the OpenRouter id that the entry names, else its slug; `effort` is read from the name. Where
        two entries share both, those whose slug is not the id's own carry ``slug:<slug>`` as effort. A price or
        speed of 0 is missing: API v2 writes 0 for both "unknown" and "free", and no field tells them apart.

    Raises
    ------
    InputError
        No JSON, another shape, no way to know the score definition, or one that the file contradicts.
    """
    one_of(se, SE_UNITS, name="se")
    path = Path(path)
    head, records = read_records(path, keys=("models", "data"))
    day = iso_day(sub(head, "meta").get("fetched_at"))
    if score_definition is not None:
        is_checked = not include_legacy_scores and (is_mixed_day(day) or any(map(_has_parts, records)))
        refuse_definition(score_definition, day, is_checked=is_checked, where=str(path))
    definition = score_definition or _definition(head, day, where=str(path))
    notes = _pages(head)
    kept = [record for record in records if include_deprecated or record.get("deprecated") is not True]
    if len(kept) < len(records):
        notes.append(f"{len(records) - len(kept)} deprecated entries are left out.")
    keys = _keys(kept, notes)
    scoring = _Scoring(definition=definition, is_mixed=is_mixed_day(day), keeps_legacy=include_legacy_scores, se=se)
    rows = [_row(record, key, scoring, notes) for record, key in zip(kept, keys, strict=True)]
    return catalogue_of_loose_rows(
        rows,
        score_definition=definition,
        sources=_sources(day, definition, se),
        as_of=day,
        attribution=_ATTRIBUTION.format(day=f", {day}" if day else ""),
        notes=notes,
        where=str(path),
    )


def _definition(head: Record, day: str, *, where: str) -> str:
    version = head.get("intelligence_index_version")
    if not day and is_number(version) and version > 0:
        return f"aa-coding-{float(version):g}" if version % 1 else f"aa-coding-{version:.1f}"
    return score_definition_on(day, where=where)


def _has_parts(record: Record) -> bool:
    evaluations = sub(record, "evaluations")
    return "scicode" in evaluations and evaluations.get(_INDEX) is not None


def _pages(head: Record) -> list[str]:
    pages = sub(head, "pagination")
    if pages.get("has_more") is not True:
        return []
    page, of = pages.get("page"), pages.get("total_pages")
    return [f"The file is page {page} of {of}: the models of the others are not here."]


def _sources(day: str, definition: str, se: str) -> dict[str, str]:
    origin = f"Artificial Analysis{f', {day}' if day else ''}"
    measured = ("coding_score", *PRICE_FIELDS, "throughput_tps", "ttft_s")
    sources = dict.fromkeys((*measured, "context_tokens", "release_date"), origin)
    if definition in DEFINITIONS:
        sources["coding_score_se"] = f"derived from {origin}: binomial by {se}"
    return sources


def _keys(records: Sequence[Record], notes: list[str]) -> list[tuple[str, str]]:
    """Return each entry's (model id, effort), unique."""
    slugs = [str(record.get("slug") or record["id"]) for record in records]
    keys = [
        (str(sub(record, "open_weights").get("openrouter_api_id") or slug), split_effort(_name(record))[1])
        for record, slug in zip(records, slugs, strict=True)
    ]
    count = Counter(keys)
    for i, (key, slug) in enumerate(zip(keys, slugs, strict=True)):
        if count[key] > 1 and slug != key[0].rpartition("/")[2].replace(".", "-"):
            keys[i] = (key[0], SLUG_EFFORT + slug)
            notes.append(f"{slug} shares id and effort {key} with another entry: its effort is {SLUG_EFFORT}{slug}.")
    return keys


def _name(record: Record) -> str:
    return str(record.get("name") or record.get("slug") or record["id"])


def _row(record: Record, key: tuple[str, str], scoring: _Scoring, notes: list[str]) -> Row:
    score, score_se = _score(record, scoring, notes)
    prompt, completion = _prices(record, notes)
    speed = {**record, **sub(record, "speed"), **sub(record, "performance")}
    context = sub(record, "capabilities").get("context_window_tokens") or None
    owner = _name(record)
    return Row(
        model_id=key[0],
        effort=key[1],
        name=_name(record),
        coding_score=score,
        coding_score_se=score_se,
        prompt_usd_per_mtok=prompt,
        completion_usd_per_mtok=completion,
        cache_read_usd_per_mtok=_cache_price(record, "price_1m_cache_hit_tokens", notes),
        cache_write_usd_per_mtok=_cache_price(record, "price_1m_cache_write_tokens", notes),
        throughput_tps=_speeds(speed, _TPS_KEYS, notes, what=f"{owner} has tokens/s"),
        ttft_s=_speeds(speed, _TTFT_KEYS, notes, what=f"{owner} has a time to first token"),
        context_tokens=number_or_note(
            context, notes, what=f"{owner} has a context window", least=1, most=_MOST_TOKENS, whole=True
        ),
        release_date=iso_day(record.get("release_date")),
    )


def _score(record: Record, scoring: _Scoring, notes: list[str]) -> tuple[float, float]:
    definition, evaluations = scoring.definition, sub(record, "evaluations")
    index = number_or_note(evaluations.get(_INDEX), notes, what=f"{_name(record)} has a coding index", most=100)
    if math.isnan(index):
        return math.nan, math.nan
    if definition not in DEFINITIONS or ("scicode" not in evaluations and not scoring.is_mixed):
        # The free API shows the index without its parts: there is nothing to check it by, and no standard error.
        return index, math.nan
    parts = index_parts(index, evaluations, definition=definition, is_mixed=scoring.is_mixed)
    if parts is not None:
        return index, standard_error(*parts, definition=definition, unit=scoring.se)
    if scoring.keeps_legacy:
        return index, math.nan
    notes.append(f"{_name(record)} has a coding index of {index:g} that is not {definition}: taken as missing.")
    return math.nan, math.nan


def _prices(record: Record, notes: list[str]) -> tuple[float, float]:
    pricing = sub(record, "pricing")
    found = [pricing.get(key) for key in ("price_1m_input_tokens", "price_1m_output_tokens")]
    if 0 in found:
        notes.append(f"{_name(record)} is listed at price 0, which says neither free nor unknown: taken as missing.")
    prompt, completion = (_price(record, price, notes) for price in found)
    return prompt, completion


def _price(record: Record, stated: object, notes: list[str]) -> float:
    price = number_or_note(stated, notes, what=f"{_name(record)} has a price", most=_MOST_USD_PER_MTOK)
    return price if price > 0 else math.nan


def _cache_price(record: Record, key: str, notes: list[str]) -> float:
    return _price(record, sub(record, "pricing").get(key), notes)


def _speeds(speed: Record, keys: dict[int, tuple[str, ...]], notes: list[str], *, what: str) -> tuple[float, ...]:
    stated = [[speed.get(key) for key in keys.get(p, ())] for p in SPEED_PERCENTILES]
    found = [[number_or_note(v, notes, what=what, most=_MOST_SPEED) for v in values] for values in stated]
    return tuple(next((v for v in values if v > 0), math.nan) for values in found)
