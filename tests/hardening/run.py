"""The long version of all hardening, one after the other, and a table of its figures.

PYTHONPATH=.:tests python tests/hardening/run.py [--files 100000] [--commands 5000] [--kills 200] [--figures FILE]

Other Pythons and libraries (`versions.py`) and the fuzzer that sees coverage (`coverage_guided.py`) need programs that
the locks do not hold, and are commands of their own.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def figures_table(told: list[tuple[str, str, str, float]]) -> str:
    """Return a Markdown table of parts: command, what it says last, how it ended, seconds."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [machine, "", "| command | figures | end | seconds |", "|---|---|---|---|"]
    lines += [f"| `{command}` | {said} | {end} | {seconds:.0f} |" for command, said, end, seconds in told]
    return "\n".join(lines) + "\n"


def ran(name: str, options: list[str]) -> tuple[str, str, str, float]:
    """Run a part, show what it says, and return its row."""
    command = f"{name} {' '.join(options)}".strip()
    print(f"\n{command}", flush=True)
    started = time.monotonic()
    done = subprocess.run([sys.executable, str(HERE / name), *options], stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="", flush=True)
    said = (done.stdout.strip().splitlines() or [""])[-1].strip("{}").replace('"', "").replace("|", "/")
    return command, said, "holds" if done.returncode == 0 else "failed", time.monotonic() - started


def main(arguments: list[str] | None = None) -> int:
    """Run every part, print what each says and how it ended; return 1 if any of them failed."""
    parser = argparse.ArgumentParser(description="fuzz readers and verbs, and kill commands at work")
    parser.add_argument("--files", type=int, default=100_000, help="spoilt files to read")
    parser.add_argument("--commands", type=int, default=5_000, help="commands to run")
    parser.add_argument("--kills", type=int, default=200, help="commands to kill and to resume")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figures", type=Path, help="write the figures into this file, as a Markdown table")
    given = parser.parse_args(arguments)
    seed = f"--seed={given.seed}"
    parts = {
        "fuzz.py": [f"--rounds={given.files}", seed],
        "arguments.py": [f"--rounds={given.commands}", seed],
        "kills.py": [f"--kills={given.kills}"],
        "cuts.py": [],
        "worlds.py": [],
        "bombs.py": [],
        "odd_files.py": [],
    }
    told = [ran(name, options) for name, options in parts.items()]
    if given.figures:
        given.figures.write_text(figures_table(told), encoding="utf-8")
    failed = [command.split(" ")[0] for command, _, end, _ in told if end == "failed"]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall of it holds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
