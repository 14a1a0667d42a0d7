"""What does an experiment ask? The TOML file, as models that refuse what they do not know.

Every key, its unit and its default are in the classes of the sections; `docs/experiment.md` shows a whole file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from paretocode._borders import validated
from paretocode._files import parse_toml, plain_bytes
from paretocode.errors import InputError
from paretocode.experiment._strict import Strict
from paretocode.experiment.evidence_sections import EvidenceSpec
from paretocode.experiment.map_sections import MapSpec, PolicySpec
from paretocode.experiment.search_sections import SearchSpec
from paretocode.experiment.state_sections import CacheSpec, MotionSpec, OperationsSpec
from paretocode.experiment.world_sections import CatalogueSpec, DemandSpec, ScaleSpec, SeedsSpec, StreamSpec
from paretocode.release.gates.sections import GatesSpec

__all__ = ["ExperimentSpec", "read_experiment"]

FORMAT = "paretocode-experiment-1"
_MAX_BYTES = 1 << 20
_PATH_KEYS = {
    "catalogue.source",
    "catalogue.scores",
    "stream.path",
    "incumbent.path",
    "motion.history",
    "evidence.drift.path",
    "evidence.drift.catalogue",
    "evidence.feedback.path",
    "evidence.outcomes.path",
}


class ExperimentSpec(Strict):
    """A question about tier maps, and all that its answer depends on."""

    format: Literal["paretocode-experiment-1"]
    question: Annotated[str, Field(min_length=1)]
    catalogue: CatalogueSpec = CatalogueSpec()
    scale: ScaleSpec = ScaleSpec()
    stream: StreamSpec
    demand: DemandSpec = DemandSpec()
    cache: CacheSpec = CacheSpec()
    operations: OperationsSpec | None = None
    motion: MotionSpec | None = None
    policy: PolicySpec = PolicySpec()
    incumbent: MapSpec
    candidates: list[MapSpec] = []
    search: SearchSpec | None = None
    evidence: EvidenceSpec = EvidenceSpec()
    gates: GatesSpec | None = None
    propose: str | None = None
    team: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    seeds: SeedsSpec = SeedsSpec()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [self.incumbent.name, *(candidate.name for candidate in self.candidates)]
        for name in names:
            if [other.lower() for other in names].count(name.lower()) > 1:
                raise ValueError(f"two maps are called {name!r}")
        if self.propose is not None and self.propose not in names and self.search is None:
            raise ValueError(f"propose is {self.propose!r}, which is none of the maps {', '.join(names)}")
        return self

    @model_validator(mode="after")
    def _one_kind_of_replay(self) -> Self:
        if self.operations is not None and self.motion is not None:
            raise ValueError("operations and motion do not go together yet; take one of them out")
        return self

    @model_validator(mode="after")
    def _evidence_knows_the_world(self) -> Self:
        world = "operations" if self.operations is not None else "motion" if self.motion is not None else ""
        if world and self.evidence.holdout is not None:
            raise ValueError(f"evidence.holdout replays without {world} and would judge another world; take one out")
        if self.motion is not None and self.evidence.sensitivity is not None:
            raise ValueError("evidence.sensitivity does not move the catalogue; take it or motion out")
        return self

    @property
    def proposed(self) -> str:
        """The map put forward: `propose`, else the first candidate, else the incumbent; a search puts its own first."""
        return self.propose or (self.candidates[0].name if self.candidates else self.incumbent.name)


def read_experiment(path: Path | str, *, overrides: list[str] | None = None) -> ExperimentSpec:
    """Read an experiment file.

    Parameters
    ----------
    overrides
        ``key=value`` strings; keys are dotted paths (``stream.path=log.parquet``), values TOML or plain text. An empty
        value (``stream.preset=``) takes the key out.

    Raises
    ------
    InputError
        No such file, no TOML, an unknown or missing key, a value out of range: one sentence with file and key.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError("it is larger than 1 MiB", where=str(path), way_out="give an experiment file")
        plain = parse_toml(plain_bytes(path, limit=_MAX_BYTES, way_out="give an experiment file"))
    except OSError as error:
        raise InputError(
            f"the experiment cannot be read ({error.strerror})", where=str(path), way_out="check the path"
        ) from error
    except ValueError as error:
        raise InputError(f"it is not TOML ({error})", where=str(path), way_out="correct the line named") from error
    if plain.get("format") != FORMAT:
        raise InputError(
            f"its format is {plain.get('format')!r}", where=str(path), way_out=f'write format = "{FORMAT}"'
        )
    for override in overrides or []:
        _apply_override(plain, override)
    return validated(ExperimentSpec, plain, where=str(path), way_out="see docs/experiment.md for the keys")


def _apply_override(plain: dict[str, Any], override: str) -> None:
    key, sign, text = override.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not sign or not all(parts):
        raise InputError(f"--set {override!r} is not key=value", way_out="write it like --set stream.path=log.parquet")
    node = plain
    for part in parts[:-1]:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise InputError(f"--set {override!r} goes into {part!r}, which holds no keys", way_out="name a table")
    if not text:
        node.pop(parts[-1], None)
        return
    if ".".join(parts) in _PATH_KEYS and not text.startswith("bundled"):
        # In the file a path is relative to the file; on the command line it is relative to where one stands.
        node[parts[-1]] = str(Path(text.strip("\"'")).absolute())
        return
    try:
        node[parts[-1]] = parse_toml(f"value = {text}".encode())["value"]
    except ValueError:
        node[parts[-1]] = text
