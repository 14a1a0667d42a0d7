"""How much better does a chosen map usually look than it is? The choice repeated on several splits.

One holdout gives one optimism, which chance may have made. Here the whole way of choosing is repeated: each split
chooses on its training part and judges on its own holdout. That judges the procedure, not one map, so nothing is
locked. Where every session is judged exactly once, the judgements together also say what the procedure is worth on the
whole log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.confidence import Intervals, intervals
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.holdout.disjoint import check_disjoint
from paretocode.evidence.holdout.joined import joined_replay
from paretocode.evidence.holdout.parts import (
    PartMeasures,
    Terms,
    common_measures,
    estimate_pair,
    measure_part,
    replay_pair,
)
from paretocode.evidence.holdout.plain import number
from paretocode.evidence.holdout.split import Split
from paretocode.evidence.resampling import FloatMatrix
from paretocode.sim.replaying import Replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["CrossFit", "cross_fit"]

_FEWEST = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossFit:
    """The same choice on several splits; make one with `cross_fit`.

    Parameters
    ----------
    names
        The K measures.
    maps
        The map that each split chose.
    n_distinct
        How many of them differ in more than their name.
    optimism, optimism_of_difference
        Shape (n_splits, K): training minus holdout, of the chosen map and of chosen minus incumbent.
    test_difference
        Shape (n_splits, K): chosen minus incumbent in the holdout.
    pooled, pooled_interval
        Chosen minus incumbent over all sessions, each under the map of the split that judged it, with
        bootstrap-t intervals; None unless every session was judged exactly once.
    """

    names: tuple[str, ...]
    maps: tuple[TierMap, ...]
    n_distinct: int
    optimism: FloatMatrix
    optimism_of_difference: FloatMatrix
    test_difference: FloatMatrix
    pooled: Estimates | None
    pooled_interval: Intervals | None

    @property
    def mean_optimism(self) -> FloatColumn:
        """Shape (K,): average over the splits."""
        return np.asarray(self.optimism.mean(axis=0))

    @property
    def spread(self) -> FloatColumn:
        """Shape (K,): standard deviation of the optimism between splits. It is no standard error of the average.

        Notes
        -----
        Splits of one log share most of their sessions, and no estimator of that error is unbiased (Bengio and
        Grandvalet 2004).
        """
        return np.asarray(self.optimism.std(axis=0, ddof=1))

    @property
    def sentences(self) -> tuple[str, ...]:
        """How many maps were chosen, then one sentence a measure."""
        n = len(self.maps)
        distinct = "one and the same map" if self.n_distinct == 1 else f"{self.n_distinct} different maps"
        return (
            f"{n} splits chose {distinct}.",
            *(
                f"{name}: training minus holdout is {self.mean_optimism[k]:+.4g} on average, from "
                f"{self.optimism[:, k].min():+.4g} to {self.optimism[:, k].max():+.4g} by split."
                for k, name in enumerate(self.names)
            ),
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "n_splits": len(self.maps),
            "n_distinct_maps": self.n_distinct,
            "measures": {name: self._row(k) for k, name in enumerate(self.names)},
            "sentences": list(self.sentences),
        }

    def _row(self, k: int) -> dict[str, object]:
        row: dict[str, object] = {
            "optimism_mean": float(self.mean_optimism[k]),
            "optimism_spread": float(self.spread[k]),
            "optimism": self.optimism[:, k].tolist(),
            "optimism_of_difference": self.optimism_of_difference[:, k].tolist(),
            "test_difference": self.test_difference[:, k].tolist(),
        }
        if self.pooled is not None and self.pooled_interval is not None:
            row["pooled_difference"] = {
                "point": float(self.pooled.point[k]),
                "low": number(self.pooled_interval.low[k]),
                "high": number(self.pooled_interval.high[k]),
            }
        return row


def cross_fit(
    stream: RequestStream,
    *,
    splits: Sequence[Split],
    choose: Callable[[RequestStream], TierMap],
    incumbent: TierMap,
    terms: Terms,
    on_split: Callable[[int, int], None] | None = None,
) -> CrossFit:
    """Choose and judge on every split.

    Parameters
    ----------
    splits
        At least two: of `folds_by_draw`, several draws, or several cuts in time.
    choose
        From a training part to a map.
    on_split
        Told how many splits are done and how many there are.

    Raises
    ------
    InputError
        Fewer than two splits, and as `judge_on_holdout`.

    Notes
    -----
    The pooled difference is that of cross-fitting: no session is judged by a map it helped to choose. Its interval
    takes sessions as independent, though maps of different folds share sessions they were chosen on.

    Examples
    --------
    >>> from paretocode.evidence.holdout import folds_by_draw
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions()
    >>> found = cross_fit(stream, splits=folds_by_draw(stream, n_folds=3, rng=1), choose=lambda train: two_tiers(),
    ...                   incumbent=documented(), terms=Terms(catalogue=models(), scale=percentiles()))
    >>> found.sentences[0], found.pooled is not None
    ('3 splits chose one and the same map.', True)
    """
    if len(splits) < 2:
        raise InputError(
            f"{len(splits)} split shows no spread", where="cross-fitting", way_out="give at least two splits"
        )
    luck = terms.luck(stream)
    maps: list[TierMap] = []
    runs: list[tuple[tuple[Replay, Replay], tuple[Replay, Replay]]] = []
    for at, split in enumerate(splits):
        train, test = split.train(stream), split.test(stream)
        check_disjoint(train, test)
        terms.check_groups(split)
        pair = (choose(train), incumbent)
        maps.append(pair[0])
        parts = [
            replay_pair(part, pair, terms, None if luck is None else luck.take(stream.rows_of(index)))
            for part, index in ((train, split.train_index), (test, split.test_index))
        ]
        runs.append((parts[0], parts[1]))
        if on_split is not None:
            on_split(at + 1, len(splits))
    measures = common_measures([pair for both in runs for pair in both], terms)
    light = replace(terms, n_replicates=_FEWEST)  # of single splits only the estimates are used
    measured = [_measured(both, split, measures, light) for both, split in zip(runs, splits, strict=True)]
    pooled = _pooled(stream, splits, [test for _, test in runs], measures, terms)
    return CrossFit(
        names=tuple(measures),
        maps=tuple(maps),
        n_distinct=len({tier_map.renamed("map") for tier_map in maps}),
        optimism=np.array([a.candidate.point - b.candidate.point for a, b in measured]),
        optimism_of_difference=np.array([a.difference.point - b.difference.point for a, b in measured]),
        test_difference=np.array([b.difference.point for _, b in measured]),
        pooled=pooled,
        pooled_interval=None if pooled is None else intervals(pooled, level=terms.level),
    )


def _measured(
    both: tuple[tuple[Replay, Replay], tuple[Replay, Replay]], split: Split, measures: Sequence[str], terms: Terms
) -> tuple[PartMeasures, PartMeasures]:
    train, test = (
        measure_part(pair, terms.clusters(pair[0].stream, index), measures, terms)
        for pair, index in zip(both, (split.train_index, split.test_index), strict=True)
    )
    return train, test


def _pooled(
    stream: RequestStream,
    splits: Sequence[Split],
    tests: Sequence[tuple[Replay, Replay]],
    measures: Sequence[str],
    terms: Terms,
) -> Estimates | None:
    judged = np.concatenate([split.test_index for split in splits])
    if len(judged) != stream.n_sessions or len(np.unique(judged)) != stream.n_sessions:
        return None
    rows = [stream.rows_of(split.test_index) for split in splits]
    pair = (joined_replay(stream, rows, [a for a, _ in tests]), joined_replay(stream, rows, [b for _, b in tests]))
    clusters = terms.clusters(stream, np.arange(stream.n_sessions))
    chosen, incumbent = estimate_pair(pair, clusters, measures, terms)
    return chosen.minus(incumbent)
