"""What is wrong with a map before any request is replayed? Findings a person should read before signing.

Each check is a function of a `LintContext` that yields findings; `lint_tier_map` runs them all in the order below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue
from paretocode.catalogue.finding import Finding
from paretocode.catalogue.prices import price_metric_micro_usd
from paretocode.stream.demand import Demand
from paretocode.tiermap.ranking import display_order, ranked_rows
from paretocode.tiermap.tier_map import TierMap

__all__ = ["ATOM_MARGIN", "FLIP_MARGIN", "lint_tier_map"]

ATOM_MARGIN = 0.02
"""An edge nearer than this to an atom of demand decides a lot of traffic by a hair [0..1 axis]."""
FLIP_MARGIN = 0.03
"""A pick whose runner-up is dearer by less than this share flips at the next price change."""
KNOWN_SENDERS = {0.65: " (Hermes Agent's default)"}
"""Atoms whose sender is documented; shown where a finding names the atom."""
_SIGMA_95 = 1.96
_P50 = SPEED_PERCENTILES.index(50)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintContext:
    """What every check sees: the map, the models, the demand, the usable rows of each tier, best first, and prices.

    The price metric ``request`` is shown by its prompt price, since no request is at hand.
    """

    tier_map: TierMap
    catalogue: Catalogue
    demand: Demand
    ranked: tuple[tuple[int, ...], ...]
    metric: str
    prices: IntColumn

    def price(self, row: int) -> int:
        """Return a model's price in the metric, in whole units of that metric."""
        return int(self.prices[row])


def lint_tier_map(tier_map: TierMap, catalogue: Catalogue, *, demand: Demand) -> list[Finding]:
    """Return all findings about a map, gravest first within each check.

    Parameters
    ----------
    demand
        Its atoms are what edges must keep a distance from.

    Raises
    ------
    InputError
        When map and catalogue use different score definitions.
    """
    tier_map.check_against(catalogue)
    members = [[catalogue.index_of(key) for key in tier.models if key in catalogue] for tier in tier_map.tiers]
    metric = "prompt" if tier_map.policy.price_metric == "request" else tier_map.policy.price_metric
    price = price_metric_micro_usd(catalogue, metric)[0]
    context = LintContext(
        tier_map=tier_map,
        catalogue=catalogue,
        demand=demand,
        ranked=tuple(tuple(ranked_rows(catalogue, rows, tier_map.policy, price=price)) for rows in members),
        metric=metric,
        prices=price,
    )
    checks = (
        _missing_models,
        _empty_tiers,
        _unreachable_tiers,
        _dominated_tiers,
        _edges_on_points,
        _edges_near_atoms,
        _flipping_picks,
        _scores_outside_tiers,
        _overlapping_scores,
    )
    return [finding for check in checks for finding in check(context)]


def _finding(code: str, severity: str, subject: str, message: str) -> Finding:
    return Finding(code=code, severity=severity, subject=subject, message=message)


def _missing_models(context: LintContext) -> Iterator[Finding]:
    catalogue = context.catalogue
    for tier in context.tier_map.tiers:
        for key in tier.models:
            if key not in catalogue:
                yield _finding(
                    "model-not-in-catalogue", "error", key, f"listed in {tier.name} but not in the catalogue"
                )
                continue
            row = catalogue.index_of(key)
            if not catalogue.has_price[row]:
                yield _finding("model-without-price", "warning", key, f"in {tier.name} it can never be picked")
            if np.isnan(catalogue.context_tokens[row]):
                yield _finding("model-without-context", "warning", key, f"in {tier.name} it can hold no request")
            if context.tier_map.policy.ranking == "throughput" and np.isnan(catalogue.throughput_tps[row, _P50]):
                yield _finding("model-without-speed", "warning", key, f"in {tier.name} it cannot win a speed ranking")


def _empty_tiers(context: LintContext) -> Iterator[Finding]:
    for tier, ranked in zip(context.tier_map.tiers, context.ranked, strict=True):
        if not ranked:
            rule = context.tier_map.policy.empty_tier
            fate = {"up": "go to a higher tier, if there is one that can serve", "refuse": "are refused"}
            fate["down"] = "go to a lower tier, if there is one that can serve"
            yield _finding("empty-tier", "error", tier.name, f"no model of it can serve; its requests {fate[rule]}")


def _unreachable_tiers(context: LintContext) -> Iterator[Finding]:
    edges = context.tier_map.request_edges_ppm
    atoms = [round(score * 1_000_000) for score, share in context.demand.atoms if share > 0]
    for index, tier in enumerate(context.tier_map.tiers):
        low = edges[index - 1] if index else 0
        high = edges[index] if index < len(edges) else 1_000_001
        if high <= 0 or low > 1_000_000:
            yield _finding("unreachable-tier", "error", tier.name, "no min score between 0 and 1 asks for it")
        elif (
            not any(low <= atom < high for atom in atoms)
            and context.demand.smooth_share == 0
            and not (tier.name == context.tier_map.default_tier and context.demand.omitted_share > 0)
        ):
            yield _finding("tier-without-demand", "warning", tier.name, "no request of the demand asks for it")


def _dominated_tiers(context: LintContext) -> Iterator[Finding]:
    if context.tier_map.policy.ranking != "price":
        return
    for index, tier in enumerate(context.tier_map.tiers):
        for higher in range(index + 1, context.tier_map.n_tiers):
            if not context.ranked[index] or not context.ranked[higher]:
                continue
            mine, theirs = context.ranked[index][0], context.ranked[higher][0]
            if context.price(theirs) <= context.price(mine):
                names, keys = context.tier_map.tiers, context.catalogue.keys
                yield _finding(
                    "dominated-tier",
                    "warning",
                    tier.name,
                    f"{names[higher].name} serves {keys[theirs]} at {_usd(context, theirs)}, no dearer than "
                    f"{keys[mine]} at {_usd(context, mine)} here ({context.metric} price)",
                )
                break


