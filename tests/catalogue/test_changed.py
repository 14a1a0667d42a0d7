"""A catalogue with other prices or scores: what changes, what stays, what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from paretocode.catalogue import load_bundled
from paretocode.catalogue.catalogue import PRICE_FIELDS, PriceStep
from paretocode.catalogue.changed import drawn_scores, models_that_fit, with_prices_times
from paretocode.errors import InputError

MODELS = load_bundled()


def test_prices_of_the_models_that_fit_are_multiplied_steps_included() -> None:
    fits = models_that_fit(MODELS, "deepseek/*", where="here")
    row = int(np.flatnonzero(fits)[0])
    step = PriceStep(model_index=row, min_prompt_tokens=1000, **dict.fromkeys(PRICE_FIELDS, 2.0))
    other = dataclasses.replace(step, model_index=int(np.flatnonzero(~fits)[0]))
    changed = with_prices_times(MODELS.replace(price_steps=(step, other)), "deepseek/*", 1.5, where="here")
    for name in PRICE_FIELDS:
        old, new = getattr(MODELS, name), getattr(changed, name)
        assert np.array_equal(new[~fits], old[~fits], equal_nan=True)
        assert new[fits] == pytest.approx(old[fits] * 1.5, abs=1e-6, nan_ok=True)
        assert [getattr(each, name) for each in changed.price_steps] == [3.0, 2.0]


def test_more_draws_are_the_first_ones_and_further_ones() -> None:
    few, many = (drawn_scores(MODELS, n=n, rng=3, where="here") for n in (2, 5))
    assert np.array_equal(few, many[:2])
    assert (many >= 0).all()
    certain = MODELS.replace(coding_score_se=np.where(np.arange(len(MODELS)) == 0, np.nan, MODELS.coding_score_se))
    assert (drawn_scores(certain, n=3, rng=3, where="here")[:, 0] == MODELS.coding_score[0]).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda: with_prices_times(MODELS, "nobody/*", 2.0, where="here"),
            "here: no model fits 'nobody/\\*'",
        ),
        (
            lambda: with_prices_times(MODELS, "*", 0.0, where="here"),
            "here: the price factor is 0; give",
        ),
        (lambda: drawn_scores(MODELS, n=0, rng=1, where="here"), "here: 0 replicates of the scores"),
    ],
)
def test_what_cannot_be_is_refused(change: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        change()  # type: ignore[operator]
