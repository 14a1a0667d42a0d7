"""Who complains, about what, and when? Signs that reports do not speak for all users, one sentence each.

None of them changes an estimate. They say what a reader must know before believing one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.evidence.feedback.clustered import effective_number
from paretocode.evidence.feedback.placing import atom_demand
from paretocode.evidence.feedback.reports import FeedbackReports
from paretocode.stream.stream import RequestStream

__all__ = ["AtomRates", "BiasWarning", "atom_rates", "bias_warnings", "half_time_share"]

MOST_OF_ONE = 0.2
"""Share of the reports beyond which one writer or one session weighs too much."""
MOST_OF_ATOM = 0.5
"""The same for one min score."""
LEAST_EFFECTIVE_WRITERS = 10.0
LEAST_NAMED = 0.5
"""Share of reports with a reporter below which nothing is known of how people differ."""
LEAST_HALF_TIME = 0.1
"""Half of evenly spread reports need half of the time; a burst needs less than this share of it."""
MOST_UNEVEN = 3.0
"""How much more readily one min score may be reported on than another."""
LEAST_EXPECTED = 10.0
"""Atoms with fewer reports than this, at the mean rate, are too thin to compare."""
LEAST_APART_PPM = 5_000
"""Min scores that differ by no more than this may be one, written with fewer decimals [ppm]."""
MOST_ASTRAY = 0.05
"""Share of reports served by another tier than the map's."""

_TENTH_PPM = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasWarning:
    """One sign that reports do not speak for all.

    Parameters
    ----------
    kind
        Which sign: ``one_writer``, ``few_writers``, ``unnamed_writers``, ``one_session``, ``one_atom``, ``no_fine``,
        ``burst``, ``astray``, ``uneven_atoms``, ``off_demand``.
    value
        The number that is out of the ordinary.
    sentence
        What it is, and what follows.
    """

    kind: str
    value: float
    sentence: str


class AtomRates(NamedTuple):
    """Reports against the demand, min score by min score.

    Parameters
    ----------
    min_score_ppm
        Shape (n_atoms,): every min score that is asked for or reported on [ppm], increasing.
    n_requests, n_reports
        Shape (n_atoms,).
    per_1000_requests
        Shape (n_atoms,); NaN where nobody asks.
    """

    min_score_ppm: IntColumn
    n_requests: IntColumn
    n_reports: IntColumn
    per_1000_requests: FloatColumn


def atom_rates(reports: FeedbackReports, stream: RequestStream) -> AtomRates:
    """Return how many reports come for every 1,000 requests of each min score; omitted ones are left out.

    Examples
    --------
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> world = FeedbackWorld(ideal_edges=(0.6,), edges=(0.66,), atoms=((0.5, 3), (0.8, 1)))
    >>> drawn = synthetic_reports(world, rng=1)
    >>> rates = atom_rates(drawn.reports, drawn.stream())
    >>> rates.min_score_ppm.tolist(), int(rates.n_requests.sum()), int(rates.n_reports.sum()) == len(drawn.reports)
    ([500000, 800000], 10000, True)
    """
    return _rates(reports.min_score_ppm[~reports.is_omitted], stream)


def _rates(said_ppm: IntColumn, stream: RequestStream) -> AtomRates:
    asked, n_asked = atom_demand(stream)
    said, n_said = np.unique(said_ppm, return_counts=True)
    atoms = np.union1d(asked, said)
    n_requests, n_reports = np.zeros((2, len(atoms)), dtype=np.int64)
    n_requests[np.searchsorted(atoms, asked)] = n_asked
    n_reports[np.searchsorted(atoms, said)] = n_said
    per_1000 = np.where(n_requests > 0, 1000.0 * n_reports / np.maximum(n_requests, 1), np.nan)
    return AtomRates(atoms, n_requests, n_reports, per_1000)


def as_asked(reports: FeedbackReports, stream: RequestStream) -> IntColumn:
    """Return the min scores of the reports that state one [ppm], each as the stream writes it.

    People and tables round, so 0.504 may be a request's 0.503: a min score counts as the nearest one that the stream
    asks for (the lower of two as near) where they differ by no more than half of the last decimal that the reports
    write, or `LEAST_APART_PPM`, whichever is more. Farther ones stay what they are. The last decimal is that of the
    most exact report, tenths at the coarsest. O(n log n).
    """
    said = reports.min_score_ppm[~reports.is_omitted]
    asked, _ = atom_demand(stream)
    if not len(asked) or not len(said):
        return said
    above = np.minimum(np.searchsorted(asked, said), len(asked) - 1)
    below = np.maximum(above - 1, 0)
    nearest = np.where(np.abs(said - asked[below]) <= np.abs(said - asked[above]), asked[below], asked[above])
    half_decimal = _TENTH_PPM // 2 if not (said % _TENTH_PPM).any() else 0  # of finer ones it is below the least
    return np.where(np.abs(said - nearest) <= max(LEAST_APART_PPM, half_decimal), nearest, said)


def half_time_share(time_s: FloatColumn) -> float:
    """Return the least share of the whole time in which half of the reports fall; NaN where it cannot be said.

    Unknown times are left out. Near 0.5 for evenly spread reports, near 0 for a burst.

    Examples
    --------
    >>> half_time_share(np.array([0.0, 50.0, 51.0, 52.0, 100.0, np.nan])), half_time_share(np.array([3.0, 3.0]))
    (0.02, nan)
    """
    times = np.sort(time_s[np.isfinite(time_s)])
    n_half = (len(times) + 1) // 2
    if n_half < 2 or times[-1] == times[0]:
        return float("nan")
    return float((times[n_half - 1 :] - times[: len(times) - n_half + 1]).min() / (times[-1] - times[0]))


