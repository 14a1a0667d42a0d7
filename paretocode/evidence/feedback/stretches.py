"""Which edges are all the same to the people who ask? Demand sits in atoms, and between two atoms nothing moves."""

from __future__ import annotations

import math

import numpy as np

from paretocode._checks import IntColumn
from paretocode.stream.stream import PPM

__all__ = ["identified_stretch", "is_same_stretch"]


def identified_stretch(edge: float, atoms_ppm: IntColumn) -> tuple[int, int]:
    """Return the stretch between neighbouring atoms in which an edge lies, as (exclusive, inclusive) ends [ppm].

    A min score equal to an edge belongs to the tier above, so all edges in (atom below, atom above] route these atoms
    alike: reports about them cannot tell one from another except through the assumed shape of the noise.

    Parameters
    ----------
    edge
        0..1; outside it is taken to the nearer end.
    atoms_ppm
        Shape (n,), distinct, increasing; may be empty. The axis ends at 0 and 1,000,000.

    Examples
    --------
    >>> atoms = np.array([500_000, 650_000])
    >>> [identified_stretch(edge, atoms) for edge in (0.61, 0.65, 0.66, -0.1)]
    [(500000, 650000), (500000, 650000), (650000, 1000000), (0, 500000)]
    """
    at_ppm = min(max(math.ceil(round(edge * PPM, 3)), 1), PPM)
    above = int(np.searchsorted(atoms_ppm, at_ppm, side="left"))
    low = int(atoms_ppm[above - 1]) if above else 0
    high = int(atoms_ppm[above]) if above < len(atoms_ppm) else PPM
    return low, high


def is_same_stretch(edge: float, other: float, atoms_ppm: IntColumn) -> bool:
    """Return whether two edges route all atoms alike."""
    return identified_stretch(edge, atoms_ppm) == identified_stretch(other, atoms_ppm)
