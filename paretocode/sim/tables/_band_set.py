"""Where do bands lie and what do they decide? Columns of many bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn

__all__ = ["BandSet"]


class BandSet(NamedTuple):
    """Bands, and the decisions that they share.

    Parameters
    ----------
    low, high, row
        Shape (n_bands,): the band holds cells low .. high - 1 and decides by that row of `choices`.
    choices
        Shape (n_rows, n_kinds): the model of each kind of request; `UNSERVED` where none takes it.
    kind_of_class
        Shape (n_classes,): see `paretocode.sim.tables.BandChoices`.
    """

    low: IntColumn
    high: IntColumn
    row: IntColumn
    choices: NDArray[np.int32]
    kind_of_class: IntColumn
