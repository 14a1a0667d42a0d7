"""By what are requests sliced? The min scores that many send, classes of prompt length, classes of session length."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode._checks import BoolColumn
from paretocode.stream.stream import RequestStream

__all__ = ["ATOM_SHARE", "PROMPT_TOKENS", "SESSION_REQUESTS", "slices_of"]

PROMPT_TOKENS = (1_000, 8_000, 32_000, 128_000)
"""Upper bounds of the classes of prompt length, inclusive [tokens]."""
SESSION_REQUESTS = (1, 10, 50, 200)
"""Upper bounds of the classes of session length, inclusive [requests]."""
ATOM_SHARE = 0.02
"""A min score that fewer of all requests send stands among the others."""
_MOST_ATOMS = 12
_PPM = 1_000_000


def slices_of(stream: RequestStream) -> Iterator[tuple[str, str, BoolColumn]]:
    """Yield (family, name, mask) of the slices that have requests; those of a family cover the stream once."""
    yield from _min_scores(stream)
    for family, values, bounds in (
        ("prompt tokens", stream.prompt_tokens, PROMPT_TOKENS),
        ("session requests", np.bincount(stream.session)[stream.session], SESSION_REQUESTS),
    ):
        place = np.searchsorted(bounds, values, side="left")
        for at in range(len(bounds) + 1):
            mask = place == at
            if mask.any():
                yield family, _span(bounds, at), mask


def _min_scores(stream: RequestStream) -> Iterator[tuple[str, str, BoolColumn]]:
    asked = ~stream.is_omitted
    values, counts = np.unique(stream.min_score_ppm[asked], return_counts=True)
    order = np.lexsort((values, -counts))[:_MOST_ATOMS]
    atoms = np.sort(values[[at for at in order if counts[at] >= ATOM_SHARE * len(stream)]])
    for atom in atoms.tolist():
        yield "min score", f"{atom / _PPM:g}", asked & (stream.min_score_ppm == atom)
    other = asked & ~np.isin(stream.min_score_ppm, atoms)
    if other.any():
        yield "min score", "others", other
    if not asked.all():
        yield "min score", "omitted", ~asked


def _span(bounds: tuple[int, ...], at: int) -> str:
    """Return a class in words; a value equal to a bound belongs below it.

    Examples
    --------
    >>> [_span((1, 10), at) for at in range(3)]
    ['1 or fewer', '2 to 10', 'more than 10']
    """
    if at == 0:
        return f"{bounds[0]:,} or fewer"
    return f"more than {bounds[-1]:,}" if at == len(bounds) else f"{bounds[at - 1] + 1:,} to {bounds[at]:,}"
