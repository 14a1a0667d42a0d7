"""Which OpenRouter price belongs to which measured score? Two catalogues made one, doubtful pairs left out by name."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from paretocode.catalogue.artificial_analysis import SLUG_EFFORT
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue, PriceStep
from paretocode.catalogue.effort import base_slug
from paretocode.errors import InputError

__all__ = ["join_openrouter_aa"]

_FROM_OPENROUTER = (*PRICE_FIELDS, "context_tokens", "max_output_tokens", "is_free")
_FROM_AA = ("coding_score", "coding_score_se", "throughput_tps", "ttft_s", "release_date")


def join_openrouter_aa(openrouter: Catalogue, aa: Catalogue) -> Catalogue:
    """Return the measured models at OpenRouter's prices: scores and speeds of `aa`, the rest of `openrouter`.

    An entry is matched by the OpenRouter id that Artificial Analysis states for it, else by its slug: dots as
    dashes, words of effort taken off the end, equal to the part of exactly one id after the slash. Several efforts
    of one model share its price. Left out, each by name in `notes`: entries that match nothing, slugs that match
    several ids or have the same effort as another entry, and entries that share id and effort with another one.

    Parameters
    ----------
    openrouter
        As `read_openrouter_models` gives it.
    aa
        As `read_artificial_analysis` gives it.

    Returns
    -------
    Catalogue
        In the order of `aa`. `notes` say which rows were matched by slug; `as_of` is the day of `aa`.

    Raises
    ------
    InputError
        When nothing matches.
    """
    notes = [*openrouter.notes, *aa.notes]
    pairs = _pairs(openrouter, aa, notes)
    if not pairs:
        raise InputError(
            "no entry of Artificial Analysis matches an OpenRouter id",
            way_out="check that the files are of the same time",
        )
    aa_rows = np.array(list(pairs), dtype=np.int64)
    rows = np.array(list(pairs.values()), dtype=np.int64)
    return aa.select(aa_rows).replace(
        model_id=tuple(openrouter.model_id[i] for i in rows),
        **{name: getattr(openrouter, name)[rows] for name in _FROM_OPENROUTER},
        price_steps=_steps(openrouter, rows.tolist()),
        sources=_sources(openrouter, aa),
        attribution=f"{aa.attribution} {openrouter.attribution}".strip(),
        notes=tuple(notes),
    )


def _pairs(openrouter: Catalogue, aa: Catalogue, notes: list[str]) -> dict[int, int]:
    """Return row of `aa` -> row of `openrouter`."""
    row_of_id = {model_id: row for row, model_id in enumerate(openrouter.model_id)}
    ids_of_slug: defaultdict[str, list[str]] = defaultdict(list)
    for model_id in openrouter.model_id:
        if ":" not in model_id:
            ids_of_slug[model_id.rpartition("/")[2].lower().replace(".", "-")].append(model_id)
    pairs: dict[int, int] = {}
    taken: dict[tuple[str, str], str] = {}
    by_id_first = sorted(range(len(aa)), key=lambda i: ("/" not in aa.model_id[i], i))
    for i in by_id_first:
        stated, effort = aa.model_id[i], aa.effort[i]
        found = [stated] if "/" in stated else ids_of_slug[base_slug(stated)]
        reason = _doubt(found, effort, row_of_id, taken)
        if reason:
            notes.append(f"{aa.name[i]} ({stated}) is left out: {reason}.")
            continue
        taken[found[0], effort] = aa.name[i]
        pairs[i] = row_of_id[found[0]]
        if "/" not in stated:
            notes.append(f"{aa.name[i]} is matched to {found[0]} by its slug {stated}.")
    return dict(sorted(pairs.items()))


def _doubt(found: list[str], effort: str, row_of_id: dict[str, int], taken: dict[tuple[str, str], str]) -> str:
    if effort.startswith(SLUG_EFFORT):
        return "another entry has the same id and effort"
    if len(found) != 1:
        return f"its slug fits {', '.join(found)}" if found else "its slug fits no OpenRouter id"
    if found[0] not in row_of_id:
        return "OpenRouter does not list that id"
    if (found[0], effort) in taken:
        return f"{taken[found[0], effort]} has that id and effort already"
    return ""


def _steps(openrouter: Catalogue, rows: list[int]) -> tuple[PriceStep, ...]:
    return tuple(
        PriceStep(
            model_index=new,
            min_prompt_tokens=step.min_prompt_tokens,
            **{name: getattr(step, name) for name in PRICE_FIELDS},
        )
        for new, old in enumerate(rows)
        for step in openrouter.price_steps
        if step.model_index == old
    )


def _sources(openrouter: Catalogue, aa: Catalogue) -> dict[str, str]:
    sources = {name: aa.sources[name] for name in _FROM_AA if name in aa.sources}
    sources |= {name: openrouter.sources[name] for name in _FROM_OPENROUTER if name in openrouter.sources}
    return sources | {"model_id": "OpenRouter id stated by Artificial Analysis, else matched by slug (see notes)"}
