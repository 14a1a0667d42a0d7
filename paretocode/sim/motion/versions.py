"""What does a model cost, and how fast is it, in each epoch? Its versions, each held once.

A *version* is one set of a model's numbers. Most models change rarely, so the versions of all epochs are few; as the
rows of one long catalogue they go through the same price rows and time tables as the models of a single one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.billing import Tariff
from paretocode.sim.cache import CacheRules
from paretocode.sim.motion.stacking import row_marks, stacked
from paretocode.sim.motion.timeline import Timeline
from paretocode.sim.plan import UNSERVED
from paretocode.sim.prices import price_rows

__all__ = ["Versions", "versions_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Versions:
    """The distinct rows of a timeline's catalogues.

    Parameters
    ----------
    catalogue
        One row for each version, under ids of their own.
    model
        Shape (n_versions,): the model it is a version of.
    row
        Shape (n_epochs, n_models): the version of each model in each epoch.
    """

    catalogue: Catalogue
    model: IntColumn
    row: IndexColumn

    def of_requests(self, epoch: IndexColumn, model_index: IndexColumn) -> IndexColumn:
        """Return the version that serves each request, or `UNSERVED`. O(n)."""
        cell = epoch * np.int64(self.row.shape[1]) + np.maximum(model_index, 0)
        version: IndexColumn = self.row.ravel()[cell]
        version[model_index == UNSERVED] = UNSERVED
        return version

    def tariff(self, rules: CacheRules) -> Tariff:
        """Return what tokens cost in each version, under the caching rules of the models."""
        own = CacheRules(
            ttl_us=rules.ttl_us[self.model],
            min_tokens=rules.min_tokens[self.model],
            write_to_prompt=tuple(rules.write_to_prompt[model] for model in self.model),
        )
        return Tariff(price_rows(self.catalogue, own), own)


def versions_of(timeline: Timeline) -> Versions:
    """Return the versions of a timeline, in the order in which they first appear. O(n_epochs x n_models).

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> models = load_bundled()
    >>> prices = models.prompt_usd_per_mtok.copy()
    >>> prices[0] = 9
    >>> timeline = Timeline(starts_us=[0, 5, 9],
    ...                     catalogues=(models, models.replace(prompt_usd_per_mtok=prices), models))
    >>> versions_of(timeline).row[:, :2].tolist()  # the first model has two versions, the second has one
    [[0, 1], [13, 1], [0, 1]]
    """
    place: dict[tuple[int, tuple[bytes, str]], int] = {}
    row = np.empty((timeline.n_epochs, len(timeline.keys)), dtype=np.int32)
    parts = []
    for epoch, catalogue in enumerate(timeline.catalogues):
        n_before = len(place)
        marks = [(model, mark) for model, mark in enumerate(row_marks(catalogue))]
        row[epoch] = [place.setdefault(mark, len(place)) for mark in marks]
        parts.append(catalogue.select(np.flatnonzero(row[epoch] >= n_before)))
    model = np.array([model for model, _ in place], dtype=np.int64)
    ids = tuple(f"{timeline.keys[m]}#{version}" for version, m in enumerate(model))
    whole = stacked(parts, model_id=ids, effort=("",) * len(ids))
    return Versions(catalogue=whole, model=model, row=row)
