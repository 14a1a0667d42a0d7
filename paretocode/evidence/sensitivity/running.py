"""How is the tornado made? Today's world and every shifted one, both maps replayed on common luck."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from paretocode._checks import one_of
from paretocode.errors import InputError
from paretocode.evidence.measures import DEFAULT_MEASURES
from paretocode.evidence.sensitivity.replays import Compared, Replays, settled
from paretocode.evidence.sensitivity.row_words import UNSERVED
from paretocode.evidence.sensitivity.shift import Setting, Shift
from paretocode.evidence.sensitivity.tornado import Tornado
from paretocode.evidence.sensitivity.tornado_row import Effect, SettingOutcome, TornadoRow
from paretocode.evidence.sensitivity.world import World

__all__ = ["Progress", "n_replays_of", "sensitivity"]

Progress = Callable[[int, int], None]
"""Called with the replays done and all replays, from 0 done on."""


def n_replays_of(shifts: Sequence[Shift]) -> int:
    """Return how many replays an analysis asks for, today's two included; repeated ones cost nothing."""
    return 2 * (1 + sum(len(shift.settings) for shift in shifts))


def sensitivity(
    world: World,
    shifts: Sequence[Shift],
    *,
    measures: Sequence[str] = DEFAULT_MEASURES,
    sort_by: str = "",
    progress: Progress | None = None,
) -> Tornado:
    """Replay incumbent and candidate in today's world and under every setting of every shift.

    Parameters
    ----------
    world
        Today's.
    shifts
        With different names; one at a time is applied to today's world.
    measures
        Names of `paretocode.evidence.measures`; the unserved share is always one of them, because a cost without it may
        be a refusal.
    sort_by
        The measure whose bars are sorted; the first one when empty.
    progress
        Told of every pair of replays.

    Returns
    -------
    Tornado
        Deterministic but for `seconds`. A setting that cannot be applied stays in it with its reason.

    Raises
    ------
    InputError
        Two shifts of one name, none, an unknown measure, or a world at hand that cannot be replayed.

    Notes
    -----
    O(settings x replay), less what is not replayed twice; see `Replays`. Quantiles of times are within 1/512 of an
    order statistic, so a swing of theirs below that is none. A tornado has no intervals: it asks what else could be
    true, not how well today's difference is known.

    Examples
    --------
    >>> from paretocode.catalogue import bundled_scale, load_bundled
    >>> from paretocode.evidence.sensitivity import model_withdrawn, price_factor, world_of
    >>> from paretocode.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code, map_from_edges
    >>> models = load_bundled()
    >>> asked = request_stream(session=[0, 1], time_s=[0, 0], prompt_tokens=[1000, 1000], completion_tokens=[0, 0],
    ...                        min_score=[0.1, 0.5])
    >>> cut = map_from_edges(models, score_edges=[45.0, 50.0], request_edges=[0.33, 0.66])
    >>> world = world_of(models, asked, documented_pareto_code(models), cut, scale=bundled_scale(), rng=1)
    >>> shifts = [price_factor("moonshotai/*").shift(0.5, 2.0), model_withdrawn("nobody/*")]
    >>> found = sensitivity(world, shifts, measures=["cost_usd_per_krequest"])
    >>> print(*found.sentences(), sep="\\n")
    Today, cost per 1,000 requests [USD] of 'edges' against 'documented': 0.147 USD less.
    It stops being better under 1 of 2 shifts: prices of moonshotai/*.
    prices of moonshotai/*: cost per 1,000 requests [USD] of the candidate, x 0.5: no difference, x 2: 0.157 USD less;
    today 0.147 USD less, so it stops being better.
    nobody/* withdrawn: it cannot be applied (sensitivity: no model fits 'nobody/*'; give a key, or a pattern such as
    deepseek/*).
    In all 3 settings: 2 where it changes the difference between the maps, 1 where it cannot be applied.
    """
    if not shifts:
        raise InputError("no shift is given", where="sensitivity", way_out="see default_shifts")
    names = [shift.name for shift in shifts]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two shifts are called {twice!r}", where="sensitivity", way_out="give each its own name")
    replays = Replays((*measures, UNSERVED) if measures else ())
    sorted_by = one_of(sort_by or replays.measures[0], replays.measures, name="sort_by", where="sensitivity")
    tell, n_all = progress or _silent, n_replays_of(shifts)
    tell(0, n_all)
    base = replays.compare(world)
    n_done = 2
    tell(n_done, n_all)
    rows = []
    for shift in shifts:
        outcomes = []
        for setting in shift.settings:
            outcomes.append(_outcome(world, setting, base, replays))
            n_done += 2
            tell(n_done, n_all)
        rows.append(
            TornadoRow(shift=shift.name, group=shift.group, note=shift.note, base=base, settings=tuple(outcomes))
        )
    return Tornado(
        incumbent=world.incumbent.name,
        candidate=world.candidate.name,
        measures=replays.measures,
        sorted_by=sorted_by,
        base=base,
        rows=tuple(rows),
        n_replays=replays.n_done,
        n_reused=replays.n_reused,
        n_requests=replays.n_requests,
        seconds=tuple(replays.seconds),
    ).by(sorted_by)


def _silent(n_done: int, n_all: int) -> None:
    """Tell nobody."""


def _outcome(world: World, setting: Setting, base: Compared, replays: Replays) -> SettingOutcome:
    try:
        changed = setting.change(world)
        compared = settled(replays.compare(changed), base)
    except InputError as refusal:
        return SettingOutcome(
            label=setting.label, value=setting.value, effect=Effect.REFUSED, compared=None, reason=str(refusal)
        )
    return SettingOutcome(
        label=setting.label,
        value=setting.value,
        effect=_effect(base, compared),
        compared=compared,
        notes=changed.notes[len(world.notes) :],
    )


def _effect(base: Compared, compared: Compared) -> Effect:
    if compared.difference != base.difference:
        return Effect.MOVES
    same = compared.incumbent == base.incumbent and compared.candidate == base.candidate
    return Effect.NOTHING if same else Effect.ALIKE
