"""Worlds to edit: small and awkward ones for hypothesis, the bundled models for examples by hand."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from paretocode.catalogue import load_bundled
from paretocode.report.editor.edges import EdgeState
from paretocode.report.editor.world import EditorWorld, percentile_of
from paretocode.sim import draw_luck
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, synthesise
from paretocode.stream.stream import PPM
from paretocode.tiermap import documented_pareto_code
from tuning_worlds import World


def world_of(world: World) -> EditorWorld:
    """Return a world of a search as one to edit."""
    models = world.models
    return EditorWorld(
        catalogue=models.catalogue,
        scale=models.scale,
        stream=world.stream,
        luck=world.luck,
        policy=models.policy,
        cache=models.cache,
        default_is_highest=world.default_is_highest,
    )


@st.composite
def edge_states(draw: st.DrawFn, world: EditorWorld, *, most: int = 3) -> EdgeState:
    """Edges anywhere, coupled or apart, many of them on or beside data points."""
    n = draw(st.integers(0, most))
    stream = world.stream
    levels = [] if stream is None else stream.min_score_ppm[~stream.is_omitted].tolist()
    points = [at + by for at in [*levels, *world.models.axis_ppm.tolist()] for by in (0, 1) if 0 < at + by <= PPM]
    edge = st.one_of(st.sampled_from(points or [1]), st.integers(1, PPM))
    request = sorted(draw(st.lists(edge, min_size=n, max_size=n, unique=True)))
    if draw(st.booleans()):
        return EdgeState(request_ppm=tuple(request))
    scores = world.models.score_milli.tolist()
    score_edge = st.one_of(st.sampled_from(scores), st.integers(min(scores) - 5, max(scores) + 5))
    score = sorted(draw(st.lists(score_edge, min_size=n, max_size=n, unique=True)))
    return EdgeState(request_ppm=tuple(request), score_milli=tuple(score))


@cache
def coding_stream(n_requests: int = 2_000) -> RequestStream:
    """Return coding sessions with the default demand."""
    return apply_demand(synthesise("coding_agent", n_requests=n_requests, rng=1), DEFAULT_DEMAND, rng=2)


@cache
def bundled_world(*, has_log: bool = True) -> EditorWorld:
    """Return the bundled models under the documented map, with or without a log."""
    models = load_bundled()
    stream = coding_stream() if has_log else None
    return EditorWorld(
        catalogue=models,
        scale=percentile_of(models),
        stream=stream,
        luck=None if stream is None else draw_luck(stream, rng=3),
        incumbent=documented_pareto_code(models),
        limits={"shortfall": "incumbent", "unserved_share": "incumbent"},
        title="by hand",
    )


def alike_world() -> EditorWorld:
    """Return a world in which all models have one score, without a log."""
    models = load_bundled()
    alike = models.replace(coding_score=np.full(len(models), 50.0))
    return EditorWorld(catalogue=alike, scale=percentile_of(alike))
