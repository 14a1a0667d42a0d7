"""Does the page of figures show every figure there is, from small files, and are those of the samples legible?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paretocode.report import plots
from report.contact_sheet import DRAWN, FOLDER, MOST_BYTES, RESULTS, ROOT
from report.legible import flaws, is_labelled

PAGE = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
NAMES = {*DRAWN, *(name for names in RESULTS.values() for name in names)}


def test_every_function_is_told_and_shown() -> None:
    drawing = {name for name in plots.__all__ if name.startswith("plot_")}
    told = re.findall(r"^`(plot_\w+)` \(", PAGE, flags=re.M)
    shown = re.findall(r"\(images/figures/(\w+)\.png\)", PAGE)
    assert sorted(told) == sorted(drawing)
    assert [f"plot_{name}" for name in shown] == told
    assert set(shown) == NAMES


def test_the_images_are_there_and_small() -> None:
    images = {path.stem: path for path in FOLDER.glob("*.png")}
    assert set(images) == NAMES
    assert all(path.stat().st_size <= MOST_BYTES for path in images.values())


@pytest.mark.parametrize("page", ["report.md", "figures.md"])
def test_pages_show_images_that_exist_with_words_for_those_who_do_not_see(page: str) -> None:
    images = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert images
    for words, path in images:
        assert len(words) > 15
        assert Path(ROOT / "docs" / path).stat().st_size <= MOST_BYTES


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_overlaps_or_is_cut_off(name: str) -> None:
    figure = DRAWN[name]()
    assert flaws(figure) == []
    assert is_labelled(figure)
