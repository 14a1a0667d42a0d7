"""What did the holdout say? Training, holdout and the gap between them, in numbers and in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from paretocode._checks import FloatColumn
from paretocode.evidence.confidence import Intervals
from paretocode.evidence.holdout.lock import HoldoutLock
from paretocode.evidence.holdout.optimism import Optimism
from paretocode.evidence.holdout.parts import PartMeasures
from paretocode.evidence.holdout.plain import number
from paretocode.evidence.holdout.split import Split
from paretocode.evidence.measures import MapMeasure
from paretocode.tiermap.tier_map import TierMap

__all__ = ["HoldoutReport"]


@dataclass(frozen=True, kw_only=True, eq=False)
class HoldoutReport:
    """A chosen map, judged once on sessions that did not choose it; make one with `judge_on_holdout`.

    Parameters
    ----------
    candidate, incumbent
        The chosen map and the one in force.
    split
        Which sessions chose and which judged.
    train, test
        Both maps on both parts.
    difference
        Candidate minus incumbent in the holdout: each measure's own interval (bootstrap-t).
    difference_of_all
        The same, holding for all measures at once (max-t).
    optimism
        Training minus holdout of the candidate itself.
    optimism_of_difference
        Training minus holdout of candidate minus incumbent.
    lock
        The lock after the opening behind this report.
    """

    candidate: TierMap
    incumbent: TierMap
    split: Split
    train: PartMeasures
    test: PartMeasures
    difference: Intervals
    difference_of_all: Intervals
    optimism: Optimism
    optimism_of_difference: Optimism
    lock: HoldoutLock

    @property
    def measures(self) -> tuple[MapMeasure, ...]:
        """What is compared."""
        return self.test.candidate.measures

    @property
    def sentences(self) -> tuple[str, ...]:
        """The split, the lock, then one sentence a measure."""
        return (
            f"{self.split.sentence}.",
            f"The holdout was {self.lock.sentence}.",
            *(self._sentence(k) for k in range(len(self.measures))),
        )

    def _sentence(self, k: int) -> str:
        gap, of_gap = self.optimism, self.optimism_of_difference
        made = _between(self.test.difference.point, self.difference, k)
        return (
            f"{self.measures[k].text}: {self.candidate.name!r} has {self.train.candidate.point[k]:.4g} where it was "
            f"chosen and {self.test.candidate.point[k]:.4g} in the holdout, a gap of "
            f"{_between(gap.gap.point, gap.interval, k)}; against {self.incumbent.name!r} it makes {made} in the "
            f"holdout, and the gap of that difference is {_between(of_gap.gap.point, of_gap.interval, k)}."
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "candidate": self.candidate.name,
            "incumbent": self.incumbent.name,
            "split": self.split.to_dict(),
            "lock": self.lock.to_dict(),
            "level": self.difference.level,
            "train": _part(self.train),
            "test": _part(self.test),
            "measures": {m.name: self._row(k) for k, m in enumerate(self.measures)},
            "sentences": list(self.sentences),
        }

    def _row(self, k: int) -> dict[str, object]:
        name, train, test = self.measures[k].name, self.train.difference.point, self.test.difference
        return {
            "text": self.measures[k].text,
            "train": {"candidate": float(self.train.candidate.point[k]), "difference": float(train[k])},
            "test": {
                "candidate": float(self.test.candidate.point[k]),
                "difference": float(test.point[k]),
                "standard_error": float(test.standard_error[k]),
                "low": number(self.difference.low[k]),
                "high": number(self.difference.high[k]),
                "low_of_all": number(self.difference_of_all.low[k]),
                "high_of_all": number(self.difference_of_all.high[k]),
            },
            "optimism": self.optimism.to_dict()[name],
            "optimism_of_difference": self.optimism_of_difference.to_dict()[name],
        }


def _part(part: PartMeasures) -> dict[str, object]:
    return {
        "n_sessions": part.n_sessions,
        "n_requests": part.n_requests,
        "candidate": part.metrics[0].to_dict(),
        "incumbent": part.metrics[1].to_dict(),
    }


def _between(point: FloatColumn, ends: Intervals, k: int) -> str:
    return f"{point[k]:+.4g} [{ends.low[k]:+.4g}, {ends.high[k]:+.4g}]"
