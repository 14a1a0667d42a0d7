"""What is a seed? A right file, from which the fuzzer makes wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Seed"]


@dataclass(frozen=True, slots=True)
class Seed:
    """A right file, its name, and what reads it."""

    name: str
    file: str
    content: bytes
    read: Callable[[Path], object]
