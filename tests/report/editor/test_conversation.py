"""What the page asks is answered in order and in kind; nonsense is refused in a sentence, and the state goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from paretocode.errors import InputError
from paretocode.report.editor.answers import Answers
from paretocode.report.editor.conversation import Conversation
from paretocode.report.editor.edges import EdgeState
from paretocode.report.editor.scene import MOST_SNAPS, scene_of
from paretocode.tiermap import TierMap
from report.editor.editing_worlds import bundled_world

START = (330_000, 660_000)


def talk(**settings: Any) -> Conversation:
    return Conversation(Answers(bundled_world()), EdgeState(request_ppm=START), **settings)


def test_an_answer_repeats_view_and_number_and_is_plain() -> None:
    said = talk().reply({"ask": "hello", "view": "a", "seq": 7})
    assert (said["kind"], said["view"], said["seq"]) == ("answer", "a", 7)
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["edges"]["request"] == list(START)
    assert [tier["name"] for tier in said["tiers"]] == ["low", "medium", "high"]
    assert said["can"] == {"undo": False, "redo": False, "save": False, "search": True}


def test_a_drag_is_one_step_and_edges_never_cross() -> None:
    conversation = talk()
    for to in (400_000, 500_000, 2_000_000):
        move = {"ask": "move", "rail": "request", "index": 0, "to": to, "gesture": "one", "is_last": to == 2_000_000}
        said = conversation.reply(move)
    assert said["edges"]["request"] == [659_999, 660_000]
    assert conversation.reply({"ask": "undo"})["edges"]["request"] == list(START)
    assert conversation.reply({"ask": "redo"})["edges"]["request"] == [659_999, 660_000]


def test_edges_are_added_pinned_removed_and_set_apart() -> None:
    conversation = talk()
    assert conversation.reply({"ask": "add", "at": 800_000})["edges"]["request"] == [*START, 800_000]
    pinned = conversation.reply({"ask": "pin", "rail": "request", "index": 2, "on": True})
    assert pinned["edges"]["pinned_request"] == [False, False, True]
    assert conversation.reply({"ask": "remove", "index": 2})["edges"]["request"] == [*START, 800_000]
    conversation.reply({"ask": "pin", "rail": "request", "index": 2, "on": False})
    assert conversation.reply({"ask": "remove", "index": 2})["edges"]["request"] == list(START)
    apart = conversation.reply({"ask": "couple", "on": False})
    assert apart["edges"]["score"] == apart["edges"]["score_cut"]
    moved = conversation.reply({"ask": "move", "rail": "score", "index": 1, "to": 53_000})
    assert moved["edges"]["score"][1] == 53_000
    assert moved["edges"]["request"] == list(START)
    added = conversation.reply({"ask": "add", "at": 900_000})["edges"]
    assert len(added["score"]) == len(added["request"]) == 3
    assert conversation.reply({"ask": "couple", "on": True})["edges"]["score"] is None


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"ask": "dance"}, "asks 'dance'"),
        ({}, "asks None"),
        ({"ask": "move", "rail": "side", "index": 0, "to": 1}, "rail 'side'"),
        ({"ask": "move", "rail": "request", "index": "0", "to": 1}, "index is '0'"),
        ({"ask": "move", "rail": "request", "index": 0, "to": float("nan")}, "to is nan"),
        ({"ask": "best", "measure": "beauty"}, "no measure 'beauty'"),
        ({"ask": "save", "name": "x"}, "nowhere to save"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(message: dict[str, Any], says: str) -> None:
    conversation = talk()
    said = conversation.reply(message)
    assert said["kind"] == "refused"
    assert says in said["said"]
    assert conversation.edges == EdgeState(request_ppm=START)


def test_an_edge_that_is_not_there_moves_nothing() -> None:
    conversation = talk()
    said = conversation.reply({"ask": "move", "rail": "request", "index": 9, "to": 1})
    assert said["edges"]["request"] == list(START)
    assert not said["can"]["undo"]


def test_the_best_map_is_adopted_and_can_be_undone() -> None:
    conversation = talk()
    said = conversation.reply({"ask": "best", "measure": "cost_usd"})
    assert said["edges"]["request"] != list(START)
    assert "maps weighed" in said["said"]
    assert conversation.reply({"ask": "undo"})["edges"]["request"] == list(START)


def test_a_map_is_saved_once_and_compared() -> None:
    kept: dict[str, TierMap] = {}

    def save(name: str, tier_map: TierMap) -> str:
        if name in kept:
            raise InputError(f"{name!r} is taken", where="here", way_out="choose another name")
        kept[name] = tier_map
        return f"kept {name}"

    conversation = talk(save=save)
    conversation.reply({"ask": "move", "rail": "request", "index": 0, "to": 400_000})
    assert conversation.reply({"ask": "save", "name": "mine"})["said"] == "kept mine"
    assert kept["mine"].request_edges == (0.4, 0.66)
    assert conversation.reply({"ask": "save", "name": "mine"})["kind"] == "refused"
    compared = conversation.reply({"ask": "compare"})
    assert compared["maps"] == ["on screen", "documented", "mine"]
    labels = [row["label"] for row in compared["rows"]]
    assert labels[:2] == ["cost", "cost, replayed"]
    for row in compared["rows"]:
        assert row["cells"][0] == row["cells"][2]  # the same map, once from the tables and once replayed


def test_without_a_log_nothing_is_compared_or_searched() -> None:
    conversation = Conversation(Answers(bundled_world(has_log=False)), EdgeState(request_ppm=START))
    said = conversation.reply({"ask": "hello"})
    assert said["rows"] == []
    assert not said["can"]["search"]
    assert conversation.reply({"ask": "compare"})["rows"] == []
    assert "no log" in conversation.reply({"ask": "best"})["said"]


def test_the_scene_is_plain_and_edges_rest_where_the_map_differs() -> None:
    conversation = talk()
    scene = scene_of(conversation.answers.world, conversation.text)
    assert json.loads(json.dumps(scene, allow_nan=False)) == scene
    assert sum(scene["traffic"]["bins"]) + sum(stem["share"] for stem in scene["traffic"]["stems"]) == pytest.approx(
        1 - scene["traffic"]["omitted"]
    )
    for rail in ("coupled", "request", "score"):
        snaps = scene["snaps"][rail]
        assert snaps == sorted(set(snaps))
        assert 0 < len(snaps) <= MOST_SNAPS
    # From one resting place to the next some request or some model changes sides.
    table = conversation.answers.table
    assert table is not None
    world = conversation.answers.world
    tiers = []
    for at in scene["snaps"]["coupled"]:
        found = conversation.answers.of(EdgeState(request_ppm=(at,)))
        assert found.figures is not None
        tiers.append((found.figures.routed, tuple(world.cuts(found.edges).tolist())))
    assert len(set(tiers)) == len(tiers)
