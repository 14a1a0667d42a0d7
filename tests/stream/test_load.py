"""One door to all readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from paretocode.errors import InputError, UsageError
from paretocode.stream import READERS, load_stream


def test_readers_by_name(tmp_path: Path) -> None:
    assert READERS.keys() >= {"coding_agent", "azure", "burstgpt", "mooncake", "otel", "litellm", "table"}
    file = tmp_path / "log.csv"
    file.write_text("when,prompt_tokens,completion_tokens\n3,1,1\n")
    assert load_stream("table", str(file), columns={"time_s": "when"}).time_s.tolist() == [3.0]


def test_refusals() -> None:
    with pytest.raises(InputError) as unknown:
        load_stream("vllm", "x")
    assert str(unknown.value) == f"reader is 'vllm'; use one of {', '.join(READERS)}."
    with pytest.raises(UsageError) as option:
        load_stream("table", "x", column={})
    assert str(option.value) == "reader 'table' takes no option 'column'; use columns, name, sort, max_bytes."
