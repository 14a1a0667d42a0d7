"""Is today's catalogue the one the map was cut from, and what does the difference do to the map?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.history import changes_of, history_of_catalogues
from paretocode.catalogue.lint_change import lint_catalogue_change
from paretocode.catalogue.scales import ScoreScale
from paretocode.evidence.drift.draws import draws_of
from paretocode.evidence.drift.metric_sums import metric_sums
from paretocode.evidence.drift.moves import MetricMove, moves_from
from paretocode.evidence.drift.tier_moves import TierMove, tier_moves
from paretocode.evidence.drift.verdicts import (
    DEFAULT_LIMITS,
    DriftVerdict,
    Limit,
    Reach,
    check_limits,
    level_of_each,
    worst_reach,
)
from paretocode.sim.cache import PrefixCache
from paretocode.sim.luck import Luck
from paretocode.sim.replaying import replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["CatalogueDrift", "catalogue_drift"]

_VERDICT = {
    Reach.WITHIN: DriftVerdict.NO_CONSEQUENCE,
    Reach.BEYOND: DriftVerdict.MOVES,
    Reach.OPEN: DriftVerdict.TOO_LITTLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueDrift:
    """From the tuned catalogue to today's.

    Parameters
    ----------
    counts
        Kind of change -> how many: entries, exits, scores, prices, contexts, as `changes_of` counts them; speeds.
    changes
        One plain row a change: kind, key, field, before, after (None for missing).
    findings
        What `lint_catalogue_change` would have looked at first, one sentence each.
    tiers
        What became of each tier, lowest first.
    moves
        The map's metrics on the tuned stream, from the tuned catalogue to today's, paired by session.
    limits
        How far each metric may move before it is said to matter.
    verdict
        `NO_SIGN` where nothing changed at all.
    """

    counts: Mapping[str, int]
    changes: tuple[dict[str, object], ...]
    findings: tuple[str, ...]
    tiers: tuple[TierMove, ...]
    moves: tuple[MetricMove, ...]
    limits: Mapping[str, Limit]
    verdict: DriftVerdict

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {**asdict(self), "verdict": self.verdict.value}


def catalogue_drift(
    tuned: Catalogue,
    today: Catalogue,
    tier_map: TierMap,
    stream: RequestStream,
    *,
    scale: ScoreScale,
    cache: PrefixCache | None = None,
    luck: Luck | None = None,
    limits: Mapping[str, Limit] = DEFAULT_LIMITS,
    level: float = 0.95,
) -> CatalogueDrift:
    """Compare two catalogues and replay the tuned stream on both.

    Parameters
    ----------
    tuned, today
        Of one score definition. Models are matched by key.
    scale
        From native score to the 0..1 axis, one for both: a percentile scale of a fixed field, so that what moves is
        the catalogue and not the ruler.
    luck
        Of the stream, for latency; None leaves it out.
    limits
        Metric -> how far it may move.
    level
        Nominal coverage of all limited metrics together (Bonferroni). The intervals are about traffic, not about
        prices: the catalogues are known, the stream is a sample.

    Raises
    ------
    InputError
        Catalogues of different score definitions, a map that does not fit, a stream of one session, a limit on an
        unknown metric.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.stream.synthetic import synthesise
    >>> from paretocode.tiermap import documented_pareto_code
    >>> was, stream = load_bundled(), synthesise("chat", n_sessions=100, rng=1)
    >>> now = was.replace(prompt_usd_per_mtok=was.prompt_usd_per_mtok * 2)
    >>> found = catalogue_drift(was, now, documented_pareto_code(was), stream,
    ...                         scale=PercentileScale(field=tuple(was.coding_score)))
    >>> found.counts["price"], found.tiers[2].serving, found.verdict.name
    (13, ('deepseek/deepseek-v4-pro@max', 'deepseek/deepseek-v4-pro@max'), 'MOVES')
    """
    check_limits(limits)
    tier_map.check_against(tuned)
    tier_map.check_against(today)
    runs = [replay(stream, tier_map, catalogue, cache=cache, luck=luck) for catalogue in (tuned, today)]
    before, after = (metric_sums(run, scale=scale) for run in runs)
    paired = (after.residuals() - before.residuals()) / before.n_sessions
    moves = moves_from(
        before.names,
        (before.values(), after.values()),
        [paired],
        draws=draws_of(before.n_sessions),
        level=level_of_each(level, before.names, limits),
    )
    changes = _changes(tuned, today)
    return CatalogueDrift(
        counts=_counts(changes),
        changes=changes,
        findings=tuple(str(finding) for finding in lint_catalogue_change(tuned, today)),
        tiers=tier_moves(tuned, today, tier_map),
        moves=moves,
        limits=dict(limits),
        verdict=_VERDICT[worst_reach(moves, limits)] if changes else DriftVerdict.NO_SIGN,
    )


_KINDS = ("entry", "exit", "score", "price", "context", "speed")


def _counts(changes: tuple[dict[str, object], ...]) -> dict[str, int]:
    return {kind: sum(change["kind"] == kind for change in changes) for kind in _KINDS}


def _changes(tuned: Catalogue, today: Catalogue) -> tuple[dict[str, object], ...]:
    """Return the changes of record, then those of median speed, which a history does not list."""
    days = ("2000-01-01", "2000-01-02")  # only their order counts: catalogues need not carry days
    history = history_of_catalogues(list(zip(days, (tuned, today), strict=True)))
    rows = [{name: row[name] for name in _COLUMNS} for row in changes_of(history).rows()]
    stays = np.flatnonzero(history.is_listed.all(axis=0))
    for field in ("throughput_tps", "ttft_s"):
        was, now = history.numbers[field]
        for model in stays[(was != now)[stays] & ~(np.isnan(was) & np.isnan(now))[stays]]:
            ends = [None if np.isnan(side[model]) else float(side[model]) for side in (was, now)]
            rows.append(dict(zip(_COLUMNS, ("speed", history.keys[model], field, *ends), strict=True)))
    return tuple(rows)


_COLUMNS = ("kind", "key", "field", "before", "after")
