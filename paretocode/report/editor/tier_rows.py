"""What does each tier take, and who serves it? A row a tier, with the incumbent's pick beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paretocode.catalogue.prices import display_price_usd_per_mtok
from paretocode.report import numbers
from paretocode.report.editor.answers import Answer, Answers, Figures
from paretocode.report.editor.picks import TierPicks
from paretocode.report.editor.world import EditorWorld
from paretocode.report.names import short_model_names
from paretocode.tiermap import tier_names

__all__ = ["TierText", "shown_metric"]


def shown_metric(world: EditorWorld) -> str:
    """Return the price metric that is shown; where each request has its own price, the blend that stands in."""
    metric = world.policy.price_metric
    return "blend_3_1" if metric == "request" else metric


@dataclass(frozen=True, kw_only=True, eq=False)
class TierText:
    """Models' names and prices as text, worked out once.

    Parameters
    ----------
    names, prices
        By catalogue row.
    usd_per_mtok
        The same prices; NaN where not known.
    """

    names: tuple[str, ...]
    prices: tuple[str, ...]
    usd_per_mtok: tuple[float, ...]

    @classmethod
    def of(cls, world: EditorWorld) -> TierText:
        """Work them out."""
        short = short_model_names(world.catalogue.keys)
        price = display_price_usd_per_mtok(world.catalogue, shown_metric(world))
        return cls(
            names=tuple(short[key] for key in world.catalogue.keys),
            prices=tuple(numbers.usd(None if np.isnan(usd) else float(usd)) for usd in price),
            usd_per_mtok=tuple(price.tolist()),
        )

    def rows(self, answer: Answer, answers: Answers) -> list[dict[str, Any]]:
        """Return plain rows, lowest tier first."""
        n_tiers = answer.edges.n_tiers
        was = answers.incumbent_picks
        same_number = len(was) == n_tiers
        n_requests = 0 if answers.counts is None else answers.counts.requests
        scores = answers.world.score_edges(answer.edges)
        return [
            {
                "name": name,
                "from": f"{low / 1e6:g}",
                "to": f"{high / 1e6:g}",
                "score_from": "" if tier == 0 else f"{scores[tier - 1] / 1e3:g}",
                "score_to": "" if tier == n_tiers - 1 else f"{scores[tier] / 1e3:g}",
                "n_models": answer.picks[tier].n_members,
                "share": self._share(answer.figures, tier, n_requests),
                "share_was": self._share(answers.incumbent, tier, n_requests) if same_number else numbers.UNKNOWN,
                **self._pick(answer.picks[tier], was[tier] if same_number else None),
            }
            for tier, (name, low, high) in enumerate(
                zip(
                    tier_names(n_tiers),
                    (0, *answer.edges.request_ppm),
                    (*answer.edges.request_ppm, 1_000_000),
                    strict=True,
                )
            )
        ]

    @staticmethod
    def _share(figures: Figures | None, tier: int, n_requests: int) -> str:
        if figures is None or not n_requests:
            return numbers.UNKNOWN
        return numbers.percent(figures.served[tier] / n_requests)

    def _pick(self, picks: TierPicks, was: TierPicks | None) -> dict[str, Any]:
        pick = picks.rows[0] if picks.rows else None
        old = was.rows[0] if was is not None and was.rows else None
        return {
            "rows": list(picks.rows),
            "pick": numbers.UNKNOWN if pick is None else self.names[pick],
            "price": numbers.UNKNOWN if pick is None else self.prices[pick],
            "margin": self._margin(pick, picks.next_row),
            "fallbacks": [f"{self.names[row]} {self.prices[row]}" for row in picks.rows[1:]],
            "pick_was": numbers.UNKNOWN if old is None else f"{self.names[old]} {self.prices[old]}",
            "is_new": was is not None and pick != old,
        }

    def _margin(self, pick: int | None, runner_up: int | None) -> str:
        """Return by how much the price of the next model lies above that of the pick."""
        if pick is None or runner_up is None:
            return numbers.UNKNOWN
        return numbers.relative_change(self.usd_per_mtok[runner_up], self.usd_per_mtok[pick])
