"""What does a band decide, alone and with what it hands on? Choices of bands, and the arcs that carry them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.tiermap.policy import Policy

__all__ = ["Arcs", "Direction", "OwnChoices", "direction_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """How a policy hands on what a tier cannot hold.

    Parameters
    ----------
    hands_on
        Whether it ever does.
    is_from_top
        Whether to the tiers above, so that maps are built from the top.
    """

    hands_on: bool
    is_from_top: bool


def direction_of(policy: Policy) -> Direction:
    """Return the direction of a policy.

    Under the eligibility ``floor`` the tiers above hold nothing that the own tier's floor would not admit, so ``up``
    hands nothing on.
    """
    up, down = policy.empty_tier == "up" and policy.eligibility == "tier", policy.empty_tier == "down"
    return Direction(hands_on=up or down, is_from_top=up)


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnChoices:
    """What each band decides by itself.

    Parameters
    ----------
    row_of_band
        Shape (n_bands,): its row of `models`.
    models
        Shape (n_rows, n_kinds): the model of each kind of request, or `UNSERVED` where the band can take none.
    first_price
        Shape (n_bands,): list price of the band's first choice; 0 where no rule asks for it.
    """

    row_of_band: IntColumn
    models: NDArray[np.int32]
    first_price: IntColumn


@dataclass(frozen=True, kw_only=True, eq=False)
class Arcs:
    """Arcs of the graph; columns of shape (n_arcs,), sorted by (head, tail).

    Parameters
    ----------
    n_nodes
        Nodes they join.
    tail, head
        Nodes, numbered in walking order.
    band
        Position in the bands.
    row
        Row of `models`: what the band decides when what it cannot hold is handed on.
    models
        Shape (n_rows, n_kinds).
    """

    n_nodes: int
    tail: IntColumn
    head: IntColumn
    band: IntColumn
    row: IntColumn
    models: NDArray[np.int32]
