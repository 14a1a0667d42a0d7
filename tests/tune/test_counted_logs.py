"""The same maps from a log in memory, in parts, and counted in its warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.sim.partitioned import InThisProcess, LogInParts, asked_parts
from paretocode.sim.tables import RequestGrid, request_classes, scored_models, table_subject
from paretocode.sim.tables.countable import CountableLog
from paretocode.sim.tables.pull import PullColumns, PulledLog, pull_query
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
from paretocode.stream.partitioned import partition_stream
from paretocode.tiermap import Policy
from paretocode.tune import MapQuestion, search_maps

CATALOGUE = load_bundled()
SCALE = PercentileScale(field=tuple(CATALOGUE.coding_score))
RAW = synthesise("coding_agent", n_requests=800, rng=1)
STREAM = apply_demand(RAW, DEFAULT_DEMAND, rng=3)
PLAIN = {"catalogue": CATALOGUE, "scale": SCALE, "n_bands": (2, 3), "edges": ("coupled", "apart")}


def in_parts(folder: Path) -> CountableLog:
    parts = partition_stream(RAW, folder / "parts", n_parts=5)
    asked = asked_parts(parts, demand=DEFAULT_DEMAND, demand_rng=3)
    return LogInParts(asked, InThisProcess, n_at_once=1, kept=(folder / "kept", "question"))


def pulled(_: Path) -> CountableLog:
    """Count the log where DuckDB has it."""
    models = scored_models(CATALOGUE, Policy(), scale=SCALE)
    grid = RequestGrid(edges_ppm=np.array([1]), asked_ppm=np.unique(models.axis_ppm))
    subject = table_subject(models, request_classes(models, np.arange(len(models) + 1)), grid)
    rows = {
        "session_id": STREAM.session,
        "time_s": STREAM.time_s,
        "place": np.arange(len(STREAM)),
        "min_score": np.ma.masked_array(STREAM.min_score_ppm / 1e6, mask=STREAM.is_omitted),
        "prompt_tokens": STREAM.prompt_tokens,
        "completion_tokens": STREAM.completion_tokens,
        "prefix_tokens": STREAM.prefix_tokens,
    }
    with duckdb.connect() as engine:
        engine.register("log", rows)
        answer = engine.execute(pull_query(subject, PullColumns(table="log", order="place"))).fetchnumpy()
    return PulledLog({name: np.ma.getdata(column) for name, column in answer.items()}, subject)


@pytest.mark.parametrize("log_of", [in_parts, pulled])
def test_the_same_maps_are_found(log_of: object, tmp_path: Path) -> None:
    log = log_of(tmp_path)  # type: ignore[operator]
    found, whole = search_maps(MapQuestion(log=log, **PLAIN)), search_maps(MapQuestion(stream=STREAM, **PLAIN))
    assert found.question.counts == whole.question.counts
    np.testing.assert_array_equal(found.totals, whole.totals)
    assert [found.tier_map(found.place_of(row), name="x") for row in range(len(found))] == [
        whole.tier_map(whole.place_of(row), name="x") for row in range(len(whole))
    ]


def test_what_looks_at_single_requests_is_refused(tmp_path: Path) -> None:
    log = in_parts(tmp_path)
    with pytest.raises(InputError, match="this looks at single requests, and the log is not in memory"):
        _ = MapQuestion(log=log, **PLAIN).requests
    for given in ({}, {"stream": STREAM, "log": log}):
        with pytest.raises(InputError, match="the log is given twice or not at all"):
            MapQuestion(**PLAIN, **given)
    with pytest.raises(InputError, match="look at each request in its turn, and the answer has none"):
        search_maps(MapQuestion(log=pulled(tmp_path), **PLAIN, hysteresis_ppm=(50_000,)))
