"""What did the log choose, what would the candidate choose, and has the log seen that? One row a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters, session_clusters
from paretocode.evidence.drift.asked_classes import asked_classes
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay
from paretocode.stream.logged import UNKNOWN_MODEL
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["LEAST_SESSIONS_SEEN", "NOBODY", "LoggedChoices", "asked_strata", "choices_of_log", "logged_choices"]

NOBODY = -1
"""Code of a choice that is not known (the log), or of none at all (a candidate that serves nobody)."""

LEAST_SESSIONS_SEEN = 2
"""In how many sessions the log must have chosen something in a stratum before it counts as seen there: with fewer, no
session is left to learn from when one is set aside."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LoggedChoices:
    """Choices of the log and of a candidate; columns of shape (n_requests,). Make one with `logged_choices`.

    Parameters
    ----------
    clusters
        Which requests belong together.
    names
        Of the choices: models, or tiers.
    logged, candidate
        Positions in `names`, or `NOBODY`.
    strata
        Names of the kinds of request, and `stratum` the kind of each.
    """

    clusters: Clusters
    names: tuple[str, ...]
    logged: IntColumn
    candidate: IntColumn
    strata: tuple[str, ...]
    stratum: IntColumn

    def __len__(self) -> int:
        return len(self.logged)

    @cached_property
    def is_identical(self) -> BoolColumn:
        """Whether the log chose what the candidate would choose."""
        return read_only((self.logged == self.candidate) & (self.logged != NOBODY))

    @cached_property
    def is_identical_so_far(self) -> BoolColumn:
        """Whether that holds for the request and for all of its cluster before it, in order of the rows.

        Where an answer shapes what is asked next, only these requests are the ones the candidate would have had.
        """
        order = np.argsort(self.clusters.of_row, kind="stable")
        cluster = self.clusters.of_row[order]
        differs = np.cumsum(~self.is_identical[order])
        starts = np.flatnonzero(np.diff(cluster, prepend=-1))
        before = np.where(starts > 0, differs[starts - 1], 0)
        so_far = np.empty(len(self), dtype=np.bool_)
        so_far[order] = differs == before[cluster]
        return read_only(so_far)

    @cached_property
    def is_seen(self) -> BoolColumn:
        """Whether the log chose the candidate's choice in enough sessions of the request's stratum."""
        n_strata, known = len(self.strata), self.logged != NOBODY
        cell = self.logged[known] * n_strata + self.stratum[known]
        pairs = np.unique(cell * self.clusters.n + self.clusters.of_row[known])
        n_clusters = np.bincount(pairs // self.clusters.n, minlength=len(self.names) * n_strata)
        is_enough = n_clusters >= LEAST_SESSIONS_SEEN
        asked = self.candidate != NOBODY
        seen = np.zeros(len(self), dtype=np.bool_)
        seen[asked] = is_enough[self.candidate[asked] * n_strata + self.stratum[asked]]
        return read_only(seen)


def logged_choices(
    *, clusters: Clusters, logged: Sequence[str], candidate: Sequence[str], strata: Sequence[str] | None = None
) -> LoggedChoices:
    """Return choices from names; "" stands for not known, or nobody.

    Parameters
    ----------
    logged, candidate
        Shape (n_requests,): what the log chose and what the candidate would, models or tiers alike.
    strata
        Shape (n_requests,): kinds of request within which the log's choices can stand for each other; None makes one,
        which says that the log chose without looking at the request.

    Raises
    ------
    InputError
        Columns of unequal length.

    Examples
    --------
    >>> clusters = Clusters(of_row=np.array([0, 0, 1, 2]), n=3, kind="session")
    >>> found = logged_choices(clusters=clusters, logged=["a", "b", "a", ""], candidate=["a", "a", "c", "a"])
    >>> found.is_identical.tolist(), found.is_seen.tolist()
    ([True, False, False, False], [True, True, False, True])
    """
    given = {"logged": logged, "candidate": candidate, **({} if strata is None else {"strata": strata})}
    for name, column in given.items():
        if len(column) != len(clusters.of_row):
            raise InputError(
                f"{name} has {len(column)} rows and the log {len(clusters.of_row)}",
                where="logged choices",
                way_out="give one value for each request",
            )
    names = tuple(sorted(({*logged} | {*candidate}) - {""}))
    kinds = tuple(sorted(set(strata))) if strata is not None else ("all",)
    code = {"": NOBODY, **{name: at for at, name in enumerate(names)}}
    place = {kind: at for at, kind in enumerate(kinds)}
    stratum = [0] * len(logged) if strata is None else [place[kind] for kind in strata]
    return LoggedChoices(
        clusters=clusters,
        names=names,
        logged=_codes([code[name] for name in logged]),
        candidate=_codes([code[name] for name in candidate]),
        strata=kinds,
        stratum=_codes(stratum),
    )


def choices_of_log(
    run: Replay,
    *,
    incumbent: Replay | None = None,
    keys: Mapping[str, str] | None = None,
    strata: Sequence[str] | None = None,
) -> LoggedChoices:
    """Return which model the log names and which a candidate's replay of the same log would take.

    Parameters
    ----------
    run
        The candidate, replayed on a stream whose log names models.
    incumbent
        The map that the log was routed by, replayed on the same stream; its edges part kinds of request too.
    keys
        The log's name of a model -> its catalogue key; None takes names as keys. A name that is no key of the
        catalogue is a choice of its own, which no candidate takes.
    strata
        Kinds of request, shape (n_requests,) in stream order; None takes `asked_strata`.

    Raises
    ------
    InputError
        A log that names no model, a stream of one session, columns of unequal length.
    """
    stream = run.stream
    named = {} if keys is None else keys
    return logged_choices(
        clusters=session_clusters(stream),
        logged=[named.get(name, name) for name in _models_of_log(stream)],
        candidate=_models_of_run(run.decisions.model_index, run.catalogue),
        strata=asked_strata(stream, *_maps(run, incumbent)) if strata is None else strata,
    )


def asked_strata(stream: RequestStream, *maps: TierMap) -> list[str]:
    """Return the kind of each request by what it asks for, shape (n_requests,) in stream order.

    A router chooses by the min score, so a model that served high min scores says nothing of low ones: the log's
    choices stand for each other only among requests that ask alike. Every frequent min score is a kind, and so are
    omitted ones; the rest is cut at the edges of all maps and at its tenths, as `asked_classes` does.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 2, 3], time_s=[0] * 3, prompt_tokens=[1] * 3, completion_tokens=[1] * 3,
    ...                         min_score=[0.2, 0.65, float("nan")])
    >>> asked_strata(stream)
    ['0.2', '0.65', 'omitted']
    """
    edges = sorted({edge for tier_map in maps for edge in tier_map.request_edges_ppm})
    kinds: list[str] = asked_classes(stream, stream, edges_ppm=edges)[0].tolist()
    return kinds


def _maps(*runs: Replay | None) -> list[TierMap]:
    return [run.tier_map for run in runs if run is not None]


def _models_of_log(stream: RequestStream) -> list[str]:
    logged = stream.logged
    if logged is None or logged.model_code is None or not (logged.model_code != UNKNOWN_MODEL).any():
        raise InputError(
            "the log names no model", where=stream.name or "stream", way_out="read a log that says which model served"
        )
    names = (*logged.model_names, "")  # the last entry stands for UNKNOWN_MODEL, index -1
    return [names[code] for code in logged.model_code.tolist()]


def _models_of_run(model_index: ArrayLike, catalogue: Catalogue) -> list[str]:
    return ["" if row == UNSERVED else catalogue.keys[row] for row in np.asarray(model_index).tolist()]


def _codes(values: Sequence[int]) -> IntColumn:
    return read_only(np.array(values, dtype=np.int64))
