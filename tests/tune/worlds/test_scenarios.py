"""Other worlds: scores drawn anew, prices shocked or past, the log in parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import Catalogue, PriceStep, load_bundled
from paretocode.catalogue.history import history_of_catalogues, read_price_changes
from paretocode.errors import InputError, UsageError
from paretocode.stream import synthesise
from paretocode.tune.worlds.price_history import price_scenarios
from paretocode.tune.worlds.scenarios import Scenario, price_shock, refuse_clashing, score_replicates, weeks
from strategies import catalogue_of

NAN = float("nan")


def models(**columns: list[float]) -> Catalogue:
    """Three models; the second has no standard error, the third no score."""
    plain = {
        "model_id": ["x/a", "x/b", "y/c"],
        "coding_score": [40.0, 50.0006, NAN],
        "coding_score_se": [2.0, NAN, 1.0],
        "prompt_usd_per_mtok": [1.0, 2.0, 3.0],
    }
    return catalogue_of({**plain, **columns})  # type: ignore[dict-item]


def test_the_same_seed_draws_the_same_scores_and_more_replicates_begin_with_the_fewer() -> None:
    one, same, other = (score_replicates(models(), n=3, rng=seed) for seed in (1, 1, 2))
    assert [each.catalogue.digest for each in one] == [each.catalogue.digest for each in same]
    assert [each.catalogue.digest for each in one] != [each.catalogue.digest for each in other]
    more = score_replicates(models(), n=5, rng=np.random.default_rng(1))
    assert [each.catalogue.digest for each in more[:3]] == [each.catalogue.digest for each in one]
    assert [each.name for each in more] == [f"scores {i}" for i in range(1, 6)]


def test_only_scores_with_an_error_move_and_none_falls_below_0() -> None:
    drawn = score_replicates(models(coding_score_se=[1000.0, NAN, 1.0]), n=40, rng=3)
    scores = np.array([each.catalogue.coding_score for each in drawn])
    assert scores[:, 0].min() == 0
    assert len(set(scores[:, 0])) > 10
    assert (scores[:, 1] == 50.0006).all()
    assert np.isnan(scores[:, 2]).all()
    assert {each.catalogue.keys for each in drawn} == {models().keys}


def test_replicates_have_the_published_mean_and_spread() -> None:
    scores = np.array([each.catalogue.coding_score[0] for each in score_replicates(models(), n=4000, rng=5)])
    assert abs(scores.mean() - 40) < 5 * 2 / np.sqrt(4000)
    assert abs(scores.std() - 2) < 5 * 2 / np.sqrt(8000)


def test_scores_that_cannot_be_drawn_are_refused() -> None:
    with pytest.raises(InputError, match="no score has a standard error; bring coding_score_se"):
        score_replicates(models(coding_score_se=[NAN] * 3), n=1, rng=1)
    with pytest.raises(InputError, match="0 replicates of the scores; ask for at least 1"):
        score_replicates(models(), n=0, rng=1)


def test_a_shock_hits_the_models_of_a_pattern_and_their_long_prompts() -> None:
    steps = tuple(
        PriceStep(
            model_index=at,
            min_prompt_tokens=60,
            prompt_usd_per_mtok=4.0,
            completion_usd_per_mtok=8.0,
            cache_read_usd_per_mtok=NAN,
            cache_write_usd_per_mtok=NAN,
        )
        for at in (0, 2)
    )
    shock = price_shock(models().replace(price_steps=steps), models="x/*", factor=1.5, weight=2)
    assert (shock.name, shock.weight) == ("x/* x 1.5", 2)
    assert shock.catalogue is not None
    assert shock.catalogue.prompt_usd_per_mtok.tolist() == [1.5, 3.0, 3.0]
    assert [step.prompt_usd_per_mtok for step in shock.catalogue.price_steps] == [6.0, 4.0]


@pytest.mark.parametrize(("pattern", "factor", "words"), [("z/*", 2.0, "no model fits"), ("x/*", 0.0, "factor is 0")])
def test_a_shock_that_hits_nothing_is_refused(pattern: str, factor: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        price_shock(models(), models=pattern, factor=factor)


def test_parts_hold_every_session_once() -> None:
    stream = synthesise("coding_agent", n_sessions=60, rng=1)
    days = float(np.ptp(stream.time_s[stream.is_first])) / 86_400 / 4
    parts = weeks(stream, days=days)
    assert len(parts) > 1
    sessions = np.concatenate([part.sessions for part in parts if part.sessions is not None])
    assert sorted(sessions.tolist()) == list(range(stream.n_sessions))
    assert sum(len(part.stream) for part in parts if part.stream is not None) == len(stream)
    with pytest.raises(InputError, match="all sessions begin within"):
        weeks(stream, days=99_999)
    with pytest.raises(InputError, match="a stretch has 0 days"):
        weeks(stream, days=0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight": 0}, "the weight is 0"),
        ({"weight": True}, "the weight is True"),
        ({"name": " "}, "is called ' '"),
        ({"sessions": np.zeros(1, dtype=np.int64)}, "no stream is given"),
    ],
)
def test_scenarios_that_make_no_sense_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Scenario(**{"name": "x", **changes})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="two worlds are called 'x'"):
        refuse_clashing([Scenario(name="x"), Scenario(name="x")])


def test_past_prices_stand_under_present_scores_and_the_unlisted_keep_theirs() -> None:
    past = catalogue_of(
        {"model_id": ["x/a", "y/c"], "prompt_usd_per_mtok": [9.0, NAN], "completion_usd_per_mtok": [8.0, 5.0]}
    )
    now = models()
    found = price_scenarios(history_of_catalogues([("2026-05-01", past), ("2026-06-15", now)]), now, every_days=20)
    assert [(one.name, one.weight) for one in found] == [("prices of 2026-05-26", 2), ("prices of 2026-06-15", 1)]
    first, last = found
    assert first.catalogue is not None
    assert last.catalogue is not None
    assert first.catalogue.prompt_usd_per_mtok.tolist() == [9.0, 2.0, 3.0]
    assert first.catalogue.completion_usd_per_mtok.tolist() == [8.0, 2.0, 2.0]
    assert first.note == "Not listed with prices on that day, so at present prices: x/b, y/c."
    assert first.catalogue.coding_score[:2].tolist() == [40.0, 50.0006]
    assert (last.catalogue.digest, last.note) == (now.digest, "")


def test_histories_that_do_not_fit_are_refused() -> None:
    history = history_of_catalogues([("2026-05-01", catalogue_of({"model_id": ["other"]}))])
    with pytest.raises(InputError, match="the history lists none of the 3 models"):
        price_scenarios(history, models())
    with pytest.raises(UsageError, match="every_days is 0"):
        price_scenarios(history, models(), every_days=0)
    with pytest.raises(UsageError, match="keys names 'ghost', which is no model"):
        price_scenarios(history, models(), keys={"ghost": "other"})
    assert price_scenarios(history, models(), keys={"x/a": "other"})[0].catalogue is not None


@pytest.mark.data
def test_real_price_lists_are_worlds(data_dir: Path) -> None:
    history = read_price_changes(data_dir / "catalogue/openrouter/price_changes_2026-05-17_2026-07-15.csv.gz")
    found = price_scenarios(history, load_bundled(), every_days=5)
    assert sum(one.weight for one in found) == 12
    assert all(one.catalogue is not None and one.catalogue.has_price.sum() >= 10 for one in found)
