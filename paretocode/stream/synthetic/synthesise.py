"""What would traffic look like that nobody logged? Streams made up from stated laws."""

from __future__ import annotations

import numpy as np

from paretocode._checks import one_of
from paretocode.errors import InputError, UsageError
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.stream.synthetic.preset import CodingAgent
from paretocode.stream.synthetic.sessions import draw_sessions, request_columns

__all__ = ["PRESETS", "synthesise"]

PRESETS = ("coding_agent",)


def synthesise(
    preset: str,
    *,
    n_requests: int | None = None,
    n_sessions: int | None = None,
    rng: np.random.Generator | int,
) -> RequestStream:
    """Make a stream up.

    Parameters
    ----------
    preset
        One of `PRESETS`.
    n_requests, n_sessions
        How much; exactly one of them. With `n_requests` the last session is cut short to fit.
    rng
        Generator or seed; same seed, same bytes on one machine.

    Returns
    -------
    RequestStream
        Sessions numbered in order of their start, seconds from the first day's midnight. No request states a min score;
        see `apply_demand`. A million requests take a second or two.

    Raises
    ------
    InputError
        Unknown preset, or a size below 1.
    UsageError
        Both sizes, or none.

    Examples
    --------
    >>> stream = synthesise("coding_agent", n_requests=1000, rng=1)
    >>> len(stream), stream.digest == synthesise("coding_agent", n_requests=1000, rng=1).digest
    (1000, True)
    """
    one_of(preset, PRESETS, name="preset")
    size = _one_size(n_requests, n_sessions)
    if size < 1:
        raise InputError(f"a stream of size {size} is asked for", way_out="ask for at least 1")
    for_sessions, for_requests = np.random.default_rng(rng).spawn(2)
    laws = CodingAgent()
    sessions = draw_sessions(laws, n_sessions, n_requests, for_sessions)
    columns = request_columns(laws, sessions, for_requests)
    return request_stream(
        session=columns.session,
        time_s=columns.time_s,
        prompt_tokens=columns.prompt_tokens,
        completion_tokens=columns.completion_tokens,
        prefix_tokens=columns.prefix_tokens,
        name=preset,
        notes=(f"made up by the preset {preset}, not logged",),
    )


def _one_size(n_requests: int | None, n_sessions: int | None) -> int:
    given = [size for size in (n_requests, n_sessions) if size is not None]
    if len(given) != 1:
        raise UsageError(
            "both n_requests and n_sessions are given" if given else "neither n_requests nor n_sessions is given",
            way_out="give one of them",
        )
    return given[0]
