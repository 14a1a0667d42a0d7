"""Which model does a request get? The router's side of a tier map: load it, refuse what is wrong with it, decide.

This file needs Python 3.9 or newer and its standard library, nothing else: copy it into a router, or run
``python reader.py RELEASE_DIR`` to check that it answers a release's conformance vectors.

A decision is stateless: the tier by the min score, the tier's models that are available and large enough, ranked, and
the empty-tier rule. Left to the router: sessions (stickiness, hysteresis, "never downgrade"; `session.py` beside this
file does them where one process sees the whole session), retries along the fallbacks, and the calls themselves. Digests
show that nothing changed; only signatures show who approved (`ssh_check`).
"""

from __future__ import annotations

import datetime
import enum
import hashlib
import json
import os
import re
import stat
import sys
import threading
from bisect import bisect_left, bisect_right
from collections import namedtuple

TYPE_CHECKING = False  # spares importing `typing`
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Path = str | os.PathLike[str]
    IsAvailable = Callable[[str], bool] | None
    CheckSignature = Callable[[str, bytes, dict[str, Any]], bool | str]

__all__ = [
    "Decision",
    "HotRouter",
    "Reason",
    "Router",
    "TierMapError",
    "load",
    "parse",
    "read_rule",
    "run_vectors",
    "ssh_check",
]

FORMAT, VERSION = "paretocode-tier-map", 1
VECTORS_FORMAT, APPROVAL_FORMAT = "paretocode-vectors-2", "paretocode-approval-1"
APPROVERS_FORMAT = "paretocode-approvers-1"
MAX_BYTES = 16 * 2**20
_AGAIN = "take the release again"


class Reason(enum.Enum):
    """Why a map, a release or a request is refused."""

    UNREADABLE = "it cannot be read"
    TOO_LARGE = "it is larger than such a file may be"
    NOT_JSON = "it is not strict JSON, in maps of whole numbers only"
    NOT_CANONICAL = "its bytes are not in canonical form"
    CHANGED = "its bytes are not those that were released"
    UNKNOWN_FORMAT = "it is no tier map of a known format"
    FUTURE_VERSION = "its format is newer than this reader"
    UNKNOWN_KEY = "a key that the format does not have"
    MISSING_KEY = "a key of the format is missing"
    WRONG_VALUE = "a value of the wrong type or out of range"
    BROKEN_RULE = "values that do not fit each other"
    NOT_YET_VALID = "its validity has not begun"
    EXPIRED = "its validity has ended"
    NO_RELEASE = "it lies in no release"
    DRAFT = "it was released as a draft"
    NOT_APPROVED = "too few people approved these bytes"
    STALE_APPROVAL = "an approval of other bytes"
    NOT_SIGNED = "too few approvals carry a valid signature"
    WRONG_PARENT = "it supersedes another map than the one in force"
    OLD_SERIAL = "its serial is not above the one in force"
    BAD_VECTORS = "its conformance vectors do not belong to it"
    BAD_REQUEST = "a request that cannot be routed as it stands"


class TierMapError(Exception):
    """A refusal in one sentence: where, what, and the way out; `reason` says which kind it is."""

    def __init__(self, reason: Reason, where: str, what: str, way_out: str = _AGAIN) -> None:
        super().__init__(f"{where}: {what}; {way_out}.")
        self.reason = reason


Decision = namedtuple("Decision", ("tier", "primary", "fallbacks"))
"""Name of the serving tier, key of the model to call, keys to try next; (None, None, ()) when the map refuses."""

# --- what a file may hold: a dict has exactly its keys, a list one rule for all, a tuple the allowed values -----------

