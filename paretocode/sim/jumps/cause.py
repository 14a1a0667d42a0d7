"""Why did a session change its model between two requests? One cause for each jump: the first that holds."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn

__all__ = ["CATALOGUE_DRIVEN", "FAILURE_DRIVEN", "REQUEST_DRIVEN", "CauseColumn", "JumpCause"]

CauseColumn = NDArray[np.uint8]
"""Codes of causes, shape (n,): 0 for no jump."""


class JumpCause(Enum):
    """Causes in order of precedence; each is asked only where none before it holds."""

    CALLER = "The caller's min score asked for another tier."
    HYSTERESIS = "The same tier was asked for, but the policy held on to another one before, or lets go of it now."
    OUTAGE = "The model of choice was out, and another one answered."
    FALLBACK = "The model of choice failed, was busy or at its limit, and another one answered."
    RETURN = "A fallback had answered the request before, and this one is answered by another model again."
    CATALOGUE = "The catalogue moved: the model may no longer serve such a request."
    PRICE = "The catalogue moved: the model may still serve such a request, but another one ranks first."
    CONTEXT = "The request's length fits other context windows than that of the request before."
    STICKINESS = "The router no longer knew the session, and another model ranks first."
    OWN_TOKENS = "Models are ranked by each request's own tokens, and for these another model ranks first."
    RANKING = "Another model ranks first, for none of the other reasons."

    @property
    def code(self) -> int:
        """Its number in a column of causes, from 1 in order of precedence."""
        return list(JumpCause).index(self) + 1

    @staticmethod
    def first_that_holds(tests: dict[JumpCause, BoolColumn]) -> CauseColumn:
        """Return the code of the first cause whose test holds, row by row; `RANKING` where none does."""
        in_order = [cause for cause in JumpCause if cause in tests]
        codes = [np.uint8(cause.code) for cause in in_order]
        return np.select([tests[cause] for cause in in_order], codes, np.uint8(JumpCause.RANKING.code))


REQUEST_DRIVEN = (
    JumpCause.CALLER,
    JumpCause.HYSTERESIS,
    JumpCause.CONTEXT,
    JumpCause.STICKINESS,
    JumpCause.OWN_TOKENS,
)
"""What was asked, how long it was, or how long the caller paused."""

CATALOGUE_DRIVEN = (JumpCause.CATALOGUE, JumpCause.PRICE)
"""Causes that lie in the catalogue: the session asked for the same, but models or prices had moved."""
FAILURE_DRIVEN = (JumpCause.OUTAGE, JumpCause.FALLBACK, JumpCause.RETURN)
"""Causes that lie in a failure: a model that did not answer, and the way back to it."""
