"""What would the map do if this edge stood a little higher? Edges that people drag, with exact numbers under them.

The editor is the sketch pad of the workbench. It shows models and traffic over one axis, lets edges be dragged, pinned,
added and removed, and says under them, from exact tables of the whole log, what the map on the screen would have done.

**Modules**, from what knows least to what knows most:

| module | question it answers |
|---|---|
| `edges` | where do the edges stand, and what may a person do to them? Frozen states, pure transitions |
| `history` | what was there before? Undo and redo, a drag being one step |
| `ladder` | where on the common axis does a score stand, and which score edge cuts where a request edge does? |
| `world` | what is edited: models, log, incumbent, candidates, rules; how edges become a tier map |
| `answers` | edges -> numbers, picks, findings; the incumbent's beside them |
| `rows`, `tier_rows` | the same in words and digits for people |
| `scene` | what stays on the screen while edges move, as plain data |
| `comparing` | the present map, the incumbent and the candidates side by side, replayed |
| `suggesting` | the best map from here: the exact search with the pinned edges fixed |
| `conversation` | the page's messages and what is answered; no widget needed |
| `picture` | the same as a PNG, for a saved notebook |
| `assembled` | one script and one style sheet out of the files in `page/` |
| `widget` | the anywidget; the only module that imports it |

**The conversation.** The page moves its edges at once and asks the kernel what that comes to. Every message of the page
carries `view` (which of several views asks) and `seq` (a number that only grows); every answer repeats both, and a view
drops an answer that is older than the newest it has. At most one question is on its way, two while answers come
briskly: pointer positions that come meanwhile replace each other, so that only the newest is asked. Clicks wait their
turn and are never dropped.

| page asks | with | kernel answers |
|---|---|---|
| `hello` | | `answer` |
| `move` | `rail` ("request", "score"), `index`, `to` [ppm or thousandths], `gesture`, `is_last` | `answer` |
| `add`, `remove`, `pin`, `couple` | `at` [ppm]; `index`; `rail`, `index`, `on`; `on` | `answer` |
| `undo`, `redo` | | `answer` |
| `best` | `measure` | `answer` with `said`, or `refused` |
| `compare` | | `comparison` |
| `save` | `name` | `saved`, or `refused` |

An `answer` holds the edges as the kernel has them (it decides: edges never cross, whatever a page says), whether undo
and redo are possible, the rows of numbers, the tiers with their picks, the findings, and one sentence for a screen
reader. While a hand moves (`is_last` false) the map is not judged, `findings` is null and those on the page fade, and
models that no map has taken before are not timed, which the row of times says. A hand that rests for a moment, or lets
go, asks again with `is_last`. `refused` is one sentence; the editor goes on as it was.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paretocode.report.editor.widget import BandEditor

__all__ = ["BandEditor"]


def __getattr__(name: str) -> object:
    # The widget's library is loaded when a widget is asked for.
    if name != "BandEditor":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.widget").BandEditor
