"""What does every figure look like? Draws all of them into docs/images/figures/: ``make figures``, about a minute.

Figures of a result come from experiments run at smoke scale on bundled data; the others are drawn from the samples of
the tests, which are made up. docs/figures.md says which is which.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from paretocode.catalogue import load_bundled
from paretocode.experiment import run_experiment
from paretocode.frontier.uncertain import uncertain_frontier_of
from paretocode.report import figure_png, plot_drift, plot_feedback
from report import test_feedback, test_plots_bands, test_plots_sessions, test_plots_time, test_plots_uncertain
from report.sample_drift import sample_drift

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "images" / "figures"
_COLOURS = 64
MOST_BYTES = 100_000

RESULTS = {
    "evidence": (
        "frontier", "demand", "candidates", "costs", "tier_latency", "transitions", "edge_jumps", "intervals",
        "sessions_needed", "plateau", "tornado",
    ),
    "exact_edges": ("map_frontier",),
}  # fmt: skip
"""Experiment -> the figures that are taken from its result."""

DRAWN: Mapping[str, Callable[[], Figure]] = {
    "uncertain_frontier": lambda: test_plots_uncertain.drawn(uncertain_frontier_of(load_bundled())),
    "bands": test_plots_bands.bands_figure,
    "how_many": test_plots_bands.how_many_figure,
    "band_membership": test_plots_bands.membership_figure,
    "turn_cost": test_plots_sessions.turn_figure,
    "idle_gaps": test_plots_sessions.gap_figure,
    "jump_cost": test_plots_sessions.jump_figure,
    "policies": test_plots_sessions.policy_figure,
    "cheapest_above": test_plots_time.FIGURES["cheapest"],
    "frontier_through_time": test_plots_time.FIGURES["frontier"],
    "flips": test_plots_time.FIGURES["flips"],
    "tier_changes": test_plots_time.FIGURES["changes"],
    "score_shift": test_plots_time.FIGURES["shift"],
    "hysteresis": test_plots_time.FIGURES["hysteresis"],
    "drift": lambda: plot_drift(sample_drift()),
    "feedback": lambda: plot_feedback(test_feedback.summary()),
}
"""Figure -> what draws it from bundled models or from a made-up sample."""


def main() -> None:
    """Draw all figures anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, draw in DRAWN.items():
        _write(name, figure_png(draw()))
    with tempfile.TemporaryDirectory() as place:
        for experiment, names in RESULTS.items():
            path = ROOT / "experiments" / f"{experiment}.toml"
            result = run_experiment(path, out=place, scale_name="smoke")
            for name in names:
                _write(name, (result.path / "figures" / f"{name}.png").read_bytes())


def _few_colours(png: bytes) -> bytes:
    """Return a PNG with a palette: figures have few colours, and a fourth of the bytes."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _write(name: str, content: bytes) -> None:
    content = _few_colours(content)
    if len(content) > MOST_BYTES:
        sys.exit(f"{name}.png has {len(content):,} bytes; {MOST_BYTES:,} are allowed")
    (FOLDER / f"{name}.png").write_bytes(content)


if __name__ == "__main__":
    main()
