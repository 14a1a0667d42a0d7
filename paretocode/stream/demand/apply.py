"""How does a stream get its min scores, and which does it have? The law applied, and the table observed."""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode.stream.demand.asked_counts import AskedCounts, asked_counts
from paretocode.stream.demand.law import Demand, DemandTable
from paretocode.stream.demand.mixture import DemandMixture
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["apply_demand", "demand_of", "observed_demand", "observed_demand_of"]


def apply_demand(
    stream: RequestStream, demand: Demand | DemandMixture, *, rng: np.random.Generator | int
) -> RequestStream:
    """Give every request of a stream a min score drawn from the demand, replacing what it had.

    Parameters
    ----------
    stream
        Any stream.
    demand
        The law. Constant within a session except for its switches; sessions are independent, and in a mixture each
        has one profile to its end. Shares hold in expectation over requests, sessions being drawn without regard to
        their length.
    rng
        Generator or seed; same seed, same bytes.

    Returns
    -------
    RequestStream
        The same requests with min scores; O(n) a profile, a note says what was applied.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[0, 0, 1], time_s=[0, 1, 0], prompt_tokens=[9] * 3, completion_tokens=[1] * 3)
    >>> asked = apply_demand(stream, Demand(atoms=((0.65, 1.0),)), rng=7)
    >>> asked.min_score_ppm.tolist(), asked.is_omitted.tolist()
    ([650000, 650000, 650000], [False, False, False])
    """
    generator = np.random.default_rng(rng)
    if isinstance(demand, Demand):
        ppm, is_omitted = _asked(demand, stream.is_first, generator)
        what = f"an assumed demand of {len(demand.atoms)} atoms"
    else:
        ppm, is_omitted = _asked_by_profile(demand, stream, generator)
        what = f"an assumed mixture of {', '.join(profile.name for profile in demand.profiles)}"
    return stream.replace(
        min_score_ppm=read_only(ppm),
        is_omitted=read_only(is_omitted),
        notes=(*stream.notes, f"min scores are drawn from {what}"),
    )


def _asked(demand: Demand, is_first: BoolColumn, rng: np.random.Generator) -> tuple[IntColumn, BoolColumn]:
    """Return what each request asks for [ppm] and whether it omits it; whole sessions, in order."""
    for_switches, for_values = rng.spawn(2)
    begins = is_first | (for_switches.random(len(is_first)) < demand.redraw_rate())
    spell = np.cumsum(begins) - 1
    ppm, is_omitted = demand.draw(int(spell[-1]) + 1 if len(spell) else 0, for_values)
    return ppm[spell], is_omitted[spell]


def _asked_by_profile(
    mixture: DemandMixture, stream: RequestStream, rng: np.random.Generator
) -> tuple[IntColumn, BoolColumn]:
    for_profiles, *for_demands = rng.spawn(1 + len(mixture.profiles))
    reached = np.cumsum([profile.share for profile in mixture.profiles])[:-1]
    profile_of = np.searchsorted(reached, for_profiles.random(stream.n_sessions), side="right")[stream.session]
    ppm, is_omitted = np.zeros(len(stream), dtype=np.int64), np.zeros(len(stream), dtype=np.bool_)
    for number, (profile, own) in enumerate(zip(mixture.profiles, for_demands, strict=True)):
        rows = np.flatnonzero(profile_of == number)
        ppm[rows], is_omitted[rows] = _asked(profile.demand, stream.is_first[rows], own)
    return ppm, is_omitted


def demand_of(stream: RequestStream) -> DemandTable:
    """Return the distinct min scores a stream asks for and the share of requests on each; O(n log n).

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 2, 3, 4], time_s=[0, 0, 0, 0], prompt_tokens=[9] * 4,
    ...                         completion_tokens=[1] * 4, min_score=[0.65, 0.2, 0.65, float("nan")])
    >>> table = demand_of(stream)
    >>> table.min_score_ppm.tolist(), table.share.tolist(), table.omitted_share
    ([200000, 650000], [0.25, 0.5], 0.25)
    """
    ppm, count = np.unique(stream.min_score_ppm[~stream.is_omitted], return_counts=True)
    n = max(len(stream), 1)
    return DemandTable(read_only(ppm), read_only(count / n), float(np.sum(stream.is_omitted)) / n)


def observed_demand(stream: RequestStream, least_share: float = 0.02) -> Demand:
    """Return the law that a log looks like: its atoms, and a smooth rest between the least and the most of the others.

    Parameters
    ----------
    least_share
        A min score is an atom where at least this share of all requests asks for it.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 1, 1, 2], time_s=[0, 1, 2, 0], prompt_tokens=[9] * 4,
    ...                         completion_tokens=[1] * 4, min_score=[0.65, 0.65, 0.2, float("nan")])
    >>> law = observed_demand(stream)
    >>> law.atoms, law.omitted_share, law.switch_rate
    (((0.2, 0.25), (0.65, 0.5)), 0.25, 0.5)
    """
    return observed_demand_of(asked_counts(stream), least_share)


def observed_demand_of(asked: AskedCounts, least_share: float = 0.02) -> Demand:
    """Return the same from the counts of a log's min scores."""
    table = asked.demand_table
    is_atom = table.share >= least_share
    atoms = tuple(zip((table.min_score_ppm[is_atom] / PPM).tolist(), table.share[is_atom].tolist(), strict=True))
    smooth = max(0.0, 1.0 - table.omitted_share - sum(share for _, share in atoms))
    switches = int(asked.n_pairs[asked.first != asked.second].sum())
    rest = table.min_score_ppm[~is_atom] / PPM
    return Demand(
        atoms=atoms,
        omitted_share=table.omitted_share,
        smooth_share=smooth,
        smooth_low=float(rest.min()) if len(rest) else 0.0,
        smooth_high=float(rest.max()) if len(rest) else 1.0,
        switch_rate=switches / max(1, int(asked.n_pairs.sum())),
    )
