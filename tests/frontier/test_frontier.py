"""Does the frontier of a real catalogue name the models that it should, and count the rest?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import load_bundled, read_artificial_analysis
from paretocode.errors import InputError, UsageError
from paretocode.frontier import frontier_of


def test_the_frontier_of_the_bundled_models() -> None:
    frontier = frontier_of(load_bundled())
    assert frontier.keys == (
        "deepseek/deepseek-v4-flash@max",
        "deepseek/deepseek-v4-pro@max",
        "openai/gpt-5.4-mini@xhigh",
        "google/gemini-3.1-pro-preview",
        "anthropic/claude-opus-4.8@max",
        "openai/gpt-5.5@xhigh",
    )
    assert frontier.price_usd_per_mtok.tolist() == [0.125, 0.54375, 1.6875, 4.5, 10.0, 11.25]
    assert frontier.coding_score.tolist() == [38.71, 47.47, 51.48, 55.5, 56.71, 59.12]
    assert frontier.n_compared == 13
    assert len(frontier) == 6
    assert frontier.left_out == {}
    assert frontier.twins == ()
    assert set(frontier.dominated_by.values()) <= set(frontier.keys)
    # MiMo costs what DeepSeek V4 Pro costs and scores less: a dominated tie of prices.
    assert frontier.dominated_by["xiaomi/mimo-v2.5-pro"] == "deepseek/deepseek-v4-pro@max"


def test_what_cannot_be_compared_is_named() -> None:
    bundled = load_bundled()
    score, prompt, is_free = bundled.coding_score.copy(), bundled.prompt_usd_per_mtok.copy(), bundled.is_free.copy()
    score[0], prompt[1], is_free[2] = np.nan, np.nan, True
    catalogue = bundled.replace(coding_score=score, prompt_usd_per_mtok=prompt, is_free=is_free)
    frontier = frontier_of(catalogue)
    assert frontier.left_out == {
        "openai/gpt-5.5@xhigh": "no score",
        "google/gemini-3.1-pro-preview": "no price",
        "anthropic/claude-opus-4.8@max": "free of charge",
    }
    assert frontier.n_compared == 10
    assert frontier_of(catalogue, include_free=True).n_compared == 11
    assert frontier_of(catalogue, price_metric="completion").n_compared == 11


def test_twins_are_named() -> None:
    bundled = load_bundled().select([3, 8])  # equal prices
    catalogue = bundled.replace(coding_score=[47.47, 47.47])
    assert frontier_of(catalogue).twins == (("deepseek/deepseek-v4-pro@max", "xiaomi/mimo-v2.5-pro"),)


def test_nothing_to_compare_is_an_empty_frontier() -> None:
    catalogue = load_bundled().select([0]).replace(coding_score=[np.nan])
    frontier = frontier_of(catalogue)
    assert (len(frontier), frontier.n_compared, len(frontier.left_out)) == (0, 0, 1)


def test_metrics_of_requests_and_unknown_ones_are_refused() -> None:
    with pytest.raises(UsageError, match="request"):
        frontier_of(load_bundled(), price_metric="request")
    with pytest.raises(InputError, match="price metric is 'cheap'"):
        frontier_of(load_bundled(), price_metric="cheap")


@pytest.mark.data
def test_the_frontier_of_the_payload_of_2026_05_29(data_dir: Path) -> None:
    catalogue = read_artificial_analysis(data_dir / "catalogue" / "aa" / "llms" / "2026-05-29.json.gz")
    frontier = frontier_of(catalogue)
    assert frontier.n_compared == 137
    assert frontier.keys[-5:] == (
        "deepseek/deepseek-v4-pro@max",
        "openai/gpt-5.4-mini@xhigh",
        "google/gemini-3.1-pro-preview",
        "claude-opus-4-8@max",
        "gpt-5-5@xhigh",
    )
    assert (np.diff(frontier.price_usd_per_mtok) > 0).all()
    assert (np.diff(frontier.coding_score) > 0).all()
