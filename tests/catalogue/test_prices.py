"""Are the price metrics exact integers, and is a missing price missing?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue import PRICE_METRICS, display_price_usd_per_mtok, load_bundled, price_metric_micro_usd
from paretocode.errors import InputError, UsageError


def test_blends_are_whole_sums_of_their_weights() -> None:
    catalogue = load_bundled()
    row = catalogue.index_of("anthropic/claude-opus-4.8@max")  # 5 in, 25 out, 0.5 cache read
    expected = {"prompt": 5, "completion": 25, "blend_3_1": 3 * 5 + 25, "blend_7_2_1": 7 * 0.5 + 2 * 5 + 25}
    for metric, usd in expected.items():
        price, is_known = price_metric_micro_usd(catalogue, metric)
        assert price.dtype == np.int64
        assert is_known.all()
        assert price[row] == usd * 1_000_000
    assert display_price_usd_per_mtok(catalogue, "blend_3_1")[row] == 10.0
    assert display_price_usd_per_mtok(catalogue, "blend_7_2_1")[row] == 3.85


def test_a_missing_cache_price_falls_back_to_the_prompt_price() -> None:
    catalogue = load_bundled()
    row = catalogue.index_of("qwen/qwen3.6-max-preview")
    assert np.isnan(catalogue.cache_read_usd_per_mtok[row])
    price, is_known = price_metric_micro_usd(catalogue, "blend_7_2_1")
    assert is_known[row]
    assert price[row] == 9 * 1_040_000 + 6_240_000


def test_a_missing_price_is_missing() -> None:
    catalogue = load_bundled().select([0, 1])
    catalogue = catalogue.replace(prompt_usd_per_mtok=[np.nan, 2.0])
    for metric in ("prompt", "blend_3_1", "blend_7_2_1"):
        price, is_known = price_metric_micro_usd(catalogue, metric)
        assert is_known.tolist() == [False, True]
        assert price[0] == 0
        assert np.isnan(display_price_usd_per_mtok(catalogue, metric)[0])
    assert price_metric_micro_usd(catalogue, "completion")[1].all()


def test_the_price_of_a_request_is_not_a_price_of_a_model() -> None:
    assert PRICE_METRICS == ("prompt", "completion", "blend_3_1", "blend_7_2_1", "request")
    with pytest.raises(UsageError, match="price each request by its own tokens"):
        price_metric_micro_usd(load_bundled(), "request")
    with pytest.raises(InputError, match="price metric is 'blend'; use one of prompt, completion"):
        price_metric_micro_usd(load_bundled(), "blend")
