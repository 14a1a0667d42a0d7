"""Which traps do price and score files set, and what do we do about each? One table: code, what it is, our rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paretocode.catalogue.finding import Finding

__all__ = ["TRAPS", "Trap", "trap"]


@dataclass(frozen=True, slots=True)
class Trap:
    """One kind of trap.

    Parameters
    ----------
    severity
        One of `SEVERITIES`: how wrong a reader would be that does not know it.
    kind
        What stands in the file.
    rule
        What the readers do about it.
    """

    severity: str
    kind: str
    rule: str


TRAPS: Mapping[str, Trap] = {
    "router-price": Trap(
        "warning", "price -1: the record is a router, whose price varies", "left out by name; -1 is never a price"
    ),
    "moving-alias": Trap("warning", "`~vendor/family-latest`: an alias whose target moves", "left out by name"),
    "batch-variant": Trap("warning", "`:batch`: half the price, answered later", "left out by name"),
    "free-variant": Trap("note", "`:free`: price 0 that the id states", "kept at 0 with `is_free`"),
    "thinking-variant": Trap("note", "`:thinking`: the same weights at another price", "a model under its whole id"),
    "zero-price": Trap("warning", "price 0 without a statement that it is free", "missing: 0 wins nothing"),
    "zero-price-transient": Trap(
        "warning", "a paid id that was listed at 0 in the earlier file", "missing while it is 0, as any such 0"
    ),
    "long-context-step": Trap(
        "note", "other prices for long prompts (overrides, tiers, ranges, suffixed keys)", "price steps of the model"
    ),
    "hourly-price": Trap(
        "warning", "prices by the hour of the UTC day", "base prices, unless a time of day is named; said in the notes"
    ),
    "discount": Trap("warning", "`pricing.discount`", "prices times (1 - discount), said in the notes"),
    "other-price-keys": Trap("note", "prices of images, audio, searches next to tokens", "not read"),
    "per-request-price": Trap("warning", "a fee per request", "not counted, named in the notes"),
    "expires": Trap("warning", "an expiration date", "said in the notes; left out once it has passed on `as_of`"),
    "no-context": Trap("warning", "no context window", "missing: such a model holds no request"),
    "legacy-score": Trap(
        "warning", "a coding index that its own parts do not explain: an older definition", "missing, named"
    ),
    "no-price": Trap("warning", "a score without a price", "missing: never the cheapest"),
    "no-score": Trap("warning", "a price without a score, as after a re-base", "missing: it stands in no tier"),
    "new-without-score": Trap("warning", "one of the newest models without a score", "missing, warned of by name"),
    "zero-speed": Trap("warning", "speed 0: not measured", "missing: not measured is not slow"),
    "no-speed": Trap("note", "no speed (null): not measured", "missing: it wins no speed ranking"),
    "cache-write-as-input": Trap(
        "warning",
        "the cache-write price in the input column (1.25 times the input price)",
        "take prices from the router's list, as the joiner does",
    ),
    "vendor-price-jump": Trap(
        "warning", "all priced models of a vendor move by one factor at once", "read as a change of column; warned of"
    ),
    "price-jump": Trap("note", "a price at least doubles or halves", "kept, named"),
    "price-rise": Trap("note", "a dated price list in which a price rises", "kept: prices do rise"),
    "slug-repointed": Trap(
        "warning", "a slug that now names another model", "key on the stable id; the two are two models"
    ),
    "effort-variant": Trap(
        "note", "one of several efforts of a model, with one price and its own score", "key is id and effort"
    ),
    "rounded-score": Trap(
        "note", "a score rounded to hundredths", "edges within the rounding are warned of; standard error as stated"
    ),
    "score-near-edge": Trap(
        "warning", "a score within the rounding (0.005) of an edge", "put edges between scores, not on one"
    ),
    "precision-changed": Trap("note", "the same score at another precision", "no change of the model"),
    "blend-ignored": Trap("note", "a blended price in the file", "never read; recomputed from its parts"),
    "blend-missing": Trap("note", "a blended price that is null", "never read; recomputed from its parts"),
    "score-definition": Trap(
        "note", "an index whose parts tell its definition", "one definition a catalogue; others are missing"
    ),
    "score-rebased": Trap("warning", "the same model's index under another definition", "edges need a re-anchoring"),
    "definition-changed": Trap(
        "warning", "two files with two score definitions", "compared on prices only, until re-anchored"
    ),
    "flat-speed": Trap("note", "speeds under `median_*` at the top of the record or under `performance`", "read"),
    "reduced-schema": Trap(
        "error", "a record with short keys of somebody's own (slug, coding, price_in)", "no reader: bring a plain table"
    ),
    "spec-row": Trap("warning", "a row that documents the format (`sample_spec`)", "left out by name"),
    "service-tier-price": Trap(
        "note", "batch, flex and priority prices under suffixed keys", "not read: other products"
    ),
    "dated-price": Trap(
        "note", "prices with dates", "those of `as_of`; without it the last ones, a later start included"
    ),
    "pseudo-model": Trap("warning", "a long-context price as a second model", "a price step of its base"),
    "inherits": Trap("note", "a record that inherits from a base model", "resolved; left out where the base is absent"),
    "elo-interval": Trap(
        "note",
        "an Elo rating with a 95 percent interval",
        "standard error = half the interval / 1.96; axis by EloScale",
    ),
    "unknown-shape": Trap(
        "error", "a record of no known source", "refused; an entry of LiteLLM's map that is no model is a note"
    ),
}
"""Code -> trap. `docs/sources.md` shows the same table."""


def trap(code: str, subject: str, message: str) -> Finding:
    """Return a finding of a code, as grave as the table says."""
    return Finding(code, TRAPS[code].severity, subject, message)
