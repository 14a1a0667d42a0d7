"""Under what is a log counted? Models, classes of tokens, cells and cache rules: tables that add up share them all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode.sim.tables.classes import RequestClasses
from paretocode.sim.tables.grid import RequestGrid
from paretocode.sim.tables.models import ScoredModels

__all__ = ["TableSubject", "table_subject"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TableSubject:
    """Under what a log was counted; only tables of equal subjects add up.

    Parameters
    ----------
    models, classes, grid
        The models that may serve, the classes of token counts, the cells.
    default_is_highest
        Where requests that omit their min score go.
    cache_rules
        The distinct (time limit [microseconds], least length [tokens]) pairs of prompt caching; see `PairTable.held`.
    timed_models, limits_us
        Models (places in the order of score) whose times are tabulated, and the limits above which they are counted
        [microseconds]; none before `paretocode.sim.tables.with_times`.
    """

    models: ScoredModels
    classes: RequestClasses
    grid: RequestGrid
    default_is_highest: bool
    cache_rules: tuple[tuple[int, int], ...]
    timed_models: IntColumn = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    limits_us: tuple[int, ...] = ()

    @cached_property
    def example_prompts(self) -> tuple[int, ...]:
        """A prompt length of each prompt class."""
        return tuple(self.classes.example_prompt(step) for step in range(self.classes.n_prompt_classes))

    @cached_property
    def identity(self) -> tuple[object, ...]:
        """All that must agree."""
        models, policy = self.models, self.models.policy
        kept = replace(policy, stickiness="none", sticky_ttl_s=0, n_fallbacks=0)
        return (
            models.catalogue.digest,
            kept,
            models.axis_ppm.tobytes(),
            self.grid.edges_ppm.tobytes(),
            self.grid.asked_ppm.tobytes(),
            self.classes.prompt_limits.tobytes(),
            self.classes.mixes,
            self.default_is_highest,
            self.cache_rules,
            self.rule_of_model.tobytes(),
            *(column.tobytes() for prompt in self.example_prompts for column in models.tariff_at(prompt)),
            self.timed_models.tobytes(),
            self.limits_us,
        )

    @cached_property
    def rule_of_model(self) -> IntColumn:
        """Shape (n_models,): position of each model's cache rule; 0 where it caches nothing (nothing is saved)."""
        rules = self.models.cache.rules(self.models.catalogue)
        own = zip(rules.ttl_us[self.models.row].tolist(), rules.min_tokens[self.models.row].tolist(), strict=True)
        known = {rule: at for at, rule in enumerate(self.cache_rules)}
        return read_only(np.array([known.get(rule, 0) for rule in own], dtype=np.int64))


def table_subject(
    models: ScoredModels, classes: RequestClasses, grid: RequestGrid, *, default_is_highest: bool = True
) -> TableSubject:
    """Return under what logs are counted: models, classes, cells and the cache rules of the models that cache."""
    rules = models.cache.rules(models.catalogue)
    served = models.row[models.can_serve]
    pairs = zip(rules.ttl_us[served].tolist(), rules.min_tokens[served].tolist(), strict=True)
    return TableSubject(
        models=models,
        classes=classes,
        grid=grid,
        default_is_highest=default_is_highest,
        cache_rules=tuple(sorted({(ttl, least) for ttl, least in pairs if ttl > 0})),
    )
