"""What would traffic look like that nobody logged? Streams made up from stated laws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from paretocode._checks import one_of
from paretocode.errors import InputError, UsageError
from paretocode.stream.logged import logged_columns
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.stream.synthetic.api_mix import ApiMix
from paretocode.stream.synthetic.chat import Chat
from paretocode.stream.synthetic.clients import client_session_ids
from paretocode.stream.synthetic.coding_agent import CodingAgent
from paretocode.stream.synthetic.coding_turns import coding_columns
from paretocode.stream.synthetic.columns import Columns
from paretocode.stream.synthetic.completion import Completion
from paretocode.stream.synthetic.conversation import Conversation
from paretocode.stream.synthetic.conversation_turns import conversation_columns
from paretocode.stream.synthetic.parameters import with_parameters
from paretocode.stream.synthetic.rag import Rag
from paretocode.stream.synthetic.reasoning import Reasoning

__all__ = ["PRESETS", "synthesise"]

PRESETS: dict[str, type[CodingAgent | Conversation]] = {
    "coding_agent": CodingAgent,
    "chat": Chat,
    "completion": Completion,
    "api_mix": ApiMix,
    "reasoning": Reasoning,
    "rag": Rag,
}
"""Kinds of traffic by name; each is a frozen dataclass whose defaults name their sources."""


def synthesise(
    preset: str | CodingAgent | Conversation,
    *,
    n_requests: int | None = None,
    n_sessions: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    rng: np.random.Generator | int,
) -> RequestStream:
    """Make a stream up.

    Parameters
    ----------
    preset
        A name in `PRESETS`, or one of its dataclasses with parameters of your own.
    n_requests, n_sessions
        How much; exactly one of them. With `n_requests` the last session is cut short to fit.
    parameters
        Parameters of the preset to change, by name; laws and groups as tables, see `with_parameters`.
    rng
        Generator or seed; same seed, same bytes on one machine.

    Returns
    -------
    RequestStream
        Sessions numbered in order of their start, seconds from the first day's midnight. No request states a min score;
        see `apply_demand`. With `closed_loop` the log holds answer times; with `clients` sessions are called
        ``client003/000012``. A million requests take a second or two.

    Raises
    ------
    InputError
        Unknown preset or parameter, an impossible value, or a size below 1.
    UsageError
        Both sizes, or none.

    Examples
    --------
    >>> stream = synthesise("coding_agent", n_requests=1000, rng=1)
    >>> len(stream), stream.digest == synthesise("coding_agent", n_requests=1000, rng=1).digest
    (1000, True)
    >>> slow = synthesise("chat", n_sessions=100, parameters={"sessions_per_hour": 1.0}, rng=1)
    >>> slow.digest == synthesise(Chat(sessions_per_hour=1.0), n_sessions=100, rng=1).digest
    True
    """
    name = preset if isinstance(preset, str) else preset.NAME
    laws = PRESETS[one_of(preset, tuple(PRESETS), name="preset")]() if isinstance(preset, str) else preset
    laws = with_parameters(laws, parameters or {}, where=name)
    size = _one_size(n_requests, n_sessions)
    if size < 1:
        raise InputError(f"a stream of size {size} is asked for", way_out="ask for at least 1")
    generator = np.random.default_rng(rng)
    if isinstance(laws, CodingAgent):
        columns = coding_columns(laws, n_sessions, n_requests, generator)
    else:
        columns = conversation_columns(laws, n_sessions, n_requests, generator)
    return _stream(columns, name=name, notes=_notes(name, laws))


def _notes(name: str, laws: CodingAgent | Conversation) -> tuple[str, ...]:
    """Return what a reader of the stream should know."""
    notes = [f"made up by the preset {name}, not logged"]
    standard = PRESETS.get(name, type(laws))()
    different = [key for key in laws.__dataclass_fields__ if getattr(laws, key) != getattr(standard, key, None)]
    if different:
        notes.append(f"parameters of its own: {', '.join(different)}")
    if laws.closed_loop:
        notes.append("answer times are those of a nominal responder")
    return tuple(notes)


def _stream(columns: Columns, *, name: str, notes: tuple[str, ...]) -> RequestStream:
    stream = request_stream(
        session=columns.session,
        time_s=columns.time_s,
        prompt_tokens=columns.prompt_tokens,
        completion_tokens=columns.completion_tokens,
        prefix_tokens=columns.prefix_tokens,
        name=name,
        notes=notes,
        logged=logged_columns(answer_s=columns.answer_s),
    )
    return stream if columns.client is None else stream.replace(session_ids=client_session_ids(columns.client))


def _one_size(n_requests: int | None, n_sessions: int | None) -> int:
    given = [size for size in (n_requests, n_sessions) if size is not None]
    if len(given) != 1:
        raise UsageError(
            "both n_requests and n_sessions are given" if given else "neither n_requests nor n_sessions is given",
            way_out="give one of them",
        )
    return given[0]
