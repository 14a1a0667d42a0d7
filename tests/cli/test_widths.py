"""Do the answers of the verbs fit 60, 80 and 120 columns, with nothing left out?"""

from __future__ import annotations

from pathlib import Path

import pytest

from paretocode.cli.main import main

COMMANDS = [
    "lint",
    "catalogue",
    "frontier --uncertain --knees",
    "frontier --axes price score throughput context",
    "bands",
    "bands --scheme quantile",
    "stream describe --requests 500 --demand default --edges 0.33,0.66",
    "compare RESULT",
    "evidence show RESULT",
    "evidence size RESULT",
    "diff documented RESULT --result RESULT",
    "rollout RESULT",
    "verify RESULT",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_answers_fit(
    command: str,
    smoke_result: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "RESULT").symlink_to(smoke_result)
    shown = {}
    for columns in ("", "60", "80", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        assert main(command.split()) == 0
        shown[columns] = capsys.readouterr().out
    for columns in ("60", "80", "120"):
        # A path or a digest is never broken, however long.
        too_long = [line for line in shown[columns].splitlines() if len(line) > int(columns)]
        assert all(len(line.split()) == 1 for line in too_long), too_long
        assert _letters(shown[""]) <= _letters(shown[columns])


def _letters(text: str) -> set[str]:
    """Return the words of a text without the signs at which a cell may be folded."""
    for sign in "-_/":
        text = text.replace(sign, " ")
    return set(text.split())
