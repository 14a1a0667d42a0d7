"""What does a chat service's traffic look like when only block hashes are told? Reader of the Mooncake traces.

Source: kvcache-ai/Mooncake, ``FAST25-release/traces`` (commit 3b5a5941, Apache-2.0): one object a line with
``timestamp`` [ms since the start], ``input_length``, ``output_length`` [tokens] and ``hash_ids``, one id for every
block of 512 prompt tokens, the last one often not whole. An id stands for the same content after the same content.
"""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, one_of
from paretocode.errors import InputError
from paretocode.stream._reading import MAX_BYTES, require_columns
from paretocode.stream.readers._block_sessions import COMMON_AFTER, BlockTree, InferredSessions, infer_sessions
from paretocode.stream.readers._json_log import json_records
from paretocode.stream.readers._log_record import LogRecord
from paretocode.stream.stream import RequestStream, request_stream

__all__ = ["read_mooncake"]

SESSIONS = ("infer", "none")
STEP_S = 3.0
"""Arrivals of the conversation trace stand in steps of this length, give or take a millisecond or three."""

_MS = 1e3


def read_mooncake(
    path: Path | str,
    *,
    sessions: str = "infer",
    jitter_rng: np.random.Generator | int | None = None,
    block_tokens: int = 512,
    max_bytes: int = MAX_BYTES,
) -> RequestStream:
    """Read a trace; it names no sessions, but they can be told from the blocks that prompts share.

    Parameters
    ----------
    path
        JSONL, plain or gzip.
    sessions
        ``infer``: a request continues the session whose last prompt, its last cut block aside, stands at the start of
        its own; the longest wins, at ties the most recent. What ends within a common head (a block that more than 16
        different blocks follow: a system prompt) joins nobody. ``none``: every request is a session of its own and
        ``hash_ids`` are not looked at.
    jitter_rng
        Generator or seed: spread each arrival evenly between its time and the next different time in the log, at most
        3 s, in the log's order within a session. None leaves the times as they are.
    block_tokens
        Tokens of one block.
    max_bytes
        Largest file taken [bytes on disk].

    Returns
    -------
    RequestStream
        Times in seconds since the log's origin; sessions numbered by first arrival. `prefix_tokens` counts shared
        blocks, so it may fall short by up to one block; what different sessions share is not in it. O(all hashes).

    Raises
    ------
    InputError
        A key that is missing, a number that is none or below 0, hashes that are no list of whole numbers or do not
        cover the prompt in blocks of that size; a file that is missing, empty, too large or damaged.

    Examples
    --------
    >>> import tempfile
    >>> rows = ('{"timestamp": 0, "input_length": 600, "output_length": 9, "hash_ids": [4, 5]}\\n'
    ...         '{"timestamp": 3000, "input_length": 700, "output_length": 9, "hash_ids": [4, 6]}')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "trace.jsonl").write_text(rows)
    ...     stream = read_mooncake(Path(folder) / "trace.jsonl")
    >>> stream.session.tolist(), stream.gap_s.tolist(), stream.prefix_tokens.tolist()
    ([0, 0], [nan, 3.0], [0, 512])
    """
    one_of(sessions, SESSIONS, name="sessions", where=str(path))
    if block_tokens < 1:
        raise InputError(f"block_tokens is {block_tokens}", where=str(path), way_out="give a number of tokens >= 1")
    rows = _Rows(block_tokens=block_tokens, has_hashes=sessions == "infer")
    for record in json_records(path, max_bytes=max_bytes):
        rows.add(record)
    if not rows.time_ms:
        raise InputError("there is no request in it", where=str(path), way_out="give a log with at least one row")
    arrival = np.argsort(np.array(rows.time_ms), kind="stable")
    time_s = np.array(rows.time_ms)[arrival] / _MS
    prompt = np.array(rows.prompt_tokens)[arrival]
    found = rows.sessions(arrival, prompt)
    return request_stream(
        session=found.session,
        time_s=time_s if jitter_rng is None else _spread(time_s, found.session, np.random.default_rng(jitter_rng)),
        prompt_tokens=prompt,
        completion_tokens=np.array(rows.completion_tokens)[arrival],
        prefix_tokens=found.shared_blocks * block_tokens,
        name="mooncake",
        where=str(path),
        notes=(*rows.notes(found), *_notes_on_time(time_s, is_spread=jitter_rng is not None)),
    )


