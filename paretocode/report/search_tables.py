"""Which small tables stand beside the picks? Their three bills, their bills by stickiness and their times, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers

__all__ = ["BILLS", "PlainTable", "bills_of", "bills_table", "latency_table", "stickiness_table"]

BILLS = ("table_cost_usd", "lag1_cost_usd", "replayed_cost_usd")
"""By the sum of the tables, by the lag-1 rule replayed, and in the stateful replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTable:
    """A table of text that terminal and page both show.

    Parameters
    ----------
    header
        Heads of the columns; the first one says what the table is of.
    align
        ``l`` or ``r`` for each column.
    rows
        Cells as text, in rows as long as the header; no row at all where there is nothing to show.
    """

    header: Sequence[str]
    align: str
    rows: Sequence[Sequence[str]]


def bills_of(search: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the bills of the incumbent and of every pick, by name; those of the incumbent may be missing."""
    picks = {pick["name"]: pick for pick in search.get("picks") or []}
    return {search["incumbent"]["name"]: search.get("incumbent_costs") or {}, **picks}


def bills_table(bills: Mapping[str, Mapping[str, Any]]) -> PlainTable:
    """Return the three bills of each map, and by how much the replay differs from what was searched.

    Notes
    -----
    An incumbent was not searched: its replay is held against the lag-1 rule.

    Examples
    --------
    >>> bills_table({"old": {"lag1_cost_usd": 100.0, "replayed_cost_usd": 99.0}}).rows
    [['old', '–', '100.00', '99.00', '-1.0 %']]
    """
    rows = [[name, *(numbers.usd(each.get(bill)) for bill in BILLS), _apart(each)] for name, each in bills.items()]
    header = ["bills [USD]", "tables", "lag-1", "replayed", "replayed against searched"]
    return PlainTable(header=header, align="lrrrr", rows=rows)


def stickiness_table(search: Mapping[str, Any]) -> PlainTable:
    """Return the stateful bills of the picks under each stickiness, with changes against the first kind.

    Examples
    --------
    >>> pick = {"name": "cheapest", "replayed_by_stickiness": {"none": 200.0, "session": 190.0}}
    >>> stickiness_table({"picks": [pick]}).rows, stickiness_table({"picks": []}).rows
    ([['cheapest', '200.00', '190.00', '-5.0 %']], [])
    """
    bills = {pick["name"]: pick.get("replayed_by_stickiness") or {} for pick in search.get("picks") or []}
    kinds = list(dict.fromkeys(kind for each in bills.values() for kind in each))
    rows = []
    for name, each in bills.items() if kinds else ():
        first = each.get(kinds[0])
        others = [(each.get(kind), numbers.relative_change(each.get(kind), first)) for kind in kinds[1:]]
        rows.append([name, numbers.usd(first), *(t for bill, change in others for t in (numbers.usd(bill), change))])
    header = ["replayed under stickiness [USD]", *kinds[:1], *(word for kind in kinds[1:] for word in (kind, "change"))]
    return PlainTable(header=header, align="l" + "r" * (len(header) - 1), rows=rows)


def latency_table(search: Mapping[str, Any]) -> PlainTable:
    """Return quantiles of the picks' times by the lag-1 rule [s].

    Examples
    --------
    >>> pick = {"name": "cheapest", "latency_quantiles_s": {"p50": 4.125, "p99": None}}
    >>> latency_table({"picks": [pick]}).rows, latency_table({"picks": [{"name": "cheapest"}]}).rows
    ([['cheapest', '4.12', '–']], [])
    """
    times = {pick["name"]: pick.get("latency_quantiles_s") or {} for pick in search.get("picks") or []}
    quantiles = list(dict.fromkeys(quantile for each in times.values() for quantile in each))
    rows = [[name, *(numbers.seconds(each.get(quantile)) for quantile in quantiles)] for name, each in times.items()]
    header = ["latency per request [s]", *quantiles]
    return PlainTable(header=header, align="l" + "r" * len(quantiles), rows=rows if quantiles else [])


def _apart(bills: Mapping[str, Any]) -> str:
    searched = bills.get("table_cost_usd")
    return numbers.relative_change(
        bills.get("replayed_cost_usd"), bills.get("lag1_cost_usd") if searched is None else searched
    )
