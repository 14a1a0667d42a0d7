"""What if the scores are not what was measured? One model's score moved, or all of them drawn anew.

Scores are rounded to thousandths, in which routing compares. Under the reading ``listed`` tiers stay and only quality
and ties move; under ``recut`` a map that follows its score edges is cut anew.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn, one_of
from paretocode.catalogue.changed import drawn_scores
from paretocode.errors import InputError
from paretocode.evidence.sensitivity.shift import Parameter, Setting, Shift
from paretocode.evidence.sensitivity.world import READINGS, World, with_catalogue

__all__ = ["READING_WORDS", "score_error", "score_noise", "score_of", "with_score"]

READING_WORDS = {"listed": "tiers as listed", "recut": "tiers cut anew"}
"""How names of shifts say the reading."""


def with_score(world: World, value: float, *, model: str, reading: str) -> World:
    """Return the world in which one model has another score.

    Raises
    ------
    InputError
        A model that is not in the catalogue, or a score that is not finite.
    """
    row = world.catalogue.index_of(model)
    if not np.isfinite(value):
        raise InputError(f"the score of {model!r} is {value:g}", where="sensitivity", way_out="give a finite number")
    scores = world.catalogue.coding_score.copy()
    scores[row] = round(value, 3)
    return with_catalogue(world, world.catalogue.replace(coding_score=scores), reading=reading)


def score_of(model: str, *, low: float, high: float, now: float | None = None, reading: str = "listed") -> Parameter:
    """Return the score of one model in its native unit.

    Parameters
    ----------
    low, high
        Where it is turned.
    now
        The published score; None where it is not said.
    reading
        One of `READINGS`.
    """
    one_of(reading, READINGS, name="reading", where="sensitivity")

    def edges(world: World) -> tuple[float, ...]:
        milli = {edge for tier_map in world.maps for edge in tier_map.score_edges_milli or ()}
        return tuple(edge / 1000 for edge in sorted(milli))

    return Parameter(
        name=f"score of {model} ({READING_WORDS[reading]})",
        group="scores",
        at=lambda world, value: with_score(world, value, model=model, reading=reading),
        low=low,
        high=high,
        step=0.001,
        now=now,
        when=f"{model} scores {{}}",
        breaks=edges,
    )


def score_error(world: World, *, model: str, n_errors: float = 1.0, reading: str = "listed") -> Shift:
    """Return the shift of one model's score by some standard errors, down and up.

    Raises
    ------
    InputError
        A model that is not in the catalogue, or that has no score or no standard error.
    """
    row = world.catalogue.index_of(model)
    score, error = float(world.catalogue.coding_score[row]), float(world.catalogue.coding_score_se[row])
    if not (np.isfinite(score) and error > 0 and n_errors > 0):
        raise InputError(
            f"{model!r} scores {score:g} with a standard error of {error:g}, to be moved by {n_errors:g} of them",
            where="sensitivity",
            way_out="bring coding_score and coding_score_se, and a number above 0",
        )
    low, high = max(0.0, score - n_errors * error), score + n_errors * error
    note = f"{n_errors:g} standard error{'s' if n_errors != 1 else ''} of {error:g} around {score:g}"
    return score_of(model, low=low, high=high, now=score, reading=reading).shift(note=note)


def score_noise(world: World, *, n: int, rng: np.random.Generator | int, reading: str = "listed") -> Shift:
    """Return the shift in which all scores are drawn anew, n times.

    The draws are those of `paretocode.catalogue.changed.drawn_scores`; the first k of n are those of k.

    Raises
    ------
    InputError
        No standard error, or n below 1.
    """
    one_of(reading, READINGS, name="reading", where="sensitivity")
    catalogue = world.catalogue
    replicates = drawn_scores(catalogue, n=n, rng=rng, where="sensitivity")
    n_drawn = int(np.count_nonzero(catalogue.has_score & (np.nan_to_num(catalogue.coding_score_se) > 0)))
    return Shift(
        name=f"score noise ({READING_WORDS[reading]})",
        group="scores",
        settings=tuple(_drawn(i, row, reading) for i, row in enumerate(replicates)),
        note=f"{n} draws from the standard errors of {n_drawn} of {len(catalogue)} models",
    )


def _drawn(i: int, scores: FloatColumn, reading: str) -> Setting:
    def change(world: World) -> World:
        if len(scores) != len(world.catalogue):
            raise InputError(
                f"the draw has {len(scores)} scores and the catalogue {len(world.catalogue)} models",
                where="sensitivity",
                way_out="draw for this catalogue",
            )
        return with_catalogue(world, world.catalogue.replace(coding_score=scores), reading=reading)

    return Setting(label=f"draw {i + 1}", change=change)
