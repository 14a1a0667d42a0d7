"""Are Artificial Analysis's files read with their traps: index versions, zeros, speeds counted the other way?"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import SPEED_PERCENTILES, Catalogue, lint_file, load_catalogue, read_artificial_analysis
from paretocode.catalogue._aa_scores import standard_error
from paretocode.errors import InputError

TERMINAL, SCICODE = 80 / 132, 485 / 864
INDEX = 100 * (2 * TERMINAL + SCICODE) / 3


def entry(slug: str, name: str, *, api_id: str | None = None, **changed: object) -> dict[str, object]:
    record: dict[str, object] = {
        "id": f"uuid-{slug}",
        "name": name,
        "slug": slug,
        "release_date": "2026-04-23",
        "deprecated": False,
        "evaluations": {
            "artificial_analysis_coding_index": INDEX,
            "terminal_bench_hard": TERMINAL,
            "scicode": SCICODE,
        },
        "pricing": {"price_1m_input_tokens": 5, "price_1m_output_tokens": 30},
        "speed": {"output_tokens_per_second": 59.7, "time_to_first_token_seconds": 64.0},
        "capabilities": {"context_window_tokens": 922_000},
        "open_weights": {"openrouter_api_id": api_id},
    }
    return {**record, **changed}


def write(folder: Path, *entries: dict[str, object], day: str = "2026-05-29") -> Path:
    path = folder / "llms.json"
    path.write_text(json.dumps({"meta": {"fetched_at": f"{day}T08:49:50+00:00"}, "models": list(entries)}))
    return path


def test_slow_is_the_high_percentile_in_both_speeds(tmp_path: Path) -> None:
    speed = {
        "output_tokens_per_second": 60.0,
        "percentile_05_output_tokens_per_second": 42.0,
        "quartile_25_output_tokens_per_second": 50.0,
        "quartile_75_output_tokens_per_second": 73.0,
        "percentile_95_output_tokens_per_second": 82.0,
        "time_to_first_token_seconds": 64.0,
        "percentile_05_time_to_first_token_seconds": 12.0,
        "quartile_25_time_to_first_token_seconds": 25.0,
        "quartile_75_time_to_first_token_seconds": 218.0,
        "percentile_95_time_to_first_token_seconds": 327.0,
    }
    catalogue = read_artificial_analysis(write(tmp_path, entry("x", "X", speed=speed)))
    assert SPEED_PERCENTILES == (5, 25, 50, 75, 90, 95, 99)
    nan = np.nan
    np.testing.assert_array_equal(catalogue.throughput_tps[0], [82.0, 73.0, 60.0, 50.0, nan, 42.0, nan])
    np.testing.assert_array_equal(catalogue.ttft_s[0], [12.0, 25.0, 64.0, 218.0, nan, 327.0, nan])


def test_zeros_are_missing(tmp_path: Path) -> None:
    zero_price = {"price_1m_input_tokens": 0, "price_1m_output_tokens": 0}
    zero_speed = {"output_tokens_per_second": 0, "time_to_first_token_seconds": 0}
    catalogue = read_artificial_analysis(write(tmp_path, entry("x", "X", pricing=zero_price, speed=zero_speed)))
    assert not catalogue.has_price.any()
    assert np.isnan(catalogue.throughput_tps).all()
    assert np.isnan(catalogue.ttft_s).all()
    assert catalogue.notes == ("X is listed at price 0, which says neither free nor unknown: taken as missing.",)


def test_keys_are_api_id_and_effort_and_unique(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        entry("gpt-5-2-codex", "GPT-5.2 Codex (xhigh)", api_id="openai/gpt-5.2"),
        entry("gpt-5-2", "GPT-5.2 (xhigh)", api_id="openai/gpt-5.2"),
        entry("gpt-5-5", "GPT-5.5 (xhigh)"),
        entry("old", "Old", deprecated=True),
    )
    catalogue = read_artificial_analysis(path)
    assert catalogue.keys == ("openai/gpt-5.2@slug:gpt-5-2-codex", "openai/gpt-5.2@xhigh", "gpt-5-5@xhigh")
    assert catalogue.notes[0] == "1 deprecated entries are left out."
    assert "gpt-5-2-codex shares id and effort" in catalogue.notes[1]
    assert len(read_artificial_analysis(path, include_deprecated=True)) == 4


def test_a_score_that_cannot_be_of_the_definition_is_missing(tmp_path: Path) -> None:
    legacy = {"artificial_analysis_coding_index": 30.16, "scicode": 0.366}
    path = write(tmp_path, entry("x", "X"), entry("y", "Y", evaluations=legacy))
    catalogue = read_artificial_analysis(path)
    assert catalogue.has_score.tolist() == [True, False]
    assert catalogue.notes == ("Y has a coding index of 30.16 that is not aa-coding-4.0: taken as missing.",)
    kept = read_artificial_analysis(path, include_legacy_scores=True)
    assert kept.coding_score[1] == 30.16
    assert np.isnan(kept.coding_score_se[1])


def test_the_day_decides_the_definition(tmp_path: Path) -> None:
    for day, definition in (("2026-06-17", "aa-coding-4.0"), ("2026-06-20", "aa-coding-4.1")):
        assert read_artificial_analysis(write(tmp_path, entry("x", "X"), day=day)).score_definition == definition
    for day in ("2026-06-18", "2026-06-19"):
        path = write(tmp_path, entry("x", "X"), day=day)
        with pytest.raises(InputError, match=f"the file of {day} mixes aa-coding-4.0 and aa-coding-4.1; name the"):
            read_artificial_analysis(path)
        assert read_artificial_analysis(path, score_definition="aa-coding-4.0").has_score.all()
        assert not read_artificial_analysis(path, score_definition="aa-coding-4.1").has_score.any()
    with pytest.raises(InputError, match="score_definition is 'mine-1', by which no score of the file can be checked"):
        read_artificial_analysis(path, score_definition="mine-1")
    own = read_artificial_analysis(path, score_definition="mine-1", include_legacy_scores=True)
    assert own.score_definition == "mine-1"
    assert np.isnan(own.coding_score_se).all()


def test_a_definition_that_the_file_contradicts_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, entry("x", "X"), day="2026-04-10")
    with pytest.raises(InputError, match=r"is aa-coding-4\.1 and the file of 2026-04-10 holds aa-coding-4\.0; leave"):
        read_artificial_analysis(path, score_definition="aa-coding-4.1")
    with pytest.raises(InputError, match="by which no score of the file can be checked"):
        read_artificial_analysis(path, score_definition="mine-1")
    assert read_artificial_analysis(path, score_definition="aa-coding-4.0").has_score.all()


@pytest.mark.parametrize("value", [10**400, float("nan"), -1, "47", 1e308, True, [1]])
@pytest.mark.parametrize(
    ("place", "key", "column"),
    [
        ("evaluations", "artificial_analysis_coding_index", "coding_score"),
        ("pricing", "price_1m_input_tokens", "prompt_usd_per_mtok"),
        ("pricing", "price_1m_cache_hit_tokens", "cache_read_usd_per_mtok"),
        ("capabilities", "context_window_tokens", "context_tokens"),
        ("speed", "output_tokens_per_second", "throughput_tps"),
    ],
)
def test_what_is_no_number_of_its_kind_is_missing_with_a_note(
    place: str, key: str, column: str, value: object, tmp_path: Path
) -> None:
    record = entry("x", "X")
    changed = {**record, place: {**record[place], key: value}}  # type: ignore[dict-item]
    path = write(tmp_path, changed)
    catalogue = read_artificial_analysis(path)
    assert np.isnan(getattr(catalogue, column)).all()
    (note,) = catalogue.notes
    assert note.startswith("X has ")
    assert note.endswith(", which is none: taken as missing.")
    assert len(note) < 120
    lint_file(path)


def test_version_41_is_recognised_by_whole_counts(tmp_path: Path) -> None:
    scores = {"artificial_analysis_coding_index": 100 * (2 * 225 / 267 + SCICODE) / 3, "scicode": SCICODE}
    catalogue = read_artificial_analysis(write(tmp_path, entry("x", "X", evaluations=scores), day="2026-07-01"))
    expected = standard_error(225 / 267, SCICODE, definition="aa-coding-4.1", unit="task")
    assert catalogue.coding_score_se[0] == pytest.approx(expected)


def test_no_day_is_no_definition(tmp_path: Path) -> None:
    path = tmp_path / "llms.json"
    path.write_text(json.dumps([entry("x", "X")]))
    with pytest.raises(InputError, match="the file does not say when it was fetched; name the score_definition"):
        read_artificial_analysis(path)
    assert len(read_artificial_analysis(path, score_definition="aa-coding-4.0")) == 1
    with pytest.raises(InputError, match="se is 'item'; use one of task, trial"):
        read_artificial_analysis(path, score_definition="aa-coding-4.0", se="item")


def free_api(folder: Path, *, version: object = 4.3, has_more: bool = False) -> Path:
    evaluations = {"artificial_analysis_coding_index": 61.5, "artificial_analysis_intelligence_index": 51}
    record = {
        "id": "uuid",
        "slug": "x-high",
        "name": "X (high)",
        "evaluations": evaluations,
        "pricing": {
            "price_1m_input_tokens": 2,
            "price_1m_output_tokens": 10,
            "price_1m_cache_hit_tokens": 0.2,
            "price_1m_cache_write_tokens": None,
        },
        "performance": {"median_output_tokens_per_second": 105.4, "median_time_to_first_token_seconds": 0},
    }
    pages = {"page": 1, "page_size": 200, "total_pages": 2, "has_more": has_more}
    path = folder / "free.json"
    document = {"tier": "free", "intelligence_index_version": version, "pagination": pages, "data": [record]}
    path.write_text(json.dumps(document))
    return path


def test_the_free_api_is_read_with_its_nested_performance_and_cache_prices(tmp_path: Path) -> None:
    catalogue = load_catalogue(free_api(tmp_path))
    assert catalogue.keys == ("x-high@high",)
    assert catalogue.throughput_tps[0, 2] == 105.4
    assert np.isnan(catalogue.ttft_s).all()
    assert catalogue.cache_read_usd_per_mtok.tolist() == [0.2]
    assert np.isnan(catalogue.cache_write_usd_per_mtok[0])
    assert catalogue.coding_score.tolist() == [61.5]
    assert np.isnan(catalogue.coding_score_se[0])
    assert catalogue.notes == ()


@pytest.mark.parametrize(
    ("version", "definition"), [(4.3, "aa-coding-4.3"), (4, "aa-coding-4.0"), (4.1, "aa-coding-4.1")]
)
def test_the_free_api_states_its_version(version: float, definition: str, tmp_path: Path) -> None:
    catalogue = read_artificial_analysis(free_api(tmp_path, version=version))
    assert catalogue.score_definition == definition
    assert catalogue.has_score.all()  # there are no parts to check the index by


def test_one_page_of_several_is_said(tmp_path: Path) -> None:
    catalogue = read_artificial_analysis(free_api(tmp_path, has_more=True))
    assert catalogue.notes == ("The file is page 1 of 2: the models of the others are not here.",)


def payload(data_dir: Path, day: str) -> Path:
    return data_dir / "catalogue" / "aa" / "llms" / f"{day}.json.gz"


@pytest.mark.data
@pytest.mark.parametrize(("unit", "column"), [("task", "se_tasks"), ("trial", "se_trials")])
def test_standard_errors_reproduce_the_line_up(data_dir: Path, unit: str, column: str) -> None:
    catalogue = read_artificial_analysis(payload(data_dir, "2026-05-29"), include_deprecated=True, se=unit)
    row_of_name = {name: row for row, name in enumerate(catalogue.name)}
    with (data_dir / "catalogue" / "pareto_code_lineup_2026-05-29.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    rows = [row_of_name[line["aa_name"]] for line in lines]
    assert len(rows) == 13
    np.testing.assert_allclose(catalogue.coding_score_se[rows], [float(line[column]) for line in lines], atol=0.005)


@pytest.mark.data
def test_352_models_are_scored_on_2026_04_10(data_dir: Path) -> None:
    path = payload(data_dir, "2026-04-10")
    # 352 counts deprecated entries and 18 scores of an older index; 334 are v4.0, 188 of them current.
    assert n_scored(read_artificial_analysis(path, include_deprecated=True, include_legacy_scores=True)) == 352
    assert n_scored(read_artificial_analysis(path, include_deprecated=True)) == 334
    assert n_scored(read_artificial_analysis(path)) == 188


@pytest.mark.data
def test_the_rebase_is_taken_apart(data_dir: Path) -> None:
    path = payload(data_dir, "2026-06-18")
    new = read_artificial_analysis(path, score_definition="aa-coding-4.1", include_deprecated=True)
    old = read_artificial_analysis(path, score_definition="aa-coding-4.0", include_deprecated=True)
    assert (n_scored(new), n_scored(old)) == (5, 392)
    assert not (new.has_score & old.has_score).any()


@pytest.mark.data
@pytest.mark.parametrize(("name", "n_models"), [("api_v2_llms_2026-04-04", 459), ("llms/2026-04-09_api-v2-shape", 472)])
def test_the_api_shapes_are_read(data_dir: Path, name: str, n_models: int) -> None:
    path = data_dir / "catalogue" / "aa" / f"{name}.json.gz"
    catalogue = read_artificial_analysis(path, score_definition="aa-coding-4.0")
    assert len(catalogue) == n_models
    assert n_scored(catalogue) > 300
    assert (~np.isnan(catalogue.throughput_tps[:, 2])).sum() > 200
    assert np.nanmin(catalogue.prompt_usd_per_mtok) > 0


@pytest.mark.data
def test_the_zeros_of_the_api_are_missing(data_dir: Path) -> None:
    path = data_dir / "catalogue" / "aa" / "api_v2_llms_2026-04-04.json.gz"
    catalogue = read_artificial_analysis(path, score_definition="aa-coding-4.0")
    assert np.isnan(catalogue.prompt_usd_per_mtok).sum() == 158
    assert np.isnan(catalogue.throughput_tps[:, 2]).sum() == 182


@pytest.mark.data
def test_load_knows_the_payload(data_dir: Path) -> None:
    path = payload(data_dir, "2026-05-29")
    assert load_catalogue(path).digest == read_artificial_analysis(path).digest


def n_scored(catalogue: Catalogue) -> int:
    return int(catalogue.has_score.sum())
