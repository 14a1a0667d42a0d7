"""How does the map on the screen compare with the incumbent and the candidates? All of them replayed, side by side.

The tables bill each request by itself, by the lag-1 rule and without stickiness. A router may keep sessions at their
model, so the bill of a replay with everything on stands beside that of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.errors import ParetocodeError
from paretocode.report import numbers
from paretocode.report.editor.answers import Answer, Answers, Figures
from paretocode.report.editor.rows import number_rows
from paretocode.sim.billing import exact_sum
from paretocode.sim.replaying import replay
from paretocode.tiermap import TierMap

__all__ = ["NOW", "Comparisons"]

NOW = "on screen"
"""Name of the map that is edited."""


class Comparisons:
    """Maps side by side; each is replayed once.

    Parameters
    ----------
    answers
        Of the world whose maps are compared.
    """

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.candidates: dict[str, TierMap] = dict(answers.world.candidates)
        self._figures: dict[TierMap, Figures | None] = {}
        self._bills: dict[TierMap, float] = {}

    def document(self, answer: Answer) -> dict[str, Any]:
        """Return plain rows over maps: the one on the screen, the incumbent, the candidates. O(n) for each new map.

        A candidate that does not fit the models is left out, with a sentence in ``notes``.
        """
        counts = self.answers.counts
        if answer.figures is None or counts is None:
            return {"maps": [], "rows": [], "notes": ["Without a log there is nothing to compare."]}
        maps, notes = self._maps(answer)
        was = self.answers.incumbent
        figures: dict[str, Figures] = {NOW: answer.figures}
        for name, tier_map in maps.items():
            try:
                if name != NOW and (found := self._of(tier_map)) is not None:
                    figures[name] = found
            except ParetocodeError as error:
                notes.append(f"{name} is left out. {error}")
        has_times = self.answers.world.luck is not None
        tables = [number_rows(each, was, counts, has_times=has_times) for each in figures.values()]
        rows = [
            {
                "label": lines[0].label,
                "unit": lines[0].unit,
                "cells": [{"now": one.now, "change": one.change, "verdict": one.verdict} for one in lines],
            }
            for lines in zip(*tables, strict=True)
        ]
        return {"maps": list(figures), "rows": [rows[0], self._bill_row(figures, maps), *rows[1:]], "notes": notes}

    def _maps(self, answer: Answer) -> tuple[dict[str, TierMap], list[str]]:
        maps: dict[str, TierMap] = {}
        notes = []
        if answer.tier_map is not None:
            maps[NOW] = answer.tier_map
        else:
            notes.append("The map on the screen cannot be written down, so its sticky bill is not known.")
        incumbent = self.answers.world.incumbent
        if incumbent is not None and self.answers.incumbent_fits:
            maps[incumbent.name] = incumbent
        return {**maps, **{name: each for name, each in self.candidates.items() if name not in maps}}, notes

    def _of(self, tier_map: TierMap) -> Figures | None:
        if tier_map == self.answers.world.incumbent:
            return self.answers.incumbent
        if tier_map not in self._figures:
            self._figures[tier_map] = self.answers.replayed(tier_map)
        return self._figures[tier_map]

    def _bill_row(self, figures: Mapping[str, Figures], maps: Mapping[str, TierMap]) -> dict[str, Any]:
        """Return the bills of replays with stickiness and caches for every model of a session [USD]."""
        bills = {name: self._bill(maps[name]) for name in figures if name in maps}
        incumbent = self.answers.world.incumbent
        base = bills.get(incumbent.name) if incumbent is not None else None
        cells = []
        for name in figures:
            now = bills.get(name)
            known = now is not None and base is not None
            verdict = "" if now is None or base is None else _verdict(now, base)
            cells.append(
                {
                    "now": numbers.usd(now),
                    "change": numbers.relative_change(now, base) if known else numbers.UNKNOWN,
                    "verdict": verdict,
                }
            )
        return {"label": "cost, replayed", "unit": f"USD, stickiness {self._stickiness()}", "cells": cells}

    def _stickiness(self) -> str:
        return self.answers.world.policy.stickiness

    def _bill(self, tier_map: TierMap) -> float:
        if tier_map not in self._bills:
            world = self.answers.world
            if world.stream is None:
                return 0.0
            run = replay(world.stream, tier_map, world.catalogue, cache=world.cache)
            self._bills[tier_map] = exact_sum(run.cost_pusd) / 1e12
        return self._bills[tier_map]


def _verdict(now: float, was: float) -> str:
    return "same" if now == was else "better" if now < was else "worse"
