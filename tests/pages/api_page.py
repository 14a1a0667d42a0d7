"""What may a user import? ``docs/api.md``, written from the docstrings of every name in an ``__all__``.

``make api`` writes it anew (``PYTHONPATH=.:tests python -m pages.api_page > docs/api.md``); a test holds it to this.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import paretocode

__all__ = ["api_page", "public_modules", "summary_of"]

MODULES = ("paretocode.errors", "paretocode.progress", "paretocode.result", "paretocode.release.reader")
"""Single modules that a user may import; besides them every package is public but the command line."""

STORY = ("catalogue", "stream", "frontier", "bands", "tiermap", "sim", "tune", "evidence", "report", "release")
"""The order of the page; what is not named follows."""

_HEAD = """\
# The public API

<!-- Made by `make api` from the docstrings; do not edit. -->

What a user of the library may import, in the order of the story: every name in the `__all__` of a package, with the
first sentence of its docstring. The rest of the docstring is the contract: `help(NAME)` shows units, ranges, ties and
errors. What is not on this page may change without a word. A name that a package has from a folder of its own stands
with the package; under the folder only its name is listed. Import from the package: `from paretocode.tiermap import
route`.
"""


def public_modules() -> list[str]:
    """Return the names of the public packages and modules, in the order of the page."""
    packages = [m.name for m in pkgutil.walk_packages(paretocode.__path__, "paretocode.") if m.ispkg]
    names = [name for name in packages if name != "paretocode.cli" and not name.startswith("paretocode.notebooks")]
    public = [name for name in (*names, *MODULES) if getattr(importlib.import_module(name), "__all__", ())]

    def place(name: str) -> tuple[int, str]:
        top = name.split(".")[1]
        return (STORY.index(top) if top in STORY else len(STORY), name)

    return sorted(public, key=place)


def summary_of(module: str, name: str) -> str:
    """Return the first sentence of a name's docstring, or of the string below a constant; "" if there is none."""
    value = getattr(importlib.import_module(module), name)
    if inspect.isclass(value) or inspect.isroutine(value):
        text = vars(value).get("__doc__") or "" if inspect.isclass(value) else value.__doc__ or ""
        text = "" if text.startswith(f"{name}(") else text  # what a dataclass or a tuple writes by itself
    else:
        text = ""
    text = text or _below(*_home(module, name))
    if not text and isinstance(value, str):
        return f"The text `{value}`."
    first = inspect.cleandoc(text).partition("\n\n")[0].replace("\n", " ")
    return re.split(r"(?<=[.?!]) (?=[A-Z`])", first)[0]


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8"))


def _home(module: str, name: str) -> tuple[str, str]:
    """Follow imports to the module that assigns a constant."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("paretocode"):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _home(node.module, alias.name)
    return module, name


def _below(module: str, name: str) -> str:
    body = _tree(module).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)}
            if name not in names:
                continue
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                return str(after.value.value)
    return ""


def api_page() -> str:
    """Return the page as Markdown."""
    modules = public_modules()
    lines = [_HEAD, *(f"- [`{name}`](#{name.replace('.', '')}): {_question(name)}" for name in modules)]
    shown: dict[int, str] = {}
    for name in modules:
        lines += ["", f"## {name}", "", *_section(name, shown)]
    return "\n".join(lines) + "\n"


def _question(module: str) -> str:
    return str(importlib.import_module(module).__doc__).partition("\n")[0].replace("|", "\\|")


def _section(module: str, shown: dict[int, str]) -> Iterator[str]:
    """Yield the table of a package, then the names that stand elsewhere on the page already."""
    package = importlib.import_module(module)
    again: dict[str, list[str]] = {}
    rows = []
    for name in package.__all__:
        home = shown.get(id(getattr(package, name)))
        if home is not None and name in importlib.import_module(home).__all__:
            again.setdefault(home, []).append(f"`{name}`")
            continue
        shown[id(getattr(package, name))] = module
        rows.append(f"| `{name}` | {summary_of(module, name).replace('|', chr(92) + '|')} |")
    if rows:
        yield from ("| name | what it is |", "|---|---|", *rows)
    for home, names in again.items():
        yield from ("", f"Also here, told under `{home}`: {', '.join(names)}.")


if __name__ == "__main__":
    sys.stdout.write(api_page())
