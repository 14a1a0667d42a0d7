"""What if callers ask for something else? An atom of min scores moved, or its share changed.

An atom is a min score that callers write, such as one agent's default of 0.65; None stands for the omitted one. Shares
are changed by whole sessions in one random order, so that the sessions of a smaller change are among those of a larger.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.evidence.sensitivity.shift import Parameter
from paretocode.evidence.sensitivity.world import World
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["atom_moved", "atom_share", "longest_session_share", "with_atom_at", "with_atom_share"]


def with_atom_at(world: World, value: float, *, min_score: float) -> World:
    """Return the world in which everybody who asks for one min score asks for another.

    Raises
    ------
    InputError
        Nobody asks for `min_score`, or `value` lies outside 0..1.
    """
    stream = world.stream
    asks = _asking(stream, min_score)
    if not 0 <= value <= 1:
        raise InputError(f"the atom is moved to {value:g}", where="sensitivity", way_out="stay between 0 and 1")
    moved = np.where(asks, round(value * PPM), stream.min_score_ppm).astype(np.int64)
    return world.replace(stream=stream.replace(min_score_ppm=read_only(moved)))


def atom_moved(min_score: float, *, low: float, high: float) -> Parameter:
    """Return the place of an atom on the 0..1 axis, such as 0.65 moved to 0.66."""
    return Parameter(
        name=f"atom {min_score:g} moved",
        group="demand",
        at=lambda world, value: with_atom_at(world, value, min_score=min_score),
        low=low,
        high=high,
        step=0.001,
        now=min_score,
        when=f"those who ask for {min_score:g} ask for {{}}",
        breaks=_request_edges,
    )


def _request_edges(world: World) -> tuple[float, ...]:
    return tuple(sorted({edge / PPM for tier_map in world.maps for edge in tier_map.request_edges_ppm}))


def with_atom_share(world: World, value: float, *, min_score: float | None, rng: int) -> World:
    """Return the world in which a share of all requests asks for one min score.

    Parameters
    ----------
    value
        Share of requests, 0..1.
    min_score
        None for the omitted one.
    rng
        Seed of the order of sessions and of what falls to them; same seed, same bytes.

    Raises
    ------
    InputError
        Nobody asks for it, a share outside 0..1, or one below today's where nobody asks for anything else.

    Notes
    -----
    To raise the share, sessions ask for the atom throughout, in a random order, as few as reach the share. To lower it,
    requests for the atom ask for what another request asks for, drawn once a session from all requests for other
    things, so that the rest keeps its proportions. The share is met to within the requests of one session. O(n).
    """
    if not 0 <= value <= 1:
        raise InputError(f"the share is {value:g}", where="sensitivity", way_out="give a share between 0 and 1")
    stream = world.stream
    asks = _asking(stream, min_score)
    wanted, today = round(value * len(stream)), int(asks.sum())
    if wanted == today:
        return world
    order_rng, donor_rng = np.random.default_rng(rng).spawn(2)
    rank = np.argsort(order_rng.permutation(stream.n_sessions))
    if wanted > today:
        changes = ~asks & _first_sessions(stream, ~asks, rank, wanted - today)
        ppm = np.full(len(stream), 0 if min_score is None else round(min_score * PPM))
        omitted = np.full(len(stream), min_score is None)
    else:
        if asks.all():
            raise InputError(
                "nobody asks for anything else, so there is nothing to ask for instead",
                where="sensitivity",
                way_out="move the atom, or raise its share",
            )
        changes = asks & _first_sessions(stream, asks, rank, today - wanted)
        others = np.flatnonzero(~asks)
        donor = others[donor_rng.integers(len(others), size=stream.n_sessions)][stream.session]
        ppm, omitted = stream.min_score_ppm[donor], stream.is_omitted[donor]
    return world.replace(
        stream=stream.replace(
            min_score_ppm=read_only(np.where(changes, ppm, stream.min_score_ppm).astype(np.int64)),
            is_omitted=read_only(np.where(changes, omitted, stream.is_omitted)),
        )
    )


def _first_sessions(stream: RequestStream, counted: BoolColumn, rank: IntColumn, wanted: int) -> BoolColumn:
    """Return the rows of the fewest sessions, by rank, that hold at least the wanted number of counted rows."""
    n_of = np.bincount(stream.session[counted], minlength=stream.n_sessions)
    held = np.cumsum(n_of[np.argsort(rank)])
    n_sessions = int(np.searchsorted(held, wanted, side="left")) + 1
    taken: BoolColumn = (rank < n_sessions)[stream.session]
    return taken


def atom_share(
    min_score: float | None, *, low: float, high: float, rng: int, now: float | None = None, step: float = 0.001
) -> Parameter:
    """Return the share of requests that ask for one min score, None for the omitted one.

    Parameters
    ----------
    step
        To within what a share is told. Whole sessions change, so take at least the share of the longest one
        (`longest_session_share`).
    """
    named = "omitted" if min_score is None else f"{min_score:g}"
    return Parameter(
        name=f"share of {named}",
        group="demand",
        at=lambda world, value: with_atom_share(world, value, min_score=min_score, rng=rng),
        low=low,
        high=high,
        step=step,
        now=now,
        when=f"a share of {{}} of all requests {'omits the min score' if min_score is None else f'asks for {named}'}",
    )


def longest_session_share(stream: RequestStream) -> float:
    """Return the share of requests of the longest session, rounded up to thousandths: no share can be met closer."""
    longest = int(np.bincount(stream.session).max()) / len(stream)
    return max(0.001, float(np.ceil(longest * 1000)) / 1000)


def _asking(stream: RequestStream, min_score: float | None) -> BoolColumn:
    """Return which requests ask for a min score.

    Raises
    ------
    InputError
        None of them.
    """
    asks = stream.is_omitted if min_score is None else _stating(stream, min_score)
    if not asks.any():
        raise InputError(
            "nobody omits the min score" if min_score is None else f"nobody asks for {min_score:g}",
            where=stream.name or "stream",
            way_out=f"name an atom of the stream, {_known_atoms(stream)}",
        )
    return asks


def _stating(stream: RequestStream, min_score: float) -> BoolColumn:
    is_it: BoolColumn = ~stream.is_omitted & (stream.min_score_ppm == round(min_score * PPM))
    return is_it


def _known_atoms(stream: RequestStream) -> str:
    ppm, counts = np.unique(stream.min_score_ppm[~stream.is_omitted], return_counts=True)
    common = np.sort(ppm[np.argsort(-counts, kind="stable")[:3]])
    named = ", ".join(f"{p / PPM:g}" for p in common.tolist())
    return f"such as {named}" if named else "such as the omitted one"
