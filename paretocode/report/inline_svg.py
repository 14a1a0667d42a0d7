"""Which SVG may stand inside the page, and in what form? One that carries no code and looks nowhere else.

A figure is refused rather than cleaned: ours never contain what is refused here.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter

from paretocode.errors import InputError
from paretocode.report.palette import DARK

__all__ = ["inline_svg"]

_ALLOWED = frozenset(
    {
        *("svg", "g", "defs", "use", "title", "desc", "text", "tspan", "image", "symbol", "marker", "pattern", "mask"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "clipPath"),
        *("linearGradient", "radialGradient", "stop"),
    }
)
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|javascript:", re.IGNORECASE)
_DROPPED = (
    re.compile(r"<metadata>.*?</metadata>", re.DOTALL),
    # Inside a page a style element reaches everything. This one is matplotlib's; the page's own style has its rule.
    re.compile(r'<style type="text/css">\*\{stroke-linejoin: round; stroke-linecap: butt\}</style>'),
)


def inline_svg(svg: str, *, name: str) -> str:
    """Return an SVG document as markup that may stand in an HTML page unescaped.

    Parameters
    ----------
    svg
        The text of one SVG file.
    name
        What the figure is called; also the prefix of its ids, so that two figures of one page do not share any.

    Notes
    -----
    The XML prologue and the metadata are dropped, width and height give way to the view box, and colours of the house
    become CSS variables with the printed colour as fallback, so that the page can swap them on a dark screen.

    Raises
    ------
    InputError
        Not well-formed (entities of its own included), an element that a figure does not need (a script above all),
        an event handler, or a reference to anything outside the figure.
    """
    body = svg[max(svg.find("<svg"), 0) :].strip()
    for pattern in _DROPPED:
        body = pattern.sub("", body, count=1)
    for element in _parsed(body, name).iter():
        _check(element, name)
    head, rest = body.split(">", 1)
    head = re.sub(r"\s(?:width|height)=\"[^\"]*\"", "", head)
    body = _with_own_ids(f"{head}>{rest}", re.sub(r"[^A-Za-z0-9-]+", "-", name))
    for colour in DARK:
        body = re.sub(re.escape(colour) + r"(?=[;\"\s])", _variable(colour), body, flags=re.IGNORECASE)
    return body


def _variable(colour: str) -> str:
    return f"var(--c{colour[1:]}, {colour})"


def _parsed(svg: str, name: str) -> ET.Element:
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise _refusal(name, f"it is not well-formed SVG ({error})") from error
    if _local(root.tag) != "svg":
        raise _refusal(name, f"its root is <{_local(root.tag)}>")
    return root


def _check(element: ET.Element, name: str) -> None:
    tag = _local(element.tag)
    if tag not in _ALLOWED:
        raise _refusal(name, f"it holds <{tag}>")
    for key, value in element.attrib.items():
        attribute = _local(key).lower()
        if attribute.startswith("on"):
            raise _refusal(name, f"<{tag}> has the event handler {attribute}")
        is_inside = value.startswith("#") or (tag == "image" and value.startswith("data:image/png"))
        if attribute == "href" and not is_inside:
            raise _refusal(name, f"<{tag}> refers to {value[:60]!r}")
        if _OUTSIDE.search(value):
            raise _refusal(name, f"<{tag}> looks outside in {attribute}")


def _with_own_ids(svg: str, prefix: str) -> str:
    """Prefix all ids, and number those that one figure gives to several marks; nothing refers to such a one."""
    seen: Counter[str] = Counter()

    def own(found: re.Match[str]) -> str:
        seen[found[1]] += 1
        again = f"-again-{seen[found[1]]}" if seen[found[1]] > 1 else ""
        return f'id="{prefix}-{found[1]}{again}"'

    svg = re.sub(r'\bid="([^"]*)"', own, svg)
    svg = re.sub(r'href="#([^"]*)"', rf'href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]*)\)", rf"url(#{prefix}-\1)", svg)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _refusal(name: str, what: str) -> InputError:
    return InputError(what, where=f"figure {name!r}", way_out="give an SVG drawn by this package")
