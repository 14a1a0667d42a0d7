"""Which fixed score belongs to which id of a price history? By the id the measurer states, else by its slug."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.effort import base_slug

__all__ = ["ScoreMatch", "best_score_of_ids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMatch:
    """Scores of ids, and how each was found.

    Parameters
    ----------
    score_of_id
        Id -> the highest score among the efforts of the model.
    by_id, by_slug
        Ids whose score was found through a stated id, or only through a slug; sorted.
    n_unmatched
        Scored entries that fit no id.
    score_definition
        What the scores are.
    """

    score_of_id: dict[str, float]
    by_id: tuple[str, ...]
    by_slug: tuple[str, ...]
    n_unmatched: int
    score_definition: str

    def __str__(self) -> str:
        return (
            f"{len(self.score_of_id)} ids have a {self.score_definition} score, the highest of their efforts: "
            f"{len(self.by_id)} by the id the measurer states, {len(self.by_slug)} by slug alone; "
            f"{self.n_unmatched} scored entries fit no id"
        )


def best_score_of_ids(measured: Catalogue, ids: Iterable[str]) -> ScoreMatch:
    """Return for each router id the highest score among the measured entries that belong to it.

    An entry whose `model_id` has a slash names its id. Any other is a slug: it belongs to every id whose part after
    the slash equals it once dots are dashes and words of effort are off its end. Ids with a ``:`` (free and other
    variants) get no score.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> match = best_score_of_ids(load_bundled(), ["openai/gpt-5.5", "openai/gpt-5.5:free", "x/unknown"])
    >>> match.score_of_id
    {'openai/gpt-5.5': 59.12}
    """
    known = {key: None for key in ids if ":" not in key}
    ids_of_slug: defaultdict[str, list[str]] = defaultdict(list)
    for key in known:
        ids_of_slug[base_slug(key.rpartition("/")[2])].append(key)
    found: dict[str, float] = {}
    stated: set[str] = set()
    n_unmatched = 0
    for model_id, score, is_scored in zip(
        measured.model_id, measured.coding_score.tolist(), measured.has_score.tolist(), strict=True
    ):
        if not is_scored:
            continue
        names_id = "/" in model_id
        fits = [key for key in (model_id,) if key in known] if names_id else ids_of_slug[base_slug(model_id)]
        n_unmatched += not fits
        for key in fits:
            found[key] = max(found.get(key, score), score)
        if names_id:
            stated.update(fits)
    return ScoreMatch(
        score_of_id=found,
        by_id=tuple(sorted(stated)),
        by_slug=tuple(sorted(set(found) - stated)),
        n_unmatched=n_unmatched,
        score_definition=measured.score_definition,
    )
