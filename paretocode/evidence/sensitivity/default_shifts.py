"""Which shifts does an analysis try when nobody names them? What the field has seen move, for the models at hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode.catalogue.scales import FractionScale, PercentileScale, ScoreScale
from paretocode.evidence.sensitivity.caches import (
    cache_read_factor,
    cache_read_multiple,
    cache_rules,
    cache_write_multiple,
)
from paretocode.evidence.sensitivity.demand import atom_moved, atom_share, longest_session_share
from paretocode.evidence.sensitivity.failures import error_share
from paretocode.evidence.sensitivity.models import model_withdrawn, new_model, new_model_price
from paretocode.evidence.sensitivity.policies import (
    DEFAULT_PLACES,
    POLICY_CHOICES,
    default_tier,
    policy_choice,
    score_scale,
)
from paretocode.evidence.sensitivity.prices import price_factor
from paretocode.evidence.sensitivity.rivals import rival_models, serving_models
from paretocode.evidence.sensitivity.scores import score_error, score_noise, score_of
from paretocode.evidence.sensitivity.shift import Parameter, Shift
from paretocode.evidence.sensitivity.time_limits import cache_ttl, sticky_ttl
from paretocode.evidence.sensitivity.world import World, follows_edges
from paretocode.sim.cache import NO_CACHE, PrefixCache
from paretocode.stream.demand.apply import demand_of
from paretocode.stream.stream import PPM

__all__ = ["default_parameters", "default_shifts"]

LEAST_SHARE = 0.02
"""Min scores that at least 2 % of requests ask for are atoms."""

_UNSPECIFIED = ("price_metric", "empty_tier", "stickiness", "eligibility", "n_fallbacks")


def default_shifts(
    world: World, *, n_score_draws: int = 20, rng: int = 0, has_failures: bool = True
) -> tuple[Shift, ...]:
    """Return the shifts of all groups for a world: prices by provider, models, scores, demand, limits, rules, failures.

    Parameters
    ----------
    n_score_draws
        Replicates of all scores.
    rng
        Seed of score draws and of changed shares.
    has_failures
        Whether calls fail in one of them; that replay goes event by event and takes far longer than the others.

    Returns
    -------
    tuple of Shift
        In the order of `GROUPS`. Shifts that need what the world does not have (standard errors, atoms, caches) are
        left out only where there is nothing to name; where a rule cannot hold, the analysis says why.
    """
    return (
        *(parameter.shift() for parameter in _prices(world)),
        *_models(world),
        *_scores(world, n_score_draws, rng),
        *_demand(world, rng),
        sticky_ttl().shift(300, 600),
        cache_ttl().shift(180, 600, 3600),
        *_policies(world),
        cache_rules({"none": NO_CACHE, "from 4096 tokens": PrefixCache(ttl_s=300.0, min_tokens=4096)}),
        cache_read_factor().shift(),
        cache_read_multiple().shift(0.1, 0.25, 0.5),
        cache_write_multiple().shift(1.0, 1.25, 2.0),
        *([error_share().shift()] if has_failures else []),
    )


def default_parameters(world: World, *, rng: int = 0) -> tuple[Parameter, ...]:
    """Return the parameters whose break-even points are worth looking for in a world."""
    scored = [key for key in serving_models(world) if world.catalogue.has_score[world.catalogue.index_of(key)]]
    reading = _readings(world)[-1]
    return (
        *_prices(world, low=0.1, high=10.0),
        *(new_model_price(model) for model in rival_models(world)),
        *(_score_range(world, key, reading) for key in scored),
        *_atoms(world, rng),
        sticky_ttl(low=30, high=3600),
        cache_ttl(low=30, high=3600),
        cache_read_factor(low=0.0, high=20.0),
        cache_read_multiple(low=0.0, high=1.0),
        cache_write_multiple(low=1.0, high=3.0),
    )


def _prices(world: World, *, low: float = 0.5, high: float = 2.0) -> Iterator[Parameter]:
    """Yield a price factor for every provider that stands in a map."""
    for provider in dict.fromkeys(key.partition("/")[0] if "/" in key else key for key in world.map_keys):
        has_slash = any(key.startswith(f"{provider}/") for key in world.map_keys)
        yield price_factor(f"{provider}/*" if has_slash else provider, low=low, high=high)


def _models(world: World) -> Iterator[Shift]:
    for key in serving_models(world):
        yield model_withdrawn(key)
    for model in rival_models(world):
        yield new_model(model)


def _readings(world: World) -> tuple[str, ...]:
    """Return both readings where a map follows its score edges; else tiers can only stay as listed."""
    return ("listed", "recut") if any(follows_edges(m, world.catalogue) for m in world.maps) else ("listed",)


def _scores(world: World, n_draws: int, rng: int) -> Iterator[Shift]:
    error = world.catalogue.coding_score_se
    has_error = world.catalogue.has_score & np.isfinite(error) & (np.nan_to_num(error) > 0)
    for reading in _readings(world):
        for key in serving_models(world):
            if has_error[world.catalogue.index_of(key)]:
                yield score_error(world, model=key, reading=reading)
        if n_draws and has_error.any():
            yield score_noise(world, n=n_draws, rng=rng, reading=reading)


def _score_range(world: World, key: str, reading: str) -> Parameter:
    score = float(world.catalogue.coding_score[world.catalogue.index_of(key)])
    best = float(np.nanmax(world.catalogue.coding_score))
    return score_of(key, low=0.0, high=round(max(best, score) * 1.1, 3), now=score, reading=reading)


def _demand(world: World, rng: int) -> Iterator[Shift]:
    table = demand_of(world.stream)
    for ppm, share in zip(table.min_score_ppm.tolist(), table.share.tolist(), strict=True):
        if share >= LEAST_SHARE:
            place = ppm / PPM
            low, high = max(0.0, round(place - 0.01, 6)), min(1.0, round(place + 0.01, 6))
            yield atom_moved(place, low=low, high=high).shift(*dict.fromkeys((low, high)))
    for parameter in _atoms(world, rng):
        now = parameter.now or 0.0
        yield parameter.shift(round(now / 2, 6), round(min(1.0, now * 1.5), 6))


def _atoms(world: World, rng: int) -> Iterator[Parameter]:
    table = demand_of(world.stream)
    atoms = [*zip((table.min_score_ppm / PPM).tolist(), table.share.tolist(), strict=True), (None, table.omitted_share)]
    for min_score, share in atoms:
        if LEAST_SHARE <= share < 1:
            step = longest_session_share(world.stream)
            yield atom_share(min_score, low=0.0, high=1.0, rng=rng, now=share, step=step)


def _policies(world: World) -> Iterator[Shift]:
    for field in _UNSPECIFIED:
        used = {getattr(tier_map.policy, field) for tier_map in world.maps}
        others = [value for value in POLICY_CHOICES[field] if used != {value}]
        yield policy_choice(field, *others)
    yield default_tier(*DEFAULT_PLACES)
    if scales := _scales(world):
        yield score_scale(scales)


def _scales(world: World) -> dict[str, ScoreScale]:
    scores = world.catalogue.coding_score[world.catalogue.has_score]
    if not len(scores):
        return {}
    found: dict[str, ScoreScale] = {"percentile of the catalogue": PercentileScale(field=tuple(scores.tolist()))}
    if float(scores.min()) >= 0 and float(scores.max()) <= 100:
        found["score out of 100"] = FractionScale(full=100.0)
    return {name: scale for name, scale in found.items() if repr(scale) != repr(world.scale)}
