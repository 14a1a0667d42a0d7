"""What do the jumps of a part of a replay add up to? Whole numbers only, so that parts can be added in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import add
from typing import Any

from paretocode.errors import InputError
from paretocode.sim.jumps.cause import CATALOGUE_DRIVEN, FAILURE_DRIVEN, REQUEST_DRIVEN, JumpCause

__all__ = ["JumpTally"]

_SUMS = (
    "n_sessions",
    "n_pairs",
    "n_sessions_with_tier_jump",
    "n_sessions_with_model_jump",
    "n_tier_flaps",
    "n_model_flaps",
    "n_warm_jumps",
    "unpriced_tokens",
)
_BY_CAUSE = ("jumps_by_cause", "lost_tokens_by_cause", "lost_pusd_by_cause")


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpTally:
    """Jumps of a replay, or of a part of it; make one with `tally_jumps`, add two with ``+``.

    Parameters
    ----------
    tiers, model_keys, flap_turns
        Names of tiers, lowest first, names of models, and within how many further turns a return is a flap: only
        tallies that agree on them add up.
    n_sessions, n_pairs
        Sessions, and pairs of consecutive requests of one session.
    tier_pairs
        Shape (n_tiers, n_tiers): pairs whose two requests are both served, by serving tier of the first and of the
        second.
    model_jumps
        (row before, row after) -> pairs served by these two different models.
    n_sessions_with_tier_jump, n_sessions_with_model_jump
        Sessions with at least one.
    n_tier_flaps, n_model_flaps
        Jumps whose session is back at what it left within `flap_turns` further turns; see `count_flaps`.
    jumps_by_cause
        Model jumps in the order of `JumpCause`.
    lost_tokens_by_cause, lost_pusd_by_cause
        What the same jumps lost in prompt caches [tokens], [pico-USD]; see `cache_loss`.
    n_warm_jumps
        Model jumps within the cache's time limit of the model left behind; the others had nothing to lose.
    unpriced_tokens
        Lost tokens at models without a price for cached tokens: they stand in the tokens and not in the money.

    Notes
    -----
    ``+`` is exact, associative and commutative: the parts of a stream, split by session, give the tally of the whole.
    """

    tiers: tuple[str, ...]
    model_keys: tuple[str, ...]
    flap_turns: int
    n_sessions: int
    n_pairs: int
    tier_pairs: tuple[tuple[int, ...], ...]
    model_jumps: Mapping[tuple[int, int], int]
    n_sessions_with_tier_jump: int
    n_sessions_with_model_jump: int
    n_tier_flaps: int
    n_model_flaps: int
    jumps_by_cause: tuple[int, ...]
    lost_tokens_by_cause: tuple[int, ...]
    lost_pusd_by_cause: tuple[int, ...]
    n_warm_jumps: int
    unpriced_tokens: int

    def __add__(self, other: JumpTally) -> JumpTally:
        """Return the tally of both parts.

        Raises
        ------
        InputError
            The parts name other tiers or models, or another number of turns.
        """
        self._check_equal(other)
        rows = zip(self.tier_pairs, other.tier_pairs, strict=True)
        both = Counter(self.model_jumps) + Counter(other.model_jumps)
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in _SUMS}
        sums |= {name: tuple(map(add, getattr(self, name), getattr(other, name))) for name in _BY_CAUSE}
        return JumpTally(
            tiers=self.tiers,
            model_keys=self.model_keys,
            flap_turns=self.flap_turns,
            tier_pairs=tuple(tuple(map(add, a, b)) for a, b in rows),
            model_jumps=dict(sorted(both.items())),
            **sums,
        )

    def _check_equal(self, other: JumpTally) -> None:
        for name in ("tiers", "model_keys", "flap_turns"):
            mine, its = getattr(self, name), getattr(other, name)
            if mine != its:
                raise InputError(
                    f"jumps of the {name} {mine} and {its} do not add up",
                    way_out="tally all parts of a stream with one map, catalogue and number of turns",
                )

    def _tier_steps(self) -> Iterable[tuple[int, int]]:
        """Yield (tiers upward, pairs) of every kind of pair."""
        for before, row in enumerate(self.tier_pairs):
            for after, count in enumerate(row):
                yield after - before, count

    @property
    def n_served_pairs(self) -> int:
        """Pairs whose two requests are both served."""
        return sum(count for _, count in self._tier_steps())

    @property
    def n_tier_jumps_up(self) -> int:
        """Pairs whose second request is served by a higher tier."""
        return sum(count for height, count in self._tier_steps() if height > 0)

    @property
    def n_tier_jumps_down(self) -> int:
        """Pairs whose second request is served by a lower tier."""
        return sum(count for height, count in self._tier_steps() if height < 0)

    @property
    def n_tier_jumps(self) -> int:
        """Tier jumps, up and down."""
        return self.n_tier_jumps_up + self.n_tier_jumps_down

    @property
    def tier_jumps_by_height(self) -> dict[int, int]:
        """Tiers between -> jumps, from 1 up to one less than there are tiers."""
        heights = dict.fromkeys(range(1, len(self.tiers)), 0)
        for height, count in self._tier_steps():
            if height:
                heights[abs(height)] += count
        return heights

    @property
    def n_model_jumps(self) -> int:
        """Pairs whose two requests are served by different models."""
        return sum(self.model_jumps.values())

    @property
    def n_cold_jumps(self) -> int:
        """Model jumps that had nothing to lose: beyond the time limit, or away from a model that caches nothing."""
        return self.n_model_jumps - self.n_warm_jumps

    @property
    def lost_tokens(self) -> int:
        """Cached tokens that model jumps lost [tokens]."""
        return sum(self.lost_tokens_by_cause)

    @property
    def lost_pusd(self) -> int:
        """What the lost tokens cost [pico-USD]."""
        return sum(self.lost_pusd_by_cause)

    def n_of(self, causes: Iterable[JumpCause]) -> int:
        """Return the model jumps of some causes."""
        return sum(self.jumps_by_cause[cause.code - 1] for cause in causes)

    @property
    def n_request_driven(self) -> int:
        """Model jumps that follow from what was asked, how long it was, or how long the caller paused."""
        return self.n_of(REQUEST_DRIVEN)

    @property
    def n_catalogue_driven(self) -> int:
        """Model jumps that the catalogue before would have spared, and no change of tier or failure explains."""
        return self.n_of(CATALOGUE_DRIVEN)

    @property
    def n_failure_driven(self) -> int:
        """Model jumps to a fallback and back from one."""
        return self.n_of(FAILURE_DRIVEN)

    @property
    def tier_jump_rate(self) -> float | None:
        """Tier jumps per pair; None when there is no pair."""
        return self.n_tier_jumps / self.n_pairs if self.n_pairs else None

    @property
    def model_jump_rate(self) -> float | None:
        """Model jumps per pair; None when there is no pair."""
        return self.n_model_jumps / self.n_pairs if self.n_pairs else None

    @property
    def warm_share(self) -> float | None:
        """Share of model jumps that threw a warm cache away; None when there is no jump."""
        return self.n_warm_jumps / self.n_model_jumps if self.n_model_jumps else None
