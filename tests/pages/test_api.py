"""The page of the public API is current, and every public name says what it is."""

from __future__ import annotations

import importlib
import re

import pytest

from pages.api_page import api_page, public_modules, summary_of
from pages.blocks import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_page_is_current() -> None:
    """`make api` writes it anew."""
    assert api_page() == PAGE


@pytest.mark.parametrize("module", public_modules())
def test_the_page_has_every_name_of_a_package_and_no_other(module: str) -> None:
    section = re.search(rf"^## {re.escape(module)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert section
    rows, also = (
        re.findall(r"^\| `(\w+)` \|", section[1], re.M),
        re.findall(r"^Also here, .*?: (.*)$", section[1], re.M),
    )
    names = [*rows, *(name for line in also for name in re.findall(r"`(\w+)`", line))]
    assert sorted(names) == sorted(importlib.import_module(module).__all__)


@pytest.mark.parametrize("module", public_modules())
def test_every_public_name_has_a_summary(module: str) -> None:
    package = importlib.import_module(module)
    assert [name for name in package.__all__ if not summary_of(module, name)] == []


def test_packages_that_users_import_are_all_there() -> None:
    named = {f"paretocode.{name}" for name in ("catalogue", "stream.readers", "evidence.drift", "release", "progress")}
    assert named <= set(public_modules())
    assert not {"paretocode.cli", "paretocode"} & set(public_modules())
