"""How does a file of prices become a catalogue? Rows gathered one by one, and a sentence for all that was left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from paretocode.catalogue._amounts import UNSCORED, hide_no_prices, left_out_notes
from paretocode.catalogue._records import Row, catalogue_of_loose_rows, is_number
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue

__all__ = ["PriceList", "price_dict", "tokens"]

Prices = dict[str, float]


@dataclass(slots=True, kw_only=True)
class PriceList:
    """A catalogue of prices under construction; scores, speeds and whatever else a price file lacks are missing."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    fees: list[str] = field(default_factory=list)

    def leave_out(self, name: str, reason: str) -> None:
        """Remember what was left out, and why: "because `reason`"."""
        self.left_out.setdefault(reason, []).append(name)

    def add(
        self,
        model_id: str,
        prices: Prices,
        *,
        name: str = "",
        steps: Mapping[int, Prices] | None = None,
        context: object = None,
        max_output: object = None,
        release_date: str = "",
        fee_usd_per_request: float = math.nan,
    ) -> None:
        """Add a model; prices that are none are hidden and named, a fee per request is named and not counted."""
        is_free = model_id.endswith(":free")
        if hide_no_prices(prices, is_free=is_free):
            self.hidden.append(model_id)
        if fee_usd_per_request > 0:
            self.fees.append(f"{model_id} ({fee_usd_per_request:g})")
        kept_steps: list[dict[str, float]] = []
        for least, step in sorted((steps or {}).items()):
            hide_no_prices(step, is_free=is_free)
            kept_steps.append({"min_prompt_tokens": least, **step})
        self.rows.append(
            Row(
                model_id=model_id,
                name=name or model_id,
                prompt_usd_per_mtok=prices.get("prompt_usd_per_mtok", math.nan),
                completion_usd_per_mtok=prices.get("completion_usd_per_mtok", math.nan),
                cache_read_usd_per_mtok=prices.get("cache_read_usd_per_mtok", math.nan),
                cache_write_usd_per_mtok=prices.get("cache_write_usd_per_mtok", math.nan),
                context_tokens=tokens(context),
                max_output_tokens=tokens(max_output),
                release_date=release_date,
                is_free=is_free,
                steps=kept_steps,
            )
        )

    def catalogue(
        self, *, source: str, attribution: str, where: str, as_of: str = "", extra: Sequence[str] = ()
    ) -> Catalogue:
        """Return what was gathered.

        Parameters
        ----------
        source
            Where all columns are from.
        extra
            Columns besides ids, names and prices that the source states.

        Raises
        ------
        InputError
            No rows, a model twice.
        """
        notes = [*left_out_notes(self.left_out)]
        if self.hidden:
            notes.append(
                f"{len(self.hidden)} models list a price of 0 or less without being :free, taken as missing: "
                f"{', '.join(self.hidden)}."
            )
        if self.fees:
            notes.append(f"A fee per request is not counted [USD a request]: {', '.join(self.fees)}.")
        return catalogue_of_loose_rows(
            self.rows,
            score_definition=UNSCORED,
            sources=dict.fromkeys(("model_id", *PRICE_FIELDS, *extra), source),
            as_of=as_of,
            attribution=attribution,
            notes=[*notes, *self.notes],
            where=where,
        )


def price_dict(prompt: float, completion: float, cache_read: float, cache_write: float) -> Prices:
    """Return four amounts under the catalogue's names."""
    return dict(zip(PRICE_FIELDS, (prompt, completion, cache_read, cache_write), strict=True))


def tokens(value: object) -> float:
    """Return a count of tokens, NaN where it is none (a text, 0, -1).

    Examples
    --------
    >>> tokens(200_000), tokens("max input tokens"), tokens(0)
    (200000.0, nan, nan)
    """
    return float(value) if is_number(value) and value >= 1 else math.nan
