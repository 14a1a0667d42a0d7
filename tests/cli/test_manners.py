"""Quiet, coloured, interrupted, read by half: does a command keep its manners, and end with the code it promises?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paretocode.cli.exit_codes import MEANINGS, ExitCode
from paretocode.cli.guard import guarded
from paretocode.cli.main import main
from paretocode.errors import InputError, MissingDependencyError, SealError
from terminals import shown_on_a_terminal

ROOT = Path(__file__).parents[2]
LINT = [sys.executable, "-m", "paretocode", "lint"]
REFUSED = [sys.executable, "-m", "paretocode", "no-such-verb"]


def environment(**changed: str) -> dict[str, str]:
    """Return the environment of a command, of a plain colour terminal but for what is changed."""
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]), **changed}


def on_a_terminal(command: list[str], **changed: str) -> str:
    """Return what a command shows where all its streams are one terminal with colours."""
    return shown_on_a_terminal(command, env=environment(**{"TERM": "xterm", **changed}))


@pytest.mark.parametrize("words", [["--json", "lint"], ["lint", "--json"], ["--json", "lint", "--quiet"]])
def test_common_options_stand_before_or_after_the_verb(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["tier_map"]


@pytest.mark.parametrize("place", [0, 1, 2, 4])
def test_common_options_stand_anywhere_around_an_action(
    place: int, smoke_result: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evidence", "show", str(smoke_result)]
    assert main([*words[:place], "--json", *words[place:]]) == 0
    assert "comparison" in json.loads(capsys.readouterr().out)


def test_quiet_leaves_the_answer_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["replay", "--requests", "300"]
    assert main(words) == 0
    spoken = capsys.readouterr()
    assert "note: made up by the preset" in spoken.err
    assert main(["--quiet", *words]) == 0
    quiet = capsys.readouterr()
    assert quiet.err == ""
    assert quiet.out == spoken.out
    assert main(["--quiet", "lint", "none.json"]) == 2
    assert capsys.readouterr().err.startswith("error: none.json")


def test_terminals_get_colours_where_they_matter() -> None:
    assert "\x1b[33mwarning\x1b[0m" in on_a_terminal(LINT)
    assert on_a_terminal(REFUSED).startswith("\x1b[31merror\x1b[0m: paretocode")


@pytest.mark.parametrize(
    ("options", "changed"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})]
)
def test_nobody_gets_colours_who_wants_none(options: list[str], changed: dict[str, str]) -> None:
    assert on_a_terminal([*REFUSED, *options], **changed).startswith("error: paretocode")


def test_pipes_get_no_colours() -> None:
    done = subprocess.run(REFUSED, capture_output=True, text=True, cwd=ROOT, env=environment(TERM="xterm"), check=False)
    assert done.stderr.startswith("error: paretocode")


def test_a_long_refusal_goes_on_after_a_word_on_a_terminal_only() -> None:
    shown = on_a_terminal(REFUSED, COLUMNS="60", NO_COLOR="1").splitlines()
    assert len(shown) > 1
    assert max(map(len, shown)) <= 60
    done = subprocess.run(REFUSED, capture_output=True, text=True, cwd=ROOT, env=environment(COLUMNS="60"), check=False)
    assert done.stderr.count("\n") == 1


def test_a_reader_who_leaves_ends_a_command_in_silence() -> None:
    command = f"{sys.executable} -m paretocode lint | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, env=environment(), check=True
    )
    assert done.stderr == ""
    first, code = done.stdout.splitlines()
    assert first.startswith("tier map ")
    assert code in {"0", "141"}  # as head was in time to take all of it, or not


def test_a_pipe_that_is_closed_before_the_answer_is_no_success() -> None:
    program = "import os; from paretocode.cli.main import main; os.close(0); raise SystemExit(main(['lint']))"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (ExitCode.PIPE, "")


def _raises(error: BaseException) -> int:
    def job() -> int:
        raise error

    return guarded(job)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            InputError("it is odd", where="a.csv", way_out="mend it"),
            ExitCode.REFUSED,
            "error: a.csv: it is odd; mend it.",
        ),
        (SealError("it was touched"), ExitCode.SEAL, "error: it was touched."),
        (MissingDependencyError("there is no x"), ExitCode.MISSING, "error: there is no x."),
        (ModuleNotFoundError("no", name="numpy"), ExitCode.MISSING, "error: the library numpy is not installed"),
        (FileNotFoundError(2, "No such file", "b.csv"), ExitCode.REFUSED, "error: b.csv: No such file; check the path"),
        (MemoryError(), ExitCode.REFUSED, "error: the machine's memory is not enough"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted; run the same command again"),
        (ValueError("bad\nworse"), ExitCode.BUG, "error: this is a bug of paretocode (ValueError: bad); please report"),
        (ModuleNotFoundError("no", name="paretocode.x"), ExitCode.BUG, "error: this is a bug"),
    ],
)
def test_whatever_stops_a_command_is_one_sentence_and_a_code(
    error: BaseException, code: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _raises(error) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(said)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_traceback_shows_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARETOCODE_TRACEBACK", "1")
    assert _raises(ValueError("bad")) == ExitCode.BUG
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert err.splitlines()[-1].startswith("error: this is a bug")


def test_every_code_has_a_meaning_and_stands_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(MEANINGS) == set(ExitCode)
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for code in ExitCode:
        assert f"  {code.value:>3}  " in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lnt"], "did you mean lint; see paretocode --help."),
        (["lint", "--jsn"], "unrecognized arguments: --jsn; see paretocode --help."),
        (["bands", "--scheme", "naturel"], "did you mean natural; see paretocode bands --help."),
        (["approve", "x"], "the following arguments are required: --by, --reason; see paretocode approve --help."),
    ],
)
def test_a_wrong_command_is_refused_in_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main(words)
    assert done.value.code == ExitCode.REFUSED
    err = capsys.readouterr().err
    assert err.startswith("error: paretocode")
    assert err.rstrip().endswith(said)
    assert err.count("\n") == 1
