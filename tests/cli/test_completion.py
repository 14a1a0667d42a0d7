"""Does a shell complete verbs, options, choices and files? bash is asked; zsh and fish read theirs where there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from paretocode.cli.completion_verb import SHELLS, completion_script
from paretocode.cli.main import VERBS, main

_ASK = r"""
source "$1"
shift
eval "$(complete -p paretocode | sed 's/.*-F \([^ ]*\) .*/asked=\1/')"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
$asked paretocode "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "paretocode.bash"
    path.write_text(completion_script("bash"), encoding="utf-8")
    return path


def completed(script: Path, *words: str) -> set[str]:
    """Return what bash would offer for the last of these words."""
    done = subprocess.run(
        ["bash", "--norc", "-c", _ASK, "bash", str(script), "paretocode", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_bash_completes_every_verb(script: Path) -> None:
    assert completed(script, "") >= set(VERBS)
    assert completed(script, "li") == {"lint"}
    assert completed(script, "evidence", "d") == {"drift"}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["--q"], {"--quiet"}),
        (["evidence", "drift", "--perm"], {"--permutations"}),
        (["lint", "--no"], {"--no-color"}),
        (["bands", "--scheme", "nat"], {"natural"}),
        (["completion", "f"], {"fish"}),
    ],
)
def test_bash_completes_options_and_choices(words: list[str], offered: set[str], script: Path) -> None:
    assert completed(script, *words) == offered


def test_bash_completes_files_where_a_file_is_meant(script: Path, tmp_path: Path) -> None:
    (tmp_path / "a_result").mkdir()
    (tmp_path / "a_map.json").touch()
    for words in (["report", f"{tmp_path}/a"], ["gate", "r", "--gates", f"{tmp_path}/a"]):
        assert completed(script, *words) == {str(tmp_path / "a_result"), str(tmp_path / "a_map.json")}
    assert completed(script, "tune", "e.toml", "--out", f"{tmp_path}/a") == {str(tmp_path / "a_result")}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script_that_it_can_read(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["shell"] == shell
    assert all(verb in answer["script"] for verb in VERBS)
    if shutil.which(shell):
        (tmp_path / "script").write_text(answer["script"], encoding="utf-8")
        subprocess.run([shell, "-n", str(tmp_path / "script")], check=True)
