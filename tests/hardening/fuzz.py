"""Spoilt files for the readers that have a seed: each must be read, or refused in one sentence, and never slowly.

    PYTHONPATH=.:tests python tests/hardening/fuzz.py [--rounds 20000] [--seed 1] [--only WORDS] [--keep FOLDER]

Every round takes a right file (`seeds.py`), spoils it (`mutations.py`) and reads it. Anything but an answer or a
refusal of ours counts as found: another exception, a warning, a sentence of several lines or with
control characters, more than ten seconds. What was found is told, and written to the kept folder.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardening.mutations import mutated
from hardening.seeds import Seed, seeds
from paretocode.errors import ParetocodeError
from paretocode.release.reader import TierMapError

__all__ = ["Found", "Fuzzed", "fuzzed", "main"]

LONGEST_S = 10


class TooSlow(BaseException):
    """A read that took longer than `LONGEST_S`; no `Exception`, so that no reader takes it for damage."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader should not have done, and the file that made it."""

    seed: str
    round: int
    what: str
    content: bytes
    file: str


@dataclass(slots=True)
class Fuzzed:
    """How often a file was read and refused, and what was found."""

    n_read: Counter[str] = field(default_factory=Counter)
    n_refused: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise `TooSlow` in this thread after so long; where there are no alarms, never."""

    def stop(*_: Any) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def judged(seed: Seed, path: Path) -> str | None:
    """Read a file; return "" if it was read, None if it was refused as it should be, and else what is wrong."""
    try:
        with at_most(LONGEST_S):
            seed.read(path)
    except (ParetocodeError, TierMapError) as refusal:
        sentence = str(refusal)
        if not all(letter.isprintable() for letter in sentence):
            return f"a sentence with control characters: {sentence!r}"
        if len(sentence) > 2_000:
            return f"a sentence of {len(sentence):,} characters: {sentence[:200]!r}"
        return None
    except TooSlow:
        return f"more than {LONGEST_S} s"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {str(error)[:200]!r}"
    return ""


def fuzzed(chosen: list[Seed], folder: Path, *, n_rounds: int, seed: int) -> Fuzzed:
    """Spoil and read, so many rounds in all, each reader in turn; round r with a seed can be had again alone."""
    result = Fuzzed()
    for at in range(n_rounds):
        subject = chosen[at % len(chosen)]
        content = mutated(subject.content, subject.file, random.Random(f"{seed} {subject.name} {at // len(chosen)}"))
        with tempfile.TemporaryDirectory(dir=folder) as place, warnings.catch_warnings():
            warnings.simplefilter("error")
            path = Path(place) / subject.file
            path.write_bytes(content)
            verdict = judged(subject, path)
        if verdict is None:
            result.n_refused[subject.name] += 1
        elif not verdict:
            result.n_read[subject.name] += 1
        else:
            result.found.append(Found(subject.name, at // len(chosen), verdict, content, subject.file))
    return result


def main(arguments: list[str] | None = None) -> int:
    """Fuzz, print what was found and how much was tried; return 1 if anything was found."""
    parser = argparse.ArgumentParser(description="read spoilt files with every reader")
    parser.add_argument("--rounds", type=int, default=20_000, help="files to read in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="take the readers whose name has these words")
    parser.add_argument("--keep", type=Path, help="folder for the files that were found")
    given = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        chosen = [seed for seed in seeds(Path(name)) if given.only in seed.name]
        if not chosen:
            parser.error(f"no reader has {given.only!r} in its name")
        result = fuzzed(chosen, Path(name), n_rounds=given.rounds, seed=given.seed)
    for at, one in enumerate(result.found):
        print(f"{one.seed}, round {one.round}: {one.what}", file=sys.stderr)
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{at:04}-{one.file}").write_bytes(one.content)
    answer = {
        "readers": len(chosen),
        "files": given.rounds,
        "read": result.n_read.total(),
        "refused": result.n_refused.total(),
        "found": len(result.found),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(answer))
    return 1 if result.found else 0


if __name__ == "__main__":
    sys.exit(main())
