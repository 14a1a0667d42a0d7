"""Are scores joined to the right prices, and are doubtful pairs left out by name?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import (
    Catalogue,
    PriceStep,
    join_catalogues,
    join_openrouter_aa,
    lint_catalogue,
    load_catalogue,
    read_artificial_analysis,
    read_openrouter_models,
)
from paretocode.errors import InputError


def small(ids: list[str], *, efforts: list[str] | None = None, price: float = 1.0, score: float = 50.0) -> Catalogue:
    n = len(ids)
    unknown = [np.nan] * n
    return Catalogue(
        model_id=tuple(ids),
        effort=tuple(efforts or [""] * n),
        name=tuple(f"name of {i}" for i in ids),
        coding_score=[score] * n,
        coding_score_se=unknown,
        score_definition="mine-1",
        prompt_usd_per_mtok=[price] * n,
        completion_usd_per_mtok=[price] * n,
        cache_read_usd_per_mtok=unknown,
        cache_write_usd_per_mtok=unknown,
        throughput_tps=np.full((n, 7), np.nan),
        ttft_s=np.full((n, 7), np.nan),
        context_tokens=[price * 1000] * n,
        max_output_tokens=unknown,
        release_date=np.full(n, "NaT", dtype="datetime64[D]"),
        is_free=[False] * n,
        listed_tier=("",) * n,
    )


def test_stated_ids_win_and_slugs_follow() -> None:
    openrouter = small(["openai/gpt-5.5", "z-ai/glm-5.1", "x/unmeasured"], price=3.0).replace(
        price_steps=(PriceStep(model_index=1, min_prompt_tokens=9, prompt_usd_per_mtok=5.0),)
    )
    aa = small(["gpt-5-5", "gpt-5-5-high", "z-ai/glm-5.1", "nowhere"], efforts=["xhigh", "high", "reasoning", ""])
    joined = join_openrouter_aa(openrouter, aa)
    assert joined.keys == ("openai/gpt-5.5@xhigh", "openai/gpt-5.5@high", "z-ai/glm-5.1@reasoning")
    assert joined.coding_score.tolist() == [50.0] * 3
    assert joined.prompt_usd_per_mtok.tolist() == [3.0] * 3
    assert joined.context_tokens.tolist() == [3000.0] * 3
    assert [(s.model_index, s.min_prompt_tokens) for s in joined.price_steps] == [(2, 9)]
    assert joined.notes == (
        "name of gpt-5-5 is matched to openai/gpt-5.5 by its slug gpt-5-5.",
        "name of gpt-5-5-high is matched to openai/gpt-5.5 by its slug gpt-5-5-high.",
        "name of nowhere (nowhere) is left out: its slug fits no OpenRouter id.",
    )


def test_doubtful_pairs_are_left_out() -> None:
    openrouter = small(["a/same", "b/same", "c/d", "e/f"])
    aa = small(["same", "c/d", "x/gone", "e/f", "f"], efforts=["", "slug:other", "", "high", "high"])
    with pytest.raises(InputError, match="no entry of the scores matches an OpenRouter id"):
        join_openrouter_aa(openrouter, aa.select([0, 1, 2]))
    joined = join_openrouter_aa(openrouter, aa)
    assert joined.keys == ("e/f@high",)
    assert [note.split(" is left out: ")[1] for note in joined.notes] == [
        "another entry has the same id and effort.",
        "OpenRouter does not list that id.",
        "its slug fits a/same, b/same.",
        "name of e/f has that id and effort already.",
    ]


def test_each_row_says_how_it_was_matched() -> None:
    prices = small(["openrouter/x-ai/grok-4.5", "a/b", "lab/plain-thinking", "lab/plain", "lab/w:free"], price=3.0)
    scores = small(["xai/grok-4-5", "a/b", "Plain Thinking", "plain-high", "w"], efforts=["", "low", "", "", ""])
    joined = join_catalogues(prices, scores)
    assert joined.matched_by == ("vendor alias", "id", "slug", "slug without effort")
    # A name that ends like an effort is first taken as it is: plain-thinking is a model of its own.
    assert joined.catalogue.keys == (
        "openrouter/x-ai/grok-4.5",
        "a/b@low",
        "lab/plain-thinking",
        "lab/plain@high",
    )
    assert joined.left_out == {"w": "its slug fits no price-list id"}
    assert joined.catalogue.notes[0] == (
        "name of xai/grok-4-5 is matched to openrouter/x-ai/grok-4.5 by a vendor alias of xai/grok-4-5."
    )


def test_several_price_rows_of_one_id_need_the_effort() -> None:
    prices = small(["a/b", "a/b"], efforts=["low", "high"])
    joined = join_catalogues(prices, small(["a/b", "a/b"], efforts=["high", "max"]))
    assert joined.catalogue.keys == ("a/b@high",)
    assert joined.left_out == {"a/b@max": "its id fits a/b@low, a/b@high"}


def test_speeds_of_two_sources_do_not_mix() -> None:
    prices, scores = small(["a/b"]), small(["a/b"])
    known = np.full((1, 7), 20.0)
    assert join_catalogues(prices.replace(ttft_s=known), scores).catalogue.ttft_s.tolist() == known.tolist()
    partial = np.full((1, 7), np.nan)
    partial[0, 2] = 5.0
    mixed = join_catalogues(prices.replace(ttft_s=known), scores.replace(ttft_s=partial)).catalogue
    np.testing.assert_array_equal(mixed.ttft_s, partial)


@pytest.mark.data
def test_boards_join_to_price_lists(data_dir: Path) -> None:
    root = data_dir / "catalogue"
    listed = load_catalogue(root / "openrouter" / "models_2026-05-15.json.gz")
    boards = {"arena/code_2026-04-19.json": 36, "aider/polyglot_leaderboard.yml": 27}
    for name, n_joined in boards.items():
        scores = load_catalogue(root / "scores" / name)
        joined = join_catalogues(listed, scores)
        assert len(joined.catalogue) == len(joined.matched_by) == n_joined
        assert n_joined + len(joined.left_out) == len(scores)
        assert joined.catalogue.score_definition == scores.score_definition
        assert "OpenRouter" in joined.catalogue.attribution
    row = joined.catalogue.index_of("openai/gpt-5@high")
    assert (joined.catalogue.coding_score[row], joined.catalogue.prompt_usd_per_mtok[row]) == (88.0, 1.25)


@pytest.mark.data
def test_the_files_of_2026_05_15_join(data_dir: Path) -> None:
    openrouter = read_openrouter_models(data_dir / "catalogue" / "openrouter" / "models_2026-05-15.json.gz")
    aa = read_artificial_analysis(data_dir / "catalogue" / "aa" / "llms" / "2026-05-15.json.gz")
    joined = join_openrouter_aa(openrouter, aa)
    assert len(joined) == 121
    assert len(joined) + sum(") is left out: " in note for note in joined.notes) == len(aa)
    row = joined.index_of("anthropic/claude-sonnet-4.6@max")
    # Artificial Analysis listed the cache-write price 3.75 as input price in those weeks; OpenRouter says 3.
    assert aa.prompt_usd_per_mtok[aa.index_of("anthropic/claude-sonnet-4.6@max")] == 3.75
    assert joined.prompt_usd_per_mtok[row] == 3.0
    assert joined.coding_score[row] == pytest.approx(50.94, abs=0.005)
    assert "openai/gpt-5.5@xhigh" in joined
    assert not [finding for finding in lint_catalogue(joined) if finding.severity == "error"]
