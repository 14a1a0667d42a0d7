"""What does a person read of a rollout plan? One page of plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

__all__ = ["rollout_text"]


def rollout_text(plan: Mapping[str, Any], *, width: int = 100) -> str:
    """Return a plan of `paretocode.release.rollout.rollout_plan` as text."""
    lines = [f"rollout of {plan['map']}, serial {plan['serial']}, sha256 {plan['tier_map_sha256'][:12]}", "", "stages"]
    lines += [f"  {stage['stage']}. {stage['sentence']}" for stage in plan["stages"]]
    lines += ["", f"who is in: {plan['hash']['rule']}; salt {plan['hash']['salt']}"]
    if plan["stop_when"]:
        lines += ["", f"stop conditions: {plan['judging']}"]
        lines += [f"  - {stop['sentence']}" for stop in plan["stop_when"]]
    lines += ["", f"rollback: {plan['rollback']['sentence']}", "", "not known"]
    lines += [f"  - {sentence}" for sentence in plan["not_known"]]
    return "\n".join(_filled(line, width) for line in lines)


def _filled(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(line, width, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False)
