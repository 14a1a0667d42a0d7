"""Which price belongs to which score? Two catalogues made one, doubtful pairs left out by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue.artificial_analysis import SLUG_EFFORT
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue, PriceStep
from paretocode.catalogue.join_ids import PROVIDER_ALIASES, normal_id, normal_slug, split_slug_effort
from paretocode.errors import InputError

__all__ = ["MATCHES", "Joined", "join_catalogues", "join_openrouter_aa"]

MATCHES = ("id", "vendor alias", "slug", "slug without effort")
"""How a score can find its price, surest first."""

_OF_PRICES = (*PRICE_FIELDS, "context_tokens", "max_output_tokens", "is_free")
_OF_SCORES = ("coding_score", "coding_score_se", "throughput_tps", "ttft_s", "release_date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Two catalogues made one, and how.

    Parameters
    ----------
    catalogue
        The models that have both a score entry and a price entry.
    matched_by
        Row by row, one of `MATCHES`.
    left_out
        Key of a score entry -> why it is not there.
    """

    catalogue: Catalogue
    matched_by: tuple[str, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    row: int
    effort: str
    how: str


def join_catalogues(
    prices: Catalogue,
    scores: Catalogue,
    *,
    aliases: Mapping[str, str] = PROVIDER_ALIASES,
    price_name: str = "price-list",
) -> Joined:
    """Return the scored models at the prices of another source.

    A score entry finds its price by the first of these that fits exactly one id: its id as it is; its id with the
    vendor in one spelling and dots as dashes; where it names no vendor, its slug among the ids' last parts (variants
    with a colon aside); that slug without words of effort at its end, which then state the effort where the entry
    states none. Several efforts of one model share its price. Left out, each by name: entries that fit nothing, that
    fit several ids, or that have the id and effort of another entry.

    Parameters
    ----------
    prices
        Gives prices, windows, `is_free` and price steps; also speeds and dates where `scores` has none.
    scores
        Gives scores, errors, names, tiers; its speeds and dates first.
    aliases
        Spelling of a vendor -> the one to compare by.
    price_name
        What the notes call the price source.

    Returns
    -------
    Joined
        In the order of `scores`. `model_id` is that of `prices`. The notes say which rows were not matched by id.

    Raises
    ------
    InputError
        When nothing matches.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> joined = join_catalogues(load_bundled(), load_bundled())
    >>> len(joined.catalogue), set(joined.matched_by), dict(joined.left_out)
    (13, {'id'}, {})
    """
    finder = _Finder(prices, aliases, price_name)
    matches: dict[int, _Match] = {}
    left_out: dict[str, str] = {}
    notes = [*prices.notes, *scores.notes]
    taken: dict[tuple[int, str], str] = {}
    for i in sorted(range(len(scores)), key=lambda i: ("/" not in scores.model_id[i], i)):
        stated = scores.model_id[i]
        match, reason = finder.find(stated, scores.effort[i])
        if match is not None and (match.row, match.effort) in taken:
            reason = f"{taken[match.row, match.effort]} has that id and effort already"
        if match is None or reason:
            left_out[scores.keys[i]] = reason
            notes.append(f"{scores.name[i]} ({stated}) is left out: {reason}.")
            continue
        taken[match.row, match.effort] = scores.name[i]
        matches[i] = match
        if match.how != "id":
            by = "its slug" if match.how in MATCHES[2:] else "a vendor alias of"
            notes.append(f"{scores.name[i]} is matched to {prices.model_id[match.row]} by {by} {stated}.")
    if not matches:
        raise InputError(
            f"no entry of the scores matches an {price_name} id", way_out="check that the files are of the same time"
        )
    order = sorted(matches)
    return Joined(
        catalogue=_joined(prices, scores, order, [matches[i] for i in order], notes),
        matched_by=tuple(matches[i].how for i in order),
        left_out=left_out,
    )


class _Finder:
    """Where a price may stand, by each spelling of its id."""

    def __init__(self, prices: Catalogue, aliases: Mapping[str, str], price_name: str) -> None:
        self._prices, self._aliases, self._price_name = prices, aliases, price_name
        self._by_id: defaultdict[str, list[int]] = defaultdict(list)
        self._by_normal: defaultdict[str, list[int]] = defaultdict(list)
        self._by_slug: defaultdict[str, list[int]] = defaultdict(list)
        for row, model_id in enumerate(prices.model_id):
            self._by_id[model_id].append(row)
            self._by_normal[normal_id(model_id, aliases)].append(row)
            if ":" not in model_id:
                self._by_slug[normal_slug(model_id.rpartition("/")[2])].append(row)

    def find(self, stated: str, effort: str) -> tuple[_Match | None, str]:
        """Return the match of an entry, or None and why there is none."""
        if effort.startswith(SLUG_EFFORT):
            return None, "another entry has the same id and effort"
        slug = normal_slug(stated)
        base, words = split_slug_effort(slug)
        tries = [
            ("id", self._by_id.get(stated, []), effort),
            ("vendor alias", self._by_normal.get(normal_id(stated, self._aliases), []), effort),
        ]
        if "/" not in stated:
            tries.append(("slug", self._by_slug.get(slug, []), effort))
            tries.append(("slug without effort", self._by_slug.get(base, []), effort or words))
        for how, rows, kept_effort in tries:
            fits = rows if len(rows) < 2 else [row for row in rows if self._prices.effort[row] == effort]
            if rows and len(fits) != 1:
                return None, f"its {how.split()[0]} fits {', '.join(self._prices.keys[row] for row in rows)}"
            if fits:
                return _Match(row=fits[0], effort=kept_effort, how=how), ""
        if "/" in stated:
            return None, f"{self._price_name} does not list that id"
        return None, f"its slug fits no {self._price_name} id"


def _joined(
    prices: Catalogue, scores: Catalogue, order: Sequence[int], matches: Sequence[_Match], notes: Sequence[str]
) -> Catalogue:
    rows = np.array([match.row for match in matches], dtype=np.int64)
    mine = scores.select(np.array(order, dtype=np.int64))
    return mine.replace(
        model_id=tuple(prices.model_id[row] for row in rows),
        effort=tuple(match.effort for match in matches),
        **{name: getattr(prices, name)[rows] for name in _OF_PRICES},
        **{name: _speeds(getattr(mine, name), getattr(prices, name)[rows]) for name in ("throughput_tps", "ttft_s")},
        release_date=np.where(np.isnat(mine.release_date), prices.release_date[rows], mine.release_date),
        price_steps=_steps(prices, rows.tolist()),
        sources=_sources(prices, scores),
        attribution=f"{scores.attribution} {prices.attribution}".strip(),
        as_of=scores.as_of or prices.as_of,
        notes=tuple(notes),
    )


def _speeds(first: FloatColumn, second: FloatColumn) -> FloatColumn:
    """Return each row of the first that has a number, else the second's: percentiles of two sources do not mix."""
    return np.where(np.isnan(first).all(axis=1, keepdims=True), second, first)


def _steps(prices: Catalogue, rows: list[int]) -> tuple[PriceStep, ...]:
    return tuple(
        PriceStep(
            model_index=new,
            min_prompt_tokens=step.min_prompt_tokens,
            **{name: getattr(step, name) for name in PRICE_FIELDS},
        )
        for new, old in enumerate(rows)
        for step in prices.price_steps
        if step.model_index == old
    )


def _sources(prices: Catalogue, scores: Catalogue) -> dict[str, str]:
    sources = {name: prices.sources[name] for name in _OF_SCORES if name in prices.sources}
    sources |= {name: scores.sources[name] for name in _OF_SCORES if name in scores.sources}
    sources |= {name: prices.sources[name] for name in _OF_PRICES if name in prices.sources}
    return sources | {"model_id": "ids of the price source, matched by id, else by vendor alias or slug (see notes)"}


def join_openrouter_aa(openrouter: Catalogue, aa: Catalogue) -> Catalogue:
    """Return the measured models at OpenRouter's prices: `join_catalogues`, and of it the catalogue.

    An entry is matched by the OpenRouter id that Artificial Analysis states for it, else by its slug.

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
    return join_catalogues(openrouter, aa, price_name="OpenRouter").catalogue
