"""Do the three bills of a searched map agree? The sum of the tables, the lag-1 rule replayed, the stateful replay."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from paretocode.report import numbers
from paretocode.report.search_tables import BILLS, PlainTable, bills_of, bills_table
from paretocode.report.text_fitted import fits, fitted_table
from paretocode.report.text_wrapped import wrapped_table

__all__ = ["MOST_APART", "bills_differ", "bills_text", "plain_text"]

MOST_APART = 0.0005
"""Bills agree that differ by at most this share of the greatest one."""

_NAME, _NUMBER = 40, 14


def bills_text(search: Mapping[str, Any], *, width: int = 120) -> str:
    """Return the bills of the maps where they differ by more than `MOST_APART`, or a sentence that all agree.

    Parameters
    ----------
    search
        The ``search`` section of a result's ``metrics.json``. The incumbent was not searched and has no table bill; a
        null bill is unknown and is not compared.
    """
    bills = bills_of(search)
    apart = {name: each for name, each in bills.items() if bills_differ(each)}
    n_compared = sum(len(_known(each)) > 1 for each in bills.values())
    if not apart:
        what = f"of {n_compared} map{'' if n_compared == 1 else 's'}" if n_compared < len(bills) else "of every map"
        says = (
            f"The bills {what} agree within {numbers.percent(MOST_APART)}: by the tables, by the lag-1 rule replayed, "
            "and in the stateful replay."
            if n_compared
            else "The bills are not compared: no map was replayed."
        )
        return textwrap.fill(says, max(width, 40))
    table = bills_table(apart)
    header = ["bills that differ [USD]", *table.header[1:]]
    text = plain_text(PlainTable(header=header, align=table.align, rows=table.rows), width)
    n_rest = n_compared - len(apart)
    others = "other map" if n_rest == 1 else f"other {n_rest} maps"
    rest = f"The bills of the {others} agree within {numbers.percent(MOST_APART)}." if n_rest else ""
    return f"{text}\n{rest}".rstrip()


def plain_text(table: PlainTable, width: int = 120) -> str:
    """Return a table of a name and numbers as text.

    Examples
    --------
    >>> print(plain_text(PlainTable(header=["bills [USD]", "tables"], align="lr", rows=[["knee", "5.00"]])))
    bills [USD]  tables
    -----------  ------
    knee           5.00
    """
    widths = [_NAME, *(max(_NUMBER, len(head)) for head in table.header[1:])]
    text = wrapped_table(table.header, table.rows, table.align, widths=widths)
    return text if fits(text, width) else fitted_table(table.header, table.rows, table.align, width=width)


def bills_differ(bills: Mapping[str, Any]) -> bool:
    """Return whether a map's known bills differ by more than `MOST_APART` of the greatest.

    Examples
    --------
    >>> bills_differ({"table_cost_usd": 100.0, "lag1_cost_usd": 100.04, "replayed_cost_usd": None})
    False
    >>> bills_differ({"lag1_cost_usd": 100.0, "replayed_cost_usd": 99.0})
    True
    """
    known = _known(bills)
    return bool(known) and max(known) - min(known) > MOST_APART * max(known)


def _known(bills: Mapping[str, Any]) -> list[float]:
    return [bills[bill] for bill in BILLS if bills.get(bill) is not None]
