"""What is asked of a search? Stream, models, rules, knobs and measures, checked before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from paretocode._checks import one_of
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.sim.cache import PrefixCache
from paretocode.sim.luck import Luck
from paretocode.sim.tables.countable import CountableLog, LogInMemory
from paretocode.stream.stream import PPM, RequestStream
from paretocode.tiermap import Policy
from paretocode.tiermap.policy import DOWNGRADES
from paretocode.tune.edges.candidates import EdgeRules
from paretocode.tune.edges.lattice import TierRules
from paretocode.tune.edges.space import NEAR_EDGE_PPM
from paretocode.tune.measures import DEFAULT_MEASURES, Counts, Measure, counts_of, measure_named
from paretocode.tune.paths.pareto import MOST_LABELS
from paretocode.tune.worlds.scenarios import Scenario, refuse_clashing

__all__ = ["EDGES", "SHOWN_MEASURES", "MapQuestion", "Setting"]

EDGES = ("coupled", "apart")
"""``coupled``: an edge cuts requests and models at one place of the common axis; ``apart``: each axis has its own."""

SHOWN_MEASURES = (
    "cost_usd",
    "list_cost_usd",
    "shortfall",
    "excess",
    "short_share",
    "unmet_share",
    "unserved_share",
    "tier_change_rate",
    "tier_distance_rate",
    "fresh_share",
    "near_edge_share",
)
"""What is tabulated of every map, searched or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One combination of the knobs: a grid of maps of its own.

    Parameters
    ----------
    edges
        One of `EDGES`.
    hysteresis_ppm, downgrades
        The policy's filters of the request; see `paretocode.tiermap.Policy`.
    """

    edges: str
    hysteresis_ppm: int = 0
    downgrades: str = "allowed"

    @property
    def name(self) -> str:
        """For people: the edges and whatever differs from a plain router."""
        parts = [self.edges]
        if self.hysteresis_ppm:
            parts.append(f"hysteresis {self.hysteresis_ppm / PPM:g}")
        if self.downgrades != "allowed":
            parts.append("never down")
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True, eq=False)
class MapQuestion:
    """Which maps are looked for, on what, and what counts.

    Parameters
    ----------
    catalogue, scale
        The models, and where scores stand on the axis of requests.
    stream, log
        The log with its min scores: in memory, or anything that can be counted, such as one in parts. One of them.
        What looks at single requests (times, moved traffic, replays) needs the first.
    policy, cache, luck
        How the router decides, how prompts are cached, and the luck of each request; the last is needed for times only.
    n_bands
        Numbers of tiers, each searched.
    measures
        What the frontier is of; less is better.
    limits
        Measure -> the most a map may have, in people's units.
    edges, hysteresis_ppm, downgrades
        The knobs: every combination is searched. The policy's own hysteresis and downgrades where nothing is given.
    request_rules, score_rules, tier_rules
        What people say about edges and tiers. Coupled edges follow the request rules, and the gaps of both.
    default_is_highest
        Where requests that omit their min score go.
    epsilon
        Measure -> by how much a shown map may be worse than one left out, in people's units; exact where empty.
    near_edge_ppm
        How near to an edge counts as near.
    scenarios
        What else the log, prices or scores might be; empty for a plain search.
    most_labels
        Memory limit of the exact frontier, in partial maps.

    Raises
    ------
    InputError
        An unknown measure or knob, more tiers than the models allow, a stream too short for so many tiers.
    """

    catalogue: Catalogue
    scale: ScoreScale
    stream: RequestStream | None = None
    log: CountableLog | None = None
    policy: Policy = field(default_factory=Policy)
    cache: PrefixCache = field(default_factory=PrefixCache)
    luck: Luck | None = None
    n_bands: tuple[int, ...] = (3,)
    measures: tuple[str, ...] = DEFAULT_MEASURES
    limits: Mapping[str, float] = field(default_factory=dict)
    edges: tuple[str, ...] = ("coupled",)
    hysteresis_ppm: tuple[int, ...] = ()
    downgrades: tuple[str, ...] = ()
    request_rules: EdgeRules = field(default_factory=EdgeRules)
    score_rules: EdgeRules = field(default_factory=EdgeRules)
    tier_rules: TierRules = field(default_factory=TierRules)
    default_is_highest: bool = True
    epsilon: Mapping[str, float] = field(default_factory=dict)
    near_edge_ppm: int = NEAR_EDGE_PPM
    scenarios: tuple[Scenario, ...] = ()
    most_labels: int = MOST_LABELS

    def __post_init__(self) -> None:
        for word in self.edges:
            one_of(word, EDGES, name="edges", where="search")
        for word in self.downgrades:
            one_of(word, DOWNGRADES, name="downgrades", where="search")
        if (self.stream is None) == (self.log is None):
            raise InputError("the log is given twice or not at all", where="search", way_out="give stream or log")
        if not self.measures or not self.n_bands or not self.edges:
            raise InputError("nothing is asked", where="search", way_out="name measures, n_bands and edges")
        for name in (*self.measures, *self.limits, *self.epsilon):
            measure_named(name)
            self._refuse_unknown_provider(name)
        if idle := sorted(set(self.epsilon) - set(self.measures)):
            raise InputError(
                f"an epsilon is given for {idle[0]}, which is not searched",
                where="search",
                way_out=f"give it for {', '.join(self.measures)}, or search {idle[0]} too",
            )
        refuse_clashing(self.scenarios)
        self._refuse_too_many_bands()

    def _refuse_unknown_provider(self, name: str) -> None:
        family, _, provider = name.partition(":")
        known = sorted(
            {self.catalogue.model_id[row].partition("/")[0] for row in np.flatnonzero(self.catalogue.has_score)}
        )
        if family == "provider_share" and provider not in known:
            raise InputError(
                f"no scored model is offered by {provider!r}", where="search", way_out=f"use one of {', '.join(known)}"
            )

    def _refuse_too_many_bands(self) -> None:
        most, least = max(self.n_bands), self.tier_rules.least_members
        n_scored = int(self.catalogue.has_score.sum())
        if min(self.n_bands) < 1:
            raise InputError(f"n_bands is {min(self.n_bands)}", where="search", way_out="give numbers >= 1")
        if most * least > n_scored:
            raise InputError(
                f"{most} tiers of at least {least} models need {most * least} scored models and there are {n_scored}",
                where="search",
                way_out="ask for fewer tiers, or lower least_members",
            )
        pins = max(len(self.request_rules.pinned), len(self.score_rules.pinned))
        if pins > min(self.n_bands) - 1:
            raise InputError(
                f"{pins} edges are pinned and {min(self.n_bands)} tiers have {min(self.n_bands) - 1}",
                where="search",
                way_out="ask for more tiers, or unpin some",
            )
        n_stated = self.counts.stated
        if n_stated < most:
            raise InputError(
                f"{n_stated} requests state a min score, too few for {most} tiers",
                where=self.counted.name or "stream",
                way_out="bring a longer stream, or ask for fewer tiers",
            )

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Every combination of the knobs."""
        return tuple(
            Setting(edges=edges, hysteresis_ppm=h, downgrades=down)
            for edges in dict.fromkeys(self.edges)
            for h in dict.fromkeys(self.hysteresis_ppm or (self.policy.hysteresis_ppm,))
            for down in dict.fromkeys(self.downgrades or (self.policy.downgrades,))
        )

    def totals_at_most(self, amounts: Mapping[str, float]) -> dict[str, int]:
        """Return amounts of measures in people's units as the greatest totals of their metrics that keep them."""
        measures = [(measure_named(name), amount) for name, amount in amounts.items()]
        return {measure.metric: measure.total(amount, self.counts) for measure, amount in measures}

    @property
    def requests(self) -> RequestStream:
        """The log in memory.

        Raises
        ------
        InputError
            It is not there.
        """
        if self.stream is None:
            raise InputError(
                "this looks at single requests, and the log is not in memory",
                where="search",
                way_out="leave times out, and replay the maps that were found",
            )
        return self.stream

    @cached_property
    def counted(self) -> CountableLog:
        """The log as something to count."""
        return LogInMemory(self.requests) if self.log is None else self.log

    @cached_property
    def counts(self) -> Counts:
        """What the log holds."""
        if self.log is None:
            return counts_of(self.requests)
        found = self.log.levels(self.policy, default_is_highest=self.default_is_highest)
        return Counts(
            requests=found.n_requests,
            pairs=found.n_requests - found.n_sessions,
            stated=found.n_stated,
            prompt_tokens=found.prompt_tokens,
        )

    @property
    def searched(self) -> tuple[Measure, ...]:
        """The measures that the frontier is of."""
        return tuple(measure_named(name) for name in self.measures)

    @property
    def shown(self) -> tuple[Measure, ...]:
        """All measures that are tabulated: searched, limited, and the usual ones."""
        names = dict.fromkeys((*self.measures, *self.limits, *SHOWN_MEASURES))
        timed = any(measure_named(n).metric.partition(":")[0] in {"latency_us", "n_above"} for n in names)
        return tuple(measure_named(name) for name in (*names, *(("untimed_share",) if timed else ())))

    @property
    def latency_limits_us(self) -> tuple[int, ...]:
        """The latency limits that the shown measures name [microseconds]."""
        metrics = (measure.metric for measure in self.shown)
        return tuple(round(float(m.partition(":")[2]) * 1e6) for m in metrics if m.startswith("n_above:"))
