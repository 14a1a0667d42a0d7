"""Does every notebook still make its argument? Each runs from a clean kernel at smoke scale, in a folder of its own."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from paretocode.cli.notebooks_run import run_notebook

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(path: Path) -> list[NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_there_are_notebooks_numbered_in_reading_order() -> None:
    assert NOTEBOOKS
    numbers = [re.match(r"(\d\d)_[a-z0-9_]+$", path.stem) for path in NOTEBOOKS]
    assert [match and match[1] for match in numbers] == [f"{i:02d}" for i in range(1, len(NOTEBOOKS) + 1)]


def test_it_is_valid_and_for_a_plain_python_kernel(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"


def test_it_stores_no_outputs(path: Path) -> None:
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(path))


def test_its_cells_have_names_that_a_diff_can_follow(path: Path) -> None:
    ids = [cell.id for cell in read(path).cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", cell_id) for cell_id in ids)


def test_it_says_more_than_it_computes(path: Path) -> None:
    words = {"markdown": 0, "code": 0}
    for cell in read(path).cells:
        words[cell.cell_type] += len(cell.source.split())
    assert words["markdown"] > words["code"]


def test_its_parameters_come_first_and_its_claim_is_asserted_last(path: Path) -> None:
    cells = code_cells(path)
    assert "parameters" in cells[0].metadata.get("tags", [])
    assert read(path).cells[-1] == cells[-1]
    assert re.search(r"^assert ", cells[-1].source, re.MULTILINE)


def test_it_runs_at_smoke_scale(path: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran.ipynb"
    found = run_notebook(path, scale="smoke", executed=ran, cell_timeout_s=120)
    assert found.failed is None
    assert found.left == ()
    outputs = [output for cell in code_cells(ran) for output in cell.outputs]
    assert outputs
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