_COUNT, _SERIAL, _EDGE = range(2**53), range(1, 2**53), range(1 - 2**53, 2**53)
_MAY_BE_NULL = {"score_edges_milli", "drift_limits"}  # lists and dicts that may be null
_NAME = re.compile(".{1,200}", re.DOTALL)
_PLAIN = re.compile(r"(?!\s)[^\x00-\x1f\x7f-\x9f]{1,200}(?<!\s)")  # no control character, no space at either end
_SHA256, _DAY = re.compile("[0-9a-f]{64}"), re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PRICE_NAMES = [f"{name}_micro_usd_per_mtok" for name in ("prompt", "completion", "cache_read", "cache_write")]
_PRICES = dict.fromkeys(_PRICE_NAMES, (None, range(10**12 + 1)))
_CANDIDATE = {
    "model_id": (_PLAIN,),
    "effort": ("", re.compile(_PLAIN.pattern.replace("200", "64"))),
    "score_milli": (None, range(-(10**12), 10**12 + 1)),
    "throughput_milli_tps_p50": (None, range(1, 2**53)),
    "context_tokens": (None, range(1, 10**12 + 1)),
    "is_free": (True, False),
    "price_steps": [{"min_prompt_tokens": (_COUNT,), **_PRICES}],
    **_PRICES,
}
_POLICY = {
    "ranking": ("price", "throughput"),
    "price_metric": ("prompt", "completion", "blend_3_1", "blend_7_2_1", "request"),
    "eligibility": ("tier", "floor"),
    "empty_tier": ("up", "down", "refuse"),
    "n_fallbacks": (range(101),),
    "stickiness": ("none", "session", "implicit"),
    "sticky_ttl_s": (_COUNT,),
    "hysteresis_ppm": (_COUNT,),
    "downgrades": ("allowed", "never"),
}
_MAP = {
    "format": (FORMAT,),
    "format_version": (VERSION,),
    "name": (_NAME,),
    "serial": (_SERIAL,),
    "supersedes": (None, _SHA256),
    "valid_from": (None, _DAY),
    "valid_until": (None, _DAY),
    "drift_limits": {
        "served_ppm": [(range(1_000_001),)],
        "most_moved_ppm": (range(1_000_001),),
        "least_requests": (_SERIAL,),
    },
    "score_definition": (_NAME,),
    "catalogue_digest": (_SHA256,),
    "catalogue_as_of": (re.compile(".{0,32}", re.DOTALL),),
    "attribution": (re.compile(".{0,2000}", re.DOTALL),),
    "edge_rule": ("edge_belongs_above",),
    "request_edges_ppm": [(range(1_000_001),)],
    "score_edges_milli": [(_EDGE,)],
    "default_tier": (_NAME,),
    "tiers": [{"name": (_PLAIN,), "floor_milli": (None, _EDGE), "candidates": [_CANDIDATE]}],
    "policy": _POLICY,
}


def parse(content: bytes, *, where: str = "tier map") -> dict[str, Any]:
    """Return the document of a tier map's bytes, or refuse it: JSON, format, keys, values, canonical bytes, rules."""
    document = _json(content, where, is_whole_only=True)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TierMapError(Reason.UNKNOWN_FORMAT, where, "it is no tier map", f'expect "format": "{FORMAT}"')
    version = document.get("format_version")
    if type(version) is int and version > VERSION:
        what = f"its format version is {version} and this reader knows {VERSION}"
        raise TierMapError(Reason.FUTURE_VERSION, where, what, "take a newer reader")
    _refuse_shape(document, _MAP, where)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if text.encode(errors="replace") + b"\n" != content:  # half a surrogate pair has no bytes
        raise TierMapError(Reason.NOT_CANONICAL, where, "its bytes are not in canonical form")
    rules = (_broken_tiers, _broken_dates, _broken_limits, _broken_models)
    for broken in (broken for rule in rules for broken in rule(document)):
        raise TierMapError(Reason.BROKEN_RULE, where, broken)
    return document


def _json(content: bytes, where: str, *, is_whole_only: bool = False) -> Any:
    def refuse(word: str) -> Any:
        raise ValueError(f"{word[:40]} is not allowed")

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        plain = dict(pairs)
        return plain if len(plain) == len(pairs) else refuse("a key twice")

    def whole(digits: str) -> int:
        return int(digits) if len(digits) <= 17 else refuse(digits)

    numbers: dict[str, Any] = {"parse_float": refuse, "parse_int": whole} if is_whole_only else {}
    try:
        return json.loads(content, object_pairs_hook=once, parse_constant=refuse, **numbers)
    except (ValueError, RecursionError) as error:
        raise TierMapError(Reason.NOT_JSON, where, f"it is not strict JSON ({error})") from error


def _refuse_shape(value: Any, rule: Any, where: str) -> None:
    if isinstance(rule, dict) and isinstance(value, dict):
        for key in sorted(set(value) - set(rule)):
            raise TierMapError(Reason.UNKNOWN_KEY, where, f"format {VERSION} has no key {key[:60]!r}")
        for key in sorted(set(rule) - set(value)):
            raise TierMapError(Reason.MISSING_KEY, where, f"key {key!r} is missing")
        for key in rule:
            if value[key] is not None or key not in _MAY_BE_NULL:
                _refuse_shape(value[key], rule[key], f"{where}, {key}")
    elif isinstance(rule, list) and isinstance(value, list):
        for place, item in enumerate(value):
            _refuse_shape(item, rule[0], f"{where}.{place}")
    elif not (isinstance(rule, tuple) and any(_is_allowed(value, choice) for choice in rule)):
        raise TierMapError(
            Reason.WRONG_VALUE, where, f"it is {repr(value)[:60]}, which format {VERSION} does not allow"
        )


def _is_allowed(value: object, choice: Any) -> bool:
    if isinstance(choice, range):
        return type(value) is int and value in choice
    if isinstance(choice, re.Pattern):
        return isinstance(value, str) and choice.fullmatch(value) is not None
    return type(value) is type(choice) and value == choice


