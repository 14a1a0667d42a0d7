"""Whose code do people prefer? Arena's leaderboards as a catalogue of ratings with standard errors.

Ratings are on the Elo scale: 400 points more are odds of 10 to 1. Two shapes are read: pages of ``[model, rating, low,
high, votes, ...]`` (``webdev/overall``, ``text/coding``), where low and high bound the 95 percent interval, and one
board of ``{model, score, ci, votes}``, where ``ci`` is half that interval. Data: Arena (https://arena.ai), CC BY 4.0.
A rating places no request by itself; `EloScale` states what a place on the 0..1 axis means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from paretocode.catalogue._amounts import left_out_notes
from paretocode.catalogue._files import read_json
from paretocode.catalogue._records import Record, Row, catalogue_of_loose_rows, is_number, iso_day, sub
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError

__all__ = ["read_arena"]

_HALF_WIDTH_SE = 1.959963984540054
"""Half a 95 percent interval in standard errors, as the boards compute it."""

Entry = tuple[str, float, float, float]


def read_arena(path: str | Path, *, page: str = "webdev/overall") -> Catalogue:
    """Read Arena's leaderboards (``.json`` or ``.json.gz``).

    Parameters
    ----------
    page
        Which page of a file with several: ``webdev/overall`` (code that people run) or ``text/coding``. A file of one
        board has no choice.

    Returns
    -------
    Catalogue
        `model_id` is the name on the board; words of effort in it stay there. `score_definition` is ``arena-`` and the
        page, as in ``arena-webdev-overall``. Prices on the board are not read: it is a source of scores. Of two
        entries of one name the one with more votes counts.

    Raises
    ------
    InputError
        No JSON, another shape, no such page, a rating without an interval.
    """
    path = Path(path)
    document = read_json(path)
    head = document if isinstance(document, dict) else {}
    if isinstance(head.get("pages"), dict):
        board, entries = page, _entries_of_page(sub(head, "pages"), page, where=str(path))
        day = iso_day(head.get("fetched_at"))
    else:
        board, entries = str(sub(head, "meta").get("leaderboard") or "code"), _entries_of_board(head, where=str(path))
        day = iso_day(sub(head, "meta").get("fetched_at"))
    best: dict[str, Entry] = {}
    left_out: dict[str, list[str]] = {}
    for entry in entries:
        if entry[0] in best:
            left_out.setdefault("the same name stands there with more votes", []).append(entry[0])
        if entry[0] not in best or entry[3] > best[entry[0]][3]:
            best[entry[0]] = entry
    rated = best.values()
    return catalogue_of_loose_rows(
        [Row(model_id=name, name=name, coding_score=rating, coding_score_se=se) for name, rating, se, _ in rated],
        score_definition=f"arena-{board.replace('/', '-')}",
        sources={
            "coding_score": f"Arena leaderboard {board} [Elo]",
            "coding_score_se": "half the 95 percent interval over 1.96",
        },
        as_of=day,
        attribution=f"Ratings from Arena (https://arena.ai), CC BY 4.0{f', {day}' if day else ''}.",
        notes=left_out_notes(left_out),
        where=str(path),
    )


def _entries_of_page(pages: Record, page: str, *, where: str) -> Iterator[Entry]:
    rows = pages.get(page)
    if not isinstance(rows, list):
        raise InputError(f"there is no page {page!r}", where=where, way_out=f"use one of {', '.join(pages)}")
    for number, row in enumerate(rows, start=1):
        place = f"{where}, page {page}, row {number}"
        if not isinstance(row, list) or len(row) < 5 or not all(is_number(value) for value in row[1:5]):
            raise InputError(
                "the row is not [model, rating, low, high, votes]", where=place, way_out="give it as fetched"
            )
        yield _entry(row[0], row[1], (row[3] - row[2]) / 2, row[4], where=place)


def _entries_of_board(head: Record, *, where: str) -> Iterator[Entry]:
    models: object = head.get("models")
    listed: Sequence[object] = models if isinstance(models, list) else ()
    if not listed:
        raise InputError("there are neither pages nor models", where=where, way_out="give the board as fetched")
    for number, record in enumerate(listed, start=1):
        place = f"{where}, row {number}"
        values = [record.get(key) if isinstance(record, dict) else None for key in ("score", "ci", "votes")]
        if not isinstance(record, dict) or not all(is_number(value) for value in values):
            raise InputError("the record has no score, ci and votes", where=place, way_out="give it as fetched")
        yield _entry(record.get("model"), *values, where=place)


def _entry(name: object, rating: object, half_width: object, votes: object, *, where: str) -> Entry:
    if not (is_number(rating) and is_number(half_width) and is_number(votes)) or half_width < 0 or not name:
        raise InputError(
            f"the interval of {name!r} is {half_width!r} wide", where=where, way_out="give the board as fetched"
        )
    return str(name), float(rating), float(half_width) / _HALF_WIDTH_SE, float(votes)
