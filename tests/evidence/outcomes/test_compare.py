"""Is the paired comparison what a slow bootstrap over clusters says, and are its verdicts worth their words?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.confidence import student_intervals
from paretocode.evidence.outcomes import (
    Assignment,
    OutcomeTable,
    QualityVerdict,
    assigned,
    assigned_to,
    compare_assignments,
    outcome_table,
    quality_verdict,
    saving_at_equal_quality,
)
from paretocode.evidence.resampling import Resampling


def pair_table(
    weak: list[int], strong: list[int], *, cluster: list[int] | None = None, cost: bool = True
) -> OutcomeTable:
    n = len(weak)
    return outcome_table(
        question=[f"q{i}" for i in range(n) for _ in range(2)],
        model=["weak", "strong"] * n,
        score=[s for pair in zip(weak, strong, strict=True) for s in pair],
        score_range=(0, 10),
        cost_usd=[c for i in range(n) for c in (0.001 + 0.0001 * i, 0.01 + 0.001 * (i % 3))] if cost else None,
        cluster=None if cluster is None else [str(c) for c in cluster for _ in range(2)],
    )


def both(table: OutcomeTable) -> tuple[Assignment, Assignment]:
    return assigned_to(table, "weak"), assigned_to(table, "strong")


scores = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(0, 3)), min_size=6, max_size=14)


@given(scores)
def test_estimates_equal_the_slow_loop_over_clusters(rows: list[tuple[int, int, int]]) -> None:
    away = [a - b for a, b, _ in rows]
    labels = [c for _, _, c in rows]
    if len(set(away)) == 1 or len(set(labels)) == 1:
        return
    table = pair_table([a for a, _, _ in rows], [b for _, b, _ in rows], cluster=labels)
    found = compare_assignments(
        *both(table), margin=9.0, resampling=Resampling(n_clusters=table.n_clusters, n_replicates=100)
    )
    clusters = {c: [i for i in range(len(rows)) if table.cluster[i] == c] for c in range(table.n_clusters)}
    mean = sum(away) / len(away)
    assert found.quality.point[0] == pytest.approx(mean)
    sizes = {c: len(members) for c, members in clusters.items()}
    u = [(sum(away[i] for i in members) - mean * sizes[c]) / len(rows) for c, members in clusters.items()]
    expected = (len(u) / (len(u) - 1) * sum(x * x for x in u)) ** 0.5
    assert found.quality.standard_error[0] == pytest.approx(expected, abs=1e-12)
    weak, strong = both(table)
    assert found.cost is not None
    assert found.cost.point[0] == pytest.approx(weak.mean_cost_usd - strong.mean_cost_usd)
    assert found.cost.point[1] == pytest.approx(1 - weak.mean_cost_usd / strong.mean_cost_usd)
    draws = next(iter(Resampling(n_clusters=table.n_clusters, n_replicates=100).blocks()))[1]
    for counts, replicate in zip(draws[:5].tolist(), found.quality.replicates[:5, 0], strict=True):
        drawn = [i for c, members in clusters.items() for i in members * int(counts[c])]
        assert replicate == pytest.approx(sum(away[i] for i in drawn) / len(drawn))


def test_copies_of_a_question_in_one_cluster_add_no_certainty() -> None:
    weak, strong = [0, 3, 5, 7, 9, 2, 4, 6], [5, 5, 5, 9, 9, 5, 1, 8]
    once = compare_assignments(*both(pair_table(weak, strong)), margin=5.0)
    copied = pair_table(weak * 3, strong * 3, cluster=list(range(8)) * 3)
    thrice = compare_assignments(*both(copied), margin=5.0)
    naive = compare_assignments(*both(pair_table(weak * 3, strong * 3)), margin=5.0)
    assert thrice.quality.standard_error[0] == pytest.approx(once.quality.standard_error[0])
    assert naive.quality.standard_error[0] < 0.7 * once.quality.standard_error[0]
    assert (thrice.n_questions, thrice.n_clusters) == (24, 8)


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [
        (0.01, 0.2, "BETTER"),
        (0.0, 0.2, "NOT_INFERIOR"),
        (-0.04, -0.01, "NOT_INFERIOR"),
        (-0.05, 0.2, "UNDECIDED"),
        (-0.06, -0.05, "UNDECIDED"),
        (-0.2, -0.06, "INFERIOR"),
        (float("nan"), float("nan"), "UNDECIDED"),
    ],
)
def test_verdicts_at_their_edges(low: float, high: float, name: str) -> None:
    verdict = quality_verdict(low, high, margin=0.05)
    assert verdict is QualityVerdict[name]
    assert verdict.is_kept == (name in {"BETTER", "NOT_INFERIOR"})


def test_sentences_claim_a_saving_only_at_kept_quality() -> None:
    weak, strong = [5, 6, 7, 8] * 25, [5, 6, 7, 9] * 25
    same = compare_assignments(*both(pair_table(weak, strong)), margin=0.5)
    assert same.verdict is QualityVerdict.NOT_INFERIOR
    assert "not lower by more than the margin (margin 0.5). It saves " in str(same)
    worse = compare_assignments(*both(pair_table([0, 1, 2, 3] * 25, strong)), margin=0.5)
    assert worse.verdict is QualityVerdict.INFERIOR
    assert str(worse).endswith("which is no saving at equal quality.")
    back = compare_assignments(*reversed(both(pair_table(weak, strong))), margin=0.5)
    assert back.verdict is QualityVerdict.BETTER
    assert "the quality is higher (margin 0.5). It costs more: " in str(back)
    plain = compare_assignments(*both(pair_table(weak, strong, cost=False)), margin=0.5)
    assert plain.cost is None
    assert str(plain).endswith("not lower by more than the margin (margin 0.5).")


def test_same_seed_same_numbers() -> None:
    table = pair_table([1, 2, 3, 4, 5], [2, 2, 5, 5, 4])
    first, second = (compare_assignments(*both(table), margin=3.0) for _ in range(2))
    assert first.quality.replicates.tobytes() == second.quality.replicates.tobytes()


@pytest.mark.parametrize(
    ("weak", "strong", "cluster", "margin", "sentence"),
    [
        ([1, 2], [2, 1], None, 4.0, "one of 2 questions moves the mean by up to 5; give a margin of at least 5"),
        ([1, 2], [2, 1], None, 0.0, "the margin is 0; give a loss of score between 0 and 10"),
        ([1, 2], [2, 1], None, float("nan"), "the margin is nan"),
        ([1, 2], [2, 1], None, 10.0, "the margin is 10;"),
        ([1], [2], None, 5.0, "the margin 5 is below the resolution"),
        ([1, 2], [2, 1], [0, 0], 6.0, "there is one question only"),
        ([1, 1, 1], [1, 1, 1], None, 6.0, "the score differs by 0 in every one of 3 questions"),
    ],
)
def test_refusals(weak: list[int], strong: list[int], cluster: list[int] | None, margin: float, sentence: str) -> None:
    table = pair_table(weak, strong, cluster=cluster)
    with pytest.raises(InputError, match=sentence):
        compare_assignments(*both(table), margin=margin)


def test_other_tables_and_equal_choices_are_refused() -> None:
    one, two = pair_table([1, 2, 3], [2, 2, 2]), pair_table([1, 2, 3], [2, 2, 2])
    with pytest.raises(InputError, match="assign both on the same table"):
        compare_assignments(assigned_to(one, "weak"), assigned_to(two, "strong"), margin=5.0)
    with pytest.raises(InputError, match="weak and again choose the same model for every question"):
        compare_assignments(assigned_to(one, "weak"), assigned(one, ["weak"] * 3, name="again"), margin=5.0)
    with pytest.raises(InputError, match="the resampling draws 9 clusters and the table has 3"):
        compare_assignments(*both(one), margin=5.0, resampling=Resampling(n_clusters=9))
    free = outcome_table(
        question=["a", "a", "b", "b"],
        model=["weak", "strong"] * 2,
        score=[1, 2, 2, 1],
        score_range=(0, 10),
        cost_usd=[1, 0] * 2,
    )
    with pytest.raises(InputError, match="strong costs nothing, so no share of it can be saved"):
        compare_assignments(*both(free), margin=6.0)


def thresholds(table: OutcomeTable) -> list[Assignment]:
    """Send the first k questions to the strong model, for several k."""
    n = table.n_questions
    return [assigned(table, ["strong"] * k + ["weak"] * (n - k), name=f"{k}") for k in range(0, n + 1, 10)]


def test_the_cheapest_of_many_is_the_cheapest_that_is_shown_to_be_as_good() -> None:
    rng = np.random.default_rng(3)
    strong = rng.integers(4, 11, size=60)
    weak = np.where(np.arange(60) < 30, 0, strong - rng.integers(0, 2, size=60))  # only the first half needs strong
    table = pair_table(weak.tolist(), strong.tolist())
    found = saving_at_equal_quality(thresholds(table), assigned_to(table, "strong"), margin=1.0)
    assert found.best_index is not None
    kept = [k for k in range(len(found.names)) if found.is_kept[k]]
    assert found.names[found.best_index] == "30"
    assert found.saved_share.point[found.best_index] == max(found.saved_share.point[kept])
    one_by_one = compare_assignments(thresholds(table)[3], assigned_to(table, "strong"), margin=1.0)
    width = found.quality_intervals.high[3] - found.quality_intervals.low[3]
    assert width > one_by_one.quality_student.high[0] - one_by_one.quality_student.low[0]
    assert found.is_kept[found.names.index("60")]  # equals the baseline: kept for certain, and saves nothing
    assert found.saved_share.point[found.names.index("60")] == 0
    assert str(found).startswith("30 saves ")


def test_nothing_is_saved_where_nothing_is_shown() -> None:
    table = pair_table([0, 1, 0, 2, 1, 0], [9, 8, 9, 9, 8, 9])
    strong = assigned_to(table, "strong")
    found = saving_at_equal_quality([assigned_to(table, "weak")], strong, margin=2.0)
    assert found.best_index is None
    assert "no candidate is shown to keep the quality against strong (1 candidates, margin 2" in str(found)
    equal = saving_at_equal_quality([assigned(table, ["strong"] * 6, name="copy")], strong, margin=2.0)
    assert "no candidate saves anything" in str(equal)
    with pytest.raises(InputError, match="there is no candidate"):
        saving_at_equal_quality([], strong, margin=2.0)
    with pytest.raises(InputError, match="candidate 'weak' stands twice"):
        saving_at_equal_quality([assigned_to(table, "weak")] * 2, strong, margin=2.0)


def test_a_good_estimate_alone_is_no_proof() -> None:
    strong, weak = [5, 5, 5, 5, 5, 5] * 5, [0, 10, 5, 9, 1, 5] * 5  # the same mean, far apart question by question
    table = pair_table(weak, strong)
    found = saving_at_equal_quality([assigned_to(table, "weak")], assigned_to(table, "strong"), margin=0.5)
    assert found.quality.point[0] == 0
    assert not found.is_kept[0]
    assert found.best_index is None


def test_looking_at_many_candidates_does_not_find_one_that_is_not_there() -> None:
    rng, margin, n_worlds, n_candidates, n = np.random.default_rng(8), 1.0, 300, 15, 60
    n_found = n_naive = 0
    for at in range(n_worlds):
        base = rng.normal(0, 3, size=n)
        loss = margin + rng.normal(0, 3, size=(n, n_candidates))  # every candidate is worse by just the margin
        table = OutcomeTable(
            name="world",
            questions=tuple(map(str, range(n))),
            models=("base", *(f"m{k}" for k in range(n_candidates))),
            score=np.column_stack([base, base[:, None] - loss]),
            score_range=(-25, 25),
            cost_pusd=np.tile([2, *[1] * n_candidates], (n, 1)),
            has_cost=np.ones((n, n_candidates + 1), dtype=bool),
            domain=("",) * n,
            cluster=np.arange(n),
            is_contaminated=np.zeros(n, dtype=bool),
        )
        candidates = [assigned_to(table, m) for m in table.models[1:]]
        draws = Resampling(n_clusters=n, n_replicates=300, seed=at)
        found = saving_at_equal_quality(candidates, assigned_to(table, "base"), margin=margin, resampling=draws)
        n_found += found.best_index is not None
        n_naive += bool((student_intervals(found.quality).low > -margin).any())
    print(n_found / n_worlds, n_naive / n_worlds)
    assert n_found / n_worlds <= 0.05
    assert n_naive / n_worlds > 0.2
