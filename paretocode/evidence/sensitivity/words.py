"""How does a difference between two maps read? Who is better, and by how much, in units that people use."""

from __future__ import annotations

from enum import Enum

from paretocode.evidence.measures import map_measure

__all__ = ["Standing", "amount", "counted", "difference_in_words", "percent", "standing"]


class Standing(Enum):
    """How the candidate stands against the incumbent on one measure; less is better."""

    BETTER = "the candidate is better"
    LEVEL = "the two are level"
    WORSE = "the candidate is worse"
    UNKNOWN = "nobody can say"


def standing(difference: float | None) -> Standing:
    """Return how the candidate stands; exact, so that only equal numbers are level.

    Examples
    --------
    >>> [standing(each).name for each in (-0.1, 0.0, 0.1, None)]
    ['BETTER', 'LEVEL', 'WORSE', 'UNKNOWN']
    """
    if difference is None or difference != difference:  # noqa: PLR0124
        return Standing.UNKNOWN
    return Standing.BETTER if difference < 0 else Standing.WORSE if difference > 0 else Standing.LEVEL


def amount(value: float, measure: str) -> str:
    """Return an amount of a measure without its sign, three figures or more.

    Examples
    --------
    >>> amount(-1.5, "cost_usd_per_krequest"), amount(0.012, "unserved_share"), amount(2.0, "latency_p95_s")
    ('1.50 USD', '1.20 percentage points', '2.00 s')
    """
    size, text = abs(value), map_measure(measure).text
    if "[USD]" in text:
        return f"{_figures(size)} USD"
    if measure.endswith("_s"):
        return f"{_figures(size)} s"
    if "axis" in text:
        return f"{_figures(size)} of the 0..1 axis"
    return f"{_figures(100 * size)} percentage points"


def _figures(size: float) -> str:
    """Return a number of three figures, or with two decimals where that shows more."""
    return f"{size:,.2f}" if size >= 1 or size == 0 else f"{size:.3g}"


def difference_in_words(difference: float | None, measure: str) -> str:
    """Return what a difference says, as a clause without its measure.

    Examples
    --------
    >>> difference_in_words(-1.5, "cost_usd_per_krequest"), difference_in_words(None, "latency_p50_s")
    ('1.50 USD less', 'not known')
    >>> difference_in_words(0.0, "latency_p50_s")
    'no difference'
    """
    if difference is None:
        return "not known"
    if difference == 0:
        return "no difference"
    return f"{amount(difference, measure)} {'less' if difference < 0 else 'more'}"


def counted(n: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "setting"), counted(2, "setting")
    ('1 setting', '2 settings')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def percent(share: float) -> str:
    """Return a share in percent, three figures.

    Examples
    --------
    >>> percent(0.0123), percent(0.0), percent(1.0)
    ('1.23 %', '0 %', '100 %')
    """
    return f"{100 * share:.3g} %"
