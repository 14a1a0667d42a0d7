"""What do tests in a browser need? Playwright's Python package and the system's Chromium; without, they skip."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Helpers are read for doctests too, and could not even be imported.
collect_ignore = [] if importlib.util.find_spec("playwright") else ["chromium.py", "lab.py", "page.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    from browser.chromium import chromium, chromium_path

    if chromium_path() is None:
        pytest.skip("there is no chromium on the path: apt-get install chromium")
    with chromium() as started:
        yield started
