"""What does an experiment say about a search for edges? The section `[search]` of its TOML file, in people's units."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from paretocode.experiment._strict import Strict, refuse_unused
from paretocode.experiment.map_sections import PolicySpec

__all__ = ["PriceShockSpec", "RobustSpec", "SearchSpec", "needs_luck"]

_Axis = Annotated[float, Field(ge=0, le=1)]
_Zone = tuple[_Axis, _Axis]
_Share = Annotated[float, Field(ge=0, le=1)]


class PriceShockSpec(Strict):
    """All prices of the models that fit a pattern of keys, times a factor."""

    models: str
    factor: Annotated[float, Field(gt=0, lt=1e6)]
    name: str = ""
    weight: Annotated[int, Field(ge=1, le=10**6)] = 1


class RobustSpec(Strict):
    """What else might be true, and what a robust map is: best in expectation, in the worst case, or by regret.

    `scores` draws so many replicates of all scores from their standard errors, `prices` lists shocks, `days` cuts the
    stream into stretches of so many days. `most_candidates` thins the request axis for this search alone: a tier that
    hands requests on makes bands remember every world's takers.
    """

    aim: Literal["expected", "worst", "regret"] = "expected"
    scores: Annotated[int, Field(ge=0, le=1000)] = 0
    prices: list[PriceShockSpec] = []
    days: Annotated[float, Field(gt=0)] | None = None
    most_candidates: Annotated[int, Field(ge=1, le=5000)] = 20
    seed: Annotated[int, Field(ge=0)] = 4

    @model_validator(mode="after")
    def _has_worlds(self) -> Self:
        if not self.scores and not self.prices and self.days is None:
            raise ValueError("robust names no other world; give scores, prices or days")
        if self.days is not None and (self.scores or self.prices):
            raise ValueError("stretches of days are parts of the log, no worlds beside it; weigh them by themselves")
        return self


class SearchSpec(Strict):
    """Which maps are looked for; see docs/search.md.

    Edges of requests are on the 0..1 axis, edges of scores in the native unit. `limits` are numbers or texts such as
    ``incumbent``, ``incumbent * 0.9`` or ``incumbent + 0.01``. `policy` is what differs from the incumbent's. Picked
    maps are replayed under the policy's own stickiness, and billed once more under each of `stickiness`.
    """

    n_bands: list[Annotated[int, Field(ge=1, le=30)]] = [3]
    measures: list[str] = ["cost_usd", "shortfall", "tier_change_rate"]
    limits: dict[str, float | str] = {"unserved_share": "incumbent"}
    epsilon: dict[str, Annotated[float, Field(ge=0)]] = {}
    edges: list[Literal["coupled", "apart"]] = ["coupled"]
    hysteresis: list[_Axis] = []
    downgrades: list[Literal["allowed", "never"]] = []
    stickiness: list[Literal["none", "session", "implicit"]] = []
    policy: PolicySpec = PolicySpec()
    most_candidates: Annotated[int, Field(ge=1, le=5000)] | None = None
    pinned_request_edges: list[_Axis] = []
    forbidden_request_edges: list[_Zone] = []
    least_request_gap: _Axis = 0.0
    pinned_score_edges: list[float] = []
    forbidden_score_edges: list[tuple[float, float]] = []
    least_score_gap: Annotated[float, Field(ge=0)] = 0.0
    avoid_atoms_share: _Share | None = None
    avoid_atoms_distance: _Axis = 0.01
    avoid_scores_se: Annotated[float, Field(ge=0, le=10)] = 0.0
    least_members: Annotated[int, Field(ge=0)] = 1
    most_members: Annotated[int, Field(ge=1)] | None = None
    least_providers: Annotated[int, Field(ge=0)] = 0
    least_price_step: Annotated[float, Field(ge=0, le=1000)] | None = None
    most_provider_share: _Share | None = None
    near_edge: _Axis = 0.01
    near_optimal: Annotated[float, Field(ge=0, le=10)] = 0.01
    most_labels: Annotated[int, Field(ge=1000)] = 20_000_000
    robust: RobustSpec | None = None

    @model_validator(mode="before")
    @classmethod
    def _single_words(cls, plain: Any) -> Any:
        """Take a single number or word for a list of one."""
        if isinstance(plain, dict):
            listed = ("n_bands", "measures", "edges", "hysteresis", "downgrades", "stickiness")
            return {k: [v] if k in listed and not isinstance(v, list) else v for k, v in plain.items()}
        return plain

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rules = ("pinned_score_edges", "forbidden_score_edges", "avoid_scores_se")
        refuse_unused(self, dict.fromkeys(rules, "coupled" not in self.edges), "a search with coupled edges")
        refuse_unused(
            self, {"avoid_atoms_distance": self.avoid_atoms_share is not None}, "without avoid_atoms_share it"
        )
        if (self.hysteresis and self.policy.hysteresis_ppm is not None) or (
            self.downgrades and self.policy.downgrades is not None
        ):
            raise ValueError("a knob stands in search and in search.policy; give it in one place")
        for name in ("n_bands", "measures", "edges", "hysteresis", "downgrades", "stickiness"):
            values = getattr(self, name)
            if len(set(values)) != len(values) or not (values or name in {"hysteresis", "downgrades", "stickiness"}):
                raise ValueError(f"{name} is {values}; name each once, and at least one")
        return self


def needs_luck(spec: SearchSpec) -> bool:
    """Return whether a search measures or limits times, which are drawn request by request."""
    from paretocode.tune.measures import measure_named

    metrics = (measure_named(name).metric for name in (*spec.measures, *spec.limits))
    return any(metric.partition(":")[0] in {"latency_us", "n_above"} for metric in metrics)
