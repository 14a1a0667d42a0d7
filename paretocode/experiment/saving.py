"""How does a map become a candidate of an experiment? A section at the end of its file, every other byte as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from paretocode._borders import validated
from paretocode._files import one_at_a_time, parse_toml, plain_bytes, replacing
from paretocode.errors import InputError
from paretocode.experiment.map_sections import MapSpec
from paretocode.experiment.resolve import Experiment, map_of_section
from paretocode.experiment.spec import ExperimentSpec
from paretocode.tiermap import Policy, TierMap

__all__ = ["add_candidate"]

_MAX_BYTES = 1 << 20

_WAY_OUT = "see docs/experiment.md for the keys"


def add_candidate(path: Path | str, tier_map: TierMap, *, name: str, experiment: Experiment) -> str:
    """Write a map into the experiment's file as a candidate; return a sentence on where it went.

    Parameters
    ----------
    path
        The experiment's file; a link is followed.
    tier_map
        A map whose tiers are bands of scores, such as the band editor draws.
    name
        What the candidate is called.
    experiment
        What the file says, resolved: the section must come back as this very map.

    Raises
    ------
    InputError
        A name that no map may have or that is taken, by a map of the file as it is now; a map that the section cannot
        state; candidates that the file writes as an inline array; a file that cannot be read or written. The file is
        then as it was.

    Notes
    -----
    The new file takes the old one's place in one rename. Whoever else saves into it at the same time waits.
    """
    file = Path(path).resolve()
    section = _section(tier_map, name, experiment)
    with one_at_a_time(file):
        old = _read(file)
        ending = b"\r\n" if b"\r\n" in old else b"\n"
        start = b"" if not old or old.endswith(b"\n") else ending
        new = old + start + ending + section.encode().replace(b"\n", ending)
        _refuse_strange(file, old, new, tier_map=tier_map, name=name, experiment=experiment)
        with replacing(file) as temporary:
            temporary.write_bytes(new)
            shutil.copymode(file, temporary)
    return f"Saved as candidate {name} in {file.name}."


def _read(file: Path) -> bytes:
    try:
        return plain_bytes(file, limit=_MAX_BYTES, way_out="name an experiment file")
    except OSError as error:
        raise InputError(
            f"the experiment cannot be read ({error.strerror})", where=str(file), way_out="check the path"
        ) from error


def _section(tier_map: TierMap, name: str, experiment: Experiment) -> str:
    """Return the section as text: the edges, and what differs from the experiment's defaults."""
    if tier_map.score_edges is None:
        raise InputError(
            "its tiers are a list and no bands of scores",
            where=f"map {name!r}",
            way_out="save it as a tier map file, and name the file",
        )
    base = Policy(**experiment.spec.policy.model_dump(exclude_none=True))
    defaults = asdict(base)
    lines = [
        "[[candidates]]",
        f"name = {_quoted(name)}",
        'kind = "edges"',
        f"request_edges = [{', '.join(_number(edge) for edge in tier_map.request_edges)}]",
        f"score_edges = [{', '.join(_number(edge) for edge in tier_map.score_edges)}]",
    ]
    if tier_map.default_index != tier_map.n_tiers - 1:
        lines.append(f"default_tier = {_quoted(tier_map.default_tier)}")
    own = {key: value for key, value in asdict(tier_map.policy).items() if value != defaults[key]}
    if own:
        stated = (f"{key} = {_quoted(value) if isinstance(value, str) else value}" for key, value in own.items())
        lines.append(f"policy = {{ {', '.join(stated)} }}")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    """Return a number as TOML: a float even where it is whole."""
    text = repr(float(value))
    return text if "e" not in text else f"{value:.6f}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _refuse_strange(
    file: Path, old: bytes, new: bytes, *, tier_map: TierMap, name: str, experiment: Experiment
) -> None:
    """Refuse a file that would not say what it said before, and this map."""
    before = _parsed(old, file)
    if name.lower() in {str(each).lower() for each in _names(before)}:
        raise InputError(f"there is a map called {name!r} already", where=file.name, way_out="choose another name")
    spec = validated(MapSpec, _last_candidate(new, file), where=f"map {name!r}", way_out=_WAY_OUT)
    after = _parsed(new, file)
    expected = {**before, "candidates": [*before.get("candidates", []), after["candidates"][-1]]}
    if after != expected:
        raise InputError("the file would say something else", where=file.name, way_out="add the candidate by hand")
    validated(ExperimentSpec, after, where=str(file), way_out=_WAY_OUT)
    found = map_of_section(spec, experiment, base=file.parent)
    if found != tier_map.renamed(name):
        raise InputError(
            "written as edges it would come back as another map",
            where=f"map {name!r}",
            way_out="move its edges into the gaps between scores",
        )


def _last_candidate(new: bytes, file: Path) -> object:
    try:
        return parse_toml(new)["candidates"][-1]
    except (ValueError, TypeError) as error:
        raise InputError(
            f"a candidate cannot be added at its end ({error})",
            where=file.name,
            way_out="write its candidates as sections [[candidates]] instead of an inline array",
        ) from error


def _parsed(content: bytes, file: Path) -> dict[str, Any]:
    try:
        return parse_toml(content)
    except ValueError as error:
        raise InputError(f"it is not TOML ({error})", where=str(file), way_out="correct the line named") from error


def _names(plain: Mapping[str, Any]) -> list[object]:
    maps = [plain.get("incumbent", {}), *plain.get("candidates", [])]
    return [each.get("name", "") for each in maps if isinstance(each, Mapping)]
