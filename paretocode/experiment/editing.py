"""How does an experiment open in the band editor? With its log, policy, maps and limits; what is saved goes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paretocode.errors import InputError
from paretocode.experiment.resolve import Experiment, resolve
from paretocode.experiment.saving import add_candidate
from paretocode.experiment.search_question import asked_question
from paretocode.experiment.search_sections import SearchSpec
from paretocode.experiment.spec import read_experiment
from paretocode.sim.luck import draw_luck
from paretocode.tiermap import TierMap

if TYPE_CHECKING:
    from paretocode.report.editor.widget import BandEditor

__all__ = ["edit"]


def edit(path: Path | str, *, scale: str = "full", overrides: list[str] | None = None) -> BandEditor:
    """Open an experiment in the band editor.

    Parameters
    ----------
    path
        The experiment's file. Candidates that are saved in the editor are written into it.
    scale
        ``full`` or ``smoke``: how much of the log is looked at.
    overrides
        As `read_experiment` takes them; they are not written back.

    Returns
    -------
    BandEditor
        Its edges begin at the incumbent's. The section ``[search]``, where there is one, gives its limits, its measures
        and how fine its grid is. Display it as the last line of a cell; its `tier_map` is the map on the screen.

    Raises
    ------
    InputError
        Whatever the experiment refuses; a scale that there is not.
    MissingDependencyError
        Without anywidget, with the command that installs it.
    """
    from paretocode.report.editor.widget import BandEditor

    file = Path(path)
    if scale not in {"full", "smoke"}:
        raise InputError(f"scale is {scale!r}", where="edit", way_out="use full or smoke")
    spec = read_experiment(file, overrides=overrides)
    experiment = resolve(spec, name=file.stem, scale_name=scale, base=file.parent)
    search = spec.search if spec.search is not None else SearchSpec()
    incumbent = experiment.tier_maps[spec.incumbent.name]
    limits, notes = _limits(experiment, search)

    def save(name: str, tier_map: TierMap) -> str:
        return add_candidate(file, tier_map, name=name, experiment=experiment)

    return BandEditor(
        experiment.catalogue,
        experiment.stream,
        incumbent,
        scale=experiment.scale,
        cache=experiment.cache,
        luck=draw_luck(experiment.stream, rng=spec.seeds.luck),
        candidates={name: each for name, each in experiment.tier_maps.items() if name != incumbent.name},
        demand=experiment.demand,
        limits=limits,
        measures=search.measures,
        most_candidates=search.most_candidates if spec.search is not None else 60,
        save=save,
        title=f"{file.stem}: {spec.question}",
        notes=notes,
    )


def _limits(experiment: Experiment, search: SearchSpec) -> tuple[dict[str, float] | None, list[str]]:
    """Return the search's limits as numbers, and why there are none where the search cannot be asked."""
    if experiment.spec.search is None:
        return None, []
    try:
        question, _ = asked_question(experiment, search)
    except InputError as error:
        return None, [f"The limits of [search] are left out. {error}"]
    return dict(question.limits), []
