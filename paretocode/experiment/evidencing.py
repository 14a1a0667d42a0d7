"""How sure is an experiment's answer? What `metrics.json` says under `evidence`, part by part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from paretocode.errors import InputError
from paretocode.evidence import DEFAULT_MEASURES, compare_maps, map_measure
from paretocode.evidence.outcomes import OutcomeTable
from paretocode.evidence.size import Design, Paired, Rollout, spread_of_sums, telling_of
from paretocode.experiment.evidence_choosing import Chooser
from paretocode.experiment.evidence_holdout import holdout_document
from paretocode.experiment.evidence_others import drift_document, feedback_document
from paretocode.experiment.evidence_outcomes import OutcomeQuestion, answered_by_both, outcome_document
from paretocode.experiment.evidence_sections import EvidenceSpec
from paretocode.experiment.evidence_selection import Selected
from paretocode.experiment.evidence_sensitivity import sensitivity_document
from paretocode.experiment.evidence_slices import slices_document
from paretocode.experiment.measuring import Measured
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.search_done import Searched
from paretocode.experiment.traffic import TrafficInMemory

__all__ = ["evidence_document"]


def evidence_document(
    experiment: Experiment,
    measured: Measured,
    searched: Searched | None,
    *,
    selected: Selected | None,
    lock_folder: Path,
) -> dict[str, Any]:
    """Return the evidence of an experiment.

    Parameters
    ----------
    experiment
        With the maps that a search picked among its maps.
    measured
        Their replays.
    searched, selected
        The search and the account of the choice, where there are any.
    lock_folder
        Where the lock of a holdout is kept, beyond the result that opens it.

    Notes
    -----
    Nothing of the clock stands in it: same spec, same inputs, same bytes. Where nothing can be compared it holds one
    sentence, `left_out`.
    """
    spec, sums = experiment.spec.evidence, measured.sums
    if not sums.is_wanted:
        return {"left_out": _why_not(experiment), **_from_other_files(experiment)}
    comparison = compare_maps(
        list(sums.of_map.values()),
        incumbent=experiment.spec.incumbent.name,
        measures=spec.measures,
        margins=spec.margins,
        n_replicates=spec.replicates,
        level=spec.level,
        seed=spec.seed,
    )
    document: dict[str, Any] = {"comparison": comparison.to_dict(), "size": _size(experiment, measured)}
    if isinstance(experiment.traffic, TrafficInMemory) and (slices := slices_document(experiment)):
        document["slices"] = slices
    if selected is not None:
        document["selection"] = selected.document
    if spec.sensitivity is not None:
        document["sensitivity"] = sensitivity_document(experiment, spec.sensitivity)
    if spec.drift is not None and experiment.today is not None:
        document["drift"] = drift_document(experiment, spec.drift, experiment.today)
    document |= _from_other_files(experiment)
    if spec.holdout is not None:  # the last: whatever can be refused is refused before it opens
        chooser = Chooser(experiment, searched)
        measures = [name for name in spec.measures if name not in comparison.left_out]
        document["holdout"] = holdout_document(
            experiment, spec.holdout, chooser, measures=measures, lock_folder=lock_folder
        )
    return document


def _from_other_files(experiment: Experiment) -> dict[str, Any]:
    """Return what needs neither candidates nor sessions: users' reports and tables of outcomes."""
    spec, found = experiment.spec.evidence, dict[str, Any]()
    if spec.feedback is not None and experiment.reports is not None:
        found["feedback"] = feedback_document(experiment, spec.feedback, experiment.reports)
    if spec.outcomes is not None and experiment.outcomes is not None and spec.replicates:
        found["outcomes"] = _outcomes(experiment.outcomes, spec)
    return found


def _outcomes(table: OutcomeTable, spec: EvidenceSpec) -> dict[str, Any]:
    asked = spec.outcomes
    if asked is None:  # there is a table because the experiment asks for it
        return {}
    question = OutcomeQuestion(
        candidate=asked.candidate,
        baseline=asked.baseline,
        margin=asked.margin,
        right_at=asked.right_at,
        level=spec.level,
        replicates=spec.replicates,
        seed=spec.seed,
    )
    return outcome_document(answered_by_both(table, asked.candidate, asked.baseline), question)


def _why_not(experiment: Experiment) -> str:
    if experiment.spec.evidence.replicates == 0:
        return "the experiment asks for no evidence (evidence.replicates = 0)"
    if len(experiment.tier_maps) < 2:
        return "there is no candidate to compare with the incumbent"
    return "the stream has one session only, so nothing is known of how one session differs from the next"


def _size(experiment: Experiment, measured: Measured) -> dict[str, Any]:
    """Return for every candidate how many sessions its difference takes, on a log and in a rollout."""
    spec, sums = experiment.spec.evidence, measured.sums.of_map
    incumbent = experiment.spec.incumbent.name
    designs: dict[str, Design] = {"paired": Paired(), "rollout": Rollout(canary_share=spec.size.canary_share)}
    found: dict[str, Any] = {}
    for name, candidate in sums.items():
        if name == incumbent:
            continue
        found[name] = {}
        for measure in spec.measures:
            if map_measure(measure).per_mille is not None or measure not in DEFAULT_MEASURES:
                continue  # planned are ratios: the spread of a quantile depends on where it lies
            try:
                spread = spread_of_sums(candidate, sums[incumbent], measure, n_requests=len(experiment.traffic))
                found[name][measure] = {
                    design: telling_of(spread, how, power=spec.size.power, alpha=1 - spec.level).to_dict()
                    for design, how in designs.items()
                }
            except InputError as refusal:
                found[name][measure] = {"why_not": str(refusal)}
    return {"power": spec.size.power, "canary_share": spec.size.canary_share, "maps": found}
