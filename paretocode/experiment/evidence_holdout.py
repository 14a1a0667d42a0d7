"""Does the choice hold on requests that did not make it? Split, choose again, lock, open once, judge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paretocode.evidence.holdout import (
    HoldoutReport,
    Split,
    Terms,
    cross_fit,
    cut_for_share,
    folds_by_draw,
    judge_on_holdout,
    split_by_draw,
    split_by_time,
)
from paretocode.experiment.evidence_choosing import Chooser
from paretocode.experiment.evidence_sections import HoldoutSpec
from paretocode.experiment.evidence_sums import CLUSTERS
from paretocode.experiment.resolve import Experiment
from paretocode.progress import task

__all__ = ["holdout_document"]

_AGAIN = "the experiment was run again, or resumed"


def holdout_document(
    experiment: Experiment, spec: HoldoutSpec, chooser: Chooser, *, measures: Sequence[str], lock_folder: Path
) -> dict[str, Any]:
    """Return what the holdout says of the map that the rest of the stream chose.

    Parameters
    ----------
    measures
        What is compared, besides what the rule looks at.
    lock_folder
        Where locks are kept, named by the holdout: a second run that looks at the same holdout is put on record there.

    Notes
    -----
    When and how often the holdout was opened is a fact of history, not of the inputs: it stands in the lock's own file,
    and here under `record`, which is left out of `metrics.json`.
    """
    split, terms = _split(experiment, spec), _terms(experiment, chooser, measures)
    lock_path = lock_folder / f"holdout-{split.test_digest[:8]}.json"
    report = judge_on_holdout(
        experiment.stream,
        split=split,
        choose=chooser.choose,
        incumbent=experiment.tier_maps[experiment.spec.incumbent.name],
        terms=terms,
        lock_path=lock_path,
        question=experiment.spec.question,
        clock=lambda: datetime.now(UTC),
        reason_again=_AGAIN,
    )
    return {
        **_plain(report),
        "rule": chooser.rule(),
        "objective": chooser.objective,
        "folds": _folds(experiment, spec, chooser, terms),
    }


def _split(experiment: Experiment, spec: HoldoutSpec) -> Split:
    stream = experiment.stream
    if spec.kind == "time":
        cut_s = cut_for_share(stream, test_share=spec.test_share)
        return split_by_time(stream, cut_s=cut_s, straddling="drop" if spec.embargo else "first_request")
    return split_by_draw(
        stream, test_share=spec.test_share, rng=experiment.spec.evidence.seed, groups=_groups(experiment)
    )


def _terms(experiment: Experiment, chooser: Chooser, measures: Sequence[str]) -> Terms:
    evidence = experiment.spec.evidence
    return Terms(
        groups=_groups(experiment),
        catalogue=experiment.catalogue,
        scale=experiment.scale,
        cache=experiment.cache,
        luck_seed=experiment.spec.seeds.luck,
        n_replicates=evidence.replicates,
        seed=evidence.seed,
        level=evidence.level,
        measures=tuple(dict.fromkeys((*measures, chooser.objective))),
    )


def _groups(experiment: Experiment) -> list[str] | None:
    """Return the day or root of each session where these are resampled: they stay together in a split too."""
    clusters, stream = experiment.spec.evidence.clusters, experiment.stream
    if clusters == "session":
        return None
    of_session = CLUSTERS[clusters](stream).of_row[stream.is_first]
    return [str(number) for number in of_session.tolist()]


def _plain(report: HoldoutReport) -> dict[str, Any]:
    """Return the report with everything that the clock says under `record`."""
    plain: dict[str, Any] = dict(report.to_dict())
    lock: dict[str, Any] = plain.pop("lock")
    opened = [sentence for sentence in plain["sentences"] if sentence.startswith("The holdout was ")]
    plain["sentences"] = [sentence for sentence in plain["sentences"] if sentence not in opened]
    return {**plain, "record": {**lock, "sentence": " ".join(opened)}}


def _folds(experiment: Experiment, spec: HoldoutSpec, chooser: Chooser, terms: Terms) -> dict[str, Any] | None:
    """Return the choice repeated on folds of the sessions; None where none are asked for."""
    if not spec.folds:
        return None
    splits = folds_by_draw(
        experiment.stream, n_folds=spec.folds, rng=experiment.spec.evidence.seed, groups=_groups(experiment)
    )
    incumbent = experiment.tier_maps[experiment.spec.incumbent.name]
    with task("choose on folds", total=len(splits), unit="fold") as work:
        found = cross_fit(
            experiment.stream,
            splits=splits,
            choose=chooser.choose,
            incumbent=incumbent,
            terms=terms,
            on_split=work.at,
        )
    return dict(found.to_dict())
