"""Does every module import only from its own folder and from floors below it?

The tables mirror the section "floors" of the project's design. Imports are read with `ast`, wherever they stand:
inside a function, under TYPE_CHECKING, relative, or as a constant given to `import_module`.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAME = "paretocode"

GROUND = {
    "errors",
    "_checks",
    "_counting",
    "_compiled",
    "_files",
    "_borders",
    "progress",
    "_terminal",
    "_source",
    "result",
}
LOW = GROUND | {"catalogue", "stream"}
MIDDLE = LOW | {"frontier", "bands", "tiermap"}
SEARCH = MIDDLE | {"sim"}
SHOW = SEARCH | {"tune", "evidence"}

MAY_IMPORT: dict[str, set[str]] = {
    "": set(),  # paretocode/__init__.py
    "bootstrap": set(),
    "errors": set(),
    "_checks": {"errors"},
    "_counting": {"_checks"},
    "_compiled": {"errors"},
    "_files": {"errors"},
    "_borders": {"errors"},
    "progress": set(),
    "_terminal": set(),
    "_source": set(),
    "_bars": {"_terminal"},
    "result": {"errors", "_files"},
    "catalogue": GROUND,
    "stream": GROUND,
    "frontier": GROUND | {"catalogue"},
    "bands": GROUND,
    "tiermap": LOW | {"bands"},
    "sim": MIDDLE,
    "tune": SEARCH,
    "evidence": SEARCH,
    "report": SHOW,
    "release": SHOW,
    "experiment": SHOW | {"report", "release"},
    "cli": SHOW | {"report", "release", "experiment", "_bars"},
}
FLOOR = {
    "errors": 0,
    "_checks": 0,
    "_counting": 0,
    "_compiled": 0,
    "_files": 0,
    "_borders": 0,
    "progress": 0,
    "_bars": 0,
    "_terminal": 0,
    "_source": 0,
    "result": 0,
    "catalogue": 1,
    "stream": 1,
    "frontier": 2,
    "bands": 2,
    "tiermap": 3,
    "sim": 4,
    "tune": 5,
    "evidence": 5,
    "report": 6,
    "release": 6,
    "experiment": 7,
    "cli": 7,
}
ONLY_IN = {"matplotlib": "report"}
DISTRIBUTION_OF = {"sklearn": "scikit-learn"}
EXTRAS_OF_THE_PACKAGE = ("fast", "notebooks", "cluster")


def module_files(root: Path) -> dict[str, Path]:
    """Return the dotted name of every module of the package under `root`."""
    files = {}
    for path in sorted((root / NAME).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def absolute(node: ast.ImportFrom, module: str, path: Path) -> str:
    """Return the dotted name that a `from ... import` reads, relative dots resolved."""
    if node.level == 0:
        return node.module or ""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def imported_names(module: str, path: Path, known: set[str]) -> Iterator[tuple[str, int]]:
    """Yield every dotted name that a module imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = absolute(node, module, path)
            submodules = [f"{source}.{alias.name}" for alias in node.names if f"{source}.{alias.name}" in known]
            # `from package import submodule` reads the submodule; anything else reads the package itself.
            yield from ((name, node.lineno) for name in submodules)
            if len(submodules) < len(node.names):
                yield source, node.lineno
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in {"import_module", "__import__"} and isinstance(first, ast.Constant):
                yield str(first.value), node.lineno


def unit_of(module: str) -> str:
    """Return the folder or top-level file that a module of the package belongs to; '' is the package itself."""
    return [*module.split("."), ""][1]


def is_door(module: str) -> bool:
    """`__main__` modules are doors: they may import anything and nothing imports them."""
    return module.rsplit(".", 1)[-1] == "__main__"


def inside_violations(module: str, name: str) -> Iterator[str]:
    """Judge an import of one of our own modules."""
    here, there = unit_of(module), unit_of(name)
    if is_door(name):
        yield "imports a door"
    if there == "bootstrap":
        yield "imports bootstrap, which nothing imports"
    elif here == "bootstrap":
        yield "imports the package, and bootstrap stands alone"
    elif there and there != here and not is_door(module) and there not in MAY_IMPORT[here]:
        yield f"may not look from {here or NAME} into {there}"


def outside_violations(module: str, name: str, allowed: set[str]) -> Iterator[str]:
    """Judge an import of somebody else's module."""
    here, library = unit_of(module), name.partition(".")[0]
    if library in sys.stdlib_module_names:
        return
    if here in {"", "bootstrap"}:
        yield f"imports {library}, and only the standard library is there on a bare machine"
    elif here != ONLY_IN.get(library, here):
        yield f"imports {library}, which only {ONLY_IN[library]}/ does"
    elif DISTRIBUTION_OF.get(library, library) not in allowed:
        yield f"imports {library}, which is no dependency of the package"