def _broken_tiers(document: dict[str, Any]) -> Iterator[str]:
    tiers, floors = document["tiers"], document["score_edges_milli"]
    names, default = [tier["name"] for tier in tiers], document["default_tier"]
    if not 1 <= len(tiers) <= 1000:
        yield f"it has {len(tiers)} tiers, not 1 to 1000"
    for name, edges in (("request_edges_ppm", document["request_edges_ppm"]), ("score_edges_milli", floors)):
        if edges is not None and (len(edges) != len(tiers) - 1 or sorted(set(edges)) != edges):
            yield f"{name} are not {len(tiers) - 1} strictly increasing numbers"
    if [tier["floor_milli"] for tier in tiers] != [None, *(floors or [None] * (len(tiers) - 1))]:
        yield "floor_milli of the tiers does not repeat score_edges_milli"
    if len(set(names)) != len(names) or default not in names:
        yield f"{default!r} is no tier, or two tiers have one name"
    if document["request_edges_ppm"][:1] == [0] and default != names[0]:
        yield f"no request can ask for tier {names[0]!r}"
    if document["policy"]["eligibility"] == "floor" and floors is None:
        yield "eligibility 'floor' needs score edges"


def _broken_dates(document: dict[str, Any]) -> Iterator[str]:
    days = [day for day in (document["valid_from"], document["valid_until"]) if day is not None]
    for day in days:
        try:
            datetime.date.fromisoformat(day)
        except ValueError:
            yield f"there is no day {day}"
    if days != sorted(days):
        yield f"valid_until {days[1]} is before valid_from {days[0]}"


def _broken_limits(document: dict[str, Any]) -> Iterator[str]:
    shares = (document["drift_limits"] or {}).get("served_ppm")
    if shares is not None and (len(shares) != len(document["tiers"]) or sum(shares) != 1_000_000):
        yield f"served_ppm of drift_limits are not {len(document['tiers'])} shares that add up to 1000000"


def _broken_models(document: dict[str, Any]) -> Iterator[str]:
    models = [model for tier in document["tiers"] for model in tier["candidates"]]
    if len({_key(model) for model in models}) != len(models):
        yield "a model stands twice"
    for model in models:
        steps = model["price_steps"]
        if len({step["min_prompt_tokens"] for step in steps}) != len(steps):
            yield f"{_key(model)!r} has two price steps at one length"
        if not model["is_free"] and 0 in [prices[name] for prices in (model, *steps) for name in _PRICE_NAMES[:2]]:
            yield f"{_key(model)!r} costs 0 and is not said to be free"


def _key(model: dict[str, Any]) -> str:
    return f"{model['model_id']}@{model['effort']}" if model["effort"] else str(model["model_id"])


# --- deciding -------------------------------------------------------------------------------------------------------


