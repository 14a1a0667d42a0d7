"""A hundred commands of `arguments.py`, whose command runs as many as one likes; and what it found, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardening.arguments import commanded, judged, leaves, within
from paretocode._files import write_atomically
from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.main import VERBS, command_parser
from paretocode.errors import InputError
from paretocode.release.handover import draft_path


def test_every_command_ends_with_a_code_of_ours(tmp_path: Path) -> None:
    result = commanded(tmp_path, n_rounds=240, seed=7)
    assert result.found == []
    assert set(result.codes) <= set(ExitCode) - {ExitCode.BUG}
    assert len(result.codes) > 1


def test_every_verb_has_a_command() -> None:
    assert {words[0] for words, _ in leaves(command_parser(VERBS))} == set(VERBS)


def test_a_draft_without_a_name_is_refused(tmp_path: Path) -> None:
    for out in ("", ".", "folder/.."):
        with pytest.raises(InputError, match="a draft needs a name to be marked by; give --out a name"):
            draft_path(Path(out))
    with within(tmp_path):
        assert judged(["export", "3.7", "--out", "", "--draft", "--quiet"]) == (ExitCode.REFUSED, "")


def test_a_file_without_a_name_is_not_written() -> None:
    with pytest.raises(InputError, match="it names a folder; name the file to write"):
        write_atomically(Path(""), b"")
