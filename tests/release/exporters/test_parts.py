"""The parts that exporters share, by example and by definition: YAML, numbers, chains, efforts, losses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode.release.exporters.chains import TierChain, left_out, tier_chains
from paretocode.release.exporters.losses import policy_losses
from paretocode.release.exporters.min_scores import at_least_pattern, decimal_text, safely_inside, tier_at
from paretocode.release.exporters.yaml_text import comment, yaml_text
from paretocode.tiermap.file import TierMapFile
from strategies import worlds

PPM = st.integers(0, 1_000_000)
TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.integers(0, 10**9).map(lambda n: n / 1e6),
    lambda inner: (
        st.dictionaries(TEXTS, inner, max_size=3)
        | st.lists(st.dictionaries(TEXTS, inner, min_size=1, max_size=3), min_size=1, max_size=3)
        | st.lists(st.integers() | TEXTS, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_yaml_reads_back_as_it_was(document: dict[str, Any], read_yaml: Callable[[str], list[Any]]) -> None:
    assert read_yaml(yaml_text(document)) == [document]


def test_yaml_of_something_else_is_an_error() -> None:
    with pytest.raises(TypeError, match="YAML of set is not written here"):
        yaml_text({"a": {1, 2}})


def test_comments_have_no_trailing_spaces() -> None:
    assert comment(["a", "", "b "]) == "# a\n#\n# b\n"


@settings(max_examples=300)
@given(edge=PPM, value=PPM, width=st.integers(0, 3), bare=st.booleans())
def test_the_pattern_matches_numbers_from_the_edge_up(edge: int, value: int, width: int, bare: bool) -> None:
    text = decimal_text(value)
    text = text + ("" if "." in text else ".") * (width > 0) + "0" * width
    text = text.removeprefix("0") if bare and text.startswith("0.") and len(text) > 2 else text
    assert (re.fullmatch(at_least_pattern(edge), text) is not None) == (value >= edge)


@pytest.mark.parametrize("text", ["1.1", "2", "-0.5", "+0.5", "1e0", "", ".", "0,5", "0.5.1", "01", "1.0000001"])
@pytest.mark.parametrize("edge", [0, 1, 330_000, 999_999, 1_000_000])
def test_the_pattern_matches_no_other_text(text: str, edge: int) -> None:
    assert re.fullmatch(at_least_pattern(edge), text) is None


@settings(max_examples=300)
@given(low=PPM, size=st.integers(0, 1_000_001))
def test_a_number_safely_inside_stands_in_the_middle_half(low: int, size: int) -> None:
    high = min(low + size, 1_000_001)
    inside = safely_inside(low, high)
    if high <= low:
        assert inside is None
        return
    assert inside is not None
    last = high - 1
    assert low <= inside <= last
    assert abs(2 * inside - (low + last)) <= max(1, (last - low) / 2)
    # No rounder number stands in the middle half.
    quarter = (last - low) / 4
    middle_half = range(-int(-(low + quarter) // 1), int((last - quarter) // 1) + 1)
    step = next(
        (s for s in (100_000, 10_000, 1_000, 100, 10) if any(n % s == 0 for n in _multiples(middle_half, s))), 1
    )
    assert inside % step == 0


def _multiples(numbers: range, step: int) -> range:
    first = -(-numbers.start // step) * step
    return range(first, numbers.stop, step)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds(), score=PPM)
def test_chains_know_the_tier_of_a_min_score(world: Any, score: int, world_file: Callable[[Any], TierMapFile]) -> None:
    file = world_file(world)
    chains = tier_chains(file)
    assert tier_at(chains, score).index == file.tier_map().tier_of(score)
    assert [chain.name for chain in chains] == [tier.name for tier in file.tiers]


def test_candidates_that_nobody_can_rank_are_named(changed: Callable[..., TierMapFile]) -> None:
    def edit(plain: dict[str, Any]) -> None:
        plain["tiers"][0]["candidates"][1]["prompt_micro_usd_per_mtok"] = None
        plain["tiers"][1]["candidates"][0]["context_tokens"] = None

    file = changed(edit)
    assert left_out(file) == ("xiaomi/mimo-v2.5-pro", "moonshotai/kimi-k2.6")
    (sentence,) = [text for text in _losses(file) if text.startswith("Left out")]
    assert "xiaomi/mimo-v2.5-pro, moonshotai/kimi-k2.6" in sentence


def _losses(file: TierMapFile, **kept: bool) -> tuple[str, ...]:
    return policy_losses(file, tier_chains(file), **kept)


def test_every_rule_in_use_is_said_once_and_no_other(changed: Callable[..., TierMapFile]) -> None:
    calm = {"stickiness": "none", "hysteresis_ppm": 0, "downgrades": "allowed", "ranking": "price"}

    def policy(**values: object) -> TierMapFile:
        return changed(lambda plain: plain["policy"].update({**calm, **values}))

    few = _losses(policy(), keeps_context=True)
    assert len(few) == 1
    assert "order of" in few[0] or "The order inside a tier" in few[0]
    for values, word in (
        ({"stickiness": "session", "sticky_ttl_s": 1234}, "1,234 s"),
        ({"hysteresis_ppm": 20_000}, "play of 0.02"),
        ({"downgrades": "never"}, "never lets it"),
        ({"price_metric": "request"}, "each request's own cost"),
    ):
        (extra,) = set(_losses(policy(**values), keeps_context=True)) - set(few)
        assert word in extra
    assert "measured speeds" in _losses(policy(ranking="throughput"))[0]
    assert any("until 2030-01-01" in text for text in _losses(changed(valid_until="2030-01-01")))


def test_a_band_of_nothing_is_told_apart() -> None:
    chain = TierChain(name="x", index=0, low_ppm=0, high_ppm=0, served_by=None, shortlist=(), n_fallbacks=2)
    assert not chain.is_reachable
    assert json.dumps(safely_inside(chain.low_ppm, chain.high_ppm)) == "null"
