"""From tables to reports: what is read, and the one sentence that each slip gets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from evidence.feedback.worlds import reports_of
from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.evidence.feedback import VERDICTS, FeedbackReports, feedback_reports, read_feedback
from paretocode.tiermap import documented_pareto_code

MAP = documented_pareto_code(load_bundled())
HEAD = "min_score,tier,verdict\n"
WORDS = "too weak, too dear, fine, too slow, jumped"


def read(folder: Path, text: str, columns: dict[str, str] | None = None) -> FeedbackReports:
    (folder / "said.csv").write_text(text, encoding="utf-8")
    return read_feedback(folder / "said.csv", tier_map=MAP, columns=columns)


def test_a_full_table(tmp_path: Path) -> None:
    rows = (
        "ts,min_score,model,tier,verdict,reporter,session,comment,client\n"
        '2026-05-02T00:00:10Z,0.65,moonshotai/kimi-k2.6,,Too-Weak,ann,s1,"slips, often",a\n'
        "2026-05-02T00:00:00Z,,openai/gpt-5.5,,fine,,,,b\n"
        ",0.2,moonshotai/kimi-k2.6,low,JUMPED,bob,s1,,c\n"
    )
    reports = read(tmp_path, rows)
    assert reports.edges_ppm == (330_000, 660_000)
    assert reports.tier_index.tolist() == [1, 2, 0], "the tier counts where both are said"
    assert [reports.model_names[code] for code in reports.model_code] == [
        "moonshotai/kimi-k2.6", "openai/gpt-5.5@xhigh", "moonshotai/kimi-k2.6",
    ]  # fmt: skip
    assert [VERDICTS[code] for code in reports.verdict_code] == ["too weak", "fine", "jumped"]
    assert reports.min_score_ppm[[0, 2]].tolist() == [650_000, 200_000]
    assert reports.is_omitted.tolist() == [False, True, False]
    assert reports.is_placed.tolist() == [True, False, False]
    assert reports.reporter_names == ("ann", "bob")
    assert reports.reporter_code.tolist() == [0, -1, 1]
    assert reports.writer.tolist() == [0, 2, 1]
    np.testing.assert_array_equal(reports.time_s, [10.0, 0.0, np.nan])
    assert reports.session_code.tolist() == [0, -1, 0]
    assert reports.comments == ("slips, often", "", "")
    assert reports.notes == ("columns left out: client",)


def test_a_min_score_that_is_nan_is_omitted_with_a_note_and_an_empty_one_without(tmp_path: Path) -> None:
    reports = read(tmp_path, "q,tier,verdict\nNaN,low,fine\n,low,fine\n0.5,medium,fine\n", {"min_score": "q"})
    assert reports.is_omitted.tolist() == [True, True, False]
    assert [note for note in reports.notes if "NaN" in note] == ["q is NaN in 1 of 3 rows: taken as omitted"]
    assert not any("NaN" in note for note in read(tmp_path, HEAD + ",low,fine\n").notes)


def test_the_same_rows_as_ndjson_gz_and_parquet(tmp_path: Path) -> None:
    import duckdb

    rows = [{"q": 0.65, "tier": "medium", "verdict": "too weak"}, {"q": None, "tier": "high", "verdict": "fine"}]
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT * FROM read_json('{tmp_path / 'a.ndjson.gz'}')) TO '{tmp_path / 'a.parquet'}'")
    both = [read_feedback(tmp_path / n, tier_map=MAP, columns={"min_score": "q"}) for n in ("a.ndjson.gz", "a.parquet")]
    for reports in both:
        assert reports.tier_index.tolist() == [1, 2]
        assert reports.is_omitted.tolist() == [False, True]
        assert reports.notes == ("there is no column reporter, so every report counts as a person of its own",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ": the file is empty; give a log with at least one row."),
        (HEAD, ": there is no report in it; give a table with at least one row."),
        (
            HEAD + "0.5,low,\n0.5,low,\n",
            ": feedback without verdicts: not one of the reports says what was wrong; write one of "
            f"{WORDS} in each row, or drop the row.",
        ),
        (
            HEAD + "0.5,low,fine\n0.5,low, \n",
            ": feedback without verdicts: 1 of 2 reports have none; write one of "
            f"{WORDS} in each row, or drop the row.",
        ),
        ("min_score,tier\n0.5,low\n", ": there is no column verdict among min_score, tier; "),
        ("tier,verdict\nlow,fine\n", ": there is no column min_score among tier, verdict; "),
        (
            "min_score,verdict\n0.5,fine\n",
            ": there is no column tier among min_score, verdict; give tier or model, or ",
        ),
        (
            HEAD + "0.5,low,fine\n0.5,low,to weak\n",
            ": verdict is 'to weak' in row 2, which is none we know; did you mean too weak.",
        ),
        (HEAD + "0.5,low,meh!\n", f": verdict is 'meh!' in row 1, which is none we know; use one of {WORDS}."),
        (HEAD + "0.5,mediun,fine\n", ": tier is 'mediun' in row 1, which is none we know; did you mean medium."),
        (HEAD + "0.5,top,fine\n", ": tier is 'top' in row 1, which is none we know; use one of low, medium, high."),
        (
            "min_score,model,verdict\n0.5,openai/gpt-5.6,fine\n",
            ": model is 'openai/gpt-5.6' in row 1, which is none we know; did you mean openai/gpt-5.5.",
        ),
        (
            "min_score,model,tier,verdict\n0.5,,,fine\n",
            ": row 1 says neither which tier nor which model served; name one of them in each row, or drop the row.",
        ),
        (
            HEAD + "65,low,fine\n20,low,fine\n",
            ": min_score is 65 in row 1, which is above 1; give it on the 0..1 axis: divide by 100 if these are "
            "percent, and leave it empty for omitted.",
        ),
        (
            HEAD + "0.5,low,fine\n1.2,low,fine\n",
            ": min_score is 1.2 in row 2, which is above 1; give it on the 0..1 axis, or empty for omitted.",
        ),
        (HEAD + "-0.1,low,fine\n", ": min_score is -0.1 in row 1, which is below 0; "),
        (HEAD + "half,low,fine\n", ": min_score is 'half' in row 1, which is no number; write it as a plain number."),
        (HEAD + "0.5,low\n", ", line 2: the row has 2 cells and the header 3; repair the row."),
    ],
)
def test_each_slip_gets_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, text)
    said = str(refusal.value).removeprefix(str(tmp_path / "said.csv"))
    assert said.startswith(sentence)
    assert said.endswith(".")
    assert "\n" not in said


def test_a_column_may_be_renamed_or_left_out(tmp_path: Path) -> None:
    text = "min_score,tier,verdict,ts\n0.5,low,fine,yesterday\n"
    assert len(read(tmp_path, text, columns={"ts": ""})) == 1
    with pytest.raises(InputError, match="columns maps 'teir', which is none of our names"):
        read(tmp_path, text, columns={"teir": "tier"})
    with pytest.raises(InputError, match="there is no column who among"):
        read(tmp_path, text, columns={"reporter": "who"})


def test_columns_must_agree() -> None:
    with pytest.raises(InputError, match="verdict has 1 rows and min_score has 2"):
        feedback_reports(tier_map=MAP, min_score=[0.1, 0.2], verdict=["fine"], tier=["low", "low"])
    with pytest.raises(InputError, match="time_s has 1 rows and min_score has 2"):
        feedback_reports(tier_map=MAP, min_score=[0.1, 0.2], verdict=["fine"] * 2, tier=["low"] * 2, time_s=[1.0])


def test_reports_are_checked_once() -> None:
    with pytest.raises(InputError, match="there is no report in it"):
        reports_of((500_000,), [], [], [])
    with pytest.raises(InputError, match="one tier and no edge"):
        reports_of((), [1], [0], [0])
    with pytest.raises(InputError, match=r"tier_index leaves 0\.\.1"):
        reports_of((500_000,), [1], [2], [0])
    with pytest.raises(InputError, match=r"verdict_code leaves 0\.\.4"):
        reports_of((500_000,), [1], [1], [5])


def test_taking_rows_keeps_columns_together() -> None:
    reports = reports_of((500_000,), [1, 2, 3], [0, 1, 0], [0, 1, 2], [2, 0, 1], comments=("a", "b", "c"))
    part = reports.take(np.array([2, 0]))
    assert (part.min_score_ppm.tolist(), part.verdict_code.tolist(), part.comments) == ([3, 1], [2, 0], ("c", "a"))
    assert part.writer.tolist() == [0, 1]
    assert reports.take(reports.verdict_code == 1).reporter_code.tolist() == [0]


def test_counting_a_verdict_that_is_none() -> None:
    reports = reports_of((500_000,), [1, 2], [0, 1], [4, 4])
    assert (reports.n_of("jumped"), reports.n_of("fine")) == (2, 0)
    with pytest.raises(InputError, match="verdict is 'meh'; use one of too weak, too dear, fine, too slow, jumped"):
        reports.n_of("meh")