def _edges_on_points(context: LintContext) -> Iterator[Finding]:
    atoms = {round(score * 1_000_000) for score, share in context.demand.atoms if share > 0}
    for edge in context.tier_map.request_edges_ppm:
        if edge in atoms:
            yield _finding(
                "edge-on-data-point",
                "warning",
                f"request edge {edge / 1e6:g}",
                "many requests ask for exactly this; they get the tier above, by the edge rule alone",
            )
    catalogue = context.catalogue
    for milli in context.tier_map.score_edges_milli or ():
        on = np.flatnonzero(catalogue.has_score & (catalogue.score_milli == milli))
        for row in on:
            yield _finding(
                "edge-on-data-point",
                "warning",
                f"score edge {milli / 1000:g}",
                f"{catalogue.keys[row]} scores {catalogue.coding_score[row]:g}: a rounding decides its tier",
            )


def _edges_near_atoms(context: LintContext) -> Iterator[Finding]:
    for edge in context.tier_map.request_edges_ppm:
        for score, share in sorted(context.demand.atoms):
            distance = edge - round(score * 1_000_000)
            if share > 0 and distance != 0 and abs(distance) < round(ATOM_MARGIN * 1_000_000):
                side = "below" if distance > 0 else "above"
                tier = context.tier_map.tiers[context.tier_map.tier_of(round(score * 1_000_000))].name
                yield _finding(
                    "edge-near-atom",
                    "warning",
                    f"request edge {edge / 1e6:g}",
                    f"the demand at {score:g}{KNOWN_SENDERS.get(score, '')} lies {abs(distance) / 1e6:g} {side} it and "
                    f"gets {tier} ({share:.0%} of requests in the demand given)",
                )


def _flipping_picks(context: LintContext) -> Iterator[Finding]:
    if context.tier_map.policy.ranking != "price":
        return
    for tier, ranked in zip(context.tier_map.tiers, context.ranked, strict=True):
        if len(ranked) < 2:
            continue
        first, second = (context.price(row) for row in ranked[:2])
        if second == first:
            yield _finding(
                "pick-flips",
                "warning",
                tier.name,
                f"{context.catalogue.keys[ranked[0]]} and {context.catalogue.keys[ranked[1]]} both cost "
                f"{_usd(context, ranked[0])} ({context.metric} price): the tie rule picks, and any change flips it",
            )
        elif second - first < FLIP_MARGIN * first:
            yield _finding(
                "pick-flips",
                "warning",
                tier.name,
                f"{context.catalogue.keys[ranked[0]]} ({_usd(context, ranked[0])}) leads "
                f"{context.catalogue.keys[ranked[1]]} ({_usd(context, ranked[1])}) by {(second - first) / first:.1%} "
                f"of {context.metric} price: a {FLIP_MARGIN:.0%} change flips the pick",
            )


def _scores_outside_tiers(context: LintContext) -> Iterator[Finding]:
    edges, catalogue = context.tier_map.score_edges_milli, context.catalogue
    if edges is None:
        return
    bands = np.where(catalogue.has_score, np.searchsorted(edges, catalogue.score_milli, side="right"), -1).tolist()
    for index, tier in enumerate(context.tier_map.tiers):
        for key in tier.models:
            if key in catalogue:
                row = catalogue.index_of(key)
                band = bands[row]
                if band not in {index, -1}:
                    home = context.tier_map.tiers[band].name
                    message = (
                        f"it stands in {tier.name} and its score {catalogue.coding_score[row]:g} belongs in {home}"
                    )
                    yield _finding("score-outside-tier", "warning", key, message)


def _overlapping_scores(context: LintContext) -> Iterator[Finding]:
    catalogue = context.catalogue
    score, half = catalogue.coding_score, _SIGMA_95 * catalogue.coding_score_se
    for index in range(context.tier_map.n_tiers - 1):
        lower, upper = (
            np.array(display_order(catalogue, _scored(context, tier), context.tier_map.policy), dtype=np.int64)
            for tier in (index, index + 1)
        )
        overlaps = (score + half)[lower][:, None] >= (score - half)[upper][None, :]
        n_overlaps = int(np.count_nonzero(overlaps))
        if n_overlaps:
            low_name, high_name = (context.tier_map.tiers[i].name for i in (index, index + 1))
            inverted = int(np.count_nonzero(score[lower][:, None] > score[upper][None, :]))
            top, bottom = lower[np.argmax(score[lower])], upper[np.argmin(score[upper])]
            yield _finding(
                "overlapping-scores",
                "warning",
                f"{low_name} and {high_name}",
                f"the 95 % score intervals of {n_overlaps} of {overlaps.size} pairs overlap, {inverted} stand the "
                f"wrong way round (top of {low_name}: {catalogue.keys[top]} {score[top]:g} +- {half[top]:.1f}; "
                f"bottom of {high_name}: {catalogue.keys[bottom]} {score[bottom]:g} +- {half[bottom]:.1f})",
            )


def _scored(context: LintContext, tier: int) -> list[int]:
    catalogue = context.catalogue
    rows = [catalogue.index_of(key) for key in context.tier_map.tiers[tier].models if key in catalogue]
    return [row for row in rows if catalogue.has_score[row] and not np.isnan(catalogue.coding_score_se[row])]


def _usd(context: LintContext, row: int) -> str:
    divisor = {"blend_3_1": 4, "blend_7_2_1": 10}.get(context.metric, 1)
    return f"{context.price(row) / divisor / 1e6:g} USD/Mtok"
