"""What holds for every stream, whatever its rows?"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.stream import (
    Demand,
    RequestStream,
    apply_demand,
    demand_of,
    describe,
    lint_stream,
    read_stream_table,
    request_stream,
    write_stream_table,
)

# (session, time, prompt, completion, prefix, min score in thousandths or omitted); no session has two rows at one time.
rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "10", "9", 'q"\n,é']),
        st.sampled_from([0.0, 0.1, 1.0, 1e9, -3.5, 1 / 3]),
        st.integers(0, 50),
        st.integers(0, 5),
        st.integers(0, 60),
        st.none() | st.integers(0, 1000),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
)
demands = st.builds(
    lambda share, rate: Demand(atoms=((0.25, share), (0.5, 1 - share)), switch_rate=rate),
    st.sampled_from([0.0, 0.25, 1.0]),
    st.sampled_from([0.0, 0.1, 1.0]),
)


def stream_of(table: list[tuple[str, float, int, int, int, int | None]]) -> RequestStream:
    session, time_s, prompt, completion, prefix, thousandths = zip(*table, strict=True)
    return request_stream(
        session=np.array(session),
        time_s=time_s,
        prompt_tokens=prompt,
        completion_tokens=completion,
        prefix_tokens=prefix,
        min_score=[np.nan if score is None else score / 1000 for score in thousandths],
    )


@given(rows)
def test_rows_are_sorted_and_sound(table: list[tuple]) -> None:
    stream = stream_of(table)
    assert len(stream) == len(table)
    assert (np.diff(stream.session) >= 0).all()
    assert set(stream.session.tolist()) == set(range(stream.n_sessions))
    later = ~stream.is_first
    assert (stream.gap_s[later] >= 0).all()
    assert np.isnan(stream.gap_s[stream.is_first]).all()
    assert (stream.prefix_tokens[stream.is_first] == 0).all()
    assert (stream.prefix_tokens <= stream.prompt_tokens).all()
    assert sorted(stream.prompt_tokens.tolist()) == sorted(row[2] for row in table)


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(table: list[tuple], random: object) -> None:
    shuffled = list(table)
    random.shuffle(shuffled)
    assert stream_of(shuffled).digest == stream_of(table).digest


@given(rows, st.sampled_from(["csv", "parquet", "csv.gz"]))
def test_a_table_comes_back_as_it_went(table: list[tuple], suffix: str) -> None:
    stream = stream_of(table)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"log.{suffix}"
        write_stream_table(stream, file)
        back = read_stream_table(file)
    assert (back.digest, back.session_ids) == (stream.digest, stream.session_ids)


@given(rows, demands, st.integers(0, 3))
def test_a_demand_changes_nothing_but_what_is_asked(table: list[tuple], demand: Demand, seed: int) -> None:
    stream = stream_of(table)
    asked = apply_demand(stream, demand, rng=seed)
    unchanged = asked.replace(min_score_ppm=stream.min_score_ppm, is_omitted=stream.is_omitted)
    assert unchanged.digest == stream.digest
    assert set(asked.min_score_ppm.tolist()) <= set(demand.table().min_score_ppm.tolist())
    assert not asked.is_omitted.any()
    if demand.switch_rate == 0:
        assert demand_of(asked).share.sum() == pytest.approx(1)
        assert ((np.diff(asked.min_score_ppm) == 0) | asked.is_first[1:]).all()


@given(rows)
def test_the_demand_table_counts_every_request(table: list[tuple]) -> None:
    found = demand_of(stream_of(table))
    assert found.share.sum() + found.omitted_share == pytest.approx(1)
    assert (np.diff(found.min_score_ppm) > 0).all()
    assert (found.share > 0).all()


@given(rows)
def test_every_stream_can_be_described_and_linted(table: list[tuple]) -> None:
    stream = stream_of(table)
    assert describe(stream)["requests"] == len(table)
    findings = lint_stream(stream)
    assert len({(finding.code, finding.message) for finding in findings}) == len(findings)
