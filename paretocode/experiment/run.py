"""How does a question become a folder? Load, replay map by map, write, seal; interrupted anywhere, it resumes."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from paretocode._files import engine_path, json_bytes, literal_path, one_at_a_time, replacing, write_atomically
from paretocode.errors import InputError, UsageError
from paretocode.experiment.document import metrics_document, tier_map_bytes, with_holdout_record
from paretocode.experiment.evidence_choosing import Chooser
from paretocode.experiment.evidence_selection import selection, with_recommended
from paretocode.experiment.evidencing import evidence_document
from paretocode.experiment.measuring import measure_maps
from paretocode.experiment.provenance import digest_of, facts_of
from paretocode.experiment.resolve import Experiment, resolve
from paretocode.experiment.search_document import search_document
from paretocode.experiment.searching import searched_experiment
from paretocode.experiment.spec import read_experiment
from paretocode.experiment.traffic import TrafficInParts
from paretocode.result import APPROVALS, MANIFEST, METRICS, TIER_MAP, ResultFolder, open_result, seal_result
from paretocode.sim.partitioned import EngineChoice
from paretocode.tune.listing import frontier_rows

__all__ = ["DEFAULT_OUT", "quickstart_path", "run_experiment"]

DEFAULT_OUT = Path("results")
"""Where results are written, below the folder where one stands."""
SCALES = ("full", "smoke")


class Start(NamedTuple):
    """When a run began: by the calendar [s since 1970], and by a clock that nobody sets [s]."""

    moment_s: float
    tick_s: float


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
    engine: EngineChoice | None = None,
    heard: Callable[[Experiment], None] | None = None,
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
    engine
        Who works on a stream in parts; this process where it is None. The result does not depend on it.
    heard
        Told of the experiment when all is loaded and before anything is computed.

    Notes
    -----
    The digest covers the resolved settings, the scale, the catalogue, the stream and the package's own code. A
    finished folder of the same digest is returned as it is, after checking that nothing in it changed; an altered one
    is made anew; an unfinished one is resumed at the first map that has no part file. Every file appears whole.
    """
    path = Path(path)
    if scale_name not in SCALES:
        raise UsageError(f"scale is {scale_name!r}", way_out=f"use one of {', '.join(SCALES)}")
    started = Start(time.time(), time.monotonic())
    spec = read_experiment(path, overrides=overrides)
    experiment = resolve(spec, name=path.stem, scale_name=scale_name, base=path.parent, engine=engine)
    if heard is not None:
        heard(experiment)
    digest = digest_of(experiment)
    folder = Path(out) / experiment.name / digest[:8]
    engine_path(folder)  # where it could not write its table, nothing is computed
    with closing(experiment.traffic), one_at_a_time(folder.parent):
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
    started: Start,
    overrides: list[str],
    source: Path,
    figures: bool,
) -> ResultFolder:
    """Search where that is asked, replay, write and seal."""
    parts = folder / "parts"
    if isinstance(experiment.traffic, TrafficInParts):
        experiment = replace(experiment, traffic=replace(experiment.traffic, kept=(parts, digest)))
    searched = None
    if experiment.spec.search is not None:
        searched = searched_experiment(experiment, experiment.spec.search, parts=parts, digest=digest)
        experiment = searched.experiment
    measured = measure_maps(experiment, parts=parts, digest=digest)
    selected = None
    if experiment.spec.evidence.selection is not None and measured.sums.is_wanted:
        selected = selection(experiment, measured, searched, Chooser(experiment, searched), parts=parts, digest=digest)
        experiment = with_recommended(experiment, selected)
        again = measure_maps(experiment, parts=parts, digest=digest)
        measured = again._replace(seconds={**measured.seconds, **again.seconds})
    document = metrics_document(experiment, measured.metrics)
    if searched is not None:
        document["search"] = search_document(searched, measured.metrics)
    document["evidence"] = evidence_document(
        experiment, measured, searched, selected=selected, lock_folder=folder.parent
    )
    record = document["evidence"].get("holdout", {}).pop("record", None)
    _clear(folder)
    facts = facts_of(experiment, digest, overrides)
    names = _write_files(
        experiment, document, folder, source=source.read_bytes(), figures=figures, record=record, facts=facts
    )
    _write_maps_table(document, folder, frontier=[] if searched is None else frontier_rows(searched.answer))
    shutil.rmtree(folder / "parts")
    clock = {
        "started": datetime.fromtimestamp(started.moment_s, tz=UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - started.tick_s, 3),
        "replay_seconds": {name: round(seconds, 4) for name, seconds in measured.seconds.items()},
    }
    told = {} if record is None else {"holdout": record}
    return seal_result(folder, names, {**facts, **clock, **told, "has_figures": figures})


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
    experiment: Experiment,
    document: dict[str, Any],
    folder: Path,
    *,
    source: bytes,
    figures: bool,
    record: dict[str, Any] | None,
    facts: dict[str, object],
) -> list[str]:
    """Write all files but the manifest and return their names.

    `record` says when a holdout was opened: it is told in the report and the manifest, and is no part of the metrics.
    """
    files = {
        "experiment.toml": source,
        METRICS: json_bytes(document),
        TIER_MAP: tier_map_bytes(experiment, document["proposed"]),
        **{f"maps/{name}.json": tier_map_bytes(experiment, name) for name in experiment.tier_maps},
    }
    if figures:
        from paretocode.experiment.figures import drawn_files

        # Drawn from what a reader of the file will see, so that `paretocode report` gives the same page.
        shown = with_holdout_record(json.loads(files[METRICS]), record)
        files |= drawn_files(experiment, shown, manifest=facts)
    for name, content in files.items():
        write_atomically(folder / name, content)
    return [*files, "maps.parquet"]


def _write_maps_table(document: dict[str, Any], folder: Path, *, frontier: list[dict[str, Any]]) -> None:
    """Write `maps.parquet`: a row per replayed map with its edges and plain metrics, then one per map of the frontier.

    Maps of the frontier have no name and no metrics of a replay; their own columns are null for the others.
    """
    import duckdb

    rows: list[dict[str, Any]] = []
    for name, entry in document["maps"].items():
        plain = {key: value for key, value in entry["metrics"].items() if not isinstance(value, dict)}
        rows.append(
            {"map": name, "request_edges": entry["request_edges"], "score_edges": entry["score_edges"], **plain}
        )
    rows += [{"map": None, **row} for row in frontier]
    lines = b"".join(json.dumps(row, sort_keys=True).encode() + b"\n" for row in rows)
    with tempfile.TemporaryDirectory() as place, replacing(folder / "maps.parquet") as part, duckdb.connect() as engine:
        listing = Path(place) / "maps.ndjson"
        listing.write_bytes(lines)
        # Every line is looked at for columns: those of the frontier begin after the replayed maps.
        engine.read_json(literal_path(listing), format="newline_delimited", sample_size=-1).write_parquet(str(part))
