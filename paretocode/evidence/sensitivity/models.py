"""What if a model goes, or a new one comes?"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, model_key
from paretocode.catalogue.changed import models_that_fit
from paretocode.errors import InputError
from paretocode.evidence.sensitivity.prices import WHERE
from paretocode.evidence.sensitivity.shift import Parameter, Setting, Shift
from paretocode.evidence.sensitivity.world import World, follows_edges, with_catalogue

__all__ = ["NewModel", "model_withdrawn", "new_model", "new_model_price", "with_new_model", "without_models"]

_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A model that is not in the catalogue yet.

    Parameters
    ----------
    model_id, effort
        Its key; it must not be taken.
    coding_score
        In the native unit of the catalogue's scores.
    prompt_usd_per_mtok, completion_usd_per_mtok, cache_read_usd_per_mtok, cache_write_usd_per_mtok
        [USD per million tokens]; the first two above 0, the others NaN where unknown.
    context_tokens
        [tokens]
    throughput_tps, ttft_s
        Median output speed [tokens/s] and time to first token [s]; NaN where unknown, and then its calls have no time.
    listed_tier
        The tier into which a map without score edges takes it; "" for none: a plain listing does not know it.

    Raises
    ------
    InputError
        A score or context that is not a number, or a price that is missing or not above 0.
    """

    model_id: str
    effort: str = ""
    coding_score: float
    prompt_usd_per_mtok: float
    completion_usd_per_mtok: float
    cache_read_usd_per_mtok: float = _NAN
    cache_write_usd_per_mtok: float = _NAN
    context_tokens: float
    throughput_tps: float = _NAN
    ttft_s: float = _NAN
    listed_tier: str = ""

    def __post_init__(self) -> None:
        where = f"new model {self.key!r}"
        for name in PRICE_FIELDS[:2]:
            price = getattr(self, name)
            if not 0 < price < np.inf:
                raise InputError(f"{name} is {price:g}", where=where, way_out="give a price above 0")
        for name in ("coding_score", "context_tokens"):
            value = getattr(self, name)
            if not np.isfinite(value) or (name == "context_tokens" and value < 1):
                raise InputError(f"{name} is {value:g}", where=where, way_out="give a finite number, a context of >= 1")

    @property
    def key(self) -> str:
        """Its one-string name."""
        return model_key(self.model_id, self.effort)


def with_new_model(world: World, model: NewModel) -> World:
    """Return the world with one more model.

    A map that follows its score edges takes the model where they put it. Any other map is a plain listing: it takes the
    model into the tier that `listed_tier` names, or not at all, and a note says so.

    Raises
    ------
    InputError
        A key that is taken.
    """
    if model.key in world.catalogue:
        raise InputError(
            f"the key {model.key!r} is taken", where="new model", way_out="give it an id or effort of its own"
        )
    before = world.catalogue
    grown = _grown(before, model)
    followers = [follows_edges(tier_map, before) for tier_map in world.maps]
    changed = with_catalogue(world.replace(notes=()), grown, reading="recut").replace(notes=world.notes)
    for role, follows in zip(("incumbent", "candidate"), followers, strict=True):
        if not follows:
            changed = _listed(changed, role, model)
    return changed


def _grown(catalogue: Catalogue, model: NewModel) -> Catalogue:
    """Return the catalogue with one more row at its end, which moves no price step."""
    tps, ttft = (np.full((1, len(SPEED_PERCENTILES)), _NAN) for _ in range(2))
    tps[0, SPEED_PERCENTILES.index(50)], ttft[0, SPEED_PERCENTILES.index(50)] = model.throughput_tps, model.ttft_s
    columns = {
        name: np.append(getattr(catalogue, name), getattr(model, name))
        for name in ("coding_score", *PRICE_FIELDS, "context_tokens")
    }
    return catalogue.replace(
        **columns,
        model_id=(*catalogue.model_id, model.model_id),
        effort=(*catalogue.effort, model.effort),
        name=(*catalogue.name, model.key),
        listed_tier=(*catalogue.listed_tier, model.listed_tier),
        coding_score_se=np.append(catalogue.coding_score_se, _NAN),
        max_output_tokens=np.append(catalogue.max_output_tokens, _NAN),
        throughput_tps=np.concatenate([catalogue.throughput_tps, tps]),
        ttft_s=np.concatenate([catalogue.ttft_s, ttft]),
        release_date=np.append(catalogue.release_date, np.datetime64("NaT", "D")),
        is_free=np.append(catalogue.is_free, False),
    )


