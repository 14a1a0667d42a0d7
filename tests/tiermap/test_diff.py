"""What moves between two maps: counted by hand."""

from __future__ import annotations

import dataclasses

import pytest

from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.stream.stream import request_stream
from paretocode.tiermap import documented_pareto_code, map_from_edges, map_from_listing
from paretocode.tiermap.diff import diff_tier_maps

CATALOGUE = load_bundled()


def test_moving_one_edge_below_an_atom() -> None:
    old = documented_pareto_code(CATALOGUE)
    new = map_from_listing(CATALOGUE, request_edges=[0.33, 0.64])
    stream = request_stream(
        session=[1, 2, 3, 4], time_s=[0] * 4, prompt_tokens=[1] * 4, completion_tokens=[1] * 4,
        min_score=[0.65, 0.64, 0.639, float("nan")],
    )  # fmt: skip
    diff = diff_tier_maps(old, new, stream=stream)
    assert diff.tier_moves == {("medium", "high"): 0.5}
    assert diff.moved_share == 0.5
    assert not diff.entered
    assert not diff.first_choice
    assert not diff.is_empty


def test_the_same_map_has_an_empty_diff() -> None:
    old = documented_pareto_code(CATALOGUE)
    assert diff_tier_maps(old, old.renamed("other")).is_empty


def test_models_that_move_enter_and_leave() -> None:
    old = documented_pareto_code(CATALOGUE)
    smaller = CATALOGUE.select([row for row in range(13) if CATALOGUE.keys[row] != "anthropic/claude-haiku-4.5"])
    new = map_from_edges(smaller, score_edges=[42.0, 47.3], request_edges=[0.33, 0.66])
    diff = diff_tier_maps(old, new)
    gone = [key for key in old.models if key not in new.models]
    assert list(diff.left) == gone
    assert diff.moved["x-ai/grok-4.3@high"] == ("medium", "low")
    assert diff.moved_share is None
    assert diff.score_edges == (None, (42.0, 47.3))


def test_other_definitions_and_other_names_are_differences() -> None:
    old = documented_pareto_code(CATALOGUE)
    other = dataclasses.replace(old, score_definition="aa-coding-4.1")
    with pytest.raises(InputError, match="re-anchor one of them first"):
        diff_tier_maps(old, other)
    renamed = dataclasses.replace(old, tiers=(dataclasses.replace(old.tiers[0], name="base"), *old.tiers[1:]))
    assert not diff_tier_maps(old, renamed).is_empty


def test_new_names_of_tiers_move_no_request() -> None:
    old = documented_pareto_code(CATALOGUE)
    stream = request_stream(
        session=[1, 2], time_s=[0] * 2, prompt_tokens=[1] * 2, completion_tokens=[1] * 2, min_score=[0.1, 0.9]
    )
    names = dict(zip(("low", "medium", "high"), ("a", "b", "c"), strict=True))
    tiers = tuple(dataclasses.replace(tier, name=names[tier.name]) for tier in old.tiers)
    renamed = dataclasses.replace(old, tiers=tiers, default_tier="c")
    diff = diff_tier_maps(old, renamed, stream=stream)
    assert (diff.moved_share, diff.tier_moves, diff.is_empty) == (0, {}, False)
