"""How is a public file fetched so that nothing hangs, floods or leaks? One GET over urllib, with every limit stated.

Refusals are one sentence with the address (never with a header: keys do not reach any text). Each attempt has a time
limit for connecting, for silence on the line and for the whole answer; the body has a size limit; answers that say
"later" (429, 500, 502, 503, 504), silence and cut bodies are tried again, after growing pauses or as ``Retry-After``
asks.
"""

from __future__ import annotations

import datetime
import email.utils
import http.client
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from paretocode import __version__
from paretocode.errors import InputError
from paretocode.progress import task

__all__ = ["FetchLimits", "fetch", "is_loopback", "refuse_address"]

_TRY_AGAIN = (429, 500, 502, 503, 504)
_CHUNK_BYTES = 64 * 2**10
_LONGEST_NUMBER = 15
_DAY_S = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What one fetch may cost.

    Parameters
    ----------
    connect_s, read_s, total_s
        Longest time [s] to connect, to hear nothing, and for a whole attempt.
    attempts
        How often to try at most, >= 1.
    pause_s
        Pause before the second attempt [s]; it doubles from attempt to attempt.
    longest_pause_s
        Longest pause [s] that is waited; a ``Retry-After`` beyond it ends the fetch.
    size_bytes
        Largest body [bytes].
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 120.0
    attempts: int = 4
    pause_s: float = 1.0
    longest_pause_s: float = 60.0
    size_bytes: int = 64 * 2**20


