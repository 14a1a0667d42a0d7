"""Which traps does one record of Artificial Analysis set, alone and against the same model's earlier record?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paretocode.catalogue._aa_scores import DEFINITIONS, index_parts
from paretocode.catalogue._records import Record, is_number, sub
from paretocode.catalogue.effort import split_effort
from paretocode.catalogue.finding import Finding
from paretocode.catalogue.lint_traps import trap

__all__ = ["change_traps", "record_traps"]

_ROUNDING = 0.005
_CACHE_WRITE_FACTOR = 1.25
_BLEND = "price_1m_blended_3_to_1"
_INPUT, _OUTPUT = "price_1m_input_tokens", "price_1m_output_tokens"
_SPEEDS = ("output_tokens_per_second", "median_output_tokens_per_second")


def record_traps(record: Record, edges: Sequence[float]) -> Iterator[Finding]:
    """Yield the findings of one record."""
    subject = _subject(record)
    yield from _score_traps(record, subject, edges)
    yield from _price_traps(sub(record, "pricing"), subject)
    speed = {**record, **sub(record, "speed"), **sub(record, "performance")}
    if any(speed.get(key) == 0 for key in _SPEEDS):
        yield trap("zero-speed", subject, "its speed is 0, which means not measured")
    elif not any(is_number(speed.get(key)) for key in _SPEEDS):
        yield trap("no-speed", subject, "its speed was not measured")
    if any(key.startswith("median_") for key in (*record, *sub(record, "performance"))):
        yield trap("flat-speed", subject, "its speeds stand under median_*")
    if "capabilities" not in record:
        yield trap("no-context", subject, "the record has no context window")
    name = str(record.get("name"))
    if (effort := split_effort(name)[1]) != "":
        yield trap("effort-variant", subject, f"the model {split_effort(name)[0]} at effort {effort}")


def _score_traps(record: Record, subject: str, edges: Sequence[float]) -> Iterator[Finding]:
    index = _index(record)
    if index is None:
        if sub(record, "evaluations").get("artificial_analysis_intelligence_index") is not None:
            yield trap("no-score", subject, "an intelligence index and no coding index")
        return
    definitions = _definitions(record)
    if "scicode" in sub(record, "evaluations") and not definitions:
        yield trap("legacy-score", subject, f"no known definition gives a coding index of {index:g} from its parts")
    elif definitions:
        yield trap("score-definition", subject, f"its parts say {' or '.join(definitions)}")
    if abs(index - round(index, 2)) < 1e-9:
        yield trap("rounded-score", subject, f"its coding index is {index:g}")
    for edge in edges:
        if abs(index - edge) <= _ROUNDING + 1e-12:
            yield trap("score-near-edge", subject, f"its coding index {index:.7g} and the edge {edge:g} round alike")


def _price_traps(pricing: Record, subject: str) -> Iterator[Finding]:
    prices = [pricing.get(key) for key in (_INPUT, _OUTPUT)]
    if 0 in prices:
        yield trap("zero-price", subject, "price 0, which says neither free nor unknown")
    elif not all(is_number(price) for price in prices):
        yield trap("no-price", subject, "no input or output price")
    if _BLEND in pricing:
        blend = pricing[_BLEND]
        code = "blend-missing" if blend is None else "blend-ignored"
        yield trap(code, subject, f"its blended price is {blend}")


def change_traps(earlier: Record, later: Record) -> Iterator[Finding]:
    """Yield the findings of a record against an earlier one of the same id or slug."""
    subject = _subject(later)
    if earlier.get("id") != later.get("id"):
        if earlier.get("slug") == later.get("slug"):
            what = f"the slug was {earlier.get('name')} ({earlier.get('id')}) and is {later.get('name')}"
            yield trap("slug-repointed", subject, what)
        return
    yield from _score_changes(earlier, later, subject)
    before, after = sub(earlier, "pricing"), sub(later, "pricing")
    old, new = before.get(_INPUT), after.get(_INPUT)
    if is_number(old) and is_number(new) and old > 0 and new > 0 and old != new:
        factor = max(old, new) / min(old, new)
        if abs(factor - _CACHE_WRITE_FACTOR) < 1e-9 and before.get(_OUTPUT) == after.get(_OUTPUT):
            what = (
                f"its input price went from {old:g} to {new:g}; the dearer one is {_CACHE_WRITE_FACTOR} times the other"
            )
            yield trap("cache-write-as-input", subject, what)
        elif factor >= 2:
            yield trap("price-jump", subject, f"its input price went from {old:g} to {new:g} USD per million")
    if is_number(before.get(_BLEND)) and _BLEND in after and after[_BLEND] is None:
        yield trap("blend-missing", subject, f"its blended price was {before[_BLEND]} and is gone")


def _score_changes(earlier: Record, later: Record, subject: str) -> Iterator[Finding]:
    old, new = _index(earlier), _index(later)
    if old is None or new is None or old == new:
        return
    before, after = _definitions(earlier), _definitions(later)
    if before and after and not set(before) & set(after):
        yield trap("score-rebased", subject, f"{old:g} under {before[0]} became {new:g} under {after[0]}")
    elif abs(old - new) <= _ROUNDING + 1e-12:
        yield trap("precision-changed", subject, f"{old:.7g} became {new:.7g}, which rounds alike")


def _definitions(record: Record) -> list[str]:
    """Return the definitions that explain the index by its parts; the older one alone where both do."""
    index = _index(record)
    if index is None:
        return []
    found = [d for d in DEFINITIONS if index_parts(index, sub(record, "evaluations"), definition=d) is not None]
    return found[:1]


def _index(record: Record) -> float | None:
    index = sub(record, "evaluations").get("artificial_analysis_coding_index")
    return float(index) if is_number(index) else None


def _subject(record: Record) -> str:
    return str(record.get("slug") or record.get("id") or record.get("name"))
