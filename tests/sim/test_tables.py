"""A log as tables, worked by hand: rows, pairs, what caches hold, times, sums of parts, and every refusal."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from paretocode.catalogue.catalogue import Catalogue, PriceStep
from paretocode.catalogue.scales import FractionScale
from paretocode.errors import InputError
from paretocode.sim.cache import NO_CACHE, PrefixCache
from paretocode.sim.luck import draw_luck
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import (
    LogTables,
    RequestGrid,
    ScoredModels,
    TableMetrics,
    band_choices,
    log_tables,
    replayed_totals,
    request_classes,
    scored_models,
    table_subject,
    with_times,
)
from paretocode.sim.tables import times as times_module
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, documented_pareto_code
from strategies import NAN, catalogue_of

CACHE = PrefixCache(ttl_s=10.0, min_tokens=100)
CATALOGUE = catalogue_of(
    {
        "model_id": ["a/cheap", "b/good", "b/no-price"],
        "coding_score": [40.0, 60.0, 50.0],
        "prompt_usd_per_mtok": [1.0, 2.0, NAN],
        "cache_read_usd_per_mtok": [NAN, 0.5, NAN],
        "context_tokens": [300.0, 1000.0, 1000.0],
        "tps": [10.0, NAN, 10.0],
    }
).replace(ttft_s=np.array([[NAN, NAN, 1.0, NAN, NAN, NAN, NAN], [NAN] * 7, [NAN] * 7]))
STREAM = request_stream(
    session=[1, 1, 1, 2],
    time_s=[0, 10, 21, 0],
    prompt_tokens=[200, 260, 300, 99],
    completion_tokens=[10, 20, 30, 1],
    prefix_tokens=[0, 200, 260, 0],
    min_score=[0.5, 0.5, 0.65, NAN],
)


def models_of(
    cache: PrefixCache = CACHE, catalogue: Catalogue = CATALOGUE, policy: Policy | None = None
) -> ScoredModels:
    """Return the scored models of a catalogue."""
    return scored_models(catalogue, policy or Policy(), scale=FractionScale(full=100.0), cache=cache)


def tables_of(models: ScoredModels, stream: RequestStream = STREAM, asked: list[int] | None = None) -> LogTables:
    """Return the tables with one edge at 0.6."""
    marks = np.unique(models.axis_ppm) if asked is None else np.array(asked)
    grid = RequestGrid(edges_ppm=np.array([600_000]), asked_ppm=marks)
    return log_tables(stream, table_subject(models, request_classes(models, np.array([0, len(models)])), grid))


def test_requests_are_summed_by_cell_class_and_mark() -> None:
    table = tables_of(models_of()).requests
    # Windows 300 and 1000; prompts of 100 tokens and more may write to a cache: classes 0 .. 5.
    assert table.cell.tolist() == [0, 1, 1]
    assert table.number.tolist() == [1, 0, 3]  # fits both; fits both and writes nothing; 330 tokens fit the larger
    assert table.mark.tolist() == [1, 4, 3]  # 0.5 equals a mark; none asked; above all marks
    assert table.n.tolist() == [2, 1, 1]
    assert table.prompt_tokens.tolist() == [460, 99, 300]
    assert table.completion_tokens.tolist() == [30, 1, 30]
    assert table.asked_ppm.tolist() == [1_000_000, 0, 650_000]


def test_pairs_know_both_sides_and_what_a_cache_would_hold() -> None:
    tables = tables_of(
        models_of(PrefixCache(ttl_s=10.0, min_tokens=100, by_model={"a/cheap": PrefixCache(ttl_s=11.0)}))
    )
    assert tables.subject.cache_rules == ((10_000_000, 100), (11_000_000, 1024))
    pairs = tables.pairs
    assert list(zip(pairs.cell_before.tolist(), pairs.cell.tolist(), pairs.n.tolist(), strict=True)) == [
        (0, 0, 1),
        (0, 1, 1),
    ]
    # The first gap is the time limit itself, the second one second longer; 1,024 tokens are reached by neither.
    assert pairs.held.tolist() == [[200, 0], [0, 0]]
    assert tables.n_pairs == 2
    assert not len(tables_of(models_of(NO_CACHE)).subject.cache_rules)


def test_limits_belong_to_the_class_below() -> None:
    step = PriceStep(
        model_index=0,
        min_prompt_tokens=250,
        prompt_usd_per_mtok=3.0,
        completion_usd_per_mtok=NAN,
        cache_read_usd_per_mtok=NAN,
        cache_write_usd_per_mtok=NAN,
    )
    models = models_of(NO_CACHE, CATALOGUE.replace(price_steps=(step,)))
    classes = request_classes(models, np.array([0, 3]))
    assert classes.prompt_limits.tolist() == [250]
    # A prompt of 250 pays the lower price, a need of 300 fits the window of 300; 1,001 fit nowhere.
    numbers = classes.of(np.array([250, 251, 250, 250, 1001]), np.array([0, 0, 50, 51, 0]))
    assert [classes.parts(int(number)) for number in numbers] == [(0, 0, 0), (0, 1, 0), (0, 0, 0), (1, 0, 0), (2, 1, 0)]
    assert [models.tariff_at(classes.example_prompt(at)).prompt[0] for at in (0, 1)] == [1_000_000, 3_000_000]


def test_metrics_of_rows_by_hand() -> None:
    tables = tables_of(models_of())
    names = (
        "cost_pusd",
        "list_cost_pusd",
        "shortfall_ppm",
        "excess_ppm",
        "n_short",
        "n_unserved",
        "n_unmet",
        "n_untimed",
    )
    found = TableMetrics(tables=tables, names=(*names, "n_served_by:b", "n_tier_changes"))
    rows = np.array([0, 0, 1, 2])
    values = found.of_requests(rows, np.array([0, UNSERVED, 2, 2]))
    # Two requests that ask 0.5 at 0.4; unserved; one that asks nothing at 0.6; one that asks 0.65 at 0.6.
    assert values.tolist() == [
        [520_000_000, 520_000_000, 200_000, 0, 2, 0, 2, 0, 0, 0],
        [0, 0, 0, 0, 0, 2, 2, 0, 0, 0],
        [200_000_000, 200_000_000, 0, 0, 0, 0, 0, 1, 1, 0],
        [660_000_000, 660_000_000, 50_000, 0, 1, 0, 1, 1, 1, 0],
    ]
    # 200 tokens held at a model that reads them 1.5 USD cheaper; the cheap one has no price of reading.
    assert found.of_pairs(np.array([0, 0]), np.array([2, 0])).tolist() == [[300_000_000], [0]]


def test_used_models_are_those_that_some_band_takes() -> None:
    models = models_of()
    cuts = np.array([0, 1, 3])
    classes = request_classes(models, cuts)
    choices = band_choices(models, classes, cuts, np.array([0, classes.n_classes - 1]))
    assert choices.used_models == (0, 2)  # the model without a price serves nobody
    assert choices.n_kinds == 2


def test_times_are_tabulated_for_the_asked_models() -> None:
    models, luck = models_of(), draw_luck(STREAM, rng=1)
    tables = with_times(tables_of(models), STREAM, luck, places=[0, 2], limits_us=[2_000_000])
    assert tables.subject.timed_models.tolist() == [0, 2]
    assert (tables.requests.latency_us[:, 0] > 0).all()
    assert tables.requests.latency_us[:, 1].tolist() == [0, 0, 0]  # no published speed
    metrics = TableMetrics(tables=tables, names=("latency_us", "n_above:2"))
    rows = np.arange(3)
    assert (metrics.of_requests(rows, np.zeros(3, dtype=np.int64))[:, 0] == tables.requests.latency_us[:, 0]).all()
    only_one = with_times(tables_of(models), STREAM, luck, places=[2])
    with pytest.raises(InputError, match="latency_us asks for times of a/cheap, which are not tabulated"):
        TableMetrics(tables=only_one, names=("latency_us",)).of_requests(rows, np.zeros(3, dtype=np.int64))
    with pytest.raises(InputError, match="n_above:3 is not tabulated; name its limit when tabulating"):
        TableMetrics(tables=tables, names=("n_above:3",))


def test_times_that_do_not_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tables, luck = tables_of(models_of()), draw_luck(STREAM, rng=1)
    shorter = STREAM.take_sessions(np.array([0]))
    with pytest.raises(InputError, match="the tables count 4 requests and the stream has 3; give the stream that was"):
        with_times(tables, shorter, luck, places=[0])
    with pytest.raises(InputError, match="the luck has 4 draws and the stream 3 requests"):
        with_times(tables_of(models_of(), shorter), shorter, luck, places=[0])
    monkeypatch.setattr(times_module, "_MOST_BYTES", 10)
    with pytest.raises(InputError, match=r"the times of 1 models would take 0\.0 GB; give fewer candidate edges"):
        with_times(tables, STREAM, luck, places=[0])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("n_model_jumps", "n_model_jumps does not add up over bands; whether two bands serve one model"),
        ("n_above", "there is no metric 'n_above'; use one of cost_pusd"),
        ("n_above:-1", "'-1' in n_above:-1 is no number >= 0; write it as in n_above:2.5"),
        ("n_short_above:nan", "'nan' in n_short_above:nan is no number >= 0"),
        ("n_above:2", "n_above:2 needs times; tabulate them with luck, or leave it out"),
        ("n_short_above:0.05", "n_short_above:0.05 compares min scores with 450,000 ppm, which is no mark of the grid"),
    ],
)
def test_metrics_that_are_refused(name: str, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        TableMetrics(tables=tables_of(models_of()), names=(name,))
    assert sentence in str(refusal.value)


def test_scores_between_marks_are_refused() -> None:
    tables = tables_of(models_of(), asked=[400_000])
    with pytest.raises(InputError, match="shortfall_ppm compares min scores with 600,000 ppm"):
        TableMetrics(tables=tables, names=("shortfall_ppm",))


def test_only_tables_of_one_subject_add_up() -> None:
    first, second = tables_of(models_of()), tables_of(models_of(CACHE))
    assert (first + second).n_requests == 8
    sticky = tables_of(models_of(policy=Policy(stickiness="none", n_fallbacks=0)))
    assert (first + sticky).requests.n.tolist() == [4, 2, 2]  # neither plays a part
    one, other = PrefixCache(ttl_s=10.0, min_tokens=100), PrefixCache(ttl_s=60.0, min_tokens=100)
    there = tables_of(models_of(dataclasses.replace(one, by_model={"a/cheap": other})))
    back = tables_of(models_of(dataclasses.replace(other, by_model={"a/cheap": one})))
    assert there.subject.cache_rules == back.subject.cache_rules  # the same rules, of other models
    for strange in (there + there, tables_of(models_of(NO_CACHE))):
        with pytest.raises(
            InputError, match="tables of two different models, policies, grids or cache rules do not add"
        ):
            _ = back + strange


def test_logs_too_large_to_be_summed_exactly_are_refused() -> None:
    models = models_of()
    many = STREAM.replace(prompt_tokens=STREAM.prompt_tokens + 2**52)
    with pytest.raises(InputError, match="are too many to count at once; count parts of the log and add the tables"):
        tables_of(models, many)
    dear = STREAM.replace(prompt_tokens=STREAM.prompt_tokens + 2**39)
    half = tables_of(models, dear)
    with pytest.raises(InputError, match="the dearest prices would make it 8,796,093 USD, more than can be summed"):
        tables_of(models, STREAM.replace(prompt_tokens=STREAM.prompt_tokens + 2**40))
    with pytest.raises(InputError, match="log tables: the dearest prices would make it"):
        _ = half + half


def test_grids_and_cuts_out_of_order_are_refused() -> None:
    with pytest.raises(InputError, match="candidate edges has 7 twice"):
        RequestGrid(edges_ppm=np.array([7, 7]), asked_ppm=np.array([1]))
    with pytest.raises(InputError, match=r"candidate edges run from 0 to 7 ppm; stay within 1 \.\. 1,000,000"):
        RequestGrid(edges_ppm=np.array([0, 7]), asked_ppm=np.array([1]))
    with pytest.raises(InputError, match=r"the cuts are \[0, 2\]; let them increase from 0 to 3"):
        request_classes(models_of(), np.array([0, 2]))


def test_catalogues_without_anybody_to_serve_are_refused() -> None:
    unscored = CATALOGUE.replace(coding_score=np.full(3, NAN))
    with pytest.raises(InputError, match="no model has a score; bring scores, or another catalogue"):
        models_of(catalogue=unscored)
    idle = CATALOGUE.replace(context_tokens=np.full(3, NAN))
    with pytest.raises(
        InputError, match="no scored model has both prices and a context window; fill prompt_usd_per_mtok"
    ):
        models_of(catalogue=idle)


def test_replayed_times_need_luck() -> None:
    from paretocode.catalogue import load_bundled

    catalogue = load_bundled()
    models = models_of(catalogue=catalogue)
    with pytest.raises(InputError, match=r"n_above:2 needs luck; draw it: draw_luck\(stream, rng=...\)"):
        replayed_totals(STREAM, documented_pareto_code(catalogue), models, ("n_above:2",))
    with pytest.raises(InputError, match="shortfall_mean does not add up over bands"):
        replayed_totals(STREAM, documented_pareto_code(catalogue), models, ("shortfall_mean",))
