"""Which map is meant? One by name, the one that a run would propose, or the one that was in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from paretocode.cli.evidence_refusals import opened_result
from paretocode.cli.shared import DOCUMENTED, say
from paretocode.errors import InputError

if TYPE_CHECKING:
    from paretocode.cli.evidence_inputs import Asked
    from paretocode.tiermap import TierMap

__all__ = ["asked_map", "map_in_force"]


def asked_map(asked: Asked, name: str | None) -> TierMap:
    """Return a map by name; for None the one that a run of the experiment would propose, and say which.

    Notes
    -----
    Where the file proposes no map and has a section ``[evidence.selection]``, a run chooses it, and so does this: it
    replays all maps.

    Raises
    ------
    UsageError
        There is no such map.
    """
    if name is not None:
        return asked.map_called(name)
    spec = asked.experiment.spec
    evidence = spec.evidence
    is_open = asked.result is None and spec.propose is None and evidence.selection is not None
    found = _recommended(asked) if is_open and evidence.replicates else asked.map_called(None)
    say(f"map: {found.name}, the proposed one")
    return found


def _recommended(asked: Asked) -> TierMap:
    """Return the map that ``[evidence.selection]`` recommends, as a run finds it."""
    from paretocode.experiment.evidence_choosing import Chooser
    from paretocode.experiment.evidence_selection import selection, with_recommended
    from paretocode.experiment.measuring import measure_maps

    experiment = asked.experiment
    say("choosing the map by [evidence.selection], as a run does; --candidate or --map names one at once")
    measured = measure_maps(experiment)
    selected = selection(experiment, measured, None, Chooser(experiment, None))
    settled = with_recommended(experiment, selected)
    return settled.tier_maps[settled.proposed]


def map_in_force(word: str, catalogue: str) -> TierMap:
    """Return the map that a word names, an experiment's or a result's incumbent, and say which is read.

    Parameters
    ----------
    word
        A tier map's file, a folder with a ``tier_map.json``, a result, an experiment's TOML file, or ``documented``.
    catalogue
        Source of the catalogue for ``documented``.

    Raises
    ------
    InputError
        None of these, or what reading it refuses.
    """
    from paretocode.catalogue import load_catalogue
    from paretocode.tiermap import documented_pareto_code
    from paretocode.tiermap.file import read_tier_map

    path = Path(word)
    if word == DOCUMENTED and not path.exists():
        say(f"map: the documented one on catalogue {catalogue}")
        return documented_pareto_code(load_catalogue(catalogue))
    if not path.exists():
        raise InputError(
            "there is no such map",
            where=f"--map {word}",
            way_out=f"give {DOCUMENTED}, a tier map's file, a result folder, or an experiment's .toml file",
        )
    if path.suffix.lower() == ".toml" and path.is_file():
        return _of_experiment(path)
    if path.is_dir() and (_is_result(path) or not (path / "tier_map.json").exists()):
        return _of_result(path)
    file = path / "tier_map.json" if path.is_dir() else path
    found = read_tier_map(file).tier_map()
    say(f"map: {found.name}, read from {file}")
    return found


def _is_result(path: Path) -> bool:
    from paretocode.result import METRICS

    return (path / METRICS).exists()


def _of_experiment(path: Path) -> TierMap:
    from paretocode.experiment.resolve import resolve
    from paretocode.experiment.spec import read_experiment

    spec = read_experiment(path)
    # Reports that the file names itself are not what is asked about here.
    bare = spec.model_copy(update={"evidence": spec.evidence.model_copy(update=_NO_FILES)})
    experiment = resolve(bare, name=path.stem, scale_name="smoke", base=path.parent)
    say(f"map: {spec.incumbent.name}, the incumbent of {path}")
    return experiment.tier_maps[spec.incumbent.name]


_NO_FILES: dict[str, Any] = {"drift": None, "feedback": None, "outcomes": None}


def _of_result(path: Path) -> TierMap:
    from paretocode.tiermap.file import read_tier_map

    result = opened_result(path)
    name = str(result.metrics()["incumbent"])
    file = path / "maps" / f"{name}.json"
    say(f"map: {name}, the incumbent of the result, read from {file}")
    return read_tier_map(file).tier_map().renamed(name)
