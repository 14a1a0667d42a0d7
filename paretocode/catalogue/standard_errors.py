"""How sure is a benchmark score? Standard errors from counts: every trial a draw, or every task.

Repeated trials of one task tend to end alike. Counting trials as draws therefore promises too much; counting tasks is
the cautious end, exact where all trials of a task agree. The truth lies between the two.
"""

from __future__ import annotations

import math

from paretocode._checks import one_of
from paretocode.catalogue._aa_scores import DEFINITIONS, SE_UNITS, standard_error
from paretocode.errors import InputError

__all__ = ["SE_UNITS", "coding_index_standard_error", "share_standard_error"]


def share_standard_error(share: float, n_draws: int) -> float:
    """Return the standard error of a share of independent draws, sqrt(p (1 - p) / n), as a share.

    Parameters
    ----------
    share
        Solved share, 0..1.
    n_draws
        Tasks, or tasks times trials, >= 1.

    Raises
    ------
    InputError
        A share outside 0..1 or no draw.

    Examples
    --------
    80 of 132 trials solved, as draws of 132 trials and of their 44 tasks:

    >>> round(share_standard_error(80 / 132, 132), 4), round(share_standard_error(80 / 132, 44), 4)
    (0.0425, 0.0737)
    """
    if not (0 <= share <= 1 and n_draws >= 1):
        raise InputError(
            f"the share is {share:g} of {n_draws} draws", way_out="give a share in 0..1 and a draw or more"
        )
    return math.sqrt(share * (1 - share) / n_draws)


def coding_index_standard_error(terminal: float, scicode: float, *, definition: str, unit: str = "task") -> float:
    """Return the standard error of Artificial Analysis's coding index from its two parts [index points, 0-100].

    Parameters
    ----------
    terminal, scicode
        Solved shares of the Terminal-Bench and SciCode parts, 0..1.
    definition
        ``aa-coding-4.0`` or ``aa-coding-4.1``: they count different tasks.
    unit
        ``task`` (cautious) or ``trial``.

    Raises
    ------
    InputError
        Another definition or unit, or a share outside 0..1.

    Notes
    -----
    100 sqrt((2/3)^2 t (1 - t) / n_t + (1/3)^2 s (1 - s) / n_s), n_t = 44 tasks of 3 trials and n_s = 80 problems (864
    steps) under 4.0. https://artificialanalysis.ai/methodology

    Examples
    --------
    >>> [round(coding_index_standard_error(80 / 132, 485 / 864, definition="aa-coding-4.0", unit=unit), 2)
    ...  for unit in ("task", "trial")]
    [5.25, 2.89]
    """
    one_of(definition, tuple(DEFINITIONS), name="score definition")
    one_of(unit, SE_UNITS, name="unit of chance")
    if not (0 <= terminal <= 1 and 0 <= scicode <= 1):
        raise InputError(f"the parts are {terminal:g} and {scicode:g}", way_out="give shares in 0..1")
    return standard_error(terminal, scicode, definition=definition, unit=unit)
