"""How does a question become a folder? Load, replay map by map, write, seal; interrupted anywhere, it resumes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata, resources
from pathlib import Path
from typing import Any, NamedTuple

from paretocode import __version__
from paretocode._files import json_bytes, literal_path, read_json, replacing, write_atomically
from paretocode.errors import InputError, UsageError
from paretocode.experiment.document import metrics_document, tier_map_bytes
from paretocode.experiment.resolve import Experiment, resolve
from paretocode.experiment.spec import read_experiment
from paretocode.result import APPROVALS, MANIFEST, METRICS, TIER_MAP, ResultFolder, open_result, seal_result
from paretocode.sim.luck import draw_luck
from paretocode.sim.metrics import measure
from paretocode.sim.replaying import replay

__all__ = ["DEFAULT_OUT", "Measured", "code_digest", "measure_maps", "quickstart_path", "run_experiment"]

DEFAULT_OUT = Path("results")
SCALES = ("full", "smoke")
_VERSIONS_OF = ("numpy", "duckdb", "pydantic", "matplotlib")


def quickstart_path() -> Path:
    """Return the experiment that ships with the package.

    Raises
    ------
    InputError
        When the installation lacks it.
    """
    root = Path(str(resources.files("paretocode")))
    for place in (root / "experiment" / "quickstart.toml", root.parent / "experiments" / "quickstart.toml"):
        if place.is_file():
            return place
    raise InputError("the bundled quickstart experiment is missing", way_out="install paretocode again")


def run_experiment(
    path: Path | str,
    *,
    out: Path | str = DEFAULT_OUT,
    scale_name: str = "full",
    overrides: list[str] | None = None,
    figures: bool = True,
) -> ResultFolder:
    """Run an experiment and return its finished folder, ``out/<experiment>/<digest8>``.

    Parameters
    ----------
    out
        Parent of all results.
    scale_name
        ``full`` or ``smoke``: which of the experiment's sizes.
    overrides
        ``key=value`` settings on top of the file.
    figures
        Whether to draw figures and the HTML report.

    Notes
    -----
    The digest covers the resolved settings, the scale, the catalogue, the stream and the package's own code. A
    finished folder of the same digest is returned as it is, after checking that nothing in it changed; an altered one
    is made anew; an unfinished one is resumed at the first map that has no part file. Every file appears whole.
    """
    path = Path(path)
    if scale_name not in SCALES:
        raise UsageError(f"scale is {scale_name!r}", way_out=f"use one of {', '.join(SCALES)}")
    started = time.time()
    spec = read_experiment(path, overrides=overrides)
    experiment = resolve(spec, name=path.stem, scale_name=scale_name, base=path.parent)
    digest = _digest(experiment)
    folder = Path(out) / experiment.name / digest[:8]
    with _one_at_a_time(folder.parent):
        if finished := _finished(folder, digest, needs_figures=figures):
            return finished
        return _make(
            experiment, folder, digest, started=started, overrides=overrides or [], source=path, figures=figures
        )


def _make(
    experiment: Experiment,
    folder: Path,
    digest: str,
    *,
    started: float,
    overrides: list[str],
    source: Path,
    figures: bool,
) -> ResultFolder:
    """Replay, write and seal."""
    measured = measure_maps(experiment, parts=folder / "parts", digest=digest)
    document = metrics_document(experiment, measured.metrics)
    _clear(folder)
    names = _write_files(experiment, document, folder, source=source.read_bytes(), figures=figures)
    shutil.rmtree(folder / "parts")
    facts = _facts(experiment, digest, overrides)
    clock = {
        "started": datetime.fromtimestamp(started, tz=UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 3),
        "replay_seconds": {name: round(seconds, 4) for name, seconds in measured.seconds.items()},
    }
    return seal_result(folder, names, {**facts, **clock, "has_figures": figures})


def _finished(folder: Path, digest: str, *, needs_figures: bool) -> ResultFolder | None:
    if not (folder / MANIFEST).is_file():
        return None
    result = open_result(folder)
    if result.manifest.get("digest") != digest or result.altered_files():
        return None
    is_approved = any((folder / APPROVALS).glob("*.json"))
    if needs_figures and not result.manifest.get("has_figures") and not is_approved:
        return None  # an approved folder is never sealed anew: that would void the approval
    return result


class Measured(NamedTuple):
    """The metrics of each map, and how long its replay and measuring took [s]; no time for a resumed one."""

    metrics: dict[str, dict[str, Any]]
    seconds: dict[str, float]


def measure_maps(experiment: Experiment, *, parts: Path | None = None, digest: str = "") -> Measured:
    """Replay and measure every map of an experiment.

    Parameters
    ----------
    parts
        A folder in which each finished map leaves its numbers; a map that is there already is not replayed again.
    digest
        The experiment's digest; a part of another digest, or one that was touched, is made anew.
    """
    from tqdm import tqdm

    luck = None
    metrics: dict[str, dict[str, Any]] = {}
    seconds: dict[str, float] = {}
    bar = tqdm(experiment.tier_maps.items(), desc="replay", unit="map", disable=not sys.stderr.isatty())
    for name, tier_map in bar:
        part = parts / f"{name}.json" if parts is not None else None
        if part is not None and (kept := _kept_part(part, digest)):
            metrics[name] = kept
            continue
        luck = luck or draw_luck(experiment.stream, rng=experiment.spec.seeds.luck)
        started = time.perf_counter()
        run = replay(experiment.stream, tier_map, experiment.catalogue, cache=experiment.cache, luck=luck)
        metrics[name] = measure(run, scale=experiment.scale).to_dict()
        seconds[name] = time.perf_counter() - started
        if part is not None:
            write_atomically(part, json_bytes({"metrics": metrics[name], "seal": _part_seal(metrics[name], digest)}))
    return Measured(metrics, seconds)


def _part_seal(metrics: dict[str, Any], digest: str) -> str:
    return hashlib.sha256(digest.encode() + json_bytes(metrics)).hexdigest()


def _kept_part(part: Path, digest: str) -> dict[str, Any] | None:
    """Return the numbers of a part file, or None where there is none that can be trusted."""
    if not part.is_file():
        return None
    try:
        plain: dict[str, Any] = read_json(part, what="part of a run", way_out="run the experiment again")
    except InputError:
        return None
    metrics = plain.get("metrics")
    return metrics if isinstance(metrics, dict) and plain.get("seal") == _part_seal(metrics, digest) else None


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one run at a time write into an experiment's folder; a second one waits, then finds what the first made."""
    import fcntl

    name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"paretocode-{os.getuid()}-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear(folder: Path) -> None:
    """Take an earlier, altered or half-written result out of the folder; parts and approvals stay."""
    (folder / MANIFEST).unlink(missing_ok=True)
    for entry in folder.iterdir():
        if entry.name in {"parts", APPROVALS}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _write_files(
    experiment: Experiment, document: dict[str, Any], folder: Path, *, source: bytes, figures: bool
) -> list[str]:
    """Write all files but the manifest and return their names."""
    files = {
        "experiment.toml": source,
        METRICS: json_bytes(document),
        TIER_MAP: tier_map_bytes(experiment, document["proposed"]),
        **{f"maps/{name}.json": tier_map_bytes(experiment, name) for name in experiment.tier_maps},
    }
    if figures:
        from paretocode.experiment.figures import drawn_files

        files |= drawn_files(experiment, document)
    for name, content in files.items():
        write_atomically(folder / name, content)
    _write_maps_table(document, folder)
    return [*files, "maps.parquet"]


