"""What is dragged in the benchmark? An editor over the search's made-up world, with tables or a replay behind it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from search_world import SCALE, random_models, wandering_stream

from paretocode._checks import IntColumn
from paretocode.report.editor import BandEditor
from paretocode.report.editor.answers import Answers, Figures
from paretocode.report.editor.edges import EdgeState
from paretocode.sim.tables import AnyEdges, ByTier
from paretocode.stream import RequestStream
from paretocode.stream.stream import request_stream
from paretocode.tiermap import map_from_edges

__all__ = ["dense_stream", "opened"]


class Replaying(Answers):
    """Answers that replay the log for every edge: what an editor without tables would do."""

    def _counted(self) -> AnyEdges | None:
        return None

    def _figures(
        self, edges: EdgeState, cuts: IntColumn, *, before: ByTier | None, may_time: bool
    ) -> tuple[Figures | None, ByTier | None]:
        return self.replayed(self.world.tier_map(edges)), None


def opened(kind: str, n_requests: int, n_models: int, *, log: str) -> BandEditor:
    """Return an editor: ``tables``, ``replay``, or ``dense`` (tables, and a log in which no two min scores agree).

    Parameters
    ----------
    log
        File for the seconds of each answer.
    """
    models = random_models(n_models)
    stream = dense_stream(n_requests) if kind == "dense" else wandering_stream(n_requests)
    incumbent = map_from_edges(models, score_edges=[25.0005, 45.0005], request_edges=[0.35, 0.65], name="in-force")
    if kind == "replay":
        editor = BandEditor(models, stream.first_sessions(1), incumbent, scale=SCALE)
        conversation = editor._conversation
        conversation.answers = Replaying(replace(conversation.answers.world, stream=stream))
        conversation.latest = conversation.answers.of(conversation.edges)
    else:
        editor = BandEditor(models, stream, incumbent, scale=SCALE)
    _watch(editor, Path(log))
    return editor


def dense_stream(n_requests: int) -> RequestStream:
    """Return the sessions of `wandering_stream`, every request with a min score of its own and anywhere."""
    plain = wandering_stream(n_requests)
    return request_stream(
        session=plain.session,
        time_s=plain.time_s,
        prompt_tokens=plain.prompt_tokens,
        completion_tokens=plain.completion_tokens,
        prefix_tokens=plain.prefix_tokens,
        min_score=np.random.default_rng(13).random(len(plain)),
        name=plain.name,
    )


def _watch(editor: BandEditor, log: Path) -> None:
    """Write down how long each answer to a move takes in the kernel [s]."""
    conversation = editor._conversation
    reply = conversation.reply
    lines = log.open("w", buffering=1, encoding="utf-8")

    def timed(message: Mapping[str, Any]) -> dict[str, Any]:
        start = time.perf_counter()
        said = reply(message)
        if message.get("ask") == "move":
            lines.write(f"{time.perf_counter() - start}\n")
        return said

    conversation.reply = timed  # type: ignore[method-assign]
