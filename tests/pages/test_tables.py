"""Every block of TOML and CSV is taken by what reads such files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from pages.blocks import Block, blocks_of, pages
from paretocode.catalogue import load_catalogue
from paretocode.experiment import ExperimentSpec
from paretocode.experiment.evidence_sections import EvidenceSpec
from paretocode.experiment.state_sections import CacheSpec, OperationsSpec
from paretocode.release.gates.reading import parse_gates
from paretocode.release.people import parse_approvers
from paretocode.stream import load_stream

TOLD_ELSEWHERE = {"docs/search.md", "docs/experiment.md"}
"""Pages whose sections tests/test_docs.py and others take apart key by key."""

SECTIONS: dict[str, Callable[[dict[str, object]], object]] = {
    "cache": CacheSpec.model_validate,
    "operations": OperationsSpec.model_validate,
    "evidence": EvidenceSpec.model_validate,
}
BLOCKS = [
    block
    for page in pages()
    for block in blocks_of(page)
    if block.language in {"toml", "csv"} and page not in TOLD_ELSEWHERE
]


def take(block: Block, folder: Path) -> object:
    """Read a block as what it says it is; whatever reads it refuses unknown keys."""
    plain = {} if block.language == "csv" else tomllib.loads(block.text)
    match plain.get("format"):
        case "paretocode-approvers-1":
            return parse_approvers(block.text.encode(), where=block.page)
        case "paretocode-gates-1":
            return parse_gates(block.text.encode(), where=block.page)
        case "paretocode-experiment-1":
            return ExperimentSpec.model_validate(plain)
        case "paretocode-catalogue-1":
            return load_catalogue(written(block, folder))
        case _:
            return take_unnamed(block, plain, folder)


def take_unnamed(block: Block, plain: dict[str, Any], folder: Path) -> object:
    """Read a table, or a piece of a file that stands elsewhere."""
    if block.language == "csv":
        is_log = "prompt_tokens," in block.text.splitlines()[0]
        return load_stream("table", written(block, folder)) if is_log else load_catalogue(written(block, folder))
    if set(plain) == {"waivers"}:  # they stand below the gates that they waive
        gates = next(b.text for b in BLOCKS if b.page == block.page and b.file == "gates.toml")
        return parse_gates((gates + block.text).encode(), where=block.page)
    if set(plain) == {"team"}:
        return TypeAdapter(ExperimentSpec.model_fields["team"].annotation).validate_python(plain["team"])
    return [SECTIONS[name](section) for name, section in plain.items()]


def written(block: Block, folder: Path) -> Path:
    """Return a file of the block's text."""
    path = folder / f"table.{block.language}"
    path.write_text(block.text, encoding="utf-8")
    return path


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.page}:{block.line}")
def test_the_block_is_read(block: Block, tmp_path: Path) -> None:
    assert take(block, tmp_path) is not None


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "toml"], ids=lambda b: f"{b.page}:{b.line}")
def test_a_slip_in_the_block_is_refused(block: Block, tmp_path: Path) -> None:
    """So that the test above is more than a look: the first key of the last section, misspelt."""
    keys = re.findall(r"^([a-z_]+) = ", block.text, re.M)
    broken = re.sub(rf"^{keys[-1]} = ", "unheard_of = ", block.text, flags=re.M)
    if broken.count("unheard_of") == 0 or set(tomllib.loads(block.text)) == {"team"}:
        pytest.skip("nothing to misspell")
    slipped = Block(page=block.page, line=block.line, language=block.language, text=broken)
    with pytest.raises(Exception, match=r"unheard_of|field required"):
        take(slipped, tmp_path)
