"""Do the published numbers of RouteLLM and RouterArena come out of the published rows?"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence.confidence import percentile_intervals
from paretocode.evidence.outcomes import (
    arena_score,
    assigned_to,
    compare_assignments,
    oracle_assignment,
    oracle_gap,
    performance_gap,
    quadrants,
    read_routellm_mtbench,
    read_routellm_pair,
)
from paretocode.evidence.outcomes.routellm import STRONG, WEAK

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "outcomes"


@pytest.mark.parametrize(
    ("file", "domain", "counts", "means"),
    [
        ("routellm_gsm8k.csv", None, (1_319, 1_307, 1_307), (0.8577, 0.6373, 0.9296)),
        ("routellm_mmlu.csv.gz", "domain", (14_042, 14_037, 13_932), (0.8059, 0.6809, 0.8587)),  # 105 prompts repeat
    ],
)
def test_accuracies_of_the_pair(
    folder: Path, file: str, domain: str | None, counts: tuple[int, int, int], means: tuple[float, float, float]
) -> None:
    (n_rows, n_clean, n_prompts), (strong, weak, oracle) = counts, means
    with pytest.raises(InputError, match=f"{n_rows - n_clean} of {n_rows:,} questions are marked as contaminated"):
        read_routellm_pair(folder / file, contaminated=None, domain=domain)
    assert read_routellm_pair(folder / file, contaminated="keep", domain=domain).n_questions == n_rows
    table = read_routellm_pair(folder / file, contaminated="drop", domain=domain)
    assert table.n_questions == n_clean
    assert table.notes == (f"{n_rows - n_clean} of {n_rows:,} questions left out: marked as contaminated",)
    assert round(assigned_to(table, STRONG).mean_score, 4) == strong
    assert round(assigned_to(table, WEAK).mean_score, 4) == weak
    gap = oracle_gap(assigned_to(table, WEAK))
    assert round(gap.oracle_score, 4) == oracle
    assert gap.best_single == STRONG
    found = quadrants(assigned_to(table, WEAK), assigned_to(table, STRONG))
    rescue, loss, safe, hard = found.counts
    assert (rescue + safe) / n_clean == pytest.approx(assigned_to(table, STRONG).mean_score)
    assert (n_clean - hard) / n_clean == pytest.approx(gap.oracle_score)
    assert loss > 0
    assert table.n_clusters == n_prompts


def test_an_oracle_router_recovers_more_than_the_gap(folder: Path) -> None:
    table = read_routellm_pair(folder / "routellm_gsm8k.csv", contaminated="drop")
    gain = table.scores_of(STRONG) - table.scores_of(WEAK)
    found = performance_gap(table, WEAK, STRONG, gain)
    assert found.pgr.max() > 1
    rescued = int((gain > 0).sum())
    assert found.cpt(1.0) <= rescued / table.n_questions
    assert oracle_assignment(table).mean_score == pytest.approx(found.curve.quality.max())


def test_commercial_routers_need_the_sentinel_dropped(folder: Path) -> None:
    file = folder / "routellm_mtbench_commercial.csv"
    with pytest.raises(InputError) as caught:
        read_routellm_mtbench(file, has_categories=False)
    assert "routellm_mtbench_commercial.csv, row 222, column score: the score is -1, a sentinel outside 1 to 10" in str(
        caught.value
    )
    table = read_routellm_mtbench(file, has_categories=False, sentinel=-1)
    assert table.notes == ("1 of 320 scores dropped: they are the sentinel -1",)
    unify = table.scores_of("unify")
    assert int((~np.isnan(unify)).sum()) == 159
    assert float(np.nanmean(unify)) == pytest.approx(8.757862, abs=5e-7)
    assert assigned_to(table, "martian").mean_score == 8.3125
    with pytest.raises(InputError, match="model 'unify' has no score there"):
        assigned_to(table, "unify")
    assert table.complete().n_questions == 159


def test_gpt4_against_mixtral_on_mtbench(folder: Path) -> None:
    table = read_routellm_mtbench(folder / "routellm_mtbench.csv", contaminated="drop")
    assert (table.n_questions, table.n_clusters, table.cluster_kind) == (144, 72, "question_id")
    found = compare_assignments(assigned_to(table, STRONG), assigned_to(table, WEAK), margin=0.5)
    assert found.quality.point[0] == pytest.approx(0.9306, abs=5e-5)
    assert found.quality_interval.low[0] == pytest.approx(0.49, abs=0.02)  # wider: symmetric, and it covers
    assert found.quality_interval.high[0] == pytest.approx(1.37, abs=0.02)
    plain = percentile_intervals(found.quality)
    assert plain.low[0] == pytest.approx(0.52, abs=0.02)
    assert plain.high[0] == pytest.approx(1.38, abs=0.02)


def test_arena_scores(folder: Path) -> None:
    with (folder / "routerarena_published_triples.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 14
    for row in rows:
        accuracy, cost = float(row["accuracy_pct"]) / 100, float(row["cost_per_1k_usd"])
        published = float(row["arena_pub"])
        assert abs(round(100 * arena_score(accuracy, cost), 2) - published) < 0.05 + 1e-9, row["router"]
        # Costs are printed to two decimals: the unrounded one explains what is left.
        dearest, cheapest = arena_score(accuracy - 5e-5, cost + 0.005), arena_score(accuracy + 5e-5, cost - 0.005)
        assert 100 * dearest - 0.005 <= published <= 100 * cheapest + 0.005, row["router"]
