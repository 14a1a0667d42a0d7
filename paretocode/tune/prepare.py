"""From a question to a graph: grid, tables and bands of one setting of the knobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.sim.luck import Luck
from paretocode.sim.tables import (
    LogTables,
    RequestGrid,
    ScoredModels,
    TableSubject,
    band_choices,
    request_classes,
    scored_models,
    table_subject,
    with_times,
)
from paretocode.sim.tables.countable import CountableLog, LogInMemory
from paretocode.stream.stream import PPM, RequestStream
from paretocode.tune.edges.candidates import Candidates, coupled_values, request_candidates, score_candidates
from paretocode.tune.edges.lattice import Lattice, apart, coupled
from paretocode.tune.edges.space import SearchSpace, search_space
from paretocode.tune.measures import measure_named, table_metrics
from paretocode.tune.question import MapQuestion, Setting
from paretocode.tune.worlds.scenarios import Scenario

__all__ = ["Prepared", "prepared"]


class Prepared:
    """A setting, ready to be searched.

    Attributes
    ----------
    setting, space
        The knobs, and the graph of their maps; several scenarios stand side by side in it.
    request_candidates, score_candidates
        The edges that may be chosen; the second is None where both axes are cut at one place.
    """

    def __init__(self, setting: Setting, space: SearchSpace, requests: Candidates, scores: Candidates | None) -> None:
        self.setting, self.space = setting, space
        self.request_candidates, self.score_candidates = requests, scores


def prepared(question: MapQuestion, setting: Setting, *, elsewhere: Sequence[str] | None = None) -> Prepared:
    """Count the log on the setting's grid and return the graph of its maps. O(n) for each scenario.

    Parameters
    ----------
    elsewhere
        Measures that are tabulated in the question's scenarios; all that are shown when None.

    Raises
    ------
    InputError
        Rules that leave no candidate or no band; times without luck; whatever the tables refuse.
    """
    policy = replace(
        question.policy,
        stickiness="none",
        hysteresis_ppm=setting.hysteresis_ppm,
        downgrades=setting.downgrades,
    )
    models = scored_models(question.catalogue, policy, scale=question.scale, cache=question.cache)
    levels, n_at = _levels(question, models)
    # Edges that stand apart get the same request edges, thinned or not, so that every coupled map is one of theirs.
    requests = request_candidates(*coupled_values(models, levels, n_at), question.request_rules)
    scores = None if setting.edges == "coupled" else score_candidates(models, question.score_rules)
    lattice = coupled(requests, models) if scores is None else apart(requests, scores)
    worlds = (Scenario(name="now"), *question.scenarios)
    tables = _tables(question, lattice, worlds, models, requests)
    space = search_space(
        tables,
        lattice,
        metrics=table_metrics(question.shown),
        metrics_elsewhere=None if elsewhere is None else table_metrics([measure_named(name) for name in elsewhere]),
        rules=question.tier_rules,
        names=[world.name for world in worlds],
        near_edge_ppm=question.near_edge_ppm,
    )
    return Prepared(setting, space, requests, scores)


def _levels(question: MapQuestion, models: ScoredModels) -> tuple[IntColumn, IntColumn]:
    """Return the distinct levels on the axis and how many requests stand at each."""
    found = question.counted.levels(models.policy, default_is_highest=question.default_is_highest)
    on_axis = (found.levels_ppm >= 0) & (found.levels_ppm <= PPM)
    if not on_axis.any():
        raise InputError(
            "no request states a min score",
            where=question.counted.name or "stream",
            way_out="apply a demand to it first",
        )
    return found.levels_ppm[on_axis], found.n_at[on_axis]


def _tables(
    question: MapQuestion, lattice: Lattice, worlds: tuple[Scenario, ...], base: ScoredModels, requests: Candidates
) -> list[LogTables]:
    """Return the tables of every world on one grid; worlds that share a log and its classes are counted once."""
    of_world = [
        base
        if world.catalogue is None
        else scored_models(world.catalogue, base.policy, scale=question.scale, cache=question.cache)
        for world in worlds
    ]
    grid = RequestGrid(edges_ppm=requests.edge, asked_ppm=_marks(question, of_world))
    counted: list[tuple[LogTables, CountableLog]] = []
    tables = []
    for world, models in zip(worlds, of_world, strict=True):
        log = question.counted if world.stream is None else LogInMemory(world.stream)
        classes = request_classes(models, np.unique(lattice.places_of(models)))
        subject = table_subject(models, classes, grid, default_is_highest=question.default_is_highest)
        same = next((t for t, s in counted if _is_same(s, log) and _counts_alike(t.subject, subject)), None)
        plain = log.tables(subject) if same is None else replace(same, subject=subject)
        if same is None:
            counted.append((plain, log))
        tables.append(_timed(question, plain, world.stream, lattice, _luck_of(question, world)))
    return tables


def _is_same(one: CountableLog, other: CountableLog) -> bool:
    """Return whether two logs are one."""
    if isinstance(one, LogInMemory) and isinstance(other, LogInMemory):
        return one.stream is other.stream
    return one is other


def _marks(question: MapQuestion, of_world: list[ScoredModels]) -> IntColumn:
    """Return all scores that min scores are compared with: places of models, and margins below them."""
    families = (measure.metric.partition(":") for measure in question.shown)
    margins = [round(float(number) * PPM) for family, _, number in families if family == "n_short_above"]
    axis = np.unique(np.concatenate([models.axis_ppm for models in of_world]))
    return np.unique(np.concatenate([axis, *(axis + margin for margin in margins)]))


def _counts_alike(one: TableSubject, other: TableSubject) -> bool:
    """Return whether two subjects count a log into the same rows: the same classes and cache rules on one grid."""
    return (
        one.cache_rules == other.cache_rules
        and one.classes.mixes == other.classes.mixes
        and np.array_equal(one.classes.context_limits, other.classes.context_limits)
        and np.array_equal(one.classes.prompt_limits, other.classes.prompt_limits)
    )


def _luck_of(question: MapQuestion, world: Scenario) -> Luck | None:
    if question.luck is None or world.sessions is None:
        return question.luck
    return question.luck.take(question.requests.rows_of(world.sessions))


def _timed(
    question: MapQuestion, tables: LogTables, stream: RequestStream | None, lattice: Lattice, luck: Luck | None
) -> LogTables:
    """Add times where a shown measure needs them; `stream` is a world's own, None for the question's."""
    metrics = table_metrics(question.shown)
    if not any(m == "latency_us" or m.startswith("n_above:") for m in metrics):
        return tables
    if luck is None:
        raise InputError(
            "latency is asked for and there is no luck", where="search", way_out="give luck to the question"
        )
    models, classes = tables.subject.models, tables.subject.classes
    choices = band_choices(models, classes, np.unique(lattice.places_of(models)), tables.used_classes)
    places = np.unique(choices.table)
    timed = question.requests if stream is None else stream
    return with_times(tables, timed, luck, places=places[places >= 0].tolist(), limits_us=question.latency_limits_us)
