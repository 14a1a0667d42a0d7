"""Work that cannot fit is refused before it begins, with the numbers and what makes them less."""

from __future__ import annotations

from pathlib import Path

import pytest

from paretocode.cli import main
from paretocode.errors import InputError, UsageError
from paretocode.sim.partitioned import memory as memory_module
from paretocode.sim.partitioned.memory import (
    MemoryPlan,
    Need,
    machine_bytes,
    memory_asked,
    plan_for_parts,
    refuse_beyond,
)
from paretocode.stream import synthesise
from paretocode.stream.partitioned import partition_stream


def test_a_plan_by_hand() -> None:
    """Two workers and the process that asks them, each 160 MB; two parts of 10^6 requests at 220 bytes."""
    need = plan_for_parts([1_000_000, 500], n_here=2)
    assert need.n_bytes == 3 * 160_000_000 + 2 * 1_000_000 * 220
    assert need.what == "2 processes with parts of up to 1,000,000 requests"
    assert plan_for_parts([1_000_000], n_here=1).n_bytes == 160_000_000 + 220_000_000
    assert plan_for_parts([1_000_000], n_here=0).n_bytes == 160_000_000


def test_what_does_not_fit_is_refused_with_its_greatest_need() -> None:
    plan = MemoryPlan((Need("parts", 10**9, "cut smaller"), Need("sums", 3 * 10**9, "take blocks")))
    refuse_beyond(plan, 4 * 10**9, where="here", is_asked=True)
    with pytest.raises(InputError) as refusal:
        refuse_beyond(plan, 4 * 10**9 - 1, where="here", is_asked=True)
    assert str(refusal.value) == (
        "here: the work takes about 4.0 GB of memory (parts: 1.0 GB; sums: 3.0 GB), and --memory is 4.0 GB; "
        "take blocks."
    )
    with pytest.raises(InputError, match=r"and this machine has 2\.0 GB; take blocks"):
        refuse_beyond(plan, 2 * 10**9, where="here", is_asked=False)


@pytest.mark.parametrize("word", ["", "2", "1.5 gb", "800MB", "3TB"])
def test_sizes(word: str) -> None:
    expected = {"2": 2, "1.5 gb": 1_500_000_000, "800MB": 800_000_000, "3TB": 3 * 10**12}
    if word in expected:
        assert memory_asked(word) == expected[word]
    else:
        with pytest.raises(UsageError, match="give a size such as 2GB"):
            memory_asked(word)


@pytest.mark.parametrize("word", ["0", "-1GB", "GB", "2 GiB", "1e9", "0.1B"])
def test_no_sizes(word: str) -> None:
    with pytest.raises(UsageError, match="give a size such as 2GB"):
        memory_asked(word)


def test_a_container_counts_as_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 10**8 < machine_bytes() < 2**62
    limit = tmp_path / "memory.max"
    limit.write_text("123456\n")
    monkeypatch.setattr(memory_module, "Path", lambda _: limit)
    assert machine_bytes() == 123_456
    limit.write_text("max\n")
    assert machine_bytes() > 10**8


def test_the_command_refuses_before_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = tmp_path / "parts"
    partition_stream(synthesise("chat", n_requests=300, rng=1), parts, n_parts=3)
    for file in parts.glob("part-*"):  # nobody looks at them
        file.write_bytes(bytes(file.stat().st_size))
    assert main(["replay", "--stream", str(parts), "--memory", "100MB", "--engine", "serial"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "the work takes about 0.2 GB of memory (1 process with parts of up to" in said.err
    assert "and --memory is 0.1 GB; take fewer --workers" in said.err


def test_the_command_states_its_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partition_stream(synthesise("chat", n_requests=300, rng=1), tmp_path / "parts", n_parts=2)
    assert main(["replay", "--stream", str(tmp_path / "parts"), "--memory", "1GB", "--engine", "serial"]) == 0
    assert "note: the work takes about 0.2 GB of memory" in capsys.readouterr().err


def test_a_limit_without_parts_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--requests", "100", "--memory", "1GB"]) == 2
    assert "--memory is for a partitioned stream" in capsys.readouterr().err
    file = tmp_path / "asked.toml"
    file.write_text(
        'format = "paretocode-experiment-1"\nquestion = "?"\nincumbent = { name = "a", kind = "documented" }\n'
        'stream = { preset = "chat", sizes = { full = 100, smoke = 100 } }\n'
    )
    from paretocode.cli.sim_door import main as sim

    assert sim([str(file), "--out", str(tmp_path / "out"), "--memory", "1GB"]) == 2
    assert "the stream does not lie in parts" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