def _write_maps_table(document: dict[str, Any], folder: Path) -> None:
    """Write `maps.parquet`: a row per map with its edges and its plain metrics."""
    import duckdb

    rows = []
    for name, entry in document["maps"].items():
        plain = {key: value for key, value in entry["metrics"].items() if not isinstance(value, dict)}
        rows.append(
            {"map": name, "request_edges": entry["request_edges"], "score_edges": entry["score_edges"], **plain}
        )
    lines = b"".join(json.dumps(row, sort_keys=True).encode() + b"\n" for row in rows)
    with tempfile.TemporaryDirectory() as place, replacing(folder / "maps.parquet") as part, duckdb.connect() as engine:
        listing = Path(place) / "maps.ndjson"
        listing.write_bytes(lines)
        engine.read_json(literal_path(listing), format="newline_delimited").write_parquet(str(part))


def _digest(experiment: Experiment) -> str:
    """Return the sha256 of all that the result depends on: words, maps, demand, scale, models, stream, code."""
    parts: list[bytes] = [
        experiment.name.encode(),
        experiment.spec.model_dump_json().encode(),
        experiment.scale_name.encode(),
        repr((experiment.demand, experiment.scale, experiment.cache)).encode(),
        experiment.catalogue.digest.encode(),
        repr((experiment.catalogue.name, experiment.catalogue.notes)).encode(),
        experiment.stream.digest.encode(),
        repr((experiment.stream.name, experiment.stream.notes)).encode(),
        *(tier_map_bytes(experiment, name) for name in experiment.tier_maps),
        code_digest().encode(),
    ]
    sha = hashlib.sha256()
    for part in parts:
        sha.update(hashlib.sha256(part).digest())
    return sha.hexdigest()


def code_digest() -> str:
    """Return the sha256 of the package's own source: another code, another result."""
    root = Path(str(resources.files("paretocode")))
    sha = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        if file.suffix in {".py", ".toml", ".j2"} and "__pycache__" not in file.parts:
            sha.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return sha.hexdigest()


def _facts(experiment: Experiment, digest: str, overrides: list[str]) -> dict[str, object]:
    """Return where the numbers come from: settings, inputs, code, versions."""
    commit, is_dirty = _commit()
    return {
        "experiment": experiment.name,
        "digest": digest,
        "scale": experiment.scale_name,
        "overrides": overrides,
        "proposed": experiment.spec.proposed,
        "inputs": {"catalogue": experiment.catalogue.digest, "stream": experiment.stream.digest},
        "code": code_digest(),
        "commit": commit,
        "is_dirty": is_dirty,
        "seeds": experiment.spec.seeds.model_dump(),
        "versions": {
            "paretocode": __version__,
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in _VERSIONS_OF},
        },
    }


def _commit() -> tuple[str | None, bool | None]:
    """Return the commit of the source and whether it is dirty; None, None outside a checkout."""
    root = Path(str(resources.files("paretocode"))).parent
    if not (root / ".git").exists():
        return None, None
    commands = (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    try:
        head, status = (
            subprocess.run(["git", "-C", str(root), *c], capture_output=True, text=True, check=True, timeout=10).stdout
            for c in commands
        )
    except (OSError, subprocess.SubprocessError):
        return None, None
    return head.strip(), bool(status.strip())
