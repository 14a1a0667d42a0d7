"""Do the notebooks reach a folder without taking anything from it, and does a run name the cell that fails?"""

from __future__ import annotations

import importlib.util
import json
import os
import tomllib
from pathlib import Path

import nbformat
import pytest

from paretocode.cli import notebooks_copy, notebooks_verb
from paretocode.cli.main import main
from paretocode.cli.notebooks_copy import copy_notebooks, shipped_notebooks
from paretocode.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of two notebooks, of which the second fails in its third cell."""
    folder = tmp_path / "source" / "notebooks"
    folder.mkdir(parents=True)
    cells = {
        "01_good": ["1 + 1", "import os; assert os.environ['PARETOCODE_NOTEBOOK_SCALE'] == 'smoke'"],
        "02_bad": ["x = 1", "x", "raise ValueError('no\\nuse')", "never"],
    }
    for name, sources in cells.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in sources])
        for number, cell in enumerate(notebook.cells, start=1):
            cell.id = f"cell-{number}"
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


def shipped_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks_copy, "source_folder", lambda: folder.parent)


def test_all_notebooks_ship_in_reading_order() -> None:
    assert shipped_notebooks() == sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_a_wheel_has_them_where_the_verb_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    place = tmp_path / hatch["build"]["targets"]["wheel"]["force-include"]["notebooks"]
    place.mkdir(parents=True)
    (place / "01_only.ipynb").write_text("{}")
    monkeypatch.setattr(notebooks_copy, "source_folder", lambda: tmp_path)
    assert shipped_notebooks() == [place / "01_only.ipynb"]
    (place / "01_only.ipynb").unlink()
    with pytest.raises(InputError, match="install paretocode again"):
        shipped_notebooks()


def test_copies_are_made_kept_and_brought_up_to_date(source: Path, tmp_path: Path) -> None:
    folder, ours = tmp_path / "mine", sorted(source.glob("*.ipynb"))
    assert copy_notebooks(ours, folder).new == ["01_good.ipynb", "02_bad.ipynb"]
    assert copy_notebooks(ours, folder).same == ["01_good.ipynb", "02_bad.ipynb"]
    (folder / "01_good.ipynb").write_text("changed by me")
    ours[1].write_text("a newer one of theirs")
    copied = copy_notebooks(ours, folder)
    assert (copied.kept, copied.updated) == (["01_good.ipynb"], ["02_bad.ipynb"])
    assert (folder / "01_good.ipynb").read_text() == "changed by me"
    assert (folder / "02_bad.ipynb").read_text() == "a newer one of theirs"


def test_a_changed_copy_is_overwritten_by_force_only(source: Path, tmp_path: Path) -> None:
    folder, ours = tmp_path / "mine", sorted(source.glob("*.ipynb"))
    copy_notebooks(ours, folder)
    (folder / "01_good.ipynb").write_text("changed by me")
    for each in ours:
        each.write_text("newer")
    with pytest.raises(InputError, match=r"01_good.ipynb was changed there and would be overwritten; .*--force"):
        copy_notebooks(ours, folder)
    assert (folder / "02_bad.ipynb").read_text() != "newer"  # all or nothing
    assert copy_notebooks(ours, folder, is_forced=True).updated == ["01_good.ipynb", "02_bad.ipynb"]
    assert (folder / "01_good.ipynb").read_text() == "newer"


def test_a_file_of_the_same_name_that_we_never_copied_is_left_alone(source: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "01_good.ipynb").write_text("somebody's own")
    with pytest.raises(InputError, match="would be overwritten"):
        copy_notebooks(sorted(source.glob("*.ipynb")), tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["01_good.ipynb"]


def test_the_folder_of_the_notebooks_themselves_gets_no_record(source: Path) -> None:
    before = sorted(source.iterdir())
    assert copy_notebooks(before, source).same == ["01_good.ipynb", "02_bad.ipynb"]
    assert sorted(source.iterdir()) == before


def test_it_becomes_jupyterlab_on_the_copies(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped_from(source, monkeypatch)
    become: list[list[str]] = []

    def execv(program: str, words: list[str]) -> None:
        become.append(words[1:])
        raise SystemExit(0)

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(notebooks_verb, "find_spec", lambda name: object())
    folder = tmp_path / "mine"
    with pytest.raises(SystemExit):
        main(["notebooks", "--to", str(folder), "--", "--no-browser", "--port", "1"])
    assert become == [["-m", "jupyterlab", str(folder), "--no-browser", "--port", "1"]]
    assert capsys.readouterr().out == f"{folder}\n"


def test_without_jupyterlab_it_copies_and_says_what_to_install(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped_from(source, monkeypatch)
    monkeypatch.setattr(notebooks_verb, "find_spec", lambda name: None)
    assert main(["notebooks", "--to", str(tmp_path / "mine")]) == 4
    assert (tmp_path / "mine" / "01_good.ipynb").is_file()
    assert "pip install 'paretocode[notebooks]'" in capsys.readouterr().err


def test_a_run_says_of_each_notebook_how_long_and_where_it_failed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped_from(source, monkeypatch)
    assert main(["notebooks", "--run", "--scale", "smoke", "--json", "--to", str(tmp_path / "ran")]) == 1
    document = json.loads(capsys.readouterr().out)
    good, bad = document["notebooks"]
    assert (document["n_failed"], good["is_ok"], bad["is_ok"]) == (1, True, False)
    assert good["seconds"] > 0
    assert bad["failed_cell"] == {"number": 3, "cell_id": "cell-3", "error": "ValueError: no"}
    ran = nbformat.read(tmp_path / "ran" / "02_bad.ipynb", as_version=4)
    assert ran.cells[1].outputs[0].data["text/plain"] == "1"
    assert main(["notebooks", "--run", "--only", "01", "--to", str(tmp_path / "ran")]) == 2
    assert "there is 01_good.ipynb already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "77"], "--only: there is no notebook '77'; use the number of 01_"),
        (["--run", "--", "--port", "1"], "--run opens no JupyterLab"),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notebooks", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_run_without_its_libraries_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["notebooks", "--run"]) == 4
    assert "nbclient is not installed" in capsys.readouterr().err
