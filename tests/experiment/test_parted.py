"""An experiment on a stream in parts says, byte for byte, what it says on the same stream in memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paretocode.cli import main
from paretocode.errors import InputError, UsageError
from paretocode.evidence.part_times import Bounds
from paretocode.experiment import parted
from paretocode.experiment.run import run_experiment
from paretocode.sim.partitioned import EngineChoice
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, synthesise, write_stream_table
from paretocode.stream.partitioned import partition_stream

WORDS = """
format = "paretocode-experiment-1"
question = "Does it matter how the stream is cut?"
[stream]
reader = "{reader}"
path = "{path}"
[incumbent]
name = "documented"
kind = "documented"
[search]
n_bands = [2]
most_candidates = 8
stickiness = ["session"]
limits = {{ unserved_share = "incumbent" }}
avoid_atoms_share = 0.02
[search.robust]
prices = [{{ models = "openai/*", factor = 2.0 }}]
[evidence]
replicates = 100
clusters = "{clusters}"
measures = ["cost_usd_per_krequest", "latency_p50_s", "latency_p95_s", "shortfall_mean"]
[evidence.selection]
most_maps = 2
outer = 100
inner = 30
{more}
"""
SAME = ("maps", "search", "diffs", "evidence")


@pytest.fixture(scope="module")
def stream() -> RequestStream:
    return apply_demand(synthesise("chat", n_requests=1_200, rng=5), DEFAULT_DEMAND, rng=6)


@pytest.fixture(scope="module")
def folder(stream: RequestStream, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("parted")
    write_stream_table(stream, place / "whole.parquet")
    for n_parts in (1, 4, 6):
        partition_stream(stream, place / f"parts-{n_parts}", n_parts=n_parts)
    return place


def asked(folder: Path, path: str, *, clusters: str = "block", more: str = "") -> Path:
    """Write an experiment, always of one name, and return its file."""
    place = folder / f"on-{path}-{clusters}"
    place.mkdir(exist_ok=True)
    reader = "table" if path.endswith("parquet") else "parts"
    file = place / "cut.toml"
    file.write_text(WORDS.format(reader=reader, path=folder / path, clusters=clusters, more=more), encoding="utf-8")
    return file


Said = Callable[..., dict[str, bytes]]


@pytest.fixture(scope="module")
def said(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Return, section by section, the bytes of what an experiment says."""

    def of(path: str, engine: EngineChoice | None = None, *, clusters: str = "block") -> dict[str, bytes]:
        out = tmp_path_factory.mktemp("out")
        result = run_experiment(asked(folder, path, clusters=clusters), out=out, figures=False, engine=engine)
        document: dict[str, Any] = json.loads((result.path / "metrics.json").read_text())
        document["evidence"].pop("slices", None)  # looks at single requests: told as not known where there are parts
        return {name: json.dumps(document[name], sort_keys=True).encode() for name in SAME}

    return of


@pytest.fixture(scope="module")
def in_memory(said: Said) -> dict[str, bytes]:
    return said("whole.parquet")


@pytest.mark.parametrize(
    ("n_parts", "engine"),
    [
        (1, EngineChoice(name="serial")),
        (6, EngineChoice(name="serial")),  # 40 parts: tests/hardening/cuts.py
        (4, EngineChoice(name="processes", workers=2)),
    ],
)
def test_the_same_bytes_however_it_is_cut_and_whoever_works(
    n_parts: int, engine: EngineChoice, said: Said, in_memory: dict[str, bytes]
) -> None:
    assert said(f"parts-{n_parts}", engine) == in_memory


def test_the_same_bytes_by_a_cluster(said: Said, in_memory: dict[str, bytes]) -> None:
    pytest.importorskip("distributed", reason="dask and distributed are not installed: no cluster was tried")
    assert said("parts-4", EngineChoice(name="dask", workers=2)) == in_memory


def test_sessions_are_numbered_as_in_memory(said: Said) -> None:
    assert said("parts-4", clusters="session") == said("whole.parquet", clusters="session")


