"""How does an experiment search for edges? The frontier of maps, a shortlist to replay, and what is written of both."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from paretocode.errors import InputError
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.search_done import Robust, Searched
from paretocode.experiment.search_question import asked_question, robust_question
from paretocode.experiment.search_sections import SearchSpec
from paretocode.experiment.search_store import FoundFiles
from paretocode.sim.tables import scored_models
from paretocode.tiermap import TierMap
from paretocode.tune import (
    MapAnswer,
    MapQuestion,
    Pick,
    Setting,
    per_request_optimum,
    pick_maps,
    search_maps,
)
from paretocode.tune.conflicts import refuse_no_map
from paretocode.tune.worlds.robust import robust_maps

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
    with _Progress(len(question.settings)) as progress:
        answer = search_maps(question, store=FoundFiles(parts, digest), progress=progress)
    refuse_no_map(answer)
    picks = _distinct_names(pick_maps(answer, incumbent, near_optimal=spec.near_optimal), set(experiment.tier_maps))
    models = scored_models(question.catalogue, question.policy, scale=question.scale, cache=question.cache)
    robust = _robust(question, answer, picks, spec)
    maps = {**experiment.tier_maps, **{pick.name: pick.tier_map for pick in picks}}
    if robust is not None:
        maps |= robust.tier_maps
    return Searched(
        experiment=replace(experiment, tier_maps=maps, proposed=_proposed(experiment, picks, maps)),
        answer=answer,
        incumbent=incumbent,
        optimum=per_request_optimum(question.stream, models, omitted=incumbent.model),
        picks=picks,
        robust=robust,
        stickiness=list(spec.stickiness),
    )


def _robust(question: MapQuestion, answer: MapAnswer, picks: tuple[Pick, ...], spec: SearchSpec) -> Robust | None:
    """Search the best pick's setting for the map that does best over all worlds."""
    if spec.robust is None:
        return None
    asked = robust_question(question, spec.robust)
    setting = answer.searched[picks[0].place.setting].prepared.setting
    # Stretches of the log are the log: counted beside them it would count twice.
    now_weight = 0 if spec.robust.days is not None and not spec.robust.scores and not spec.robust.prices else 1
    found = robust_maps(asked, setting, aim=spec.robust.aim, now_weight=now_weight)
    best = found.best
    if best is None:
        return Robust(answer=found, question=asked, tier_maps={}, compared=[picks[0].name])
    policy = question.policy
    tier_map = found.tier_map(best, name="robust").with_policy(
        stickiness=policy.stickiness, sticky_ttl_s=policy.sticky_ttl_s
    )
    same = next((pick.name for pick in picks if pick.tier_map == tier_map.renamed(pick.name)), None)
    name = same or "robust"
    return Robust(
        answer=found,
        question=asked,
        tier_maps={} if same else {"robust": tier_map},
        compared=list(dict.fromkeys((name, picks[0].name))),
    )


def _distinct_names(picks: tuple[Pick, ...], taken: set[str]) -> tuple[Pick, ...]:
    return tuple(
        replace(pick, name=name, tier_map=pick.tier_map.renamed(name))
        for pick in picks
        for name in (pick.name if pick.name not in taken else f"{pick.name}-found",)
    )


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
    if wanted not in maps:
        raise InputError(
            f"propose is {wanted!r}, which the search did not pick",
            where="experiment",
            way_out=f"use one of {', '.join(maps)}",
        )
    return wanted


class _Progress:
    """A bar over the nodes of each setting, on stderr where that is a terminal."""

    def __init__(self, n_settings: int) -> None:
        from tqdm import tqdm

        self.n_settings = n_settings
        self.seen: list[Setting] = []
        self.bar: Any = tqdm(desc="search", unit="node", disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def __call__(self, setting: Setting, done: int, nodes: int, labels: int) -> None:
        """Move the bar."""
        if setting not in self.seen:
            self.seen.append(setting)
            self.bar.reset(total=nodes)
            self.bar.set_description(f"search {len(self.seen)}/{self.n_settings}, {setting.name}")
        self.bar.set_postfix_str(f"{labels:,} partial maps")
        self.bar.update(done - self.bar.n)
