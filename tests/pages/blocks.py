"""Which blocks does a page hold, what runs, and what is shown as its output?

A block of ``sh`` or ``python`` runs. A block of ``text`` right below it is what it printed, ``...`` for what is left
out. A block of ``toml`` whose first line is ``# NAME.toml`` is a file of that name. A line that cannot run here ends
with ``# not run: needs ...``; as the first line of a block it speaks of the whole block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Block", "blocks_of", "commands_of", "not_run", "pages"]

ROOT = Path(__file__).parents[2]
NOT_RUN = re.compile(r"# not run: (needs .+)$")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block: where it stands, its language, its text, and the output that is shown for it (None: none is)."""

    page: str
    line: int
    language: str
    text: str
    output: str | None = None

    @property
    def needs(self) -> str | None:
        """What the whole block needs that is not here."""
        found = NOT_RUN.match(self.text.splitlines()[0])
        return found[1] if found else None

    @property
    def file(self) -> str | None:
        """Name of the file that the block is."""
        found = re.match(r"# ([\w./-]+\.toml)\b", self.text)
        return found[1] if self.language == "toml" and found else None


def pages() -> list[str]:
    """Return every page that shows something to type: the README, docs/, and the index of experiments."""
    found = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md"))
    return ["README.md", "CONTRIBUTING.md", *found, "experiments/README.md"]


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page in order; a shown output belongs to the block right above it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found: list[Block] = []
    end = -1
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        is_output = match[1] == "text" and found and not text[end : match.start()].strip()
        if is_output:
            above = found.pop()
            found.append(Block(page=page, line=above.line, language=above.language, text=above.text, output=match[2]))
        else:
            found.append(Block(page=page, line=line, language=match[1], text=match[2]))
        end = match.end()
    return found


def commands_of(text: str) -> Iterator[str]:
    """Yield the commands of a shell block: continued lines in one, a loop whole, a here-document with its text."""
    lines = iter(text.splitlines())
    for line in lines:
        command = line
        while command.endswith("\\"):
            command = command[:-1] + next(lines).lstrip()
        if re.match(r"(for|if|while) ", command):
            for inner in lines:
                command += f"\n{inner}"
                if inner in {"done", "fi"}:
                    break
        if here := re.search(r"<<\s*'(\w+)'", command):
            for inner in lines:
                command += f"\n{inner}"
                if inner == here[1]:
                    break
        if command.strip() and not command.lstrip().startswith("#"):
            yield command


def not_run() -> list[tuple[str, str]]:
    """Return (page, what it needs) of every block and line that says it does not run here."""
    return [
        (block.page, found[1])
        for page in pages()
        for block in blocks_of(page)
        for line in block.text.splitlines()
        if (found := NOT_RUN.search(line))
    ]
