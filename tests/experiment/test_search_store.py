"""Findings are recalled on the same graph of the same experiment, and on no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from graphs import chain_graph
from paretocode.experiment.search_store import FoundFiles
from paretocode.tune import Setting, frontier_of_maps

SETTING = Setting(edges="coupled")


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    graph = chain_graph(6, 2, np.random.default_rng(1))
    found = frontier_of_maps(graph, n_bands=[2, 3], metrics=graph.metrics)
    files = FoundFiles(tmp_path, "a")
    files.keep(SETTING, found)
    again = files.recall(SETTING, graph)
    assert again is not None
    for one, other in zip(found, again, strict=True):
        assert np.array_equal(one.arcs, other.arcs)
        assert np.array_equal(one.n_sharing, other.n_sharing)
        assert (one.n_bands, one.searched, one.slack, one.verdict) == (
            other.n_bands,
            other.searched,
            other.slack,
            other.verdict,
        )
    assert files.recall(Setting(edges="apart"), graph) is None


def test_findings_of_another_experiment_or_graph_are_not_taken(tmp_path: Path) -> None:
    graph = chain_graph(6, 2, np.random.default_rng(1))
    files = FoundFiles(tmp_path, "a")
    files.keep(SETTING, frontier_of_maps(graph, n_bands=2, metrics=graph.metrics))
    assert files.recall(SETTING, chain_graph(7, 2, np.random.default_rng(1))) is None
    (kept,) = tmp_path.iterdir()
    other = FoundFiles(tmp_path, "b")
    other.keep(SETTING, frontier_of_maps(graph, n_bands=2, metrics=graph.metrics))
    (copied,) = (path for path in tmp_path.iterdir() if path != kept)
    copied.write_bytes(kept.read_bytes())  # under the name of another experiment
    assert other.recall(SETTING, graph) is None