class _LaterError(Exception):
    """An attempt that may succeed when it is made again."""

    def __init__(self, what: str, pause_s: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.pause_s = pause_s


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limits: FetchLimits | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> bytes:
    """Return the body of an http(s) address.

    Parameters
    ----------
    headers
        Sent with the first request and never after a redirect, so that a key stays with the host it is for.
    sleep
        How to pause between attempts.

    Raises
    ------
    InputError
        Whatever `refuse_address` refuses; an answer other than 200; too large, too slow, cut short or unreachable after
        all attempts; too many redirects, one that leaves https, or one to what is no http or https address.
    """
    limits = limits or FetchLimits()
    refuse_address(url)
    pause_s = limits.pause_s
    for attempt in range(1, limits.attempts + 1):
        try:
            return _once(url, dict(headers or {}), limits)
        except _LaterError as later:
            wait_s = pause_s if later.pause_s is None else later.pause_s
            if attempt == limits.attempts:
                times = f"{attempt} times" if attempt > 1 else "once"
                raise InputError(f"{later.what}, tried {times}", where=url, way_out="try again later") from later
            if wait_s > limits.longest_pause_s:
                wait = f"{wait_s:.0f} s" if wait_s <= _DAY_S else "more than a day"
                raise InputError(
                    f"{later.what} and asks to wait {wait}", where=url, way_out="try again then"
                ) from later
            sleep(wait_s)
            pause_s *= 2
    raise InputError("no attempt is allowed", where=url, way_out="allow at least one")


def refuse_address(url: str) -> None:
    """Refuse what is no http or https address, before anything is sent.

    Raises
    ------
    InputError
        Another scheme, no host or one that cannot be, a bad port, a name or password, spaces, control characters or
        letters beyond ASCII.
    """
    if fault := _address_fault(url):
        shown = url.encode("unicode_escape").decode("ascii")
        raise InputError(fault[0], where="the address" if "@" in url else shown, way_out=fault[1])


def _address_fault(url: str) -> tuple[str, str] | None:
    """Return what is wrong with an address and the way out, None where nothing is."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return "the address holds a space, a control character or a letter beyond ASCII", "write it percent-encoded"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:  # brackets that do not close, a port that is none, a host name too long
        return "the host or the port of the address cannot be read", "check the address"
    if parts.scheme not in {"http", "https"}:
        return "the address is not http or https", "give one that is"
    if not host or port == 0:
        return "the address has no host" if not host else "the address has port 0", "check the address"
    if "@" in parts.netloc:
        return "the address holds a user name or password", "leave it out"
    return None


def _once(url: str, headers: dict[str, str], limits: FetchLimits) -> bytes:
    deadline = time.monotonic() + limits.total_s
    request = urllib.request.Request(url, headers={"User-Agent": f"paretocode/{__version__}", "Accept": "*/*"})
    for name, value in headers.items():
        request.add_unredirected_header(name, value)
    try:
        with _opener(limits, deadline).open(request, timeout=limits.connect_s) as answer:
            return _body(answer, limits, deadline, url)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error, url) from error
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= deadline:
            raise _LaterError(f"the answer took longer than {limits.total_s:g} s") from error
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise _LaterError("the host is silent") from error
        if isinstance(error, http.client.IncompleteRead):
            raise _LaterError("the answer is cut short") from error
        raise _LaterError(f"the host cannot be reached ({reason})") from error


def _body(answer: Any, limits: FetchLimits, deadline: float, url: str) -> bytes:
    stated = answer.headers.get("Content-Length")
    expected = _whole(stated)
    if expected is not None and expected > limits.size_bytes:
        raise _too_large(f"{expected:,} bytes", limits, url)
    parts: list[bytes] = []
    size = 0
    with task("fetch", total=expected, unit="B") as work:
        while chunk := answer.read1(_CHUNK_BYTES):
            parts.append(chunk)
            size += len(chunk)
            work.advance(len(chunk))
            if size > limits.size_bytes:
                raise _too_large("more", limits, url)
            if time.monotonic() >= deadline:
                raise _LaterError(f"the answer took longer than {limits.total_s:g} s")
    if time.monotonic() >= deadline:  # the deadline closed the line, which looks like the end of the body
        raise _LaterError(f"the answer took longer than {limits.total_s:g} s")
    if expected is not None and size < expected:
        raise _LaterError(f"the answer is cut short ({size:,} of {expected:,} bytes)")
    return b"".join(parts)


def _too_large(what: str, limits: FetchLimits, url: str) -> InputError:
    return InputError(
        f"the answer has {what}, over the limit of {limits.size_bytes:,} bytes", where=url, way_out="check the address"
    )


def _refusal(error: urllib.error.HTTPError, url: str) -> Exception:
    if error.code in _TRY_AGAIN:
        return _LaterError(f"the host answers {error.code}", _retry_after_s(error.headers.get("Retry-After")))
    if 300 <= error.code < 400:
        return InputError(
            "the host redirects in a circle, or to where we do not follow", where=url, way_out="check the address"
        )
    ways = {401: "check the key", 403: "check the key and its rights", 404: "check the address"}
    way_out = ways.get(error.code, "check the address; the source may have moved or closed")
    # The phrase is ours, not the host's: a sentence of ours repeats nothing that a host made up.
    phrase = http.client.responses.get(error.code, "")
    return InputError(f"the host answers {error.code} {phrase}".rstrip(), where=url, way_out=way_out)


def _retry_after_s(stated: str | None) -> float | None:
    """Return the pause that a ``Retry-After`` header asks for, in seconds or as a date; None where it asks for none."""
    if stated is None:
        return None
    seconds = _whole(stated)
    if seconds is not None:
        return float(seconds)
    with suppress(ValueError, TypeError, OverflowError):
        until = email.utils.parsedate_to_datetime(stated)
        return max(0.0, (until - datetime.datetime.now(tz=datetime.UTC)).total_seconds())
    return None


def _whole(stated: str | None) -> int | None:
    """Return the whole number in a header, at most 10^15; None where it is none.

    Examples
    --------
    >>> _whole(" 30 "), _whole("\N{SUPERSCRIPT TWO}"), _whole("9" * 400) == 10**15, _whole(None)
    (30, None, True, None)
    """
    digits = (stated or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) if len(digits) <= _LONGEST_NUMBER else 10**_LONGEST_NUMBER


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own.

    Examples
    --------
    >>> is_loopback("http://127.0.0.1:8000/models"), is_loopback("http://127.0.0.1.example.org/")
    (True, False)
    """
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow a few redirects, but not from https to http."""

    max_redirections = 5

    def redirect_request(  # noqa: PLR0917 - the signature is urllib's
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise urllib.error.HTTPError(req.full_url, code, "a redirect out of https", headers, fp)
        if _address_fault(newurl):
            raise urllib.error.HTTPError(req.full_url, code, "a redirect to no address of ours", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)

    def http_error_302(self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any) -> Any:
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except ValueError as error:  # the new address cannot be taken apart
            raise urllib.error.HTTPError(req.full_url, code, "a redirect to no address", headers, fp) from error

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _opener(limits: FetchLimits, deadline: float) -> urllib.request.OpenerDirector:
    """Return an opener whose connections are cut at the deadline, even while headers or a body drip in."""

    class _Limited:
        sock: socket.socket
        _timer: threading.Timer | None = None

        def connect(self) -> None:
            super().connect()  # type: ignore[misc]
            self.sock.settimeout(limits.read_s)
            self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, [self.sock])
            self._timer.daemon = True
            self._timer.start()

    class _Http(_Limited, http.client.HTTPConnection):
        pass

    class _Https(_Limited, http.client.HTTPSConnection):
        pass

    class _HttpHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(_Http, req)

    class _HttpsHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(_Https, req)

    return urllib.request.build_opener(_Redirects, _HttpHandler, _HttpsHandler)


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
