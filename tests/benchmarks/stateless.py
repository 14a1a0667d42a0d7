"""How fast is a replay without memory? Tier by cut, cheapest model that holds the request, cost; 10^6 at once."""

from __future__ import annotations

import importlib.util
from bisect import bisect_right
from collections.abc import Callable

from benchmarks.harness import Contender, Race
from benchmarks.traffic import (
    DEFAULT_TIER,
    EDGES_PPM,
    Model,
    Row,
    documented,
    first_sessions,
    fresh,
    ladders,
    loop_total,
    sessions_of,
    simpy_total,
    tiers_by_price,
    total_pusd,
    traffic,
)
from oracles.slow_replay import slow_bill, slow_decisions
from paretocode.catalogue import Catalogue
from paretocode.sim import NO_CACHE, replay
from paretocode.stream import RequestStream
from paretocode.tiermap import TierMap

LOW, HIGH = EDGES_PPM


def stateless_race(n_requests: int, *, n_small: int = 20_000, n_oracle: int = 1_000) -> Race:
    """Return the race; the event loop and the plain loops get the first `n_small` and `n_oracle` requests."""
    stream = traffic(n_requests)
    small = first_sessions(stream, n_small)
    tiny = first_sessions(stream, n_oracle)
    catalogue, tier_map = documented(stickiness="none")
    steps = ladders(tiers_by_price(catalogue))

    def ours(requests: RequestStream) -> int:
        return total_pusd(replay(fresh(requests), tier_map, catalogue, cache=NO_CACHE))

    expected, expected_small, rows = ours(stream), ours(small), sessions_of(small)
    contenders = [
        Contender(name="paretocode", run=lambda: ours(stream), size=len(stream), expected=expected),
        Contender(
            name="polars",
            run=polars_total(stream, steps),
            size=len(stream),
            expected=expected,
            note="lazy expressions, one thread",
        ),
    ]
    if importlib.util.find_spec("pandas"):
        run = pandas_total(stream, steps)
        note = "cut, np.select, map"
        contenders.append(Contender(name="pandas", run=run, size=len(stream), expected=expected, note=note))
    contenders += [
        Contender(
            name="plain Python loop",
            run=lambda: loop_total(rows, lambda: memoryless(steps)),
            size=len(small),
            expected=expected_small,
            note="subset",
        ),
        Contender(
            name="SimPy",
            run=lambda: simpy_total(rows, lambda: memoryless(steps)),
            size=len(small),
            expected=expected_small,
            note="subset; a process a session, the same decisions in the order of time",
        ),
        Contender(
            name="reference router",
            run=lambda: oracle_total(tiny, tier_map, catalogue),
            size=len(tiny),
            expected=ours(tiny),
            note="subset; the definition, written to be read",
        ),
    ]
    return Race(title="Stateless replay: decisions and bill", unit="requests", contenders=tuple(contenders))


def memoryless(steps: list[list[Model]]) -> Callable[[Row], int]:
    """Return a function from a request to its cost [pico-USD]."""

    def decide(row: Row) -> int:
        tier = DEFAULT_TIER if row.is_omitted else bisect_right(EDGES_PPM, row.min_score_ppm)
        need = row.prompt + row.completion
        for model in steps[tier]:
            if need <= model.window:
                return row.prompt * model.prompt + row.completion * model.completion
        return 0

    return decide


def oracle_total(stream: RequestStream, tier_map: TierMap, catalogue: Catalogue) -> int:
    """Return the total of the slow twin [pico-USD]."""
    models = [decision.primary for decision in slow_decisions(stream, tier_map, catalogue)]
    return sum(slow_bill(stream, models, catalogue, NO_CACHE)[0])


def polars_total(stream: RequestStream, steps: list[list[Model]]) -> Callable[[], int]:
    """Return the polars script: the frame is made beforehand, tier, model and cost are columns of the answer."""
    import polars as pl

    frame = pl.DataFrame(
        {
            "ppm": stream.min_score_ppm,
            "is_omitted": stream.is_omitted,
            "prompt": stream.prompt_tokens,
            "completion": stream.completion_tokens,
        }
    )
    tier = (
        pl.when("is_omitted")
        .then(DEFAULT_TIER)
        .when(pl.col("ppm") < LOW)
        .then(0)
        .when(pl.col("ppm") < HIGH)
        .then(1)
        .otherwise(2)
    )
    # A slot numbers the (tier, model) pairs; both prices are looked up by it.
    slots = [(tier_index, model) for tier_index, ladder in enumerate(steps) for model in ladder]
    slot = pl.lit(None, dtype=pl.UInt32)
    for number, (tier_index, model) in reversed(list(enumerate(slots))):
        fits = (pl.col("tier") == tier_index) & (pl.col("need") <= model.window)
        slot = pl.when(fits).then(pl.lit(number, dtype=pl.UInt32)).otherwise(slot)
    prompt_price = pl.Series([model.prompt for _, model in slots])
    completion_price = pl.Series([model.completion for _, model in slots])
    row = pl.Series([model.row for _, model in slots])
    cost = pl.col("prompt") * pl.lit(prompt_price).gather("slot") + pl.col("completion") * pl.lit(
        completion_price
    ).gather("slot")
    query = (
        frame.lazy()
        .with_columns(tier=tier.cast(pl.Int8), need=pl.col("prompt") + pl.col("completion"))
        .with_columns(slot=slot)
        .with_columns(model=pl.lit(row).gather("slot"), cost=cost)
    )
    return lambda: int(query.collect()["cost"].sum())


def pandas_total(stream: RequestStream, steps: list[list[Model]]) -> Callable[[], int]:
    """Return the pandas script: the frame is made beforehand, tier, model and cost are columns of the answer."""
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame(
        {
            "ppm": stream.min_score_ppm,
            "is_omitted": stream.is_omitted,
            "prompt": stream.prompt_tokens,
            "completion": stream.completion_tokens,
        }
    )
    models = pd.DataFrame([model for ladder in steps for model in ladder]).drop_duplicates("row").set_index("row")

    def run() -> int:
        out = frame.copy(deep=False)
        out["tier"] = pd.cut(out["ppm"], [0, LOW, HIGH, 1_000_001], right=False, labels=False)
        out.loc[out["is_omitted"], "tier"] = DEFAULT_TIER
        need = out["prompt"] + out["completion"]
        pairs = [(tier, model) for tier, ladder in enumerate(steps) for model in ladder]
        fits = [(out["tier"] == tier) & (need <= model.window) for tier, model in pairs]
        out["model"] = np.select(fits, [model.row for _, model in pairs], default=-1)
        out["cost"] = out["prompt"] * out["model"].map(models["prompt"]) + out["completion"] * out["model"].map(
            models["completion"]
        )
        return int(out["cost"].sum())

    return run
