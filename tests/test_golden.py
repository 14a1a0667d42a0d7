"""A frozen observation, labelled as such: the quickstart at smoke scale. Regenerate with ``pytest --regenerate``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paretocode.experiment import quickstart_path, run_experiment

KEPT = (
    "requests", "sessions", "unserved", "cost_nusd", "prompt_tokens", "cached_tokens", "completion_tokens",
    "n_pairs", "n_tier_jumps", "n_model_jumps",
)  # fmt: skip


def test_quickstart_at_smoke_scale(tmp_path: Path, check_golden: Callable[[str, str], None]) -> None:
    result = run_experiment(quickstart_path(), out=tmp_path, scale_name="smoke", figures=False)
    maps: dict[str, Any] = result.metrics()["maps"]  # type: ignore[assignment]
    whole = {name: {key: entry["metrics"][key] for key in KEPT} for name, entry in maps.items()}
    # Only whole numbers are frozen: another libm may move the last digit of a float.
    check_golden("quickstart_smoke.json", json.dumps(whole, indent=1, sort_keys=True) + "\n")
