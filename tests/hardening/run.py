"""The long version of all hardening, one after the other, and a table of its figures.

PYTHONPATH=.:tests python tests/hardening/run.py [--files 100000] [--commands 5000] [--kills 200]
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Run every part, print what each says and how it ended; return 1 if any of them failed."""
    parser = argparse.ArgumentParser(description="fuzz readers and verbs, and kill commands at work")
    parser.add_argument("--files", type=int, default=100_000, help="spoilt files to read")
    parser.add_argument("--commands", type=int, default=5_000, help="commands to run")
    parser.add_argument("--kills", type=int, default=200, help="commands to kill and to resume")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    seed = f"--seed={given.seed}"
    parts = {
        "fuzz.py": [f"--rounds={given.files}", seed],
        "arguments.py": [f"--rounds={given.commands}", seed],
        "kills.py": [f"--kills={given.kills}"],
    }
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    failed = []
    for name, options in parts.items():
        print(f"\n{name} {' '.join(options)}", flush=True)
        if subprocess.run([sys.executable, str(HERE / name), *options], check=False).returncode:
            failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall of it holds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
