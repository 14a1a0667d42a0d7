"""What is the reference page of the command line? ``docs/cli.md``, written from the parser itself.

``python -m paretocode.cli.reference > docs/cli.md`` writes it anew; a test holds the page to it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from paretocode.cli.doctor_machine import SECRETS, TOLD
from paretocode.cli.examples import EXAMPLES
from paretocode.cli.exit_codes import FINDS, MEANINGS
from paretocode.cli.json_keys import JSON_KEYS
from paretocode.cli.main import VERBS, command_parser
from paretocode.cli.options import COMMON
from paretocode.cli.parser import sentence
from paretocode.cli.sim_door import sim_parser

__all__ = ["reference_page"]

_HEAD = """\
# The command line

<!-- Made by `python -m paretocode.cli.reference > docs/cli.md` from the parser; do not edit. -->

`paretocode VERB`, also as `python -m paretocode VERB`; the main job is `python -m paretocode.sim`. The answer goes to
standard output, talk and progress to standard error. `paretocode VERB --help` says what stands here.

## What every command takes

Before the verb or after it:
"""

_MANNERS = """\

Progress bars with rate and time left show on standard error where that is a terminal. Tables fit the terminal, or the
number of characters in `COLUMNS`: words fold, numbers never break, and what is too wide stands in several tables or as
a list. In a file or a pipe a row stays on its line. Colours show on terminals only.

`--json` prints one object. Its keys stay, and new ones may come. Units stand in the names of numbers (`_s`, `_usd`,
`_usd_per_mtok`, `_bytes`, `_tokens`, `_ppm`); a share is of 1; a null is not known, and never a zero.

## Exit codes

| code | meaning |
|---|---|
"""


def reference_page() -> str:
    """Return the page as Markdown."""
    parser = command_parser()
    common = [action for action in parser._actions if action.option_strings and action.option_strings[0] in COMMON]
    lines = [_HEAD, *(f"- `{action.option_strings[0]}`: {action.help}" for action in common), _MANNERS.rstrip("\n")]
    lines += [f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items()]
    lines += ["", "With 1 end:", ""]
    lines += [f"- `{verb}`: {what}" for verb, what in FINDS.items() if verb != "evidence"]
    lines += ["", "`PARETOCODE_TRACEBACK=1` shows with any error where in the code it was raised.", "", "## Verbs", ""]
    lines += [f"- [`{verb}`](#{verb}): {summary}" for verb, summary in VERBS.items()]
    lines += ["", "## python -m paretocode.sim", "", sentence(str(sim_parser().description).rstrip(".")), ""]
    lines += _of_parser(sim_parser(), "sim")
    for verb, summary in VERBS.items():
        lines += ["", f"## {verb}", "", sentence(summary), "", *_of_verb(_child(parser, verb), verb)]
    lines += ["", "## Variables", "", _variables()]
    return "\n".join(lines) + "\n"


def _variables() -> str:
    told = ", ".join(f"`{name}`" for name in TOLD)
    return f"`paretocode doctor` tells the values of {told}, and of {', '.join(SECRETS)} only whether it is set."


def _child(parser: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            child: argparse.ArgumentParser = action.choices[name]
            return child
    raise KeyError(name)


def _of_verb(parser: argparse.ArgumentParser, verb: str) -> Iterator[str]:
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield from _of_parser(parser, verb)
    for action in nested:
        for name, child in action.choices.items():
            yield from (f"### {verb} {name}", "", str(child.description), "", *_of_parser(child, f"{verb} {name}"), "")


def _of_parser(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    """Yield a table of arguments, the examples, and the keys of the answer."""
    rows = [_row(action) for action in parser._actions if not _is_common(action)]
    if rows:
        yield from ("| argument | meaning | default |", "|---|---|---|", *rows, "")
    yield from ("```sh", *EXAMPLES.get(name, ()), "```")
    keyed = {key: keys for key, keys in JSON_KEYS.items() if key == name or key.startswith((f"{name} ", f"{name} --"))}
    for key, keys in keyed.items():
        whole = keys.get("", "")
        listed = whole or "; ".join(f"`{field}`: {what}" for field, what in keys.items())
        yield from ("", f"`{key} --json` answers {listed}." if whole else f"Keys of `{key} --json`: {listed}.")


def _is_common(action: argparse.Action) -> bool:
    return bool({"-h", "--version", *COMMON} & set(action.option_strings))


def _row(action: argparse.Action) -> str:
    shown = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    if isinstance(shown, tuple):
        shown = " ".join(shown)
    if action.choices is not None and action.metavar is None:
        shown = "{" + ",".join(map(str, action.choices)) + "}"
    name = action.option_strings[0] if action.option_strings else ""
    takes = "" if action.nargs == 0 else str(shown)
    head = " ".join(part for part in (name, takes) if part)
    default = action.default
    told = "" if default in (None, False, [], argparse.SUPPRESS) else f"`{default}`"
    told = "required" if action.option_strings and action.required else told
    meaning = (action.help or "").replace("%%", "%").replace("|", "\\|")
    return f"| `{head}` | {meaning} | {told} |".replace("`" + head + "`", f"`{head}`".replace("|", "\\|"))


if __name__ == "__main__":
    sys.stdout.write(reference_page())
