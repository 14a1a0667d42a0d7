"""What do several kinds of caller ask for together? Profiles with shares, one profile a session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from paretocode._checks import float_column, read_only
from paretocode.errors import InputError
from paretocode.stream.demand.law import Demand, DemandTable

__all__ = ["DemandMixture", "Profile"]

_SMOOTH = ("smooth_low", "smooth_high", "smooth_a", "smooth_b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of caller, or one task of it.

    Parameters
    ----------
    name
        What it is called in tables.
    share
        Share of the sessions, 0..1.
    demand
        What such a session asks for. A task that changes its mind has a `switch_rate` of its own.
    """

    name: str
    share: float
    demand: Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandMixture:
    """Sessions of several profiles; a session keeps its profile to the end.

    Parameters
    ----------
    profiles
        With different names; their shares sum to 1.

    Raises
    ------
    InputError
        No profile, a name twice, shares below 0 or not summing to 1.

    Examples
    --------
    >>> half = Demand(atoms=((0.5, 1.0),))
    >>> DemandMixture(profiles=(Profile(name="a", share=0.7, demand=half), Profile(name="b", share=0.2, demand=half)))
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: demand: the shares of the profiles sum to 0.9; make them sum to 1.
    """

    profiles: tuple[Profile, ...]

    def __post_init__(self) -> None:
        names = [profile.name for profile in self.profiles]
        if not names:
            raise InputError("there is no profile in it", where="demand", way_out="give at least one")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(f"the profile {twice[0]!r} stands there twice", where="demand", way_out="rename one")
        total = float(
            float_column([p.share for p in self.profiles], name="profile share", where="demand", least=0.0).sum()
        )
        if abs(total - 1) > 1e-9:
            raise InputError(
                f"the shares of the profiles sum to {total:g}", where="demand", way_out="make them sum to 1"
            )

    def table(self) -> DemandTable:
        """Return the expected share of requests on every min score, sessions being equally long.

        Examples
        --------
        >>> one, two = Demand(atoms=((0.5, 1.0),)), Demand(atoms=((0.2, 0.5), (0.5, 0.5)))
        >>> both = (Profile(name="one", share=0.75, demand=one), Profile(name="two", share=0.25, demand=two))
        >>> DemandMixture(profiles=both).table().share.tolist()
        [0.125, 0.875]
        """
        tables = [(profile.share, profile.demand.table()) for profile in self.profiles if profile.share > 0]
        ppm, place = np.unique(np.concatenate([table.min_score_ppm for _, table in tables]), return_inverse=True)
        share = np.bincount(place, np.concatenate([share * table.share for share, table in tables]), len(ppm))
        omitted = sum(share * table.omitted_share for share, table in tables)
        return DemandTable(read_only(ppm), read_only(share.astype(np.float64)), float(omitted))

    def marginal(self) -> Demand:
        """Return the one demand with the same share on every value and the same rate of visible switches.

        It is what a single request asks for, so lints and tables may use it in the mixture's place. A session of it
        switches to any value of any profile, which a session of the mixture never does.

        Raises
        ------
        InputError
            When the smooth parts of two profiles have different laws: no single demand holds both.

        Examples
        --------
        >>> main = Profile(name="main", share=0.75, demand=Demand(atoms=((0.65, 1.0),)))
        >>> rest = Profile(name="rest", share=0.25, demand=Demand(atoms=((0.2, 0.4),), omitted_share=0.6))
        >>> demand = DemandMixture(profiles=(main, rest)).marginal()
        >>> demand.atoms, round(demand.omitted_share, 9), round(demand.switch_rate, 9)
        (((0.2, 0.1), (0.65, 0.75)), 0.15, 0.000225)
        """
        parts = [(profile.share, profile.demand) for profile in self.profiles if profile.share > 0]
        smooth = {tuple(getattr(demand, name) for name in _SMOOTH) for _, demand in parts if demand.smooth_share > 0}
        if len(smooth) > 1:
            raise InputError(
                "the smooth parts of two profiles differ", where="demand", way_out="use the table of the mixture"
            )
        bounds = dict(zip(_SMOOTH, smooth.pop(), strict=True)) if smooth else {}
        return Demand(
            atoms=_summed((score, weight * share) for weight, demand in parts for score, share in demand.atoms),
            omitted_share=sum(weight * demand.omitted_share for weight, demand in parts),
            smooth_share=sum(weight * demand.smooth_share for weight, demand in parts),
            # A profile of one value never switches, whatever its rate says.
            switch_rate=sum(weight * demand.redraw_rate() * (1 - demand.repeat_chance()) for weight, demand in parts),
            **bounds,
        )


def _summed(atoms: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return atoms in order of their score, those of one score added up."""
    total: dict[float, float] = {}
    for score, share in atoms:
        total[score] = total.get(score, 0.0) + share
    return tuple(sorted(total.items()))