class _Model:
    """A candidate with what ranking needs."""

    def __init__(self, entry: dict[str, Any], tier: int) -> None:
        self.key, self.tier, self.score = _key(entry), tier, entry["score_milli"]
        self.context = entry["context_tokens"] or -1  # of unknown context: it holds nothing
        self.speed = entry["throughput_milli_tps_p50"] or 0
        self.prompt, self.completion, self.cached, _ = (entry[name] for name in _PRICE_NAMES)
        self.steps = sorted(entry["price_steps"], key=lambda step: -step["min_prompt_tokens"])

    def price(self, metric: str) -> int:
        """Return a list price; a blend is the sum over its weights, and no price for cache reads means prompt price."""
        cached = self.prompt if self.cached is None else self.cached
        weights = {"prompt": (0, 1, 0), "completion": (0, 0, 1), "blend_3_1": (0, 3, 1), "blend_7_2_1": (7, 2, 1)}
        of_cached, of_prompt, of_completion = weights.get(metric, (0, 0, 0))
        return int(of_cached * cached + of_prompt * self.prompt + of_completion * self.completion)

    def cost(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Return a request's cost [pico-USD] without caches: the highest step strictly below its prompt counts."""
        step: dict[str, Any] = next((s for s in self.steps if prompt_tokens > s["min_prompt_tokens"]), {})
        prompt, completion = (step.get(name) for name in _PRICE_NAMES[:2])
        prompt = self.prompt if prompt is None else prompt
        return int(prompt_tokens * prompt + completion_tokens * (self.completion if completion is None else completion))


class Router:
    """A checked map that decides requests. Threads may share it. Made by `load`."""

    def __init__(self, document: dict[str, Any], sha256: str) -> None:
        self.document, self.sha256 = document, sha256
        self.name, self.serial, self.policy = document["name"], document["serial"], document["policy"]
        self.tiers = tuple(tier["name"] for tier in document["tiers"])
        self.default_tier = self.tiers.index(document["default_tier"])
        self._edges, self._floors = document["request_edges_ppm"], [t["floor_milli"] for t in document["tiers"]]
        self._step = {"up": 1, "down": -1, "refuse": len(self.tiers)}[self.policy["empty_tier"]]
        self._is_by_request = self.policy["price_metric"] == "request"
        models = [_Model(c, place) for place, tier in enumerate(document["tiers"]) for c in tier["candidates"]]
        # A model without a known price is never ranked. Ties: lower price, then higher score, unscored last, then key.
        self._ranked = [model for model in models if model.prompt is not None and model.completion is not None]
        self._ranked.sort(key=lambda m: (m.score is None, -(m.score or 0), m.key))
        self._rank(self._ranked, lambda model: model.price(self.policy["price_metric"]))
        # Requests differ by tier and by which contexts hold them: a cell for each pair, filled when first asked for.
        self._limits = sorted({model.context for model in self._ranked})
        self._cells: dict[int, Any] = {}
        self._pools: dict[int, list[_Model]] = {}

    def route(
        self,
        min_score: float | None = None,
        *,
        min_score_ppm: int | None = None,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        is_available: IsAvailable = None,
    ) -> Any:
        """Return the `Decision` for one request; `TierMapError` (`BAD_REQUEST`) if it cannot be routed as it stands.

        Give `min_score` from 0 to 1, which is rounded half to even to parts per million, or `min_score_ppm` as it is,
        or neither for the default tier. A value equal to an edge belongs to the tier above. Models whose context does
        not hold prompt plus completion are left out (give no tokens, and any context will do), and so are models for
        whose key `is_available` says no.
        """
        if min_score.__class__ is float and min_score_ppm is None and 0.0 <= min_score <= 1.0:
            tier = bisect_right(self._edges, round(min_score * 1e6))
        else:
            tier = self.tier_of(self.asked_ppm(min_score, min_score_ppm))
        if not prompt_tokens >= 0 <= completion_tokens:
            what = f"tokens are {prompt_tokens}, {completion_tokens}"
            raise TierMapError(Reason.BAD_REQUEST, "request", what, "give numbers from 0 on")
        if is_available is None and not self._is_by_request:
            cell = bisect_left(self._limits, prompt_tokens + completion_tokens) * len(self.tiers) + tier
            return self._cells.get(cell) or self._fill(cell)
        return self.decision(*self.shortlist(tier, prompt_tokens, completion_tokens, is_available))

    @staticmethod
    def asked_ppm(min_score: object, min_score_ppm: object) -> int | None:
        """Return what a request asks for; a whole number as `min_score` is 0 or 1, never parts per million."""
        if min_score is None and min_score_ppm is None:
            return None
        if min_score is None and type(min_score_ppm) is int and 0 <= min_score_ppm <= 1_000_000:
            return min_score_ppm
        is_number = isinstance(min_score, (int, float)) and type(min_score) is not bool
        if min_score_ppm is None and is_number and 0 <= min_score <= 1:  # type: ignore[operator]
            return round(min_score * 1e6)  # type: ignore[operator]
        what = f"min_score is {repr(min_score)[:40]} and min_score_ppm is {repr(min_score_ppm)[:40]}"
        way_out = "give one of them, a number from 0 to 1 or whole parts per million, or neither"
        raise TierMapError(Reason.BAD_REQUEST, "request", what, way_out)

    def moved_ppm(self, served: dict[str, int]) -> int | None:
        """Return which share of requests other tiers serve than on the stream that the map was judged on [ppm].

        `served` counts the requests that each tier served lately, by its name. The share is half the sum of the
        absolute differences, rounded up; beyond the map's ``most_moved_ppm`` people should look at the map again. None:
        the map states no drift limits, or the requests are fewer than its ``least_requests``.
        """
        limits, n = self.document["drift_limits"], sum(served.values())
        if limits is None or n < limits["least_requests"]:
            return None
        pairs = zip(self.tiers, limits["served_ppm"])  # noqa: B905 (Python 3.9)
        apart = sum(abs(served.get(tier, 0) * 1_000_000 - ppm * n) for tier, ppm in pairs)
        return int(-(-apart // (2 * n)))

    def tier_of(self, min_score_ppm: int | None) -> int:
        """Return the position of the tier that a min score asks for; None is omitted."""
        return self.default_tier if min_score_ppm is None else bisect_right(self._edges, min_score_ppm)

    def shortlist(
        self, tier: int, prompt_tokens: int, completion_tokens: int, is_available: IsAvailable = None
    ) -> tuple[int | None, list[str]]:
        """Return which tier serves a request that asks for `tier`, and the keys of its models that can, best first."""
        cell = bisect_left(self._limits, prompt_tokens + completion_tokens) * len(self.tiers)
        while 0 <= tier < len(self.tiers):
            able = self._pool(cell + tier)
            if is_available is not None:
                able = [model for model in able if is_available(model.key)]
            if self._is_by_request:
                able = self._rank(list(able), lambda model: model.cost(prompt_tokens, completion_tokens))
            if able:
                return tier, [model.key for model in able]
            tier += self._step
        return None, []

    def _pool(self, cell: int) -> list[_Model]:
        """Return the tier's models whose context holds requests of this size, in the order of the ranking."""
        if cell not in self._pools:
            size_class, tier = divmod(cell, len(self.tiers))
            large = [model for model in self._ranked if bisect_left(self._limits, model.context) >= size_class]
            self._pools[cell] = [model for model in large if self._is_eligible(model, tier)]
        return self._pools[cell]

    def _rank(self, models: list[_Model], price: Callable[[_Model], int]) -> list[_Model]:
        models.sort(key=price)
        if self.policy["ranking"] == "throughput":
            models.sort(key=lambda model: -model.speed)
        return models

    def _is_eligible(self, model: _Model, tier: int) -> bool:
        if self.policy["eligibility"] == "tier":
            return model.tier == tier
        floor = self._floors[tier]
        return floor is None or (model.score is not None and model.score >= floor)

    def _fill(self, cell: int) -> Any:
        size_class, tier = divmod(cell, len(self.tiers))
        need = self._limits[size_class] if size_class < len(self._limits) else 2**53
        self._cells[cell] = decision = self.decision(*self.shortlist(tier, need, 0))
        return decision

    def decision(self, served: int | None, models: list[str]) -> Any:
        """Return the decision for a tier and its shortlist, as `shortlist` gives them."""
        if served is None:
            return Decision(None, None, ())
        return Decision(self.tiers[served], models[0], tuple(models[1 : 1 + self.policy["n_fallbacks"]]))


# --- loading --------------------------------------------------------------------------------------------------------


def load(
    path: Path,
    *,
    require_approval: bool = True,
    least_approvals: int = 1,
    rule: dict[str, Any] | None = None,
    check_signatures: CheckSignature | None = None,
    today: str | None = None,
    expected_sha256: str | None = None,
    parent_sha256: str | None = None,
    parent_serial: int | None = None,
    max_bytes: int = MAX_BYTES,
) -> Router:
    """Read and verify a release folder, or the map in it; return its router.

    Parameters
    ----------
    path
        A folder with ``tier_map.json``, or the file. ``evidence.json`` beside it states the digests that must hold.
    require_approval, least_approvals
        Whether it must be a release, and how many people (by name) must have approved exactly these bytes.
    rule
        The team's own rule, as `read_rule` gives it: which people and roles must be among them, never the author alone.
        The rule inside a release is its maker's.
    check_signatures
        Called with (approval file, its bytes, the approval); an approval counts only where it returns true, or the
        fingerprint of the key, and approvals by one key count once. See `ssh_check`.
    today
        The day as YYYY-MM-DD; the UTC day by default.
    expected_sha256
        The digest of the map's file, where it is known.
    parent_sha256, parent_serial
        The map in force: the new one must supersede exactly it, with a higher serial.
    max_bytes
        Limit of each file, checked before it is parsed.

    Raises
    ------
    TierMapError
        Anything that is not as it should be, in one sentence.
    """
    path = os.path.abspath(os.fspath(path))
    path = os.path.join(path, "tier_map.json") if os.path.isdir(path) else path
    folder, name = os.path.split(path)
    content, released = _read(path, max_bytes), _released_digests(folder, max_bytes)
    digest = hashlib.sha256(content).hexdigest()
    for expected in (expected_sha256, None if released is None else released.get(name, "another file")):
        if expected not in (None, digest):
            raise TierMapError(Reason.CHANGED, path, f"its sha256 is {digest[:12]} and not {str(expected)[:12]}")
    router = Router(parse(content, where=path), digest)
    _refuse_day(router, today or _utc_day(), path)
    _refuse_parent(router, parent_sha256, parent_serial, path)
    if require_approval:
        if released is None:
            way_out = "export it, or load it with require_approval=False"
            raise TierMapError(Reason.NO_RELEASE, path, "no evidence.json lies beside it, so it is no release", way_out)
        found = _approvals(folder, digest, released, max_bytes)
        _refuse_too_few(found, least_approvals, rule, check_signatures, path)
    return router


def _read(path: str, max_bytes: int) -> bytes:
    """Return the bytes of a plain file; a pipe or a device is refused, not waited for."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(number, "rb") as file:
            content = file.read(max_bytes + 1) if stat.S_ISREG(os.fstat(number).st_mode) else None
    except OSError as error:
        raise TierMapError(Reason.UNREADABLE, path, f"it cannot be read ({error.strerror})", "check it") from error
    if content is None:
        raise TierMapError(Reason.UNREADABLE, path, "it is no plain file", "name a tier map")
    if len(content) > max_bytes:
        raise TierMapError(Reason.TOO_LARGE, path, f"it has more than {max_bytes:,} bytes", "name a tier map")
    return content


def _released_digests(folder: str, max_bytes: int) -> dict[str, str] | None:
    """Return file name -> sha256 as evidence.json states them; None where the folder is no release."""
    path = os.path.join(folder, "evidence.json")
    if not os.path.lexists(path):
        return None
    statement = _json(_read(path, max_bytes), path)
    try:
        state = statement["predicate"].get("state")
        digests = {str(subject["name"]): str(subject["digest"]["sha256"]) for subject in statement["subject"]}
    except (TypeError, KeyError, AttributeError) as error:
        raise TierMapError(Reason.CHANGED, path, "it states no digests") from error
    if str(state).startswith("draft"):
        raise TierMapError(Reason.DRAFT, folder, "it was released as a draft", "export it from committed code")
    return digests


def _approvals(folder: str, digest: str, released: dict[str, str], max_bytes: int) -> list[Any]:
    """Return file, bytes and content of each approval of these bytes; a release holds no other.

    Revoked ones do not count, nor those that say they are signed and are not.
    """
    sealed = {f"{name}_sha256": released.get(f"result/{name}.json", "") for name in ("metrics", "manifest")}
    sealed["tier_map_sha256"], found = digest, []
    for name in _names(os.path.join(folder, "approvals")):
        path = os.path.join(folder, "approvals", name)
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}\.json", name) or os.path.lexists(f"{path}.revoked"):
            continue
        content = _read(path, min(max_bytes, 2**16))
        approval = _json(content, path)
        is_object = isinstance(approval, dict) and approval.get("format") == APPROVAL_FORMAT
        if not is_object or not isinstance(approval.get("by"), str) or not approval["by"].strip():
            raise TierMapError(Reason.NOT_APPROVED, path, f"it is no {APPROVAL_FORMAT}", "approve again")
        if released.get(f"approvals/{name}") != hashlib.sha256(content).hexdigest():
            raise TierMapError(Reason.CHANGED, path, "it is not as it was released")
        if any(approval.get(key) != value for key, value in sealed.items()):
            raise TierMapError(Reason.STALE_APPROVAL, path, f"it does not approve {digest[:12]}", "approve this map")
        if approval.get("signature") == "none" or os.path.isfile(f"{path}.sig"):
            found.append((path, content, approval))
    return found


def _refuse_too_few(found: list[Any], least: int, rule: Any, check: CheckSignature | None, path: str) -> None:
    if len({_who(approval) for *_, approval in found}) < least:
        raise TierMapError(Reason.NOT_APPROVED, path, f"{len(found)} approvals cover its bytes", "approve it first")
    if rule is not None and check is None and not rule.get("count_unsigned"):
        what = "the rule counts signed approvals only, and nobody checks them"
        raise TierMapError(Reason.NOT_SIGNED, path, what, "give check_signatures, such as ssh_check(...)")
    keys = [(seal[2], True if check is None else check(*seal)) for seal in found]
    signed = [(approval, key) for approval, key in keys if key]
    names = {_who(approval) for approval, _ in signed}
    n_people = min(len(names), len({key if isinstance(key, str) else _who(a) for a, key in signed}))
    if n_people < least:
        what = f"{len(signed)} of {len(found)} approvals carry a valid signature"
        raise TierMapError(Reason.NOT_SIGNED, path, what, "sign it first")
    for missing in _missing(rule, signed) if rule is not None else ():
        raise TierMapError(Reason.NOT_APPROVED, path, f"the rule counts too few: {missing}", "let its people approve")


def _missing(rule: dict[str, Any], signed: list[Any]) -> Iterator[str]:
    """Yield what a team's rule still asks for; `paretocode verify` counts the same."""
    given: dict[str, Any] = {}
    for approval, key in sorted(signed, key=lambda pair: str(pair[0].get("date"))):
        name, principal = _same_words(approval["by"]), str(approval.get("principal") or "")
        person = next((p for p in rule["people"] if _same_words(p["name"]) == name), {"principal": None})
        is_signed = approval.get("signature") == "ssh" and principal == person.get("principal", "")
        if is_signed or (rule.get("count_unsigned") and principal in ("", person.get("principal", ""))):
            given[name] = key
    people: list[dict[str, Any]] = []
    used: set[str] = set()
    for person in rule["people"]:
        key = given.get(_same_words(person["name"]))
        if key and key not in used:
            people.append(person)
            used |= {key} if isinstance(key, str) else set()
    if len(people) < rule["required"]:
        yield f"{len(people)} of {rule['required']} approvals required"
    for role in rule.get("roles", ()):
        if not any(role in person.get("roles", ()) for person in people):
            yield f"nobody with role {role} approved it"
    texts = [str(a.get(name) or "") for a, _ in signed for name in ("author", "commit_author")]
    authors = {_same_words(word) for text in texts for word in (text, *re.split("[<>]", text)[:2])} - {""}
    own = [{_same_words(p["name"]), _same_words(p.get("principal", ""))} & authors for p in people]
    if people and all("author" in p.get("roles", ()) or same for p, same in zip(people, own)):  # noqa: B905
        yield "only its author approved it"
    elif len(people) == 1 and not any(approval.get("author") for approval, _ in signed):
        yield "nobody knows whether its only approver is its author"


def _same_words(text: str) -> str:
    """Return what two spellings of a name have in common: case folded, NFKC, runs of spaces as one."""
    import unicodedata

    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def read_rule(path: Path) -> dict[str, Any]:
    """Return a team's own ``approvers.toml`` for `load`. Needs Python 3.11; an older one gives `load` such a dict."""
    try:
        import tomllib

        rule = tomllib.loads(_read(os.fspath(path), 2**18).decode())
    except (ImportError, ValueError, RecursionError) as error:
        what = f"it cannot be read as TOML ({error})"
        raise TierMapError(Reason.UNREADABLE, os.fspath(path), what, "check it") from error
    people = rule.get("people")
    is_rule = rule.get("format") == APPROVERS_FORMAT and type(rule.get("required")) is int and rule["required"] > 0
    if not is_rule or not isinstance(people, list) or not all(isinstance(p, dict) and p.get("name") for p in people):
        what = f"it is no {APPROVERS_FORMAT} with required and people"
        raise TierMapError(Reason.UNREADABLE, os.fspath(path), what, "see docs/release.md of paretocode")
    return rule


def _who(approval: dict[str, Any]) -> str:
    """Return whom an approval counts for: the principal whose key signed, else the name that was given."""
    return str(approval.get("principal") or approval["by"]).strip()


def _names(folder: str) -> list[str]:
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def _refuse_day(router: Router, today: str, where: str) -> None:
    first, last = router.document["valid_from"], router.document["valid_until"]
    if first and today < first:
        raise TierMapError(Reason.NOT_YET_VALID, where, f"it is valid from {first} on", "keep the map before it")
    if last and today > last:
        raise TierMapError(Reason.EXPIRED, where, f"it expired on {last}", "approve and export a newer map")


def _refuse_parent(router: Router, sha256: str | None, serial: int | None, where: str) -> None:
    parent = router.document["supersedes"]
    if sha256 is not None and parent != sha256:
        what = f"it supersedes {parent and parent[:12]} and {sha256[:12]} is in force"
        raise TierMapError(Reason.WRONG_PARENT, where, what, "export it against that one")
    if serial is not None and router.serial <= serial:
        what = f"its serial {router.serial} is not above {serial}, which is in force"
        raise TierMapError(Reason.OLD_SERIAL, where, what, "export it with a higher serial")


def _utc_day() -> str:
    return datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()  # noqa: UP017


class HotRouter:
    """A router whose map may be replaced on disk; what is broken, unapproved or no child of the map in force stays out.

    Making one raises what `load` raises: before the first good map there is nothing to serve. Call `refresh` now and
    then, from any thread. `current` is the router in force; reading it takes no lock.

    Parameters
    ----------
    check_parent
        Whether a new map must supersede the one in force, with a higher serial.
    path, settings
        As for `load`.
    """

    def __init__(self, path: Path, *, check_parent: bool = True, **settings: Any) -> None:
        self._path, self._check_parent, self._settings = os.path.abspath(os.fspath(path)), check_parent, settings
        self._refreshing = threading.Lock()
        self.last_refusal: TierMapError | None = None
        self._seen = self._look()
        self.current = load(self._path, **settings)

    def route(self, *scores: Any, **request: Any) -> Any:
        """Return the decision of the map in force; arguments as for `Router.route`."""
        return self.current.route(*scores, **request)

    def refresh(self) -> bool:
        """Take up a new map if there is a good one; return whether it did, and leave in `last_refusal` why not.

        A refused map is looked at again when its files change or a new day begins. A map in force that expires stays
        in force, and `last_refusal` says so.
        """
        if not self._refreshing.acquire(blocking=False):
            return False  # another thread is at it
        try:
            seen, self._seen = self._seen, self._look()  # looked at before reading: later changes are seen next time
            if seen == self._seen:
                return False
            new, old = load(self._path, **self._settings), self.current
            if new.sha256 != old.sha256 and self._check_parent:
                _refuse_parent(new, old.sha256, old.serial, self._path)
        except TierMapError as error:
            self.last_refusal = error
            return False
        else:
            self.last_refusal, self.current = None, new
            return new.sha256 != old.sha256
        finally:
            self._refreshing.release()

    def _look(self) -> list[object]:
        folder = self._path if os.path.isdir(self._path) else os.path.dirname(self._path)
        sealed = os.path.join(folder, "approvals")
        files = [self._path, *(os.path.join(folder, name) for name in ("tier_map.json", "evidence.json"))]
        seen: list[object] = [_utc_day()]
        for file in (*files, *(os.path.join(sealed, name) for name in _names(sealed))):
            try:
                state = os.stat(file)
                seen.append((file, state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino))
            except OSError:
                seen.append((file, None))
        return seen


def ssh_check(allowed_signers: Path, namespace: str = "paretocode-approval") -> CheckSignature:
    """Return a check for `load`: ``ssh-keygen -Y verify`` of ``NAME.json.sig`` beside each approval ``NAME.json``.

    It returns the fingerprint of the key that signed, empty where the signature does not count.

    The approval's principal must stand in `allowed_signers`, whose dates are held against the approval's date in UTC.
    Needs OpenSSH 8.7 or newer. Source: ssh-keygen(1), "-Y verify" and "ALLOWED SIGNERS".
    """

    def key_of(path: str, content: bytes, approval: dict[str, Any]) -> str:
        import subprocess

        try:
            moment = datetime.datetime.fromisoformat(str(approval.get("date")))
        except ValueError:
            return ""
        # Another principal would be a pattern; a date without a zone would be read in the zone of this machine.
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}", _who(approval)) or moment.tzinfo is None:
            return ""
        when = moment.astimezone(datetime.timezone.utc).strftime("verify-time=%Y%m%d%H%M%S")  # noqa: UP017
        command = ["ssh-keygen", "-Y", "verify", "-f", os.fspath(allowed_signers), "-I", _who(approval)]
        command += ["-n", namespace, "-s", f"{path}.sig", "-O", when]
        try:
            done = subprocess.run(
                command, input=content, capture_output=True, timeout=30, check=False, env={**os.environ, "TZ": "UTC0"}
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            what = f"ssh-keygen does not run ({error})"
            raise TierMapError(Reason.NOT_SIGNED, path, what, "install OpenSSH") from error
        key = re.search(rb" key (SHA256:[A-Za-z0-9+/]+)\s*$", done.stdout)
        return key[1].decode() if done.returncode == 0 and key else ""

    return key_of


# --- conformance ----------------------------------------------------------------------------------------------------


def run_vectors(release: Path, **settings: Any) -> tuple[int, list[int]]:
    """Load a release folder, settings as for `load`; return how many vectors it has, and the positions that differ."""
    router, path = load(release, **settings), os.path.join(os.fspath(release), "vectors.json")
    content, released = _read(path, 4 * MAX_BYTES), _released_digests(os.fspath(release), MAX_BYTES)
    document = _json(content, path, is_whole_only=True)
    if not isinstance(document, dict) or document.get("format") != VECTORS_FORMAT:
        raise TierMapError(Reason.BAD_VECTORS, path, f"it holds no {VECTORS_FORMAT}")
    is_sealed = released is None or released.get("vectors.json") == hashlib.sha256(content).hexdigest()
    if not is_sealed or document.get("tier_map_sha256") != router.sha256:
        raise TierMapError(Reason.BAD_VECTORS, path, "it does not belong to the map")
    cases = document["cases"]
    return len(cases), [position for position, case in enumerate(cases) if not _agrees(router, case)]


def _agrees(router: Router, case: dict[str, Any]) -> bool:
    unavailable = case["unavailable"]
    request = {name: case[name] for name in ("min_score_ppm", "prompt_tokens", "completion_tokens")}
    try:
        found = router.route(**request, is_available=(lambda key: key not in unavailable) if unavailable else None)
    except TierMapError:
        return bool(case["is_malformed"])
    return not case["is_malformed"] and found == (case["tier"], case["primary"], tuple(case["fallbacks"]))


def main(arguments: list[str]) -> int:
    """Check a release folder from the command line: 0 all vectors agree, 1 some differ, 2 the release is refused."""
    try:
        (release,) = arguments
        n_cases, differing = run_vectors(release)
    except (TierMapError, ValueError) as error:
        is_refusal = isinstance(error, TierMapError)
        print(f"error: {error}" if is_refusal else "usage: python reader.py RELEASE_DIR", file=sys.stderr)
        return 2
    print(f"{n_cases - len(differing)} of {n_cases} vectors agree", *(f"case {n} differs" for n in differing), sep="\n")
    return 1 if differing or not n_cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
