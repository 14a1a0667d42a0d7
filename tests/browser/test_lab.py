"""In a real JupyterLab: hands and keys move edges, kernel and page agree, and a saved map is in the experiment."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

from browser.lab import has_lab, lab_page, lab_server, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXPERIMENT = """format = "paretocode-experiment-1"
question = "Where should the edges stand?"
incumbent = { name = "documented", kind = "documented" }

[stream]
preset = "coding_agent"
sizes = { full = 20000, smoke = 3000 }
"""
OPEN = "from paretocode.experiment import edit\neditor = edit('asked.toml', scale='smoke')\neditor"
LOOK = "print('kernel has', *editor.tier_map.request_edges_ppm)"


def shown(page: Page) -> list[float]:
    """Return the edges as the page shows them."""
    values = page.locator('.pc-handle[data-rail="request"]').all()
    return [float(value.get_attribute("aria-valuenow") or "nan") for value in values]


def in_kernel(page: Page) -> list[float]:
    """Run the second cell and return the edges that it prints."""
    cell = page.locator(".jp-CodeCell").nth(1)
    before = cell.locator(".jp-InputPrompt").inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "([at, before]) => { const now = document.querySelectorAll('.jp-CodeCell')[at]"
        ".querySelector('.jp-InputPrompt').innerText; return now !== before && /\\d/.test(now); }",
        arg=[1, before],
    )
    text = cell.locator(".jp-OutputArea-output", has_text=re.compile("kernel has")).inner_text()
    return [int(part) / 1e6 for part in re.findall(r"\d+", text)]


def test_the_editor_lives_in_jupyterlab(browser: Browser, tmp_path: Path) -> None:
    if not has_lab():
        pytest.skip("jupyterlab is not installed: pip install 'paretocode[notebooks]'")
    (tmp_path / "asked.toml").write_text(EXPERIMENT)
    write_notebook(tmp_path / "editing.ipynb", [OPEN, LOOK])
    with lab_server(tmp_path) as address, lab_page(browser, address, "editing.ipynb") as page:
        assert shown(page) == [0.33, 0.66]
        first = page.locator('.pc-handle[data-rail="request"]').first
        box = first.locator(".pc-grip").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y, steps=10)
        page.mouse.move(x + 2000, y, steps=4)
        page.mouse.up()
        page.wait_for_timeout(400)
        low, high = shown(page)
        assert low < high == 0.66
        assert in_kernel(page) == [low, high]

        first.focus()
        for key in ("Home", "ArrowRight", "Shift+ArrowRight", "ArrowLeft"):
            page.keyboard.press(key)
        page.wait_for_timeout(400)
        keyed = shown(page)
        assert 0 < keyed[0] < 0.66
        assert in_kernel(page) == keyed
        assert page.locator(".jp-CodeCell").count() == 2  # keys of the editor are no commands of the notebook

        page.locator('.pc-handle[data-rail="request"]').nth(1).focus()
        page.keyboard.press("p")
        page.get_by_role("button", name="Best map from here").click()
        page.get_by_text("maps weighed").wait_for(timeout=30_000)
        best = shown(page)
        assert best[1] == 0.66
        assert best != keyed
        page.keyboard.press("Control+z")
        page.wait_for_timeout(300)
        page.keyboard.press("Control+Shift+z")
        page.wait_for_timeout(300)
        assert shown(page) == best == in_kernel(page)

        page.get_by_label("name of the candidate").fill("by-hand")
        page.get_by_role("button", name="Save as candidate").click()
        page.get_by_text("Saved as candidate by-hand in asked.toml.").wait_for()
        written = (tmp_path / "asked.toml").read_text()
        assert written.startswith(EXPERIMENT)
        (saved,) = tomllib.loads(written)["candidates"]
        assert (saved["name"], saved["kind"], saved["request_edges"]) == ("by-hand", "edges", best)
