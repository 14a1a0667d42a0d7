"""Does a fuzzer that sees which lines it reaches find more? The readers of `fuzz.py`, driven by atheris.

    pip install atheris
    PYTHONPATH=.:tests python tests/hardening/coverage_guided.py [--seconds 300] [--only WORDS] [--keep FOLDER]

Each reader gets its share of the seconds, in a process of its own, from its seed on; whatever reaches new lines of
ours joins what is changed next. Found is what `fuzz.judged` finds, and a crash of the process. atheris is no part of
the locks: it has wheels for some Pythons only and is of no use to those who only run the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

__all__ = ["main"]

MOST_BYTES = 2**16
MEMORY_MB = 4_096


def drive(name: str, corpus: Path, keep: Path, seconds: int) -> None:
    """Fuzz one reader in this process for so long; never returns, as libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["paretocode"]):
        from hardening.fuzz import judged
        from hardening.seeds import seeds
    place = Path(tempfile.mkdtemp(dir=corpus.parent))
    chosen = next(seed for seed in seeds(place) if seed.name == name)
    (corpus / "seed").write_bytes(chosen.content)
    path = place / chosen.file
    seen: set[str] = set()

    def one(data: bytes) -> None:
        path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            verdict = judged(chosen, path)
        kind = re.sub(r"\d+|'.*", "", verdict or "")
        if verdict and kind not in seen:  # one file of a kind is enough, and the search goes on
            seen.add(kind)
            (keep / f"{len(seen):03}-{re.sub('[^a-z0-9]+', '-', name.lower())}-{chosen.file}").write_bytes(data)
            print(f"FOUND {name}: {verdict}", file=sys.stderr, flush=True)

    options = [f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", f"-rss_limit_mb={MEMORY_MB}", "-timeout=30"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={keep}/crash-", "-print_final_stats=1", str(corpus)], one)
    atheris.Fuzz()


def driven(name: str, keep: Path, seconds: int) -> tuple[int, list[str]]:
    """Fuzz one reader in a process of its own; return how many files it read and what was found."""
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        command = [sys.executable, __file__, "--reader", name, "--corpus", str(corpus), "--keep", str(keep)]
        done = subprocess.run(
            [*command, f"--seconds={seconds}"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={**os.environ, "HOME": place},
        )
    found = [line for line in done.stderr.splitlines() if line.startswith("FOUND ")]
    if done.returncode:
        found.append(f"FOUND {name}: the process ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    return int(runs[1]) if runs else 0, found


def main(arguments: list[str] | None = None) -> int:
    """Drive every reader, print what was found; return 1 if anything was, 4 without atheris."""
    parser = argparse.ArgumentParser(description="fuzz the readers with coverage guidance")
    parser.add_argument("--seconds", type=int, default=300, help="for all readers together")
    parser.add_argument("--only", default="", help="take the readers whose name has these words")
    parser.add_argument("--keep", type=Path, default=Path("found"), help="folder for the files that were found")
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    given.keep.mkdir(parents=True, exist_ok=True)
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("error: atheris is not installed; pip install atheris, and run this again.", file=sys.stderr)
        return 4
    if given.reader:
        drive(given.reader, given.corpus, given.keep, given.seconds)
        return 0
    from hardening.seeds import seeds

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        chosen = [seed.name for seed in seeds(Path(name)) if given.only in seed.name]
    n_read, found = 0, []
    for reader in chosen:
        n_here, found_here = driven(reader, given.keep.absolute(), max(given.seconds // len(chosen), 1))
        n_read += n_here
        found += found_here
        print("\n".join([f"{reader}: {n_here:,} files", *found_here]), file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"readers": len(chosen), "files": n_read, "found": len(found), "seconds": seconds}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
