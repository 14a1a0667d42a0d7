"""How does a line of the tornado read? One sentence, with what could not be applied and who stays unserved."""

from __future__ import annotations

from collections.abc import Sequence

from paretocode.evidence.measures import map_measure
from paretocode.evidence.sensitivity.tornado_row import Effect, SettingOutcome, TornadoRow
from paretocode.evidence.sensitivity.words import counted, difference_in_words, percent

__all__ = ["UNSERVED", "row_sentence"]

UNSERVED = "unserved_share"
"""The measure that stands beside every cost: who refuses work looks cheap."""

_MOST_NAMED = 3
"""Of more settings than these a sentence names the ends only."""


def row_sentence(row: TornadoRow, measure: str) -> str:
    """Return what a shift does to one measure, for people."""
    what, reasons = map_measure(measure).text, "; ".join(reason.rstrip(".") for reason in row.reasons)
    if row.effect is Effect.REFUSED:
        return f"{row.shift}: it cannot be applied ({reasons})."
    applied = [setting for setting in row.settings if setting.compared is not None]
    n_refused = len(row.settings) - len(applied)
    refused = f"; {counted(n_refused, 'setting')} cannot be applied ({reasons})" if n_refused else ""
    said = [note for note in (row.note, *row.notes) if note]
    notes = f" ({'; '.join(said)})" if said else ""
    unserved = _unserved(applied) if measure.startswith("cost") else ""
    if row.swing(measure) == 0:
        return f"{row.shift}: {_still(row, what, measure)}{unserved}{refused}{notes}."
    today = difference_in_words(row.base.difference[measure], measure)
    verdict = ", so it stops being better" if row.stops_being_better(measure) else ""
    settings = _settings(row, applied, measure)
    return f"{row.shift}: {what} of the candidate, {settings}; today {today}{verdict}{unserved}{refused}{notes}."


def _still(row: TornadoRow, what: str, measure: str) -> str:
    if row.base.difference[measure] is None or not row.known(measure):
        return f"nobody can say what it does to the maps' {what}"
    why = f", since {row.effect.value}" if row.effect in {Effect.NOTHING, Effect.ALIKE} else ""
    return f"it does not move the difference in {what}{why}"


def _settings(row: TornadoRow, applied: Sequence[SettingOutcome], measure: str) -> str:
    if len(applied) <= _MOST_NAMED:
        return ", ".join(f"{s.label}: {difference_in_words(s.difference(measure), measure)}" for s in applied)
    known = row.known(measure)
    least, most = (difference_in_words(value, measure) for value in (min(known), max(known)))
    better = sum(value < 0 for value in known)
    return f"from {least} to {most}, better under {better} of {counted(len(applied), 'setting')}"


def _unserved(applied: Sequence[SettingOutcome]) -> str:
    """Return the greatest shares of unserved requests beside a cost; "" where all are served."""
    shares = [
        max((getattr(s.compared, role)[UNSERVED] or 0.0 for s in applied), default=0.0)
        for role in ("incumbent", "candidate")
    ]
    if not any(shares):
        return ""
    return (
        f"; up to {percent(shares[0])} of requests unserved by the incumbent and {percent(shares[1])} by the candidate"
    )
