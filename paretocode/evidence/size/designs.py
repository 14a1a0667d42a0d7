"""How will the maps meet? Both replayed on one log, or each on its own part of live traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from paretocode.errors import InputError
from paretocode.evidence.size.spread import SessionSpread

__all__ = ["Design", "Paired", "Rollout"]


class Design(Protocol):
    """How sessions become a difference and its error."""

    @property
    def least_sessions(self) -> int:
        """Fewest sessions that show any spread."""

    @property
    def text(self) -> str:
        """For sentences."""

    def error(self, spread: SessionSpread, n_sessions: float) -> tuple[float, float]:
        """Return standard error and degrees of freedom of the difference on that many sessions in all."""

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Both maps on the same sessions, as in a replay: what sessions have in common cancels."""

    @property
    def least_sessions(self) -> int:
        """Two."""
        return 2

    @property
    def text(self) -> str:
        """For sentences."""
        return "both maps replayed on the same log"

    def error(self, spread: SessionSpread, n_sessions: float) -> tuple[float, float]:
        """Return sd / sqrt(n) of the paired contributions, and n - 1."""
        return float(spread.sd_paired / n_sessions**0.5), n_sessions - 1

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {"kind": "paired"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Live traffic: each session sees one map, drawn for the candidate with the canary's share.

    Parameters
    ----------
    canary_share
        Share of sessions under the candidate, above 0 and below 1.

    Notes
    -----
    Sessions are judged once, at the planned number. Looking earlier and stopping at will needs other limits than these.
    """

    canary_share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.canary_share < 1:
            raise InputError(
                f"canary_share is {self.canary_share}", where="sample size", way_out="give a share such as 0.1"
            )

    @property
    def least_sessions(self) -> int:
        """Two in the smaller arm."""
        return int(-(-2 // min(self.canary_share, 1 - self.canary_share)))

    @property
    def text(self) -> str:
        """For sentences."""
        return f"a live rollout with {self.canary_share:.4g} of sessions on the candidate"

    def arms(self, n_sessions: float) -> tuple[float, float]:
        """Return the expected sessions of candidate and incumbent."""
        return n_sessions * self.canary_share, n_sessions * (1 - self.canary_share)

    def error(self, spread: SessionSpread, n_sessions: float) -> tuple[float, float]:
        """Return the error of two independent arms, with the degrees of freedom of Welch (1947)."""
        variances = [sd**2 / n for sd, n in zip(spread.sd_arms, self.arms(n_sessions), strict=True)]
        total = sum(variances)
        parts = sum(v**2 / (n - 1) for v, n in zip(variances, self.arms(n_sessions), strict=True))
        return total**0.5, total**2 / parts if parts > 0 else n_sessions - 2

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {"kind": "rollout", "canary_share": self.canary_share}
