"""What do the verbs ``frontier`` and ``bands`` say about uncertainty? And do their benchmarks' contenders agree?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.band_uncertainty import five_bands_race
from benchmarks.frontier_points import random_points
from benchmarks.frontier_uncertainty import replicates_race, scan_race
from paretocode.catalogue import load_bundled, write_table
from paretocode.catalogue.standard_errors import coding_index_standard_error, share_standard_error
from paretocode.cli.main import main
from paretocode.errors import InputError


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_the_uncertain_frontier_with_knees(capsys: pytest.CaptureFixture[str]) -> None:
    text = answer(capsys, "frontier", "--uncertain", "--knees")
    for words in (
        "6 of 13 models are on the frontier as measured; 4.6 are expected",
        "three rules agree on deepseek/deepseek-v4-pro@max",
        "agreed knee over 1,000 draws of the scores: deepseek/deepseek-v4-pro@max in 30%",
        "reference point: price 100, score 0; price axis log10",
        "Artificial Analysis",
    ):
        assert words in text
    document = json.loads(answer(capsys, "frontier", "--uncertain", "--knees", "--json"))
    assert document["expected_size"] == pytest.approx(4.606, abs=1e-3)
    assert document["knees"]["by_rule"]["chord"] == "deepseek/deepseek-v4-pro@max"


def test_the_frontier_on_more_axes(capsys: pytest.CaptureFixture[str]) -> None:
    assert "8 of 13 models are dominated by none" in answer(capsys, "frontier", "--axes", "throughput", "context")
    document = json.loads(answer(capsys, "frontier", "--axes", "ttft", "--json"))
    assert [axis["name"] for axis in document["axes"]] == ["price", "score", "ttft"]


def test_who_was_left_out_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = load_bundled()
    scores, windows = today.coding_score.copy(), today.context_tokens.copy()
    scores[:4], windows[4] = np.nan, np.nan
    file = tmp_path / "some.toml"
    write_table(today.replace(coding_score=scores, context_tokens=windows), file)
    for words in ((), ("--uncertain",)):
        text = answer(capsys, "frontier", "--catalogue", str(file), *words)
        assert "of 9 models are on the frontier" in text
        assert f"4 models were not compared: 4 no score ({', '.join(today.keys[:3])} and 1 more)." in text
    text = answer(capsys, "frontier", "--catalogue", str(file), "--axes", "context")
    assert "of 8 models are dominated by none" in text
    assert "5 models were not compared: 4 no score, 1 no context" in text


def test_a_catalogue_without_scores_or_prices_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today, nothing = load_bundled(), np.full(13, np.nan)
    bare, dear = tmp_path / "bare.toml", tmp_path / "dear.toml"
    write_table(today.replace(coding_score=nothing, coding_score_se=nothing), bare)
    write_table(today.replace(prompt_usd_per_mtok=nothing, completion_usd_per_mtok=nothing), dear)
    for verb, file, sentence in (
        ("frontier", bare, "the catalogue holds no scores; join"),
        ("bands", bare, "the catalogue holds no scores; join"),
        ("frontier", dear, "the catalogue holds no model with a score and a blend_3_1 price above 0; join"),
    ):
        assert main([verb, "--catalogue", str(file)]) == 2
        assert f"{file}: {sentence}" in capsys.readouterr().err


def test_how_many_bands_and_which_scheme(capsys: pytest.CaptureFixture[str]) -> None:
    text = answer(capsys, "bands", "--how-many")
    assert "BIC takes 1" in text
    assert "BIC (greatest is best)" in text
    assert "Three natural bands are not there: they explain 0.858" in text
    assert "gaussian_mixture" in (compared := answer(capsys, "bands", "--compare"))
    assert "Three natural bands are not there" in compared
    document = json.loads(answer(capsys, "bands", "--compare", "--n-bands", "4", "--json"))
    assert document["schemes"][0]["loss_ratio"] == 1.0
    assert not document["finding"]["are_there"]
    assert json.loads(answer(capsys, "bands", "--how-many", "--json"))["by_bic"] == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["frontier", "--axes", "ttft", "--knees"], "--axes goes with neither"),
        (["frontier", "--seed", "-1"], "--seed is -1"),
        (["bands", "--how-many", "--compare"], "--how-many and --compare stand together"),
        (["bands", "--seed", "-1"], "--seed is -1"),
    ],
)
def test_refusals(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert sentence in capsys.readouterr().err


def test_standard_errors_by_task_and_by_trial() -> None:
    by_task, by_trial = (
        coding_index_standard_error(80 / 132, 485 / 864, definition="aa-coding-4.0", unit=unit)
        for unit in ("task", "trial")
    )
    assert (by_task, by_trial) == pytest.approx((5.25, 2.89), abs=0.005)
    assert share_standard_error(1.0, 44) == 0.0
    for call in (
        lambda: share_standard_error(1.1, 4),
        lambda: share_standard_error(0.5, 0),
        lambda: coding_index_standard_error(0.5, 2.0, definition="aa-coding-4.0"),
        lambda: coding_index_standard_error(0.5, 0.5, definition="aa-coding-3"),
    ):
        with pytest.raises(InputError):
            call()


def test_contenders_of_the_benchmarks_agree() -> None:
    values = np.random.default_rng(0).random(3_000)
    for race in (
        replicates_race(200, 20),
        scan_race(random_points(3_000), title="points"),
        five_bands_race(values, title="bands"),
        five_bands_race(np.round(values, 2), title="rounded bands"),
    ):
        assert {c.name: c.is_right() for c in race.contenders} == {c.name: True for c in race.contenders}
