"""Are these min scores, and on the 0..1 axis?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode.stream.lint.finding import ENOUGH, NOTE, WARNING, StreamFinding
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["check_demand"]

TINY_PPM = PPM // 100


def check_demand(stream: RequestStream) -> Iterator[StreamFinding]:
    """Yield ``no-demand`` or ``min-score-scale``."""
    if not stream.has_demand:
        message = "every request omits the min score, so that only the default tier is asked for; apply a demand."
        yield StreamFinding(code="no-demand", severity=NOTE, message=message)
        return
    stated = stream.min_score_ppm[~stream.is_omitted]
    if len(stated) < ENOUGH:
        return
    if 0 < stated.max() <= TINY_PPM:
        message = (
            f"the largest of {len(stated):,} min scores is {stated.max() / PPM:g}, as if percentages had been divided "
            "by 100 twice; give them on the 0..1 axis."
        )
        yield StreamFinding(code="min-score-scale", severity=WARNING, message=message)
    elif np.isin(stated, (0, PPM)).all():
        message = (
            f"all {len(stated):,} min scores are 0 or 1, as a switch or a rounded score is; "
            "check which column of the log was read."
        )
        yield StreamFinding(code="min-score-scale", severity=WARNING, message=message)
