"""The page on the tier map says what the format holds, and its commands do what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.release import reader
from paretocode.release.rule_vectors import rule_vectors
from paretocode.tiermap.file import TierMapFile, canonical_bytes, parse_tier_map, schema_bytes, sha256_of
from release_folders import documented_file, write_release

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "tier_map.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads(schema_bytes())
OBJECTS = {"The map": SCHEMA, "A tier": SCHEMA["$defs"]["TierEntry"], "A candidate": SCHEMA["$defs"]["CandidateEntry"]}
OBJECTS |= {"The policy": SCHEMA["$defs"]["PolicyEntry"], "Drift limits": SCHEMA["$defs"]["DriftLimitsEntry"]}


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, f"the page has no section {title!r}"
    return found[1]


@pytest.mark.parametrize("title", OBJECTS)
def test_each_field_has_its_row_and_no_row_is_left_over(title: str) -> None:
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| ", section(title), re.M)
    assert sorted(rows) == sorted(OBJECTS[title]["properties"])


@pytest.mark.parametrize("title", OBJECTS)
def test_each_row_names_the_values_that_the_schema_allows(title: str) -> None:
    for name, rule in OBJECTS[title]["properties"].items():
        (row,) = re.findall(rf"^\| `{name}` \| .*$", section(title), re.M)
        choices = [rule, *rule.get("anyOf", [])]
        for choice in choices:
            for word in [*choice.get("enum", []), *([choice["const"]] if "const" in choice else [])]:
                assert f"`{word}`" in row or f" {word} " in row, f"{name}: {word}"
            if "maxLength" in choice:
                assert f"{choice['maxLength']} characters" in row, name
        assert ("null" in row) == any(choice.get("type") == "null" for choice in choices), name


def test_the_price_step_is_explained() -> None:
    fields = SCHEMA["$defs"]["StepEntry"]["properties"]
    prices = set(fields) - {"min_prompt_tokens"}
    assert "`min_prompt_tokens`" in section("A candidate")
    assert prices <= set(OBJECTS["A candidate"]["properties"]), "the four prices again"


def test_the_published_schema_is_current() -> None:
    # After a change of the format: write schema_bytes() to docs/tier_map.schema.json, and mind the format's version.
    assert (DOCS / "tier_map.schema.json").read_bytes() == schema_bytes()


def test_the_published_rule_vectors_are_current_and_the_package_and_the_reader_keep_them() -> None:
    # After a change of the rules: write rule_vectors() there, sorted and without spaces.
    text = json.dumps(rule_vectors(), sort_keys=True, separators=(",", ":")) + "\n"
    assert (DOCS / "tier_map_rules.json").read_text() == text
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for case in rule_vectors()["cases"]:
        assert validator.is_valid(case["map"]), case["rule"]
        content = canonical_bytes(case["map"])
        taken = []
        for take in (reader.parse, parse_tier_map):
            try:
                take(content, where="x")
            except (reader.TierMapError, InputError):
                taken.append(False)
            else:
                taken.append(True)
        assert taken == [case["is_valid"]] * 2, case["rule"]


def test_the_javascript_reader_keeps_the_rules() -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed: the JavaScript reader was not run")
    command = ["node", str(DOCS / "readers" / "reader.mjs"), "--rules", str(DOCS / "tier_map_rules.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    n = len(rule_vectors()["cases"])
    assert (done.returncode, done.stdout) == (0, f"{n} of {n} rule vectors agree\n")


def test_the_reader_knows_the_same_fields() -> None:
    def fields(rule: Any) -> Any:
        if isinstance(rule, dict):
            return {name: fields(inner) for name, inner in rule.items()}
        return fields(rule[0]) if isinstance(rule, list) else None

    def published(rule: dict[str, Any]) -> Any:
        rule = next((choice for choice in rule.get("anyOf", []) if choice.get("type") != "null"), rule)
        rule = SCHEMA["$defs"][rule["$ref"].rpartition("/")[2]] if "$ref" in rule else rule
        if "properties" in rule:
            return {name: published(inner) for name, inner in rule["properties"].items()}
        return published(rule["items"]) if "items" in rule else None

    assert fields(reader._MAP) == published(SCHEMA)


@given(
    texts=st.fixed_dictionaries(
        {
            name: st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
            for name in ("name", "attribution")
        }
    ),
    edges=st.sets(st.integers(1, 1_000_000), min_size=2, max_size=2),
    serial=st.integers(1, 2**53 - 1),
)
def test_canonical_bytes_are_those_of_rfc_8785_and_a_newline(
    texts: dict[str, str], edges: set[int], serial: int
) -> None:
    plain = {**json.loads(canonical_bytes(documented_file())), **texts}
    plain |= {"request_edges_ppm": sorted(edges), "serial": serial}
    content = canonical_bytes(TierMapFile.model_validate(plain))
    assert content == rfc8785.dumps(plain) + b"\n"
    assert reader.parse(content) == plain


@pytest.fixture
def commands() -> list[str]:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed: the commands of the page were not run")
    return [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines()]


def test_the_commands_for_digests_do_what_the_page_says(commands: list[str], tmp_path: Path) -> None:
    content = canonical_bytes(documented_file())
    folder = write_release(tmp_path, content)
    statement = json.loads((folder / "evidence.json").read_bytes())
    statement["subject"] = [s for s in statement["subject"] if (folder / s["name"]).exists()]
    (folder / "evidence.json").write_text(json.dumps(statement))

    def answer(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)

    digest, canonical, release = commands[:3]
    assert answer(digest).stdout.split()[0] == answer(canonical).stdout.split()[0] == sha256_of(content)
    assert "tier_map.json: OK" in answer(release).stdout
    (folder / "tier_map.json").write_bytes(content + b"\n")
    assert answer(digest).stdout.split()[0] != answer(canonical).stdout.split()[0]
    assert answer(release).returncode != 0


def test_the_command_of_the_reader_does_what_the_page_says(commands: list[str], tmp_path: Path) -> None:
    (command,) = [line for line in commands if line.startswith("python3 reader.py")]
    shutil.copy(str(reader.__file__), tmp_path)
    write_release(tmp_path / "release", canonical_bytes(documented_file()))
    words = command.replace("python3", sys.executable).replace("RELEASE_DIR", "release").split()
    assert subprocess.run(words, cwd=tmp_path, check=False, capture_output=True).returncode == 0
