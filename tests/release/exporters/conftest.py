"""What the tests of all exporters share: maps, and a reader of the YAML that we write."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from paretocode.catalogue import load_bundled
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.file import TierMapFile, tier_map_file
from release_folders import without_strangers

_ENTRY = re.compile(r'("(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_.-]*):(?: (.*))?$', re.S)


@pytest.fixture(scope="session")
def documented() -> TierMapFile:
    """Return the documented map on the bundled catalogue: tiers of 5, 4 and 4 models, cut at 0.33 and 0.66."""
    catalogue = load_bundled()
    return tier_map_file(documented_pareto_code(catalogue), catalogue)


@pytest.fixture(scope="session")
def changed(documented: TierMapFile) -> Callable[..., TierMapFile]:
    """Return a function that gives the documented map with other values, or after a change of its plain data."""

    def change(edit: Callable[[dict[str, Any]], object] | None = None, **values: object) -> TierMapFile:
        plain = documented.model_dump(mode="json")
        plain.update(values)
        if edit is not None:
            edit(plain)
        return TierMapFile.model_validate(plain)

    return change


@pytest.fixture(scope="session")
def world_file() -> Callable[[Any], TierMapFile]:
    """Return a function from a random world to its file, without the models that the world's catalogue lacks.

    Windows become 20 times as large: 1,000 (too small for the plain request of exporters), 2,000 and 4,000 tokens.
    """

    def file_of(world: Any) -> TierMapFile:
        tier_map, catalogue = world
        return without_strangers(tier_map, catalogue.replace(context_tokens=catalogue.context_tokens * 20))

    return file_of


@pytest.fixture(scope="session")
def read_yaml() -> Callable[[str], list[Any]]:
    """Return a reader of our subset of YAML: text -> documents. Where PyYAML is installed, both must read the same."""
    try:
        yaml = importlib.import_module("yaml")
    except ModuleNotFoundError:
        yaml = None

    def read(text: str) -> list[Any]:
        parts = text.split("\n---\n")
        documents = [_block([line for line in part.split("\n") if line and not line.startswith("#")]) for part in parts]
        if yaml is not None:
            assert list(yaml.safe_load_all(text)) == documents
        return documents

    return read


def _block(lines: list[str]) -> Any:
    """Read lines of one block; scalars and flow lists of ours are JSON."""
    if not lines:
        return None
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    lines = [line[indent:] for line in lines]
    is_list = lines[0].startswith("- ")
    starts = [i for i, line in enumerate(lines) if line[0] != " "]
    items = [lines[i:j] for i, j in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if is_list:
        assert all(item[0].startswith("- ") for item in items)
        return [_value(item[0][2:], item[1:], f"  {item[0][2:]}") for item in items]
    document: dict[str, Any] = {}
    for first, *rest in items:
        entry = _ENTRY.match(first)
        assert entry, first
        key = json.loads(entry[1]) if entry[1].startswith('"') else entry[1]
        assert key not in document
        document[key] = json.loads(entry[2]) if entry[2] is not None else _block(rest)
    return document


def _value(text: str, rest: list[str], first: str) -> Any:
    return _block([first, *rest]) if _ENTRY.match(text) or text.startswith("- ") else json.loads(text)
