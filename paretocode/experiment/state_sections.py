"""What does an experiment say about state: caches, failures, a catalogue that moves? Sections of its TOML file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from paretocode.experiment._strict import Strict
from paretocode.sim.cache import PrefixCache
from paretocode.sim.operations import ModelOperations, Operations

__all__ = ["CacheSpec", "ModelCacheSpec", "ModelOperationsSpec", "MotionSpec", "OperationsSpec"]

_Share = Annotated[float, Field(ge=0, le=1)]
_Seconds = Annotated[float, Field(ge=0, le=1e6)]
_Limit = Annotated[int, Field(ge=1, le=10**9)]


class ModelCacheSpec(Strict):
    """Prompt caching: longest age [s], shortest prefix [tokens], price of writing over the prompt price."""

    ttl_s: Annotated[float, Field(ge=0, lt=1e9)] = 300.0
    min_tokens: Annotated[int, Field(ge=0)] = 1024
    write_to_prompt: Annotated[float, Field(ge=0, le=1000)] | None = None


class CacheSpec(ModelCacheSpec):
    """Prompt caching of all models, and in `models` of single ones by key; `ttl_s` 0 turns it off."""

    models: dict[str, ModelCacheSpec] = {}

    def rules(self) -> PrefixCache:
        """Return the rules; a model's own section starts from the defaults, not from the common ones."""
        by_model = {key: PrefixCache(**own.model_dump()) for key, own in self.models.items()}
        return PrefixCache(**self.model_dump(exclude={"models"}), by_model=by_model)


class ModelOperationsSpec(Strict):
    """How a model behaves; see `paretocode.sim.operations.ModelOperations`."""

    error_share: _Share = 0.0
    outages: list[tuple[float, float]] = []
    requests_per_minute: _Limit | None = None
    tokens_per_minute: _Limit | None = None
    concurrency: _Limit | None = None
    slots: _Limit | None = None
    longest_queue: Annotated[int, Field(ge=0, le=10**9)] | None = None

    def operations(self) -> ModelOperations:
        """Return it as a checked object."""
        plain = self.model_dump(exclude={"outages"})
        return ModelOperations(**plain, outages=tuple((float(start), float(stop)) for start, stop in self.outages))


class OperationsSpec(Strict):
    """What fails, what is limited and how patient the router is; a section turns the replay of events on.

    `arrivals` is ``open`` (requests come as logged) or ``closed`` (they wait for answers); the other keys are those of
    `paretocode.sim.operations.Operations`.
    """

    arrivals: Literal["open", "closed"] = "open"
    models: dict[str, ModelOperationsSpec] = {}
    others: ModelOperationsSpec = ModelOperationsSpec()
    n_retries: Annotated[int, Field(ge=0, le=20)] = 2
    backoff_s: _Seconds = 1.0
    longest_backoff_s: _Seconds = 60.0
    failure_s: _Seconds = 1.0
    avoid_s: _Seconds = 30.0
    crosses_tiers: bool = True

    def operations(self) -> Operations:
        """Return it as a checked object."""
        plain = self.model_dump(exclude={"arrivals", "models", "others"})
        return Operations(
            **plain,
            models={key: own.operations() for key, own in self.models.items()},
            others=self.others.operations(),
        )


class MotionSpec(Strict):
    """A catalogue that moves: requests route under the one of `history` that is in force at their time.

    `origin` is the moment of the stream's time 0, in UTC; `membership` is ``listed`` (the map's lists stay and are
    ranked by the prices in force) or ``recut`` (score edges sort the models of each day anew); `keys` names the
    history's key of models that it calls otherwise. What the history does not hold comes from the catalogue.
    """

    history: str
    origin: date | datetime | str
    membership: Literal["listed", "recut"] = "listed"
    keys: dict[str, str] = {}
    first: date | str | None = None
    last: date | str | None = None

    @model_validator(mode="after")
    def _has_a_history(self) -> Self:
        if not self.history:
            raise ValueError("history is not given; add history under [motion] or --set motion.history=FILE")
        return self
