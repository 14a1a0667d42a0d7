"""``paretocode catalogue pull SOURCE``: how does a live public list become a dated raw copy on disk?

The copy is the host's bytes, or for an answer of several pages one document with all of them. It is written whole or
not at all, and only when it has the shape of its source. A key is read from the environment, sent to its own host
only, and never shown.
"""

from __future__ import annotations

import datetime
import itertools
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from paretocode._files import write_atomically
from paretocode.cli.http_fetch import FetchLimits, fetch, is_loopback, refuse_address
from paretocode.errors import InputError, UsageError

__all__ = ["PULLS", "Pull", "pull"]

_MOST_PAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """Where a source is fetched from.

    Parameters
    ----------
    url
        The public address; "" where one must be given.
    key_variable, key_header
        Environment variable of the user's key, and the header it goes into; "" where none is needed.
    key_host
        The one host that gets the key.
    """

    url: str
    key_variable: str = ""
    key_header: str = ""
    key_host: str = ""


PULLS: Mapping[str, Pull] = {
    "openrouter": Pull(url="https://openrouter.ai/api/v1/models"),
    "openrouter-endpoints": Pull(url=""),
    "artificial-analysis": Pull(
        url="https://artificialanalysis.ai/api/v2/language/models/free",
        key_variable="ARTIFICIAL_ANALYSIS_API_KEY",
        key_header="x-api-key",
        key_host="artificialanalysis.ai",
    ),
    "litellm": Pull(url="https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"),
    "models-dev": Pull(url="https://models.dev/api.json"),
}
"""Source -> where it is fetched from."""


def pull(
    source: str,
    *,
    out: Path,
    url: str | None = None,
    limits: FetchLimits | None = None,
    sleep: Callable[[float], None] = time.sleep,
    now: datetime.datetime | None = None,
) -> Path:
    """Fetch a source and return the path of its raw copy, ``<source>_<UTC time>.json``.

    An earlier copy is never overwritten: a second one of the same second is numbered (``..._2.json``).

    Raises
    ------
    UsageError
        A source that cannot be pulled, no address, no key where one is needed.
    InputError
        Whatever `fetch` refuses; an answer that is no JSON, or not of the source's shape; pages that do not fit
        together; a place that cannot be written.
    """
    if source not in PULLS:
        raise UsageError(f"source {source!r} cannot be pulled", way_out=f"use one of {', '.join(PULLS)}")
    where = url or PULLS[source].url
    if not where:
        raise UsageError(f"source {source} has no fixed address", way_out="give it with --url")
    refuse_address(where)
    headers = _headers(PULLS[source], where)
    content = _all_pages(where, headers, limits=limits, sleep=sleep)
    _refuse_shape(json.loads(content), source, where)
    moment = now or datetime.datetime.now(tz=datetime.UTC)
    path = _free_path(out, f"{source}_{moment:%Y-%m-%dT%H-%M-%SZ}")
    write_atomically(path, content)
    return path


def _free_path(out: Path, stem: str) -> Path:
    names = itertools.chain([f"{stem}.json"], (f"{stem}_{number}.json" for number in itertools.count(2)))
    return next(path for name in names if not os.path.lexists(path := out / name))


def _headers(settings: Pull, url: str) -> dict[str, str]:
    if not settings.key_variable:
        return {}
    key = os.environ.get(settings.key_variable, "").strip()
    if not key:
        raise UsageError(
            f"the environment variable {settings.key_variable} is empty",
            way_out="set it to your key; the source gives one to everybody who registers",
        )
    if not key.isascii() or not key.isprintable():
        raise UsageError(
            f"the environment variable {settings.key_variable} holds no key", way_out="set it to your key, one line"
        )
    parts = urlsplit(url)
    is_its_host = parts.scheme == "https" and parts.hostname == settings.key_host
    return {settings.key_header: key} if is_its_host or is_loopback(url) else {}


def _all_pages(
    url: str, headers: Mapping[str, str], *, limits: FetchLimits | None, sleep: Callable[[float], None]
) -> bytes:
    """Return the one page's own bytes, or all pages as one document."""
    content = fetch(url, headers=headers, limits=limits, sleep=sleep)
    document = _parsed(content, url)
    pages = _pagination(document)
    if not isinstance(document, dict) or pages.get("has_more") is not True:
        return content
    records = list(_data(document, url))
    for number in range(2, _MOST_PAGES + 1):
        place = _with_page(url, number)
        page = _parsed(fetch(place, headers=headers, limits=limits, sleep=sleep), place)
        if _pagination(page).get("page") != number:
            raise InputError(
                f"page {number} calls itself page {_pagination(page).get('page')}", where=place, way_out="try again"
            )
        records += _data(page, place)
        if _pagination(page).get("has_more") is not True:
            whole = {**document, "data": records, "pagination": {"page": 1, "total_pages": 1, "has_more": False}}
            return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()
    raise InputError(f"there are more than {_MOST_PAGES} pages", where=url, way_out="check the address")


def _with_page(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("page", str(number))])))


def _pagination(document: object) -> Mapping[str, object]:
    found = document.get("pagination") if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def _data(document: object, url: str) -> list[object]:
    found = document.get("data") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise InputError("the page has no list under data", where=url, way_out="try again")
    return found


def _parsed(content: bytes, url: str) -> object:
    if content.lstrip()[:1] == b"<":
        raise InputError("a web page came instead of JSON", where=url, way_out="check the address")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        from paretocode.catalogue._files import json_fault

        raise InputError(
            f"the answer is not whole JSON ({json_fault(error)})", where=url, way_out="try again"
        ) from error


def _refuse_shape(document: object, source: str, url: str) -> None:
    from paretocode.catalogue.sources import SOURCES

    if not SOURCES[source].is_like(document):
        raise InputError(f"the answer has not the shape of {source}", where=url, way_out="check the address")
