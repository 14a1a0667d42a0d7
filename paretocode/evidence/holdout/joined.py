"""What would the whole log be, had each part its own map? Replays of parts, put together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.sim.replaying import Decisions, Replay
from paretocode.stream.stream import RequestStream

__all__ = ["joined_replay"]


def joined_replay(stream: RequestStream, rows: Sequence[IntColumn], runs: Sequence[Replay]) -> Replay:
    """Return one replay of a whole stream out of replays of its parts. O(n log n).

    Sessions do not know of each other, so a request of a part is served and billed as it would be in the whole.

    Parameters
    ----------
    rows
        For each part its rows in the stream; together every row once.
    runs
        For each part its replay, all with luck or none. The map of the first stands for all.

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import documented, models, small_stream
    >>> from paretocode.sim import replay
    >>> stream = small_stream()
    >>> parts = [stream.take_sessions(np.array(sessions)) for sessions in ([1], [0, 2])]
    >>> runs = [replay(part, documented(), models()) for part in parts]
    >>> joined = joined_replay(stream, [np.array([2]), np.array([0, 1, 3, 4, 5])], runs)
    >>> joined.cost_pusd.tolist() == replay(stream, documented(), models()).cost_pusd.tolist()
    True
    """
    order = np.argsort(np.concatenate(rows), kind="stable")

    def column(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(parts)[order]

    times = [run.latency_us for run in runs if run.latency_us is not None]
    names = [field.name for field in fields(Decisions) if field.name != "epoch"]
    return Replay(
        tier_map=runs[0].tier_map,
        catalogue=runs[0].catalogue,
        stream=stream,
        decisions=Decisions(**{name: column([getattr(run.decisions, name) for run in runs]) for name in names}),
        cost_pusd=column([run.cost_pusd for run in runs]),
        cached_tokens=column([run.cached_tokens for run in runs]),
        latency_us=column(times) if len(times) == len(runs) else None,
    )
