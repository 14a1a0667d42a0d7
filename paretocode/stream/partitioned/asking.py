"""How do parts get the min scores that the whole stream would get? The same draws in the same order, part by part.

A demand draws, for the stream in order: which requests ask anew, what kind each new wish is, a value for each smooth
one. The three come from generators that only move on, so their states at the beginning of each part are all that a
part's own draw needs. One pass over the parts finds them; memory stays flat.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode.stream.demand import Demand, DemandMixture
from paretocode.stream.partitioned.folder import PartitionedStream
from paretocode.stream.stream import RequestStream

__all__ = ["Asker", "askers"]

_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Law:
    """One demand and where its generators stand at the beginning of a part."""

    demand: Demand
    switches: np.random.Generator
    kinds: np.random.Generator
    values: np.random.Generator

    def asked(self, is_first: BoolColumn) -> tuple[IntColumn, BoolColumn]:
        """Return what requests ask for [ppm], and whether they omit it; the generators move on."""
        begins = self.begins(is_first)
        spell = np.cumsum(begins) - 1
        kind = self.demand.kinds(int(spell[-1]) + 1 if len(spell) else 0, self.kinds)
        ppm, is_omitted = self.demand.values(kind, self.values)
        return ppm[spell], is_omitted[spell]

    def begins(self, is_first: BoolColumn) -> BoolColumn:
        """Return which requests ask anew; the first generator moves on."""
        found: BoolColumn = is_first | (self.switches.random(len(is_first)) < self.demand.redraw_rate())
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Gives one part its min scores; small enough to be sent to a worker.

    Parameters
    ----------
    laws
        Of the demand, or of the profiles of a mixture.
    shares
        Cumulated shares of the profiles but the last; empty for a single demand.
    profiles
        Generator of the sessions' profiles.
    """

    laws: tuple[_Law, ...]
    shares: tuple[float, ...]
    profiles: np.random.Generator | None

    def apply(self, part: RequestStream) -> RequestStream:
        """Return the part with its min scores. O(n a profile); asked twice, it gives the same."""
        ppm, is_omitted = np.zeros(len(part), dtype=np.int64), np.zeros(len(part), dtype=np.bool_)
        own = copy.deepcopy(self)
        for law, rows in zip(own.laws, own.rows(part.session, part.n_sessions), strict=True):
            ppm[rows], is_omitted[rows] = law.asked(part.is_first[rows])
        return part.replace(min_score_ppm=read_only(ppm), is_omitted=read_only(is_omitted))

    def rows(self, session: IntColumn, n_sessions: int) -> list[IntColumn]:
        """Return the rows of each profile; its generator moves on."""
        if self.profiles is None:
            return [np.arange(len(session))]
        profile = np.searchsorted(self.shares, self.profiles.random(n_sessions), side="right")[session]
        return [np.flatnonzero(profile == number) for number in range(len(self.laws))]


def askers(parts: PartitionedStream, demand: Demand | DemandMixture, *, rng: np.random.Generator | int) -> list[Asker]:
    """Return what gives each part the min scores that `apply_demand` would give the whole stream.

    Notes
    -----
    Reads every part once, and draws everything once; O(n), memory for one part.
    """
    state, shares = _at_the_start(demand, np.random.default_rng(rng))
    before: list[Asker] = []
    n_anew = np.zeros((len(parts.parts), len(state.laws)), dtype=np.int64)
    for number, part in enumerate(parts.streams()):
        before.append(copy.deepcopy(state))
        for at, (law, rows) in enumerate(zip(state.laws, state.rows(part.session, part.n_sessions), strict=True)):
            n_anew[number, at] = np.count_nonzero(law.begins(part.is_first[rows]))
    laws = [_with_values(law, n_anew[:, at].tolist()) for at, law in enumerate(state.laws)]
    return [
        Asker(
            laws=tuple(
                _Law(demand=old.demand, switches=old.switches, kinds=kinds, values=values)
                for old, (kinds, values) in zip(asker.laws, (of_part[number] for of_part in laws), strict=True)
            ),
            shares=shares,
            profiles=asker.profiles,
        )
        for number, asker in enumerate(before)
    ]


def _at_the_start(demand: Demand | DemandMixture, rng: np.random.Generator) -> tuple[Asker, tuple[float, ...]]:
    if isinstance(demand, Demand):
        return Asker(laws=(_law(demand, rng),), shares=(), profiles=None), ()
    for_profiles, *for_demands = rng.spawn(1 + len(demand.profiles))
    shares = tuple(np.cumsum([profile.share for profile in demand.profiles])[:-1].tolist())
    laws = tuple(_law(profile.demand, own) for profile, own in zip(demand.profiles, for_demands, strict=True))
    return Asker(laws=laws, shares=shares, profiles=for_profiles), shares


def _law(demand: Demand, rng: np.random.Generator) -> _Law:
    for_switches, for_values = rng.spawn(2)
    return _Law(demand=demand, switches=for_switches, kinds=for_values, values=for_values)


def _with_values(law: _Law, n_anew: list[int]) -> list[tuple[np.random.Generator, np.random.Generator]]:
    """Return the generators of kinds and of values at the beginning of each part.

    The stream draws all its kinds before the first value, from one generator: so the values begin where the kinds end.
    """
    kinds, values = copy.deepcopy(law.kinds), copy.deepcopy(law.kinds)
    for n in _pieces(sum(n_anew)):
        values.random(n)
    found = []
    for n_part in n_anew:
        found.append((copy.deepcopy(kinds), copy.deepcopy(values)))
        for n in _pieces(n_part):
            n_smooth = int(np.count_nonzero(law.demand.is_smooth(law.demand.kinds(n, kinds))))
            values.beta(law.demand.smooth_a, law.demand.smooth_b, n_smooth)
    return found


def _pieces(n: int) -> Iterator[int]:
    return (min(_AT_ONCE, n - start) for start in range(0, n, _AT_ONCE))