def test_windows_that_are_too_narrow_are_looked_for_again(
    said: Said, in_memory: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []
    bounds_of = parted.bounds_of

    def counted(*args: Any, spare: float) -> Bounds:
        looked.append(spare)
        return bounds_of(*args, spare=spare)

    monkeypatch.setattr(parted, "_SPARE", 0.0)
    monkeypatch.setattr(parted, "_WIDER", 1.0)
    monkeypatch.setattr(parted, "bounds_of", lambda times, q, spare: counted(times, q, spare=40.0 * len(looked)))
    assert said("parts-4", EngineChoice(name="serial"))["evidence"] == in_memory["evidence"]
    assert max(looked) > 0


def test_what_is_finished_is_not_done_again(
    folder: Path, tmp_path: Path, in_memory: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the third part of the replays, the same command does the last of the four."""
    done: list[int] = []
    task = parted._Task.__call__

    def stops(self: Any) -> Any:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(self.replays.part.number)
        return task(self)

    file = asked(folder, "parts-4")
    with monkeypatch.context() as patched:
        patched.setattr(parted._Task, "__call__", stops)
        with pytest.raises(KeyboardInterrupt):
            run_experiment(file, out=tmp_path, figures=False)
    assert not list(tmp_path.rglob("metrics.json"))
    first, done[:] = list(done), []
    with monkeypatch.context() as patched:
        patched.setattr(parted._Task, "__call__", lambda self: done.append(self.replays.part.number) or task(self))
        result = run_experiment(file, out=tmp_path, figures=False)
    assert sorted([*first, done[0]]) == list(range(4))
    assert json.dumps(result.metrics()["maps"], sort_keys=True).encode() == in_memory["maps"]
    assert not (result.path / "parts").exists()


def test_smoke_reads_the_first_sessions_into_memory(folder: Path, stream: RequestStream, tmp_path: Path) -> None:
    file = asked(folder, "parts-4")
    text = file.read_text().replace("[incumbent]", "[stream.sizes]\nsmoke = 500\n[incumbent]")
    file.write_text(text)
    result = run_experiment(file, out=tmp_path, scale_name="smoke", figures=False)
    document = result.metrics()
    first = stream.first_sessions(500)
    assert document["stream"]["digest"] == first.digest  # type: ignore[index]
    assert f"the first {len(first):,} of {len(stream):,} requests" in document["stream"]["notes"][-1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ("[evidence.sensitivity]\n", "[evidence.sensitivity]"),
        ("[evidence.holdout]\n", "[evidence.holdout]"),
        ("[operations]\n", "[operations]"),
    ],
)
def test_what_needs_single_requests_is_refused_at_once(more: str, what: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="looks at single requests, and they lie in parts; leave it out") as refusal:
        run_experiment(asked(folder, "parts-4", more=more), out=tmp_path, figures=False)
    assert refusal.value.what.startswith(what)


def test_roots_and_options_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"evidence\.clusters = root looks at single requests"):
        run_experiment(asked(folder, "parts-4", clusters="root"), out=tmp_path, figures=False)
    file = asked(folder, "parts-4")
    with pytest.raises(UsageError, match="reader 'parts' takes no options"):
        run_experiment(file, out=tmp_path, figures=False, overrides=["stream.options={threads='all'}"])


def test_the_result_has_its_figures_and_report(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tune", str(asked(folder, "parts-4")), "--out", str(tmp_path), "--engine", "serial"]) == 0
    assert "cheapest" in capsys.readouterr().out
    (report,) = tmp_path.rglob("report.html")
    assert "whom the proposed map hits hardest was not looked at" in report.read_text()
    assert (report.parent / "figures" / "demand.svg").is_file()


def test_workers_do_not_run_the_command_again(folder: Path, tmp_path: Path) -> None:
    """Some installers write the command's script without a guard: worker processes must not import it."""
    script = tmp_path / "paretocode"
    script.write_text("import sys\nfrom paretocode.cli import main\nsys.exit(main())\n")
    words = ["compare", "documented", "documented", "--stream", str(folder / "parts-4"), "--workers", "2", "--json"]
    done = subprocess.run(
        [sys.executable, str(script), *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["stream"]["requests"] == 1_200
