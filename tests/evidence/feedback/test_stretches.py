"""Stretches between atoms: against the routing of every atom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.evidence.feedback import identified_stretch, is_same_stretch

ATOMS = st.sets(st.integers(0, 10), max_size=5).map(lambda atoms: np.array(sorted(atoms), dtype=np.int64) * 100_000)
EDGES = st.integers(1, 20).map(lambda at: at / 20)


@given(ATOMS, EDGES, EDGES)
def test_two_edges_share_a_stretch_when_every_atom_is_served_alike(atoms: np.ndarray, one: float, other: float) -> None:
    routes = [tuple(np.round(atoms / 1e6, 6) >= edge) for edge in (one, other)]
    # An atom at 0 or at 1 is an end of the axis itself.
    assert is_same_stretch(one, other, atoms) == (routes[0] == routes[1])


@given(ATOMS, EDGES)
def test_an_edge_lies_in_its_stretch(atoms: np.ndarray, edge: float) -> None:
    low, high = identified_stretch(edge, atoms)
    assert low < round(edge * 1e6) <= high
    assert not ((atoms > low) & (atoms < high)).any()


@pytest.mark.parametrize(("edge", "stretch"), [(-3.0, (0, 500_000)), (0.0, (0, 500_000)), (7.0, (500_000, 1_000_000))])
def test_off_the_axis_is_its_end(edge: float, stretch: tuple[int, int]) -> None:
    assert identified_stretch(edge, np.array([500_000])) == stretch
