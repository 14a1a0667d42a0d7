"""How do the files of the page become one script and one style sheet? Modules in order of their imports, names shared.

Front ends of notebooks load a widget's script from a string, in which a module cannot import its neighbours. So each
file in `page/` is a module that runs as it is in a browser, and what is handed out is all of them in one: imports of
neighbours are dropped, since what they would bring stands above.
"""

from __future__ import annotations

import re
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

from paretocode.report.palette import DARK, FAINT, INK, MUTED, PAPER, VERDICT_COLOURS, tier_colours

__all__ = ["ENTRY", "assembled_script", "assembled_style"]

ENTRY = "editor.js"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)
_N_TIERS = 6
"""As many tiers have a colour of their own."""


def _page_files(suffix: str) -> dict[str, str]:
    folder = files("paretocode.report.editor") / "page"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(suffix)
    }


@cache
def assembled_script() -> str:
    """Return the page's script as one module.

    Examples
    --------
    >>> script = assembled_script()
    >>> script.count("export default"), "import {" in script
    (1, False)
    """
    modules = _page_files(".js")
    order = TopologicalSorter({name: set(_IMPORT.findall(text)) for name, text in modules.items()}).static_order()
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", modules[name])).strip() + "\n" for name in order)


@cache
def assembled_style() -> str:
    """Return the page's style sheet, its colours those of all figures of the house, on light and on dark screens."""
    light = {"ink": INK, "muted": MUTED, "faint": FAINT, "paper": PAPER}
    light |= {"better": VERDICT_COLOURS["better"], "worse": VERDICT_COLOURS["worse"]}
    tiers = tier_colours([str(at) for at in range(_N_TIERS)]).values()
    light |= {f"tier-{at}": colour for at, colour in enumerate(tiers)}
    dark = {name: DARK.get(colour, colour) for name, colour in light.items()}
    sheet = "\n".join(text for _, text in sorted(_page_files(".css").items()))
    return sheet.replace("/* light colours */", _variables(light)).replace("/* dark colours */", _variables(dark))


def _variables(colours: dict[str, str]) -> str:
    return " ".join(f"--pc-{name}: {colour};" for name, colour in colours.items())
