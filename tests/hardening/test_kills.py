"""A few rounds of `kills.py`; its command does hundreds."""

from __future__ import annotations

from pathlib import Path

from hardening.kills import killed_and_resumed


def test_killed_commands_go_on_to_the_same_end(tmp_path: Path) -> None:
    hit = killed_and_resumed(tmp_path, n_requests=3_000, n_kills=2, seed=3)
    assert sum(hit.values()) >= 1
