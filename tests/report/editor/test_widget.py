"""The widget answers its page, gives the map to the next cell, and leaves a picture where it cannot run."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from paretocode.catalogue import load_bundled
from paretocode.report.editor import BandEditor
from paretocode.report.editor.assembled import assembled_script, assembled_style
from paretocode.tiermap import documented_pareto_code, map_from_edges
from report.editor.editing_worlds import coding_stream

PNG = b"\x89PNG\r\n\x1a\n"


def editor_of(**settings: Any) -> BandEditor:
    models = load_bundled()
    return BandEditor(models, coding_stream(), documented_pareto_code(models), **settings)


def test_it_begins_at_the_incumbent_and_gives_the_map_on() -> None:
    editor = editor_of()
    assert editor.tier_map.request_edges == (0.33, 0.66)
    editor.set_edges([0.25, 0.5, 0.75])
    assert [tier.name for tier in editor.tier_map.tiers] == ["band1", "band2", "band3", "band4"]
    assert editor.totals["n_unserved"] == 0
    editor.set_edges([0.4], [47.3])
    assert editor.tier_map.score_edges == (47.3,)


def test_it_answers_the_page() -> None:
    editor, sent = editor_of(), []
    editor.send = lambda content, buffers=None: sent.append(content)
    editor._handle_custom_msg({"ask": "move", "rail": "request", "index": 0, "to": 400_000, "view": "v", "seq": 3}, [])
    assert [(said["kind"], said["view"], said["seq"]) for said in sent] == [("answer", "v", 3)]
    assert editor.tier_map.request_edges == (0.4, 0.66)
    editor._handle_custom_msg("no message", [])
    assert len(sent) == 1


def test_edges_apart_begin_apart() -> None:
    models = load_bundled()
    incumbent = map_from_edges(models, score_edges=[45.0, 52.0], request_edges=[0.2, 0.5])
    editor = BandEditor(models, incumbent=incumbent)
    assert editor.edges.score_milli == (45_000, 52_000)
    assert editor.tier_map.tiers == incumbent.tiers
    assert BandEditor(models).tier_map.request_edges == (0.33, 0.66)


def test_edges_outside_the_axis_are_set_right_and_said() -> None:
    editor = editor_of(request_edges=[-0.5, 0.5, 1.7])
    assert editor.tier_map.request_edges_ppm == (1, 500_000, 1_000_000)
    assert sum("lies outside" in note for note in editor._conversation.answer()["notes"]) == 2


@pytest.mark.parametrize("has_log", [True, False])
def test_a_saved_notebook_shows_a_picture(has_log: bool) -> None:
    models = load_bundled()
    editor = BandEditor(models, coding_stream() if has_log else None, documented_pareto_code(models))
    editor.set_edges([0.4, 0.8], [44.0, 52.0])
    moving = {"ask": "move", "rail": "request", "index": 0, "to": 300_000, "is_last": False}
    assert editor._conversation.reply(moving)["findings"] is None  # even while a hand moves an edge
    data, _ = editor._repr_mimebundle_()
    assert data["image/png"].startswith(PNG)
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_page_is_one_script_without_neighbours() -> None:
    script = assembled_script()
    assert "import {" not in script
    assert script.count("export ") == 1
    names = [line.split("(")[0] for line in script.splitlines() if line.startswith(("function ", "class "))]
    assert len(names) == len(set(names))
    style = assembled_style()
    assert "colours */" not in style
    assert style.count("{") == style.count("}")


def test_without_anywidget_it_says_how_to_install_it() -> None:
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        "from paretocode.errors import MissingDependencyError\n"
        "try:\n    from paretocode.report.editor import BandEditor\n"
        "except MissingDependencyError as error:\n    print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "anywidget, which is not installed" in said
    assert "pip install 'paretocode[notebooks]'" in said
