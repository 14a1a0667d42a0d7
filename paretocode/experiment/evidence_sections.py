"""What does an experiment ask for as evidence? The section `[evidence]` of its TOML file, in people's units."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from paretocode.experiment._strict import Strict

__all__ = [
    "DriftSpec",
    "EvidenceSpec",
    "FeedbackSpec",
    "HoldoutSpec",
    "OutcomesSpec",
    "SelectionSpec",
    "SensitivitySpec",
    "SizeSpec",
]

_Share = Annotated[float, Field(gt=0, lt=1)]
_Level = Annotated[float, Field(ge=0.5, lt=1)]

MEASURES = (
    "cost_usd_per_krequest",
    "latency_p50_s",
    "latency_p95_s",
    "tier_jump_rate",
    "model_jump_rate",
    "shortfall_mean",
    "unmet_share",
    "unserved_share",
)


class SelectionSpec(Strict):
    """How many maps were looked at, and by which rule one was chosen: what the best of many must be corrected for.

    The rule is that of the search where there is one: its first measure and its limits. Without a search the least
    `objective` wins within `limits`, numbers or ``incumbent``. `most_maps` maps of a search's frontier are replayed and
    join the pool; `searches` repeats the search in so many resamples and lets their maps join too. `outer` resamples
    (at least 100), each resampled `inner` times (at least 30), measure what choosing did. A map that looks worse than
    the best by at most `margin` [unit of the objective] counts as tied; the steadiest tied map that looks worse by at
    most the share `near` is recommended.
    """

    objective: str = "cost_usd_per_krequest"
    limits: dict[str, float | Literal["incumbent"]] = {"unserved_share": "incumbent"}
    most_maps: Annotated[int, Field(ge=0, le=2000)] = 40
    searches: Annotated[int, Field(ge=0, le=1000)] = 0
    outer: Annotated[int, Field(ge=100, le=10_000)] = 200
    inner: Annotated[int, Field(ge=30, le=1000)] = 60
    margin: Annotated[float, Field(ge=0)] = 0.0
    near: Annotated[float, Field(ge=0, lt=1)] = 0.01


class HoldoutSpec(Strict):
    """Which part of the stream is kept back: sessions drawn at random, or the end of the stream in time.

    The map is chosen on the rest by the experiment's own rule, locked, and then judged on what was kept back.
    `embargo` leaves sessions out that straddle the cut in time, rather than giving them to the part of their first
    request.
    """

    kind: Literal["session", "time"] = "session"
    test_share: _Share = 0.5
    embargo: bool = False
    folds: Annotated[int, Field(ge=0, le=50)] = 0


class SizeSpec(Strict):
    """Differences for which the needed number of sessions is planned, as shares of the incumbent's value."""

    changes: list[Annotated[float, Field(gt=0, lt=10)]] = [0.01, 0.05, 0.1]
    power: Annotated[float, Field(ge=0.5, lt=1)] = 0.8
    canary_share: _Share = 0.1


class SensitivitySpec(Strict):
    """Which measures the shifts of the world are followed in; the shifts are the default ones for the two maps."""

    measures: list[str] = ["cost_usd_per_krequest", "shortfall_mean", "tier_jump_rate", "unserved_share"]
    break_even: bool = True


class DriftSpec(Strict):
    """Today's log, at `path` through `reader`: is it the traffic that the map was chosen on?

    `catalogue` names today's catalogue where it is another one. Min scores are those of the log, or drawn from the
    experiment's demand. `limits` say how far a metric of the map may move, in its unit.
    """

    path: Annotated[str, Field(min_length=1)]
    reader: str = "table"
    options: dict[str, Any] = {}
    catalogue: str | None = None
    limits: dict[str, Annotated[float, Field(gt=0)]] = {}
    permutations: Annotated[int, Field(ge=99, le=100_000)] = 999


class FeedbackSpec(Strict):
    """Users' reports about the boundaries of the incumbent, a table at `path`; `columns` name its columns in our words.

    `half_width` is that of the interval for which the number of reports is planned; the costs weigh a request that is
    served too weakly against one that is served too dearly.
    """

    path: Annotated[str, Field(min_length=1)]
    columns: dict[str, str] = {}
    half_width: Annotated[float, Field(gt=0, lt=1)] = 0.02
    weak_cost: Annotated[float, Field(gt=0)] = 1.0
    dear_cost: Annotated[float, Field(gt=0)] = 1.0


class OutcomesSpec(Strict):
    """A table of outcomes at `path`: scores of several models on the same questions, `candidate` against `baseline`.

    `format` is ``long`` (one outcome a row) or one of RouteLLM's published tables. `margin` is the loss of mean score
    that is still called equal, `range` the ends of the scale, `drop_sentinel` a score that stands for none.
    """

    path: Annotated[str, Field(min_length=1)]
    candidate: str
    baseline: str
    margin: Annotated[float, Field(gt=0)]
    format: Literal["long", "routellm-pair", "routellm-mtbench"] = "long"
    range: tuple[float, float] | None = None
    question: list[str] = ["question"]
    cluster: list[str] = []
    cost_column: str | None = None
    contaminated: Literal["keep", "drop"] | None = None
    drop_sentinel: float | None = None
    right_at: float | None = None

    @model_validator(mode="after")
    def _range_fits(self) -> Self:
        if (self.format == "long") != (self.range is not None):
            raise ValueError("range is the scale of a long table, which needs it; the other formats have their own")
        return self


class EvidenceSpec(Strict):
    """How sure the comparison must be able to say it is; see docs/evidence.md.

    `replicates` is at least 100; 0 leaves all evidence out. `clusters` are what is resampled: sessions, the days on
    which they begin, roots: sessions whose ids share what stands before the first ``/`` (a user, the run of an
    agent), or blocks: some 10,000 of them, into which any number of sessions is dealt, so that sums stay small.
    `margins` are differences that do not matter, by measure and in its unit.
    """

    replicates: Annotated[int, Field(ge=0, le=100_000)] = 1000
    level: _Level = 0.95
    clusters: Literal["session", "day", "root", "block"] = "session"
    measures: list[str] = list(MEASURES)
    margins: dict[str, Annotated[float, Field(ge=0)]] = {}
    seed: Annotated[int, Field(ge=0)] = 5
    size: SizeSpec = SizeSpec()
    selection: SelectionSpec | None = None
    holdout: HoldoutSpec | None = None
    sensitivity: SensitivitySpec | None = None
    drift: DriftSpec | None = None
    feedback: FeedbackSpec | None = None
    outcomes: OutcomesSpec | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if 0 < self.replicates < 100:
            raise ValueError(f"replicates is {self.replicates}; give at least 100, or 0 for no evidence")
        if len(set(self.measures)) != len(self.measures) or not self.measures:
            raise ValueError(f"measures is {self.measures}; name each once, and at least one")
        unknown = [name for name in self.margins if name not in self.measures]
        if unknown:
            raise ValueError(f"a margin is given for {unknown[0]!r}, which is none of the measures")
        return self
