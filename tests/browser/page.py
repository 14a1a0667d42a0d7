"""How does a page meet the editor without Jupyter? The page's own script, and a model that asks a conversation here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from paretocode.report.editor.assembled import assembled_script, assembled_style
from paretocode.report.editor.conversation import Conversation
from paretocode.report.editor.scene import scene_of

_HTML = """<!doctype html><meta charset="utf-8"><title>editor</title><style>
body { margin: 0; padding: 12px; background: BACKGROUND; } STYLE</style>
<body ATTRIBUTES><div id="cell"></div><script type="module">
const source = SOURCE;
const { default: editor } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
const ears = new Set();
const model = {
  get: (name) => ({ scene: SCENE })[name],
  on: (_, ear) => ears.add(ear),
  off: (_, ear) => ears.delete(ear),
  send: (message) => window.kernel(JSON.stringify(message)).then((said) => window.hear(JSON.parse(said))),
};
window.hear = (said) => ears.forEach((ear) => ear(said));
window.ears = ears;
window.close_editor = editor.render({ model, el: document.getElementById("cell") });
</script>"""


@contextmanager
def editor_page(
    browser: Browser,
    conversation: Conversation,
    *,
    width: int = 1280,
    height: int = 1000,
    is_dark: bool = False,
    asked: list[dict[str, Any]] | None = None,
) -> Iterator[Page]:
    """Open a page with an editor whose kernel is a conversation in this process.

    Parameters
    ----------
    asked
        Every message of the page is added to it.
    """
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda entry: troubles.append(entry.text) if entry.type == "error" else None)

    def kernel(text: str) -> str:
        message = json.loads(text)
        if asked is not None:
            asked.append(message)
        return json.dumps(conversation.reply(message), allow_nan=False)

    page.expose_function("kernel", kernel)
    page.set_content(_document(conversation, is_dark=is_dark), wait_until="load")
    page.wait_for_selector(".pc-handle, .pc-tiers table")
    yield page
    assert troubles == []
    context.close()


def _document(conversation: Conversation, *, is_dark: bool) -> str:
    scene = scene_of(conversation.answers.world, conversation.text)
    parts = {
        "STYLE": assembled_style(),
        "SOURCE": json.dumps(assembled_script()).replace("</", "<\\/"),
        "SCENE": json.dumps(scene, allow_nan=False).replace("</", "<\\/"),
        "BACKGROUND": "#111" if is_dark else "#fff",
        "ATTRIBUTES": f'data-jp-theme-light="{"false" if is_dark else "true"}"',
    }
    html = _HTML
    for name, text in parts.items():
        html = html.replace(name, text)
    return html
