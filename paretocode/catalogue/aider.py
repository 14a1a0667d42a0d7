"""How many of Aider's coding tasks does a model solve? Its leaderboards as a catalogue of scores.

Scores are percents of test cases solved within two tries (``pass_rate_2``): 225 Exercism exercises in six languages
under ``aider-polyglot``, 133 Python exercises under ``aider-edit``. The standard error is the binomial one of the case
count: 100 sqrt(p (1 - p) / n). Format: https://github.com/Aider-AI/aider (aider/website/_data)
"""

from __future__ import annotations

import math
from pathlib import Path

from paretocode.catalogue._amounts import left_out_notes
from paretocode.catalogue._files import MAX_DOCUMENT_BYTES, read_text
from paretocode.catalogue._flat_yaml import Scalar, read_flat_yaml
from paretocode.catalogue._records import Row, catalogue_of_loose_rows, is_number, iso_day
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.effort import split_effort
from paretocode.errors import InputError

__all__ = ["AIDER_DEFINITIONS", "read_aider"]

AIDER_DEFINITIONS = {225: "aider-polyglot", 133: "aider-edit"}
"""Number of test cases -> score definition."""

_WHOLE_SHARE = 0.95


def read_aider(path: str | Path) -> Catalogue:
    """Read one of Aider's leaderboards (``polyglot_leaderboard.yml``, ``edit_leaderboard.yml``).

    Two runs of one model and effort: the better one counts (it is the better edit format; ties: the later run), the
    other is left out by name. Pairs of an architect and an editor model ("a + b") are left out: they are no model a
    router can pick. Runs over less than 95 percent of the cases are left out; a nearly whole run counts, with the
    standard error of its own cases.

    Returns
    -------
    Catalogue
        `model_id` is the name on the board without its effort. No prices, no speeds, no windows.

    Raises
    ------
    InputError
        No flat YAML list, a record without model or pass rate, a number of cases that no known board has.
    """
    path = Path(path)
    records = read_flat_yaml(read_text(path, limit=MAX_DOCUMENT_BYTES), where=str(path))
    n_cases = _n_cases(records, where=str(path))
    best: dict[tuple[str, str], Row] = {}
    left_out: dict[str, list[str]] = {}
    days: list[str] = []
    for number, record in enumerate(records, start=1):
        row, reason = _row(record, n_cases, where=f"{path}, record {number}")
        days.append(iso_day(record.get("date")))
        key = (row.model_id, row.effort)
        if reason:
            left_out.setdefault(reason, []).append(row.name)
        elif key not in best:
            best[key] = row
        else:
            other = best[key]
            if row.coding_score >= other.coding_score:
                best[key] = row
            run = f"{row.name} ({min(row.coding_score, other.coding_score):g})"
            left_out.setdefault("a better run of the same model and effort stands on the board", []).append(run)
    return catalogue_of_loose_rows(
        list(best.values()),
        score_definition=AIDER_DEFINITIONS[n_cases],
        sources={
            "coding_score": f"Aider leaderboard, pass_rate_2 of {n_cases} cases",
            "coding_score_se": f"derived: binomial over {n_cases} cases",
        },
        as_of=max(days, default=""),
        attribution="Scores from the Aider leaderboards (https://aider.chat/docs/leaderboards/), Apache-2.0.",
        notes=left_out_notes(left_out),
        where=str(path),
    )


def _n_cases(records: list[dict[str, Scalar]], *, where: str) -> int:
    counts = [int(n) for record in records if is_number(n := record.get("test_cases"))]
    usual = max(set(counts), key=counts.count, default=0)
    if usual not in AIDER_DEFINITIONS:
        raise InputError(
            f"most records have {usual} test_cases", where=where, way_out="give the polyglot (225) or edit (133) board"
        )
    return usual


def _row(record: dict[str, Scalar], n_cases: int, *, where: str) -> tuple[Row, str]:
    name, percent = record.get("model"), record.get("pass_rate_2")
    if not isinstance(name, str) or not is_number(percent) or not 0 <= percent <= 100:
        raise InputError(
            f"model is {name!r} and pass_rate_2 is {percent!r}", where=where, way_out="give the board as fetched"
        )
    cases = record.get("test_cases")
    reason = ""
    if " + " in name:
        reason = "they pair an architect with an editor model"
    elif not is_number(cases) or not _WHOLE_SHARE * n_cases <= cases <= n_cases:
        reason = f"they ran over far less than {n_cases} cases"
    n_run = int(cases) if is_number(cases) and cases > 0 else n_cases
    share = percent / 100
    model_id, effort = split_effort(name)
    row = Row(
        model_id=model_id,
        effort=effort or str(record.get("reasoning_effort") or ""),
        name=name,
        coding_score=float(percent),
        coding_score_se=100 * math.sqrt(share * (1 - share) / n_run),
        release_date=iso_day(record.get("released") or record.get("_released")),
    )
    return row, reason
