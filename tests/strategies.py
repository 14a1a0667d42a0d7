"""Hypothesis strategies that make small, awkward worlds: few prices, few scores, ties on purpose, holes everywhere."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue, PriceStep
from paretocode.sim.latency import latency_tables
from paretocode.sim.operations import ModelOperations, Operations
from paretocode.stream.logged import logged_columns
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap, tier_names

NAN = float("nan")
_P50 = SPEED_PERCENTILES.index(50)


def catalogue_of(columns: dict[str, list[object]], **more: object) -> Catalogue:
    """Return a catalogue from a few columns; the rest is missing."""
    n_models = len(columns["model_id"])
    speed = np.full((n_models, len(SPEED_PERCENTILES)), NAN)
    speed[:, _P50] = columns.pop("tps", [NAN] * n_models)
    defaults: dict[str, object] = {
        "effort": ("",) * n_models,
        "name": tuple(str(i) for i in columns["model_id"]),
        "coding_score": [NAN] * n_models,
        "coding_score_se": [NAN] * n_models,
        "score_definition": "test-1",
        "prompt_usd_per_mtok": [1.0] * n_models,
        "completion_usd_per_mtok": [2.0] * n_models,
        "cache_read_usd_per_mtok": [NAN] * n_models,
        "cache_write_usd_per_mtok": [NAN] * n_models,
        "throughput_tps": speed,
        "ttft_s": np.full_like(speed, NAN),
        "context_tokens": [1000.0] * n_models,
        "max_output_tokens": [NAN] * n_models,
        "release_date": np.full(n_models, "NaT", dtype="datetime64[D]"),
        "is_free": np.zeros(n_models, dtype=bool),
        "listed_tier": ("",) * n_models,
    }
    plain = {name: tuple(v) if name in {"model_id", "effort", "listed_tier"} else v for name, v in columns.items()}
    return Catalogue(**{**defaults, **plain, **more})


@st.composite
def catalogues(draw: st.DrawFn, *, max_models: int = 6) -> Catalogue:
    """Small catalogues: prices, scores, speeds and contexts from tiny sets, each of them sometimes missing."""
    n_models = draw(st.integers(1, max_models))

    def column(values: list[float]) -> list[float]:
        return draw(st.lists(st.sampled_from(values), min_size=n_models, max_size=n_models))

    prompt = column([0.5, 1.0, 2.0, NAN])
    catalogue = catalogue_of(
        {
            "model_id": [f"m{draw(st.integers(0, 99)):02d}-{i}" for i in range(n_models)],
            "coding_score": column([10.0, 20.0, 30.0, NAN]),
            "prompt_usd_per_mtok": prompt,
            "completion_usd_per_mtok": column([1.0, 2.0, 8.0]),
            "cache_read_usd_per_mtok": column([0.0036, 0.1, NAN]),
            "cache_write_usd_per_mtok": column([1.25, NAN]),
            "context_tokens": column([50.0, 100.0, 200.0, NAN]),
            "tps": column([10.0, 20.0, NAN]),
        }
    )
    n_steps = draw(st.integers(0, 2))
    steps = {
        (draw(st.integers(0, n_models - 1)), draw(st.sampled_from([0, 20, 60]))): PriceStep(
            model_index=0,
            min_prompt_tokens=0,
            prompt_usd_per_mtok=draw(st.sampled_from([0.25, 4.0, NAN])),
            completion_usd_per_mtok=draw(st.sampled_from([0.5, 16.0, NAN])),
            cache_read_usd_per_mtok=draw(st.sampled_from([0.05, NAN])),
            cache_write_usd_per_mtok=draw(st.sampled_from([2.5, NAN])),
        )
        for _ in range(n_steps)
    }
    return catalogue.replace(
        price_steps=tuple(
            PriceStep(
                model_index=model,
                min_prompt_tokens=tokens,
                prompt_usd_per_mtok=s.prompt_usd_per_mtok,
                completion_usd_per_mtok=s.completion_usd_per_mtok,
                cache_read_usd_per_mtok=s.cache_read_usd_per_mtok,
                cache_write_usd_per_mtok=s.cache_write_usd_per_mtok,
            )
            for (model, tokens), s in steps.items()
        )
    )


@st.composite
def policies(draw: st.DrawFn, *, has_score_edges: bool) -> Policy:
    """Any policy that fits."""
    return Policy(
        ranking=draw(st.sampled_from(["price", "throughput"])),
        price_metric=draw(st.sampled_from(["prompt", "completion", "blend_3_1", "blend_7_2_1", "request"])),
        eligibility=draw(st.sampled_from(["tier", "floor"] if has_score_edges else ["tier"])),
        empty_tier=draw(st.sampled_from(["up", "down", "refuse"])),
        n_fallbacks=draw(st.integers(0, 2)),
        stickiness=draw(st.sampled_from(["none", "session", "implicit"])),
        sticky_ttl_s=draw(st.sampled_from([0, 5, 300])),
        hysteresis_ppm=draw(st.sampled_from([0, 0, 100_000, 250_000, 2_000_000])),
        downgrades=draw(st.sampled_from(["allowed", "never"])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[TierMap, Catalogue]:
    """A catalogue and a map over it; some models in no tier, some tiers empty, one model of the map unknown."""
    catalogue = draw(catalogues())
    n_tiers = draw(st.integers(1, 3))
    names = tier_names(n_tiers)
    request_edges = sorted(
        draw(st.sets(st.sampled_from([0, 250_000, 500_000, 1_000_000]), min_size=n_tiers - 1, max_size=n_tiers - 1))
    )
    score_edges = sorted(
        draw(st.sets(st.sampled_from([10_000, 15_000, 20_000, 30_000]), min_size=n_tiers - 1, max_size=n_tiers - 1))
    )
    has_edges = draw(st.booleans())
    homes = [draw(st.integers(0, n_tiers)) for _ in catalogue.keys]
    ghost = ("not-in-the-catalogue",) if draw(st.booleans()) else ()
    tiers = tuple(
        Tier(
            name=name,
            models=(ghost if i == 0 else ()) + tuple(k for k, h in zip(catalogue.keys, homes, strict=True) if h == i),
        )
        for i, name in enumerate(names)
    )
    tier_map = TierMap(
        name="random",
        tiers=tiers,
        request_edges_ppm=tuple(request_edges),
        score_edges_milli=tuple(score_edges) if has_edges else None,
        default_tier=draw(st.sampled_from(names)),
        policy=draw(policies(has_score_edges=has_edges)),
        score_definition="test-1",
    )
    return tier_map, catalogue


@st.composite
def streams(draw: st.DrawFn, *, max_requests: int = 25) -> RequestStream:
    """Short streams: few sessions, equal times, prompts around the context windows, prefixes of any length."""
    n = draw(st.integers(1, max_requests))

    def column(values: list[float]) -> list[float]:
        return draw(st.lists(st.sampled_from(values), min_size=n, max_size=n))

    times = np.cumsum(column([0.0, 1.0, 2.0, 4.0, 5.0, 150.0]))  # many gaps and ages equal a TTL
    return request_stream(
        session=column([0, 1, 2]),
        time_s=times,
        prompt_tokens=column([0, 1, 20, 21, 49, 60, 61, 99, 199, 250]),
        completion_tokens=column([0, 1, 2, 60]),
        prefix_tokens=column([0, 1, 15, 40, 60, 250]),
        min_score=column([0.0, 0.249999, 0.25, 0.5, 0.65, 1.0, NAN]),
    )


@st.composite
def timed(draw: st.DrawFn, catalogue: Catalogue) -> Catalogue:
    """The catalogue with speeds: some flat, so that every luck gives the same whole seconds, some spread, some none."""
    ttft_s = np.full_like(catalogue.ttft_s, NAN)
    throughput_tps = catalogue.throughput_tps.copy()
    for row in range(len(catalogue)):
        kind = draw(st.sampled_from(["flat", "flat", "spread", "none"]))
        if kind == "flat":
            ttft_s[row] = draw(st.sampled_from([1.0, 2.0, 4.0]))
            throughput_tps[row] = throughput_tps[row, _P50]
        elif kind == "spread":
            ttft_s[row, _P50] = 1.0
    return catalogue.replace(ttft_s=ttft_s, throughput_tps=throughput_tps)


@st.composite
def model_operations(draw: st.DrawFn, stream: RequestStream, *, has_end: bool) -> ModelOperations:
    """Any behaviour of a model: every limit tight, outages that begin and end at arrivals; lines if calls end."""
    first_s, last_s = float(stream.time_s.min()), float(stream.time_s.max())
    edges = sorted(draw(st.sets(st.sampled_from([-1.0, 0.0, 1.0, 4.0, 5.0, 150.0, 160.0]), max_size=4)))
    windows = [(first_s + start, first_s + stop) for start, stop in zip(edges[::2], edges[1::2], strict=False)]
    lines = draw(st.sampled_from(["none", "concurrency", "slots"])) if has_end else "none"
    n_lines = draw(st.sampled_from([1, 2]))
    return ModelOperations(
        error_share=draw(st.sampled_from([0.0, 0.0, 0.3, 0.7, 1.0])),
        outages=tuple((start, stop) for start, stop in windows if stop > first_s and start <= last_s),
        requests_per_minute=draw(st.sampled_from([None, None, 1, 2, 7, 60])),
        tokens_per_minute=draw(st.sampled_from([None, None, 1, 61, 120, 300])),
        concurrency=n_lines if lines == "concurrency" else None,
        slots=n_lines if lines == "slots" else None,
        longest_queue=draw(st.sampled_from([None, 0, 1])) if lines == "slots" else None,
    )


@st.composite
def operations_of(draw: st.DrawFn, catalogue: Catalogue, stream: RequestStream) -> Operations:
    """Any failures and any patience that fit."""
    has_end = latency_tables(catalogue).is_known
    return Operations(
        models={
            key: draw(model_operations(stream, has_end=bool(has_end[row])))
            for row, key in enumerate(catalogue.keys)
            if draw(st.booleans())
        },
        others=draw(model_operations(stream, has_end=True)),
        n_retries=draw(st.integers(0, 3)),
        backoff_s=draw(st.sampled_from([0.0, 0.5, 2.0])),
        longest_backoff_s=draw(st.sampled_from([0.0, 1.0, 60.0])),
        failure_s=draw(st.sampled_from([0.0, 1.0, 3.0])),
        avoid_s=draw(st.sampled_from([0.0, 2.0, 30.0])),
        crosses_tiers=draw(st.booleans()),
    )


@st.composite
def answered(draw: st.DrawFn, stream: RequestStream) -> RequestStream:
    """The stream with logged answer times, at least one of them known."""
    n = len(stream)
    times = draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, NAN]), min_size=n - 1, max_size=n - 1))
    return stream.replace(logged=logged_columns(answer_s=[1.0, *times]))
