"""Who comes first? The order of models inside a shortlist, exact, with every tie decided.

Order by price: known price ascending, then score descending (unscored last), then key. Order by throughput: measured
p50 descending, unmeasured behind all measured ones, then the same three. A model without a known price is never
ranked: nobody could say what it costs. Scores and speeds are compared in the thousandths that the exported file
carries, so that a router which reads the file ranks alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.prices import price_metric_micro_usd
from paretocode.tiermap.policy import Policy

__all__ = ["display_order", "is_rankable", "ranked_rows", "tie_order"]


def is_rankable(catalogue: Catalogue, row: int) -> bool:
    """Return whether a model may be ranked at all: prompt and completion price are known."""
    return bool(catalogue.has_price[row])


def tie_order(catalogue: Catalogue, rows: Iterable[int]) -> list[int]:
    """Return rows by score descending, unscored last, then by key: the order that decides equal prices."""
    return sorted(
        (int(row) for row in rows),
        key=lambda row: (
            not catalogue.has_score[row],
            -int(catalogue.score_milli[row]),
            catalogue.keys[row],
        ),
    )


def ranked_rows(
    catalogue: Catalogue, rows: Iterable[int], policy: Policy, *, price: IntColumn | None = None
) -> list[int]:
    """Return rankable rows, best first.

    Parameters
    ----------
    rows
        Catalogue rows of a shortlist.
    price
        Shape (n_models,): what each model costs, in any whole unit; None takes the policy's price metric. The
        metric ``request`` has no price of its own, so the caller gives the cost of the request at hand.
    """
    if price is None:
        price, _ = price_metric_micro_usd(catalogue, policy.price_metric)
    order = [row for row in tie_order(catalogue, rows) if is_rankable(catalogue, row)]
    order.sort(key=lambda row: int(price[row]))
    if policy.ranking == "throughput":
        order.sort(key=lambda row: -int(catalogue.throughput_milli_tps[row]))
    return order


def display_order(catalogue: Catalogue, rows: Iterable[int], policy: Policy) -> list[int]:
    """Return all rows as people see them: the ranked ones (metric ``request`` by prompt price), then the others."""
    rows = [int(row) for row in rows]
    metric = "prompt" if policy.price_metric == "request" else policy.price_metric
    price, _ = price_metric_micro_usd(catalogue, metric)
    ranked = ranked_rows(catalogue, rows, policy, price=price)
    return ranked + [row for row in tie_order(catalogue, rows) if row not in set(ranked)]