def _listed(world: World, role: str, model: NewModel) -> World:
    """Return the world in which a plain listing has taken the model into its named tier, or has not, and says so."""
    tier_map = world.incumbent if role == "incumbent" else world.candidate
    if model.listed_tier not in {tier.name for tier in tier_map.tiers}:
        wanted = f"it has no tier {model.listed_tier!r}" if model.listed_tier else "no tier is named for it"
        return world.noted(f"the {role} {tier_map.name!r} is a listing and does not take {model.key}: {wanted}")
    tiers = tuple(
        dataclasses.replace(tier, models=(*tier.models, model.key)) if tier.name == model.listed_tier else tier
        for tier in tier_map.tiers
    )
    taken = f"the {role} {tier_map.name!r} is a listing; it takes {model.key} into {model.listed_tier!r} by assumption"
    return world.replace(**{role: dataclasses.replace(tier_map, tiers=tiers)}).noted(taken)


def new_model(model: NewModel) -> Shift:
    """Return the shift in which a new model comes."""
    return Shift(
        name=f"new model {model.key}",
        group="models",
        settings=(Setting(label="comes", change=lambda world: with_new_model(world, model)),),
        note=f"it scores {model.coding_score:g} and costs {model.prompt_usd_per_mtok:g} USD per million prompt tokens; "
        "with all tiers as listed it would change nothing",
    )


def new_model_price(model: NewModel, *, low: float = 0.25, high: float = 4.0) -> Parameter:
    """Return the factor on all prices of a new model."""

    def at(world: World, value: float) -> World:
        if not 0 < value < np.inf:
            raise InputError(f"the price factor is {value:g}", where="new model", way_out="give a number above 0")
        prices = {name: round(getattr(model, name) * value, 6) for name in PRICE_FIELDS}
        return with_new_model(world, dataclasses.replace(model, **prices))

    return Parameter(
        name=f"price of new model {model.key}",
        group="models",
        at=at,
        low=low,
        high=high,
        step=0.001,
        now=None,
        when=f"{model.key} comes at {{}} times {model.prompt_usd_per_mtok:g} USD per million prompt tokens",
        label="x {}",
    )


def without_models(world: World, *, models: str) -> World:
    """Return the world in which the models that fit a pattern are withdrawn.

    Tiers keep their lists, in which a router passes over what is gone; rules of caching and of failures for what is
    gone fall away.

    Raises
    ------
    InputError
        No model fits, or all do.
    """
    fits = models_that_fit(world.catalogue, models, where=WHERE)
    if fits.all():
        raise InputError(f"{models!r} fits all models", where="sensitivity", way_out="leave at least one")
    left = world.catalogue.select(~fits)
    kept = {key: rules for key, rules in world.cache.by_model.items() if key in left}
    operations = world.operations
    if operations is not None:
        own = {key: rules for key, rules in operations.models.items() if key in left}
        operations = dataclasses.replace(operations, models=own)
    return world.replace(catalogue=left, cache=dataclasses.replace(world.cache, by_model=kept), operations=operations)


def model_withdrawn(models: str) -> Shift:
    """Return the shift in which the models that fit a pattern are withdrawn."""
    return Shift(
        name=f"{models} withdrawn",
        group="models",
        settings=(Setting(label="withdrawn", change=lambda world: without_models(world, models=models)),),
    )
