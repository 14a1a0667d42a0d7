"""How does an experiment search for edges? The frontier of maps, a shortlist to replay, and what is written of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from paretocode.errors import InputError
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.search_done import Robust, Searched
from paretocode.experiment.search_question import asked_question, robust_question
from paretocode.experiment.search_sections import SearchSpec
from paretocode.experiment.search_store import FoundFiles
from paretocode.progress import Task, task
from paretocode.sim.tables import scored_models
from paretocode.tiermap import TierMap
from paretocode.tune import (
    MapAnswer,
    MapQuestion,
    PerRequestCount,
    Pick,
    Setting,
    pick_maps,
    search_maps,
)
from paretocode.tune.conflicts import refuse_no_map
from paretocode.tune.worlds.over_settings import robust_over_settings

__all__ = ["searched_experiment"]


def searched_experiment(experiment: Experiment, spec: SearchSpec, *, parts: Path, digest: str) -> Searched:
    """Search, pick and name the maps to replay.

    Parameters
    ----------
    parts
        Folder in which finished settings leave their findings; see `FoundFiles`.

    Raises
    ------
    InputError
        Rules or limits that no map keeps, with the rule or the pair of limits that stand in the way.
    """
    question, incumbent = asked_question(experiment, spec)
    with task("search, counting the log", unit="node") as work:
        answer = search_maps(
            question, store=FoundFiles(parts, digest), progress=_SettingsTold(work, len(question.settings))
        )
    refuse_no_map(answer)
    picks = _distinct_names(pick_maps(answer, incumbent, near_optimal=spec.near_optimal), experiment.tier_maps)
    models = scored_models(question.catalogue, question.policy, scale=question.scale, cache=question.cache)
    maps = {**experiment.tier_maps, **{pick.name: pick.tier_map for pick in picks}}
    robust = _robust(question, answer, picks, spec, taken=maps)
    if robust is not None:
        maps |= robust.tier_maps
    return Searched(
        experiment=replace(experiment, tier_maps=maps, proposed=_proposed(experiment, picks, maps)),
        answer=answer,
        incumbent=incumbent,
        optimum=question.counted.total(PerRequestCount(models=models, incumbent=incumbent.tier_map)),
        picks=picks,
        robust=robust,
        near_optimal=spec.near_optimal,
        stickiness=list(spec.stickiness),
    )


def _robust(
    question: MapQuestion, answer: MapAnswer, picks: tuple[Pick, ...], spec: SearchSpec, *, taken: Iterable[str]
) -> Robust | None:
    """Search every setting for the map that does best over all worlds."""
    if spec.robust is None:
        return None
    asked = robust_question(question, spec.robust)
    # Stretches of the log are the log: beside them it would count twice.
    now_weight = 0 if spec.robust.days is not None else 1
    settings = [one.prepared.setting for one in answer.searched]
    with task("search over all worlds", unit="step") as work:
        found = robust_over_settings(asked, settings, aim=spec.robust.aim, now_weight=now_weight, progress=work.at)
    if found.best is None:
        return Robust(found=found, question=asked, tier_maps={}, compared=[picks[0].name])
    policy = question.policy
    tier_map = found.best_answer.tier_map(found.best, name="robust").with_policy(
        stickiness=policy.stickiness, sticky_ttl_s=policy.sticky_ttl_s
    )
    same = next((pick.name for pick in picks if pick.tier_map == tier_map.renamed(pick.name)), None)
    name = same or _free_name("robust", {used.lower() for used in taken})
    return Robust(
        found=found,
        question=asked,
        tier_maps={} if same else {name: tier_map.renamed(name)},
        compared=list(dict.fromkeys((name, picks[0].name))),
    )


def _distinct_names(picks: tuple[Pick, ...], taken: Iterable[str]) -> tuple[Pick, ...]:
    """Give picks names of their own: names that differ in case only would be one file on some disks."""
    used, renamed = {name.lower() for name in taken}, []
    for pick in picks:
        name = _free_name(pick.name, used)
        used.add(name.lower())
        renamed.append(replace(pick, name=name, tier_map=pick.tier_map.renamed(name)))
    return tuple(renamed)


def _free_name(name: str, used: set[str]) -> str:
    names = (name, f"{name}-found", *(f"{name}-found-{i}" for i in range(2, 1000)))
    return next(free for free in names if free.lower() not in used)


def _proposed(experiment: Experiment, picks: tuple[Pick, ...], maps: dict[str, TierMap]) -> str:
    """Return the map put forward: what the file proposes, else the first pick.

    Raises
    ------
    InputError
        A proposed name that is neither a map of the file nor one that the search picked.
    """
    wanted = experiment.spec.propose
    if wanted is None:
        return picks[0].name
    if wanted in maps:
        return wanted
    also = {name: pick.name for pick in reversed(picks) for name in pick.also}
    if wanted not in also:
        raise InputError(
            f"propose is {wanted!r}, which the search did not pick",
            where="experiment",
            way_out=f"use one of {', '.join(dict.fromkeys((*maps, *also)))}",
        )
    return also[wanted]


class _SettingsTold:
    """Says how many nodes of which setting are done."""

    def __init__(self, work: Task, n_settings: int) -> None:
        self.work, self.n_settings = work, n_settings
        self.seen: list[Setting] = []

    def __call__(self, setting: Setting, done: int, nodes: int, labels: int) -> None:
        """Hear from the search."""
        if setting not in self.seen:
            self.seen.append(setting)
            self.work.at(0, nodes)
        name = f"search {len(self.seen)}/{self.n_settings}, {setting.name}"
        self.work.named(name, f"{labels:,} partial maps")
        self.work.at(done, nodes)