def violations(root: Path, allowed: set[str]) -> list[str]:
    """Return a line for every import that breaks the floors, and one for a cycle."""
    files = module_files(root)
    found, graph = [], {}
    for module, path in files.items():
        if unit_of(module) not in MAY_IMPORT and not is_door(module):
            found.append(f"{module} stands on no floor; give it one in tests/test_floors.py")
            continue
        imports = list(imported_names(module, path, set(files)))
        graph[module] = {name for name, _ in imports if name in files}
        for name, line in imports:
            inside = name.partition(".")[0] == NAME
            reasons = inside_violations(module, name) if inside else outside_violations(module, name, allowed)
            found.extend(f"{path.relative_to(root)}:{line} {reason}" for reason in reasons)
    return found + cycles(graph)


def cycles(graph: dict[str, set[str]]) -> list[str]:
    """Return one line for a cycle of imports, if there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["cycle: " + " <- ".join(error.args[1])]
    return []


def declared_dependencies() -> set[str]:
    """Return the distributions that the package itself may import, extras for users included, tests' left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    lines = project["dependencies"] + [line for extra in EXTRAS_OF_THE_PACKAGE for line in extras.get(extra, [])]
    return {re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0].lower().replace("-", "_") for line in lines} | {
        "scikit-learn"
    }


def test_the_house_keeps_its_floors() -> None:
    assert violations(ROOT, declared_dependencies()) == []


def test_the_table_agrees_with_the_floors() -> None:
    for here, allowed in MAY_IMPORT.items():
        for there in allowed:
            # On the lowest and the highest floor single files stand side by side; folders never look sideways.
            is_step = (here, there) in {
                ("_checks", "errors"),
                ("_counting", "_checks"),
                ("_compiled", "errors"),
                ("_files", "errors"),
                ("_borders", "errors"),
                ("_bars", "_terminal"),
                ("result", "errors"),
                ("result", "_files"),
                ("cli", "experiment"),
            }
            assert FLOOR[there] < FLOOR[here] or is_step, f"{here} -> {there}"


GOOD_TREE = {
    "__init__.py": "",
    "errors.py": "import math",
    "_checks.py": "import numpy as np\nfrom paretocode.errors import InputError",
    "bootstrap.py": "import venv",
    "catalogue/__init__.py": "from paretocode.catalogue.catalogue import Catalogue",
    "catalogue/catalogue.py": "from .. import errors\nfrom . import prices",
    "catalogue/prices.py": "",
    "report/__init__.py": "",
    "report/plots.py": "def draw():\n    import matplotlib.pyplot as plt",
    "sim/__init__.py": "",
    "sim/__main__.py": "from paretocode.report import plots",
    "cli.py": "import paretocode.sim",
}


def build(root: Path, tree: dict[str, str]) -> Path:
    for name, text in tree.items():
        path = root / NAME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def test_a_good_tree_passes(tmp_path: Path) -> None:
    assert violations(build(tmp_path, GOOD_TREE), {"numpy", "matplotlib"}) == []


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("catalogue/prices.py", "from paretocode.sim import replay", "may not look from catalogue into sim"),
        ("catalogue/prices.py", "def f():\n    import paretocode.stream", "may not look from catalogue into stream"),
        ("catalogue/prices.py", "from ..report import plots", "may not look from catalogue into report"),
        ("catalogue/prices.py", "from .. import report", "may not look from catalogue into report"),
        ("catalogue/prices.py", "from paretocode import report", "may not look from catalogue into report"),
        (
            "catalogue/prices.py",
            "import importlib\nimportlib.import_module('paretocode.cli')",
            "may not look from catalogue into cli",
        ),
        ("catalogue/prices.py", "import matplotlib.pyplot", "which only report/ does"),
        ("catalogue/prices.py", "import hypothesis", "which is no dependency of the package"),
        ("catalogue/prices.py", "from paretocode.catalogue import Catalogue", "cycle: "),
        ("errors.py", "from paretocode._checks import one_of", "may not look from errors into _checks"),
        ("bands/__init__.py", "from paretocode.catalogue import Catalogue", "may not look from bands into catalogue"),
        ("__init__.py", "import numpy", "only the standard library"),
        ("__init__.py", "from paretocode.errors import InputError", "may not look from paretocode into errors"),
        ("bootstrap.py", "import numpy", "only the standard library"),
        ("bootstrap.py", "from paretocode.errors import InputError", "bootstrap stands alone"),
        ("cli.py", "from paretocode import bootstrap", "which nothing imports"),
        ("cli.py", "from paretocode.sim import __main__", "imports a door"),
        ("attic/__init__.py", "", "stands on no floor"),
    ],
)
def test_a_bad_tree_is_caught(tmp_path: Path, name: str, text: str, reason: str) -> None:
    root = build(tmp_path, {**GOOD_TREE, name: text})
    assert any(reason in line for line in violations(root, {"numpy", "matplotlib"}))