def bias_warnings(reports: FeedbackReports, *, stream: RequestStream | None = None) -> tuple[BiasWarning, ...]:
    """Return every sign found, in a fixed order; empty where there is none.

    Parameters
    ----------
    reports
        All of them, every verdict.
    stream
        What was asked in the same time; without it reports cannot be set against the demand.

    Examples
    --------
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> world = FeedbackWorld(ideal_edges=(0.6,), edges=(0.66,), atoms=((0.5, 1), (0.65, 9)), fine_rate=0.0,
    ...                       n_reporters=400)
    >>> [warning.kind for warning in bias_warnings(synthetic_reports(world, rng=1).reports)]
    ['one_atom', 'no_fine']
    """
    found = [*_of_writers(reports), *_of_places(reports, stream), *_of_times(reports)]
    return tuple(found if stream is None else [*found, *_of_demand(reports, stream)])


def _of_writers(reports: FeedbackReports) -> Iterator[BiasWarning]:
    n_reports, amounts = len(reports), np.bincount(reports.writer)
    top, n_effective = int(amounts.max()), effective_number(amounts)
    named = float((reports.reporter_code >= 0).mean())
    if named < LEAST_NAMED:
        said = (
            f"{1 - named:.0%} of the reports name no reporter and count as people of their own: intervals are too short"
        )
        yield BiasWarning(kind="unnamed_writers", value=1 - named, sentence=f"{said} if some wrote more than one.")
    if top / n_reports > MOST_OF_ONE:
        said = f"One writer wrote {top:,} of {n_reports:,} reports ({top / n_reports:.0%})"
        said += "; compare with the estimate that gives every writer one voice."
        yield BiasWarning(kind="one_writer", value=top / n_reports, sentence=said)
    if n_effective < LEAST_EFFECTIVE_WRITERS:
        said = f"The reports are as concentrated as those of {n_effective:.1f} equally active writers: too few to speak"
        yield BiasWarning(kind="few_writers", value=n_effective, sentence=f"{said} for all users.")


def _of_places(reports: FeedbackReports, stream: RequestStream | None) -> Iterator[BiasWarning]:
    sessions = reports.session_code[reports.session_code >= 0]
    share = float(np.bincount(sessions).max()) / len(reports) if len(sessions) else 0.0
    if share > MOST_OF_ONE:
        said = f"One session brought {share:.0%} of the reports: it is one experience, told often."
        yield BiasWarning(kind="one_session", value=share, sentence=said)
    said_ppm = reports.min_score_ppm[~reports.is_omitted]
    atoms, n_at = np.unique(said_ppm, return_counts=True)
    if len(atoms) and n_at.max() / len(reports) > MOST_OF_ATOM:
        share, atom = float(n_at.max()) / len(reports), int(atoms[np.argmax(n_at)])
        said = f"{share:.0%} of the reports are about the min score {atom / 1e6:g}"
        if stream is not None:
            of_stream = stream.min_score_ppm[~stream.is_omitted] == as_asked(reports, stream)[said_ppm == atom][0]
            said += f", which {float(of_stream.sum()) / len(stream):.0%} of the requests ask for"
        yield BiasWarning(kind="one_atom", value=share, sentence=f"{said}: the others hardly speak.")
    if not reports.n_of("fine"):
        said = "Nobody wrote fine, so only unhappy people wrote: only the balance of complaints against the demand can"
        said += " be used, and it takes everybody to write equally readily whatever they asked for."
        yield BiasWarning(kind="no_fine", value=0.0, sentence=said)
    expected = np.searchsorted(np.array(reports.edges_ppm), reports.min_score_ppm, side="right")
    astray = float((~reports.is_omitted & (expected != reports.tier_index)).mean())
    if astray > MOST_ASTRAY:
        said = f"{astray:.0%} of the reports were served by another tier than the map's: check which map was in force."
        yield BiasWarning(kind="astray", value=astray, sentence=said)


def _of_times(reports: FeedbackReports) -> Iterator[BiasWarning]:
    share = half_time_share(reports.time_s)
    if share < LEAST_HALF_TIME:
        said = (
            f"Half of the reports fall into {share:.1%} of the time: one incident, or one call to write, speaks loudly."
        )
        yield BiasWarning(kind="burst", value=share, sentence=said)


def _of_demand(reports: FeedbackReports, stream: RequestStream) -> Iterator[BiasWarning]:
    rates = _rates(as_asked(reports, stream), stream)
    unasked = int(rates.n_reports[rates.n_requests == 0].sum())
    if unasked:
        said = f"{unasked:,} reports are about min scores that the stream never asks for: it is not their traffic."
        yield BiasWarning(kind="off_demand", value=float(unasked), sentence=said)
    mean_rate = rates.n_reports.sum() / max(1, int(rates.n_requests.sum()))
    thick = np.flatnonzero(rates.n_requests * mean_rate >= LEAST_EXPECTED)
    if len(thick) < 2:
        return
    most, least = (int(thick[pick(rates.per_1000_requests[thick])]) for pick in (np.argmax, np.argmin))
    high, low = float(rates.per_1000_requests[most]), float(rates.per_1000_requests[least])
    if high > MOST_UNEVEN * low:
        said = (
            f"Min score {rates.min_score_ppm[most] / 1e6:g} brings {high:.1f} reports for every 1,000 requests and "
            f"{rates.min_score_ppm[least] / 1e6:g} brings {low:.1f}: people write, or complain, unequally."
        )
        yield BiasWarning(kind="uneven_atoms", value=high / low if low else float("inf"), sentence=said)