class _Rows:
    """The log's columns as they grow, and the tree of its prompts."""

    def __init__(self, *, block_tokens: int, has_hashes: bool) -> None:
        self.block_tokens, self.has_hashes = block_tokens, has_hashes
        self.keys = ("timestamp", "input_length", "output_length", *(("hash_ids",) if has_hashes else ()))
        self.time_ms = array("d")
        self.prompt_tokens, self.completion_tokens, self.last_node = array("q"), array("q"), array("q")
        self.tree = BlockTree()

    def add(self, record: LogRecord) -> None:
        """Add a request, or refuse its record."""
        require_columns(self.keys, record.fields, where=record.where)
        for key in self.keys[:3]:
            if not record.find(key)[0]:
                raise record.refusal(f"{key} is empty", "fill it or drop the row")
        prompt, completion = record.tokens("input_length") or 0, record.tokens("output_length") or 0
        if self.has_hashes:
            self.last_node.append(self.tree.add(self._blocks(record, prompt)))
        self.time_ms.append(record.number("timestamp"))
        self.prompt_tokens.append(prompt)
        self.completion_tokens.append(completion)

    def _blocks(self, record: LogRecord, prompt_tokens: int) -> list[int]:
        blocks = record.fields["hash_ids"]
        if not isinstance(blocks, list) or not set(map(type, blocks)) <= {int}:
            raise record.refusal(f"hash_ids is {str(blocks)[:60]!r}", "give a list of whole numbers")
        needed = -(-prompt_tokens // self.block_tokens)
        if len(blocks) != needed:
            raise record.refusal(
                f"there are {len(blocks)} hashes, where {prompt_tokens} tokens in blocks of {self.block_tokens} "
                f"make {needed}",
                "give the block_tokens of this log, or repair the row",
            )
        return blocks

    def sessions(self, arrival: IntColumn, prompt_tokens: IntColumn) -> InferredSessions:
        """Return the sessions of the rows in order of arrival."""
        if not self.has_hashes:
            return InferredSessions(np.arange(len(arrival)), np.zeros(len(arrival), dtype=np.int64), 0)
        return infer_sessions(
            self.tree,
            [self.last_node[row] for row in arrival.tolist()],
            (-(-prompt_tokens // self.block_tokens)).tolist(),
            is_cut=(prompt_tokens % self.block_tokens > 0).tolist(),
        )

    def notes(self, found: InferredSessions) -> tuple[str, ...]:
        """Say how the sessions came about."""
        if not self.has_hashes:
            return ("the log names no sessions, so every request is one of its own",)
        return (
            f"sessions and prefix_tokens are inferred from shared blocks of {self.block_tokens} tokens",
            f"blocks within common heads (more than {COMMON_AFTER} different blocks follow), which join nobody: "
            f"{found.n_common:,}",
        )


def _spread(time_s: FloatColumn, session: IntColumn, rng: np.random.Generator) -> FloatColumn:
    """Return times drawn evenly within their steps; in a session, earlier rows of a step get the earlier draws."""
    times, step = np.unique(time_s, return_inverse=True)
    width_s = np.minimum(np.diff(times, append=times[-1] + STEP_S), STEP_S)
    draw_s = rng.random(len(time_s)) * width_s[step]
    spread = np.empty_like(time_s)
    spread[np.lexsort((step, session))] = draw_s[np.lexsort((draw_s, step, session))]
    return time_s + spread


def _notes_on_time(time_s: FloatColumn, *, is_spread: bool) -> tuple[str, ...]:
    if is_spread:
        return (f"arrivals are spread evenly within their steps of at most {STEP_S:g} s",)
    n_times = len(np.unique(time_s))
    if 2 * n_times >= len(time_s):
        return ()
    return (
        f"{len(time_s):,} arrivals stand at {n_times:,} different times: burstiness cannot be read off them; give "
        "jitter_rng to spread them",
    )
