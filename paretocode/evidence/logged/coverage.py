"""About how much of a candidate's traffic can a log say anything? Shares decided alike, seen elsewhere, never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.logged.choices import NOBODY, LoggedChoices, choices_of_log
from paretocode.sim.replaying import Replay

__all__ = ["CoverageRow", "LogCoverage", "coverage_of_replay", "log_coverage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """Some traffic and what the log holds of it; the five shares of requests add up to 1.

    Parameters
    ----------
    name
        ``all``, a stratum, or a move of tier such as ``medium -> low``.
    n_requests, request_share
        How much it is, and of all requests.
    cost_share
        Of all cost, by the weights that were given; None without any, or where all cost nothing.
    identical
        The log chose what the candidate would choose: the logged outcome is the candidate's.
    seen
        The choice differs, and the log made the candidate's choice in the same stratum: with propensities it can be
        estimated, without them it cannot.
    unseen
        The log never made that choice in that stratum, whatever it chose in others. No outcome is estimated.
    unserved
        The candidate serves nobody.
    unknown
        The log does not say what it chose, so that nobody knows whether it was the same.
    identical_cost_share
        Share of the row's cost that is identical; None as above.
    """

    name: str
    n_requests: int
    request_share: float
    cost_share: float | None
    identical: float
    seen: float
    unseen: float
    unserved: float
    unknown: float
    identical_cost_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCoverage:
    """What a log can say about a candidate.

    Parameters
    ----------
    total
        All traffic.
    strata, moves
        The same by kind of request, and by (tier of the incumbent, tier of the candidate) where both are known; rows
        without a request are left out.
    identical_so_far
        Share of requests before and at which nothing differs in their session: what is left when answers shape what
        is asked next.
    """

    total: CoverageRow
    strata: tuple[CoverageRow, ...]
    moves: tuple[CoverageRow, ...]
    identical_so_far: float

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def log_coverage(
    choices: LoggedChoices, *, cost: IntColumn | None = None, moves: Sequence[str] | None = None
) -> LogCoverage:
    """Return how much of the traffic a log covers. O(n log n).

    Parameters
    ----------
    cost
        Shape (n_requests,), >= 0 in any unit: what each request would cost under the candidate.
    moves
        Shape (n_requests,): the move of tier of each.

    Raises
    ------
    InputError
        Columns of another length.

    Examples
    --------
    >>> from paretocode.evidence.clusters import Clusters
    >>> from paretocode.evidence.logged.choices import logged_choices
    >>> clusters = Clusters(of_row=np.array([0, 0, 1, 2]), n=3, kind="session")
    >>> found = logged_choices(clusters=clusters, logged=["a", "b", "a", ""], candidate=["a", "a", "c", "a"])
    >>> all_of_it = log_coverage(found, cost=np.array([4, 1, 3, 2])).total
    >>> all_of_it.identical, all_of_it.seen, all_of_it.unseen, all_of_it.unknown, all_of_it.identical_cost_share
    (0.25, 0.25, 0.25, 0.25, 0.4)
    """
    for name, column in (("cost", cost), ("moves", moves)):
        if column is not None and len(column) != len(choices):
            raise InputError(
                f"{name} has {len(column)} rows and the log {len(choices)}",
                where="logged choices",
                way_out="give one value for each request",
            )
    kinds = _Kinds(choices, cost)
    by_move = () if moves is None else np.unique(np.array(moves))
    return LogCoverage(
        total=kinds.row("all", np.ones(len(choices), dtype=np.bool_)),
        strata=tuple(
            kinds.row(name, choices.stratum == at)
            for at, name in enumerate(choices.strata)
            if (choices.stratum == at).any()
        ),
        moves=tuple(kinds.row(str(name), np.array(moves) == name) for name in by_move),
        identical_so_far=float(np.mean(choices.is_identical_so_far)),
    )


def coverage_of_replay(
    candidate: Replay,
    incumbent: Replay | None = None,
    *,
    keys: Mapping[str, str] | None = None,
    strata: Sequence[str] | None = None,
) -> LogCoverage:
    """Return how much of a candidate's replay its own log covers, with cost as replayed and moves of serving tier.

    Parameters
    ----------
    candidate
        Replayed on a stream whose log names models.
    incumbent
        The map in force, replayed on the same stream; None leaves moves out, and its edges part no kinds of request.
    keys, strata
        As in `choices_of_log`.

    Raises
    ------
    InputError
        A log that names no model, or replays of different streams.
    """
    if incumbent is not None and len(incumbent.stream) != len(candidate.stream):
        raise InputError(
            f"the incumbent is replayed on {len(incumbent.stream)} requests, the candidate on {len(candidate.stream)}",
            where="logged choices",
            way_out="replay both on one stream",
        )
    choices = choices_of_log(candidate, incumbent=incumbent, keys=keys, strata=strata)
    moves = None if incumbent is None else _moves(incumbent, candidate)
    return log_coverage(choices, cost=candidate.cost_pusd, moves=moves)


def _moves(incumbent: Replay, candidate: Replay) -> list[str]:
    names = [(*(tier.name for tier in run.tier_map.tiers), "unserved") for run in (incumbent, candidate)]
    pairs = zip(incumbent.decisions.tier_served.tolist(), candidate.decisions.tier_served.tolist(), strict=True)
    return [f"{names[0][before]} -> {names[1][after]}" for before, after in pairs]


class _Kinds:
    """The five kinds of request, each request in one."""

    def __init__(self, choices: LoggedChoices, cost: IntColumn | None) -> None:
        self.cost = cost
        unserved = choices.candidate == NOBODY
        unknown = (choices.logged == NOBODY) & ~unserved
        rest = ~unserved & ~unknown & ~choices.is_identical
        self.masks: dict[str, BoolColumn] = {
            "identical": choices.is_identical,
            "seen": rest & choices.is_seen,
            "unseen": rest & ~choices.is_seen,
            "unserved": unserved,
            "unknown": unknown,
        }

    def row(self, name: str, mask: BoolColumn) -> CoverageRow:
        n = int(np.count_nonzero(mask))
        return CoverageRow(
            name=name,
            n_requests=n,
            request_share=n / len(mask),
            cost_share=self._cost_share(mask, np.ones(len(mask), dtype=np.bool_)),
            identical_cost_share=self._cost_share(mask & self.masks["identical"], mask),
            **{kind: int(np.count_nonzero(mask & own)) / n for kind, own in self.masks.items()},
        )

    def _cost_share(self, part: BoolColumn, whole: BoolColumn) -> float | None:
        if self.cost is None:
            return None
        of = float(self.cost[whole].astype(np.float64).sum())
        return float(self.cost[part].astype(np.float64).sum()) / of if of else None
