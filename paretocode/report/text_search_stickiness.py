"""What does stickiness do to the picked maps? Their stateful bills under each kind that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.report import numbers
from paretocode.report.text_wrapped import wrapped_table

__all__ = ["stickiness_text"]

_NAME = 40


def stickiness_text(search: Mapping[str, Any]) -> str:
    """Return a table of bills by stickiness, changes against the first kind; "" where none was asked for.

    Examples
    --------
    >>> pick = {"name": "cheapest", "replayed_by_stickiness": {"none": 200.0, "session": 190.0}}
    >>> print(stickiness_text({"picks": [pick]}))
    replayed under stickiness [USD]    none  session  change
    -------------------------------  ------  -------  ------
    cheapest                         200.00   190.00  -5.0 %
    """
    bills = {pick["name"]: pick.get("replayed_by_stickiness") or {} for pick in search.get("picks") or []}
    kinds = list(dict.fromkeys(kind for each in bills.values() for kind in each))
    if not kinds:
        return ""
    header = ["replayed under stickiness [USD]", kinds[0], *(word for kind in kinds[1:] for word in (kind, "change"))]
    rows = []
    for name, each in bills.items():
        first = each.get(kinds[0])
        others = [(each.get(kind), numbers.relative_change(each.get(kind), first)) for kind in kinds[1:]]
        rows.append([name, numbers.usd(first), *(t for bill, change in others for t in (numbers.usd(bill), change))])
    return wrapped_table(header, rows, "l" + "r" * (len(header) - 1), widths=[_NAME] + [14] * (len(header) - 1))
