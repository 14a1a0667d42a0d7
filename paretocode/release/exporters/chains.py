"""Which models does each tier try, in which order? The map's own router, asked once per tier.

Targets that cannot rank by themselves get the order that the reference router gives a plain request, the one that the
conformance vectors use. So eligibility by floor, the ranking, the
number of fallbacks and the empty-tier rule are worked out here, by the same code, and only here.
"""

from __future__ import annotations

from dataclasses import dataclass

from paretocode.stream.stream import RequestRow
from paretocode.tiermap import shortlist
from paretocode.tiermap.file import TierMapFile
from paretocode.tiermap.file_schema import CandidateEntry

__all__ = ["PLAIN_COMPLETION", "PLAIN_PROMPT", "TierChain", "left_out", "tier_chains"]

PLAIN_PROMPT, PLAIN_COMPLETION = 1000, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChain:
    """What a tier tries for a plain request.

    Parameters
    ----------
    name
        The tier.
    index
        Its position, 0 for the lowest.
    low_ppm, high_ppm
        Its band of min scores: low <= min score < high; the highest tier's `high_ppm` is 1,000,001.
    served_by
        The position of the tier whose shortlist serves it: its own, or another where its own has nobody; None where
        the map refuses.
    shortlist
        All models of that shortlist, best first.
    n_fallbacks
        How many of them may follow the first.
    """

    name: str
    index: int
    low_ppm: int
    high_ppm: int
    served_by: int | None
    shortlist: tuple[CandidateEntry, ...]
    n_fallbacks: int

    @property
    def models(self) -> tuple[CandidateEntry, ...]:
        """The primary and its fallbacks."""
        return self.shortlist[: 1 + self.n_fallbacks]

    @property
    def is_reachable(self) -> bool:
        """Whether some min score of the axis falls into its band."""
        return self.low_ppm < self.high_ppm


def tier_chains(file: TierMapFile) -> tuple[TierChain, ...]:
    """Return the chain of every tier, lowest first.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import documented_pareto_code
    >>> from paretocode.tiermap.file import tier_map_file
    >>> catalogue = load_bundled()
    >>> low, medium, high = tier_chains(tier_map_file(documented_pareto_code(catalogue), catalogue))
    >>> medium.low_ppm, medium.high_ppm, [model.key for model in medium.models]
    (330000, 660000, ['moonshotai/kimi-k2.6', 'openai/gpt-5.4-mini@xhigh', 'x-ai/grok-4.3@high'])
    """
    lists = _shortlists(file)
    starts = [0, *file.request_edges_ppm, 1_000_001]
    chains = []
    for index, tier in enumerate(file.tiers):
        served_by = _serving(index, lists, file.policy.empty_tier)
        chains.append(
            TierChain(
                name=tier.name,
                index=index,
                low_ppm=starts[index],
                high_ppm=starts[index + 1],
                served_by=served_by,
                shortlist=() if served_by is None else lists[served_by],
                n_fallbacks=file.policy.n_fallbacks,
            )
        )
    return tuple(chains)


def left_out(file: TierMapFile) -> tuple[str, ...]:
    """Return the keys of candidates in no chain: price or context unknown, or a window below a plain request."""
    held = {model.key for models in _shortlists(file) for model in models}
    return tuple(c.key for tier in file.tiers for c in tier.candidates if c.key not in held)


def _shortlists(file: TierMapFile) -> list[tuple[CandidateEntry, ...]]:
    tier_map, catalogue = file.tier_map(), file.catalogue()
    # The file's catalogue lists candidates tier by tier, so a row is a position in this list.
    candidates = [candidate for tier in file.tiers for candidate in tier.candidates]
    request = RequestRow(
        session=0,
        time_us=0,
        min_score_ppm=None,
        prompt_tokens=PLAIN_PROMPT,
        completion_tokens=PLAIN_COMPLETION,
        prefix_tokens=0,
    )
    return [
        tuple(candidates[row] for row in shortlist(request, index, tier_map, catalogue))
        for index in range(len(file.tiers))
    ]


def _serving(index: int, lists: list[tuple[CandidateEntry, ...]], rule: str) -> int | None:
    step = {"up": 1, "down": -1, "refuse": len(lists)}[rule]
    while 0 <= index < len(lists):
        if lists[index]:
            return index
        index += step
    return None
