"""What does the page ask, and what is it told? Messages in, messages out; the state between them lives here.

The protocol stands in the docstring of `paretocode.report.editor`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from paretocode.errors import InputError, ParetocodeError
from paretocode.report.editor.answers import Answer, Answers
from paretocode.report.editor.comparing import Comparisons
from paretocode.report.editor.edges import RAILS, EdgeState
from paretocode.report.editor.history import History
from paretocode.report.editor.rows import number_rows
from paretocode.report.editor.suggesting import best_from_here
from paretocode.report.editor.tier_rows import TierText
from paretocode.sim.tables import ByTier
from paretocode.tiermap import TierMap

__all__ = ["Conversation", "Save"]

Save = Callable[[str, TierMap], str]
"""Keeps a map under a name and returns a sentence on where; refuses with a `ParetocodeError`."""


class Conversation:
    """One editor's side of the talk.

    Parameters
    ----------
    answers
        About the world that is edited.
    edges
        Where the edges stand at first.
    save
        Where maps are kept; None where they cannot be.
    notes
        Sentences that the page shows from the start.
    """

    def __init__(
        self, answers: Answers, edges: EdgeState, *, save: Save | None = None, notes: tuple[str, ...] = ()
    ) -> None:
        self.answers, self.save, self.notes = answers, save, notes
        self.text = TierText.of(answers.world)
        self.comparisons = Comparisons(answers)
        self.history = History(present=edges)
        self.latest = answers.of(edges)
        self._asks: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "hello": lambda _: self._settled_answer(),
            "move": self._move,
            "add": self._add,
            "remove": lambda m: self._changed(self.edges.removed(_whole(m, "index"))),
            "pin": lambda m: self._changed(self.edges.pinned(_rail(m), _whole(m, "index"), on=bool(m.get("on")))),
            "couple": self._couple,
            "undo": lambda _: self._stepped(self.history.undone()),
            "redo": lambda _: self._stepped(self.history.redone()),
            "best": self._best,
            "compare": lambda _: {"kind": "comparison", **self.comparisons.document(self.settled())},
            "save": self._save,
        }

    @property
    def edges(self) -> EdgeState:
        """The edges as they stand."""
        return self.history.present

    def reply(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said to a message: an answer, or one sentence why not. The state is then what it says."""
        try:
            ask = self._asks.get(str(message.get("ask")))
            if ask is None:
                raise InputError(f"the page asks {message.get('ask')!r}", where="editor", way_out="reload the page")
            said = ask(message)
        except ParetocodeError as error:
            said = {"kind": "refused", "said": str(error)}
        return {**said, "view": message.get("view", ""), "seq": message.get("seq", 0)}

    def answer(self, *, said: str = "") -> dict[str, Any]:
        """Return the answer about the edges as they stand.

        Parameters
        ----------
        said
            A sentence to show besides.
        """
        latest, edges = self.latest, self.edges
        return {
            "kind": "answer",
            "edges": {
                "request": list(edges.request_ppm),
                "score": None if edges.score_milli is None else list(edges.score_milli),
                "score_cut": list(self.answers.world.score_edges(edges)),
                "score_places": self._score_places(edges),
                "pinned_request": list(edges.pinned_request),
                "pinned_score": list(edges.pinned_score),
            },
            "cuts": self.answers.world.cuts(edges).tolist(),
            "can": {
                "undo": bool(self.history.past),
                "redo": bool(self.history.future),
                "save": self.save is not None and (latest.tier_map is not None or not latest.is_settled),
                "search": self.answers.table is not None,
            },
            "rows": self._rows(latest),
            "tiers": self.text.rows(latest, self.answers),
            "findings": self._findings(latest),
            "notes": [*self.notes, *self.answers.notes],
            "said": said,
        }

    def _score_places(self, edges: EdgeState) -> list[int] | None:
        """Return where score edges of their own stand on the axis [ppm]; None where they are coupled."""
        if edges.score_milli is None:
            return None
        return [round(place) for place in self.answers.world.ladder.place_of(np.array(edges.score_milli)).tolist()]

    @staticmethod
    def _findings(latest: Answer) -> list[dict[str, str]] | None:
        """Return the findings; None while the edges move."""
        if not latest.is_settled:
            return None
        return [
            {"severity": f.severity, "code": f.code, "subject": f.subject, "message": f.message}
            for f in latest.findings
        ]

    def _rows(self, latest: Answer) -> list[dict[str, str]]:
        if latest.figures is None or self.answers.counts is None:
            return []
        has_times = self.answers.world.luck is not None
        rows = number_rows(latest.figures, self.answers.incumbent, self.answers.counts, has_times=has_times)
        return [row.to_dict() for row in rows]

    def adopt(self, edges: EdgeState, *, gesture: str = "", is_settled: bool = True) -> None:
        """Make these edges the present, one step that undo takes back."""
        self.history = self.history.then(edges, gesture=gesture)
        self._work_out(is_settled=is_settled)

    def settled(self) -> Answer:
        """Return the latest answer with nothing left for later."""
        if not self.latest.is_settled:
            self._work_out()
        return self.latest

    def _work_out(self, *, is_settled: bool = True) -> None:
        before: ByTier | None = self.latest.by_tier
        self.latest = self.answers.of(self.edges, before=before, is_settled=is_settled)

    def _settled_answer(self) -> dict[str, Any]:
        self.settled()
        return self.answer()

    def _changed(self, edges: EdgeState) -> dict[str, Any]:
        self.adopt(edges)
        return self.answer()

    def _stepped(self, history: History) -> dict[str, Any]:
        self.history = history
        self._work_out()
        return self.answer()

    def _move(self, message: Mapping[str, Any]) -> dict[str, Any]:
        rail, index, to = _rail(message), _whole(message, "index"), _whole(message, "to")
        if rail == "request":
            edges = self.edges.moved(rail, index, to)
        else:
            least, most = self.answers.world.ladder.range_milli
            edges = self.edges.moved(rail, index, to, least=least, most=most)
        self.adopt(edges, gesture=str(message.get("gesture", "")), is_settled=bool(message.get("is_last", True)))
        return self.answer()

    def _add(self, message: Mapping[str, Any]) -> dict[str, Any]:
        at = _whole(message, "at")
        score = None if self.edges.is_coupled else self.answers.world.ladder.score_at(at)
        return self._changed(self.edges.added(at, score_milli=score))

    def _couple(self, message: Mapping[str, Any]) -> dict[str, Any]:
        if message.get("on"):
            return self._changed(self.edges.coupled())
        tier_map = self.answers.world.tier_map(self.edges)  # refuses edges that have no score edges of their own
        return self._changed(self.edges.parted(tier_map.score_edges_milli or ()))

    def _best(self, message: Mapping[str, Any]) -> dict[str, Any]:
        measure = str(message.get("measure", self.answers.world.measures[0]))
        suggestion = best_from_here(self.answers, self.edges, measure=measure)
        self.adopt(suggestion.edges)
        return self.answer(said=suggestion.said)

    def _save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": "saved", "said": self.keep(str(message.get("name", "")))}

    def keep(self, name: str) -> str:
        """Keep the present map under a name; return where.

        Raises
        ------
        ParetocodeError
            Nowhere to keep it, edges that cannot be written down, or whatever the keeper refuses.
        """
        if self.save is None:
            raise InputError(
                "there is nowhere to save a map",
                where="editor",
                way_out="open an experiment, or give the editor a save",
            )
        tier_map = self.answers.world.tier_map(self.edges, name=name)
        where = self.save(name, tier_map)
        self.comparisons.candidates[name] = tier_map
        return where


def _rail(message: Mapping[str, Any]) -> str:
    rail = str(message.get("rail"))
    if rail not in RAILS:
        raise InputError(f"the page speaks of a rail {rail!r}", where="editor", way_out="reload the page")
    return rail


def _whole(message: Mapping[str, Any], key: str) -> int:
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise InputError(f"the page says {key} is {value!r}", where="editor", way_out="reload the page")
    return int(value)
