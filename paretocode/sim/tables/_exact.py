"""When would sums of a log no longer be exact? Refused before anything is counted."""

from __future__ import annotations

from paretocode.errors import InputError
from paretocode.sim.tables.subject import TableSubject
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["refuse_dear", "refuse_inexact"]

_EXACT = 2**53
_MOST_PUSD = 2**62


def refuse_inexact(stream: RequestStream, subject: TableSubject) -> None:
    """Refuse a log whose sums of tokens or of min scores reach 2^53, where 64-bit floats are no longer whole.

    Raises
    ------
    InputError
        Also where `refuse_dear` refuses.
    """
    prompt, completion = int(stream.prompt_tokens.sum()), int(stream.completion_tokens.sum())
    if max(prompt, completion, len(stream) * PPM) >= _EXACT:
        raise InputError(
            f"{len(stream):,} requests with {prompt + completion:,} tokens are too many to count at once",
            where=stream.name or "stream",
            way_out="count parts of the log and add the tables, or check the units of tokens",
        )
    refuse_dear(prompt, completion, subject, where=stream.name or "stream")


def refuse_dear(prompt_tokens: int, completion_tokens: int, subject: TableSubject, *, where: str) -> None:
    """Refuse tokens whose bill at the dearest prices does not fit 62 bits of pico-USD, about 4.6 million USD.

    Raises
    ------
    InputError
        With the bill.
    """
    prices = subject.models.tariff
    prompt = max(int(column.max()) for column in (prices.prompt, prices.cache_read, prices.cache_write))
    dearest = prompt_tokens * prompt + completion_tokens * int(prices.completion.max())
    if dearest >= _MOST_PUSD:
        raise InputError(
            f"the dearest prices would make it {dearest / 1e12:,.0f} USD, more than can be summed exactly",
            where=where,
            way_out="take a part of the log, or check the units of tokens and prices",
        )
