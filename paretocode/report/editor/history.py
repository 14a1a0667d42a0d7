"""What was there before? Undo and redo over frozen states, a whole drag being one step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paretocode.report.editor.edges import EdgeState

__all__ = ["MOST_STEPS", "History"]

MOST_STEPS = 500
"""Older steps are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A present with its past and future.

    Parameters
    ----------
    present
        What is on the screen.
    past, future
        What undo and redo lead to, the nearest last.
    gesture
        Which movement led to the present; "" for none. More of the same movement is the same step.

    Examples
    --------
    >>> first = History(present=EdgeState(request_ppm=(500_000,)))
    >>> drag = [first.present.moved("request", 0, to) for to in (510_000, 520_000)]
    >>> after = first.then(drag[0], gesture="a").then(drag[1], gesture="a")
    >>> after.undone().present.request_ppm, after.undone().redone().present.request_ppm
    ((500000,), (520000,))
    """

    present: EdgeState
    past: tuple[EdgeState, ...] = ()
    future: tuple[EdgeState, ...] = ()
    gesture: str = ""

    def then(self, state: EdgeState, *, gesture: str = "") -> History:
        """Return the history after a change; a change to nothing new is none."""
        if state == self.present:
            return self
        if gesture and gesture == self.gesture:
            return replace(self, present=state)
        past = (*self.past, self.present)[-MOST_STEPS:]
        return History(present=state, past=past, gesture=gesture)

    def undone(self) -> History:
        """Return the history one step back; where there is none, the same."""
        if not self.past:
            return self
        return History(present=self.past[-1], past=self.past[:-1], future=(*self.future, self.present))

    def redone(self) -> History:
        """Return the history one step on; where there is none, the same."""
        if not self.future:
            return self
        return History(present=self.future[-1], past=(*self.past, self.present), future=self.future[:-1])
