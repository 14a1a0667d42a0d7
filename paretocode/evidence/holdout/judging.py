"""How does a chosen map do on sessions it never saw? Choose, lock, open, judge: in this order and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from paretocode.evidence.confidence import intervals, simultaneous_intervals
from paretocode.evidence.holdout.disjoint import check_disjoint
from paretocode.evidence.holdout.locking import lock_holdout, open_holdout
from paretocode.evidence.holdout.optimism import optimism_of
from paretocode.evidence.holdout.parts import Terms, common_measures, measure_part, replay_pair
from paretocode.evidence.holdout.report import HoldoutReport
from paretocode.evidence.holdout.split import Split
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["judge_on_holdout"]


def judge_on_holdout(
    stream: RequestStream,
    *,
    split: Split,
    choose: Callable[[RequestStream], TierMap],
    incumbent: TierMap,
    terms: Terms,
    lock_path: Path | str,
    question: str,
    clock: Callable[[], datetime],
    reason_again: str = "",
) -> HoldoutReport:
    """Choose a map on the training part, lock it, open the holdout once and compare.

    Parameters
    ----------
    stream
        The whole stream that was split.
    choose
        From the training part to a map; it sees nothing else.
    incumbent
        The map in force.
    terms
        How maps are replayed and compared.
    lock_path
        A new file for the lock; with `reason_again` it may be there already.
    question
        What the holdout shall answer, one sentence.
    clock
        Gives the time, with its zone; asked once for the lock and once for the opening.
    reason_again
        Why a holdout that is locked already is opened once more. Maps or settings that were not locked are then put on
        record with it instead of being refused.

    Raises
    ------
    InputError
        Another stream than the one that was split, parts that share sessions, a part of one session, a lock that is
        there already, a map that does not fit the catalogue, a measure that a part lacks.

    Notes
    -----
    Differences in the holdout are paired: both maps on the same sessions and luck. Optimism compares two independent
    parts; see `optimism_of`. Nothing of the holdout is replayed before the opening is on record.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC
    >>> from paretocode.evidence.holdout import split_by_draw
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = judge_on_holdout(
    ...         stream, split=split_by_draw(stream, test_share=0.5, rng=1), choose=lambda train: two_tiers(),
    ...         incumbent=documented(), terms=Terms(catalogue=models(), scale=percentiles()),
    ...         lock_path=Path(folder) / "lock.json", question="is it cheaper?",
    ...         clock=lambda: datetime(2026, 11, 2, tzinfo=UTC))
    >>> for sentence in report.sentences[:2]:
    ...     print(sentence)
    sessions were drawn for the holdout: 30 sessions choose and 30 judge.
    The holdout was opened once, for what was locked.
    """
    train, test = split.train(stream), split.test(stream)
    check_disjoint(train, test)
    terms.check_groups(split)
    clusters = [terms.clusters(part, index) for part, index in ((train, split.train_index), (test, split.test_index))]
    maps = (choose(train), incumbent)
    is_again = bool(reason_again) and Path(lock_path).exists()
    if not is_again:
        lock_holdout(
            lock_path,
            split=split,
            maps=maps,
            catalogue=terms.catalogue,
            question=question,
            now=clock(),
            settings=terms.settings(),
        )
    lock = open_holdout(
        lock_path,
        test_stream=test,
        maps=maps,
        catalogue=terms.catalogue,
        now=clock(),
        settings=terms.settings(),
        unlocked_reason=reason_again if is_again else "",
    )
    luck = terms.luck(stream)
    pairs = [
        replay_pair(part, maps, terms, None if luck is None else luck.take(stream.rows_of(index)))
        for part, index in ((train, split.train_index), (test, split.test_index))
    ]
    measures = common_measures(pairs, terms)
    at_train = measure_part(pairs[0], clusters[0], measures, terms)
    at_test = measure_part(pairs[1], clusters[1], measures, terms, seed=terms.seed + 1)
    return HoldoutReport(
        candidate=maps[0],
        incumbent=incumbent,
        split=split,
        train=at_train,
        test=at_test,
        difference=intervals(at_test.difference, level=terms.level),
        difference_of_all=simultaneous_intervals(at_test.difference, level=terms.level),
        optimism=optimism_of(at_train.candidate.alone(), at_test.candidate.alone(), level=terms.level),
        optimism_of_difference=optimism_of(at_train.difference, at_test.difference, level=terms.level),
        lock=lock,
    )
