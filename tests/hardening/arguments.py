"""Commands that nobody means: verbs with arguments of any kind must end with a code of ours and in one sentence.

    PYTHONPATH=.:tests python tests/hardening/arguments.py [--rounds 2000] [--seed 1] [--only VERB]

Every round takes a verb, gives its places and some of its options values that may be right, nearly right or hostile
(text, a folder, a link to itself, an empty, a binary or a foreign file), and runs it in a folder of its own. Found is
what ends with the code of a bug, with no code, or with control characters on the screen; what still works after some
seconds is stopped and told.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import shlex
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from hardening.fuzz import TooSlow, at_most
from hardening.mutations import HOSTILE_TEXT
from hardening.seeds import Seed, seeds
from paretocode.cli import doctor_libraries
from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.main import VERBS, command_parser, main

__all__ = ["Commanded", "commanded", "commands", "leaves"]

LONGEST_S = 5
ALWAYS = {"notebooks": ("--no-open",)}
"""Options that a verb gets in any case: another program would take the place of this one."""
NEVER = ("--run", "--no-open")
"""Options that no verb gets: every notebook would be run, for minutes."""
WORDS = (
    *("documented", "0.4,0.7", "0.7,0.4", "0.4", "quantile", "natural", "chat", "coding_agent", "table", "smoke"),
    *("processes", "2026-05-29", "stream.preset=chat", "cost:least"),
)
NUMBERS = ("0", "1", "-1", "2", "0.5", "1e-9", "1e30", "nan", "inf", "3.7", "10000000000000000000000", "007")


@dataclass(slots=True)
class Commanded:
    """How the commands ended, which were stopped, and what was found."""

    codes: Counter[int] = field(default_factory=Counter)
    stopped: list[str] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)


def leaves(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Return every command that can be run: its words and its parser."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield words, parser
    for action in below:
        for name, child in action.choices.items():
            yield from leaves(child, (*words, name))


def places(folder: Path, files: list[Seed]) -> list[str]:
    """Make files and folders of every kind in a folder; return their names."""
    (folder / "empty").touch()
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "binary.parquet").write_bytes(bytes(range(256)) * 4)
    (folder / "name\x1b[31m\n.csv").write_text("a,b\n1,2\n")
    for seed in files:
        (folder / seed.file).write_bytes(seed.content)
    return [entry.name for entry in folder.iterdir()] + ["absent.toml", "folder/absent/x.csv", ".", ""]


def value_of(action: argparse.Action, names: list[str], rng: random.Random) -> str:
    """Return one value for an argument: of its choices, a name that is there, a word, a number or a hostile text."""
    likely = NUMBERS if action.type in (int, float) else (*names, *WORDS)
    pools: list[tuple[str, ...]] = [HOSTILE_TEXT, (*names, *WORDS), NUMBERS, *[likely] * 6]
    if action.choices:
        pools += [tuple(map(str, action.choices))] * 20
    value = rng.choice(rng.choice(pools))
    if rng.randrange(20) == 0:
        value = f"{rng.choice(WORDS)}={value}"
    return value.replace("\x00", "")  # no command line can hold it


def command_of(
    words: tuple[str, ...], parser: argparse.ArgumentParser, names: list[str], rng: random.Random
) -> list[str]:
    """Return a command of one verb with values for its places and for some of its options."""
    command = [*words, *ALWAYS.get(words[0], ())]
    for action in parser._actions:
        if {*action.option_strings} & {*NEVER}:
            continue
        if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction | argparse._VersionAction):
            continue
        is_option = bool(action.option_strings)
        if is_option and not action.required and rng.randrange(12):
            continue
        if is_option:
            command.append(action.option_strings[-1])
        if action.nargs == 0:
            continue
        several = action.nargs in ("*", "+") and rng.randrange(2)
        command += [value_of(action, names, rng) for _ in range(2 if several else 1)]
    return command


@contextlib.contextmanager
def within(folder: Path) -> Iterator[None]:
    """Work in a folder, with a home of its own."""
    before, home = Path.cwd(), os.environ.get("HOME")
    os.chdir(folder)
    os.environ["HOME"] = str(folder)
    try:
        yield
    finally:
        os.chdir(before)
        if home is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = home


def judged(command: list[str]) -> tuple[int | None, str]:
    """Run a command in this process; return its code (None if it was stopped) and what is wrong with its end."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with at_most(LONGEST_S), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(command)
    except TooSlow:
        return None, ""
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - that is what is looked for
        return ExitCode.BUG, f"{type(error).__name__} went through: {str(error)[:200]!r}"
    told = err.getvalue()
    if code == ExitCode.BUG or code not in set(ExitCode):
        return code, f"code {code}: {told[-600:]!r}"
    odd = {letter for letter in out.getvalue() + told if not letter.isprintable() and letter not in "\n\t"}
    return code, f"control characters {sorted(odd)} on the screen: {told[-300:]!r}" if odd else ""


def commanded(folder: Path, *, n_rounds: int, seed: int, only: str = "") -> Commanded:
    """Run so many commands, each verb in turn, each in a folder of its own."""
    files = seeds(folder)
    every = [(words, parser) for words, parser in leaves(command_parser(VERBS))]
    every = [(words, parser) for words, parser in every if only in " ".join(words)]
    result = Commanded()
    for at in range(n_rounds):
        words, parser = every[at % len(every)]
        rng = random.Random(f"{seed} {' '.join(words)} {at // len(every)}")
        with tempfile.TemporaryDirectory(dir=folder) as name:
            inner = Path(name) / "a" / "b" / "c"
            inner.mkdir(parents=True)
            command = command_of(words, parser, places(inner, rng.sample(files, 6)), rng)
            # Left alone, doctor imports every library anew, for seconds.
            with within(inner), mock.patch.object(doctor_libraries, "_import_faults", return_value={}):
                code, wrong = judged(command)
        if code is None:
            result.stopped.append(shlex.join(command))
        else:
            result.codes[code] += 1
        if wrong:
            result.found.append((shlex.join(command), wrong))
    return result


def commands(arguments: list[str] | None = None) -> int:
    """Run commands, print what was found and how they ended; return 1 if anything was found."""
    parser = argparse.ArgumentParser(description="run every verb with arguments of any kind")
    parser.add_argument("--rounds", type=int, default=2_000, help="commands to run in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="take the verbs with these words")
    given = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        result = commanded(Path(name), n_rounds=given.rounds, seed=given.seed, only=given.only)
    for command, wrong in result.found:
        print(f"paretocode {command[:600]}\n    {wrong}", file=sys.stderr)
    for command in result.stopped:
        print(f"stopped: paretocode {command[:600]}", file=sys.stderr)
    answer = {
        "commands": given.rounds,
        "ended with": {str(code): n for code, n in sorted(result.codes.items())},
        "stopped": len(result.stopped),
        "found": len(result.found),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(answer))
    return 1 if result.found else 0


if __name__ == "__main__":
    sys.exit(commands())
