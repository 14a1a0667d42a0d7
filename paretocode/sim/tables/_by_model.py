"""What do the metrics need of each model? Columns by place, with a last entry for `UNSERVED`."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.sim.latency import latency_tables
from paretocode.sim.tables.subject import TableSubject

__all__ = ["UNTABULATED", "ByModel"]

_UNKNOWN, UNTABULATED = -1, -2
"""Columns of times that are not there: the model has no published speed; it has one, and nobody tabulated it."""


class ByModel:
    """Columns of shape (..., n_models + 1); place -1, `UNSERVED`, reads the last entry."""

    def __init__(self, subject: TableSubject) -> None:
        self.subject = subject

    @cached_property
    def prices(self) -> dict[str, IntColumn]:
        """Each column of `ModelPrices`, shape (n_prompt_classes, n_models + 1), 0 for `UNSERVED`."""
        by_step = [self.subject.models.tariff_at(prompt) for prompt in self.subject.example_prompts]
        return {
            name: np.pad(np.stack([getattr(prices, name) for prices in by_step]).astype(np.int64), ((0, 0), (0, 1)))
            for name in by_step[0]._fields
        }

    @cached_property
    def axis_ppm(self) -> IntColumn:
        """Place on the axis of requests."""
        return np.append(self.subject.models.axis_ppm, 0)

    @cached_property
    def cache_rule(self) -> IntColumn:
        """Position of the model's cache rule."""
        return np.append(self.subject.rule_of_model, 0)

    @cached_property
    def has_speed(self) -> BoolColumn:
        """Whether times are published."""
        models = self.subject.models
        return np.append(latency_tables(models.catalogue).is_known[models.row], False)

    @cached_property
    def time_column(self) -> IntColumn:
        """Column of each model in the times, or a negative number that says why it has none."""
        column = np.where(self.has_speed, UNTABULATED, _UNKNOWN).astype(np.int64)
        timed = self.subject.timed_models
        column[timed] = np.where(self.has_speed[timed], np.arange(len(timed)), _UNKNOWN)
        return column

    def is_counted(self, name: str) -> BoolColumn:
        """Return whose requests a metric counts, whatever they ask: n_unserved, n_untimed or n_served_by:PROVIDER."""
        if name == "n_unserved":
            return np.append(np.zeros(len(self.subject.models), dtype=np.bool_), True)
        if name == "n_untimed":
            return np.append(~self.has_speed[:-1], False)
        return np.append(np.array(self.subject.models.providers) == name.partition(":")[2], False)

    def step_of(self, number: IntColumn) -> IntColumn:
        """Return the prompt class of each class of requests."""
        classes = self.subject.classes
        step: IntColumn = number // classes.n_mixes % classes.n_prompt_classes
        return step
