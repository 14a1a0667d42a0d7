"""How far do the numbers lag behind the hand? Pointer to updated numbers, measured in a browser in a real JupyterLab.

``python tests/benchmarks/editor.py`` drags an edge to and fro under a steady pointer, once with exact tables behind the
page and once with a plain replay, and prints a Markdown table. A lag begins with the pointer event and ends when the
page has changed its numbers; positions that a newer one replaced before they were asked have none. It needs the
notebooks' lock, Playwright's Python package and a Chromium. No test asserts a time.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from playwright.sync_api import Browser, Page  # noqa: E402

from browser.chromium import chromium  # noqa: E402
from browser.lab import lab_page, lab_server, write_notebook  # noqa: E402

STEP_S = 1 / 60
KINDS = {
    "tables": "exact tables",
    "dense": "exact tables, no two min scores agree",
    "replay": "plain replay",
}


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--requests", type=int, default=1_000_000)
    asked.add_argument("--models", type=int, default=500)
    asked.add_argument("--seconds", type=float, default=15.0, help="how long each edge is dragged")
    asked.add_argument("--kinds", nargs="+", choices=tuple(KINDS), default=list(KINDS))
    options = asked.parse_args()
    print(f"{options.requests:,} requests, {options.models} models; {_machine()}\n")
    print("| behind the page | answers | lag median [ms] | lag p95 [ms] | longest [ms] | of it in the kernel [ms] |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder, lab_server(Path(folder)) as address, chromium() as browser:
        for kind in options.kinds:
            lags, spent = measured(browser, address, Path(folder), kind, options)
            numbers = (np.median(lags), np.percentile(lags, 95), lags.max(), np.median(spent))
            print(f"| {KINDS[kind]} | {len(lags)} | {' | '.join(f'{number:,.0f}' for number in numbers)} |", flush=True)


def measured(browser: Browser, address: str, folder: Path, kind: str, options: argparse.Namespace) -> Any:
    """Return every lag, and every answer's time in the kernel [ms]."""
    cells = [
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from editor_world import opened\n"
        f"editor = opened({kind!r}, {options.requests}, {options.models}, log={f'{kind}.seconds'!r})\neditor",
    ]
    write_notebook(folder / f"{kind}.ipynb", cells)
    with lab_page(browser, address, f"{kind}.ipynb", width=1280, height=900) as page:
        dragged(page, options.seconds)
        lags = page.evaluate(
            "() => performance.getEntriesByName('band-editor').filter(({ detail }) => detail === 'move')"
            ".map(({ duration }) => duration)"
        )
    spent = [1e3 * float(line) for line in (folder / f"{kind}.seconds").read_text().split()]
    return np.array(lags), np.array(spent)


def dragged(page: Page, seconds: float) -> None:
    """Drag the first edge to and fro, a step for each frame of a screen, and wait for the last answer."""
    box = page.locator('.pc-handle[data-rail="request"]').first.locator(".pc-grip").bounding_box()
    if box is None:
        raise RuntimeError("the page shows no handle")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    start = time.perf_counter()
    step = 0
    while (now := time.perf_counter() - start) < seconds:
        page.mouse.move(x + 170 * np.sin(now * 1.3), y)
        step += 1
        time.sleep(max(0.0, step * STEP_S - (time.perf_counter() - start)))
    page.mouse.up()
    page.wait_for_timeout(6_000)


def _machine() -> str:
    load = f"load average {os.getloadavg()[0]:.1f} before the start"
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {load}"


if __name__ == "__main__":
    main()
