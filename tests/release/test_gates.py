"""Every gate passes, fails at its limit, fails without its number, and is waived by name only."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError, SealError
from paretocode.release.gates import (
    GateReport,
    GateState,
    gates_of_metrics,
    judge_gates,
    judge_result,
    parse_gates,
    read_gates,
    refuse_failed_gates,
)
from paretocode.report.text_gates import gates_text
from paretocode.result import open_result

DIGEST = "ab" * 32
TODAY = date(2026, 6, 1)
DOCS = Path(__file__).parents[2] / "docs" / "gates.md"


def entry(point: float, low: float | None, high: float | None, *, is_relative: bool = False) -> dict[str, Any]:
    """One measure of a comparison; the interval for all at once is twice as far off on either side."""
    wide = [None if low is None else 2 * low - point, None if high is None else 2 * high - point]
    return {
        "text": "a measure",
        "incumbent": 1.0,
        "candidate": 1.0 + point,
        "difference": point,
        "interval": [low, high],
        "simultaneous": wide,
        "change": point if is_relative else None,
        "change_interval": [low, high] if is_relative else None,
        "change_simultaneous": wide if is_relative else None,
        "n_differing": 5,
        "most_differing_share": None,
        "verdict": "better",
    }


METRICS: dict[str, Any] = {
    "incumbent": "old",
    "proposed": "new",
    "experiment": "made up",
    "stream": {"sessions": 500, "requests": 9000},
    "maps": {
        "old": {"tier_map_sha256": "cd" * 32, "findings": [], "metrics": {}},
        "new": {
            "tier_map_sha256": DIGEST,
            "findings": [{"code": "pick-flips", "subject": "medium", "severity": "warning", "message": "m"}],
            "metrics": {
                "cost_usd_per_krequest": 12.0,
                "latency_p95_s": 30.0,
                "unserved_share": 0.01,
                "score_coverage": 0.9,
                "latency_coverage": 1.0,
            },
        },
    },
    "diffs": {
        "new": {
            "request_edges": [[0.5], [0.5]],
            "tier_names": [["low", "high"], ["low", "high"]],
            "tier_moves": [{"from": "low", "to": "high", "share": 0.25}],
            "moved_share": 0.25,
        }
    },
    "evidence": {
        "comparison": {
            "clusters": "session",
            "n_clusters": 500,
            "n_replicates": 1000,
            "level": 0.95,
            "left_out": {"latency_p50_s": "no request has a known time"},
            "maps": {
                "new": {
                    "cost_usd_per_krequest": entry(-0.2, -0.3, -0.1, is_relative=True),
                    "latency_p95_s": entry(0.02, -0.01, 0.05, is_relative=True),
                    "tier_jump_rate": entry(0.001, -0.001, 0.003),
                    "shortfall_mean": entry(-0.01, None, None),
                    "unserved_share": {**entry(0.0, 0.0, 0.0), "n_differing": 0, "most_differing_share": 0.006},
                }
            },
        },
        "holdout": {
            "candidate": "new",
            "measures": {
                "cost_usd_per_krequest": {
                    "test": {"difference": -3.0, "low": -5.0, "high": -1.0, "low_of_all": -8.0, "high_of_all": 2.0}
                }
            },
        },
        "selection": {"plateau": {"best": "best", "n_tied": 2, "maps": [{"name": "new", "is_tied": True}]}},
        "drift": {"map": "new", "verdict": "no sign of drift"},
    },
}
MANIFEST: dict[str, Any] = {
    "holdout": {"n_openings": 1, "is_clean": True, "sentence": "The holdout was opened once, for what was locked."}
}


def judged(text: str, *, metrics: Any = METRICS, manifest: Any = MANIFEST, name: str = "new") -> GateReport:
    stated = parse_gates(b'format = "paretocode-gates-1"\n' + text.encode(), where="gates.toml")
    return judge_gates(stated, metrics=metrics, manifest=manifest, map_name=name, today=TODAY)


def state(text: str, **documents: Any) -> str:
    (result,) = judged(text, **documents).results
    return result.state.name.lower()


def without(path: str) -> Any:
    """The metrics without what stands at a path."""
    metrics = copy.deepcopy(METRICS)
    *folders, last = path.split("/")
    node = metrics
    for key in folders:
        node = node[key]
    del node[last]
    return metrics


NEW = "maps/new/metrics"
COMPARED = "evidence/comparison/maps/new"
CASES = [
    # gate, a limit that holds just so, one that does not, what the gate needs
    ("[cost]\nmost_change = {}", -0.1, -0.1001, f"{COMPARED}/cost_usd_per_krequest"),
    ('[cost]\non = "estimate"\nmost_change = {}', -0.2, -0.2001, f"{COMPARED}/cost_usd_per_krequest"),
    ("[cost]\nmost = {}", 12.0, 11.99, f"{NEW}/cost_usd_per_krequest"),
    ("[latency_p95]\nmost_change = {}", 0.05, 0.0499, "evidence/comparison"),
    ("[latency_p95]\nmost = {}", 30.0, 29.9, f"{NEW}/latency_p95_s"),
    ("[tier_jumps]\nmost_change = {}", 0.003, 0.0029, "evidence"),
    ("[unserved]\nmost_change = {}", 0.0, -0.1, f"{COMPARED}/unserved_share"),
    ("[unserved]\nmost = {}", 0.01, 0.009, "maps/new/metrics"),
    ("[coverage]\nleast_score = {}", 0.9, 0.91, f"{NEW}/score_coverage"),
    ("[coverage]\nleast_latency = {}", 1.0, None, f"{NEW}/latency_coverage"),
    ("[evidence]\nleast_sessions = {}", 500, 501, "stream/sessions"),
    ("[evidence]\nleast_clusters = {}", 500, 501, "evidence/comparison/n_clusters"),
    ("[evidence]\nleast_replicates = {}", 1000, 1001, "evidence/comparison"),
    ("[evidence]\nleast_level = {}", 0.95, 0.951, "evidence/comparison/level"),
    ("[holdout]\nmost_cost_difference = {}", -1.0, -1.01, "evidence/holdout"),
    ('[holdout]\non = "estimate"\nmost_cost_difference = {}', -3.0, -3.01, "evidence/holdout/measures"),
    ("[selection]\nplateau = true # {}", "", None, "evidence/selection"),
    ("[traffic]\nmost_moved = {}", 0.25, 0.249, "diffs/new"),
    ("[drift]\naccepted = [{}]", '"no_sign"', '"no_consequence"', "evidence/drift"),
]


@pytest.mark.parametrize(("gate", "kept", "broken", "needed"), CASES)
def test_each_gate_at_its_limit_beyond_it_and_without_its_number(
    gate: str, kept: object, broken: object, needed: str
) -> None:
    assert state(gate.format(kept)) == "passed"
    if broken is not None:
        assert state(gate.format(broken)) == "failed"
    (result,) = judged(gate.format(kept), metrics=without(needed)).results
    assert (result.state, result.judged) == (GateState.FAILED, None)
    assert result.sentence.startswith("Not known: ")


@pytest.mark.parametrize(
    ("gate", "record"),
    [
        ("[holdout]\nmost_openings = 1", {"n_openings": 2}),
        ("[holdout]\nclean = true", {"is_clean": False}),
    ],
)
def test_the_record_of_the_holdout_stands_in_the_manifest(gate: str, record: dict[str, object]) -> None:
    assert state(gate) == "passed"
    assert state(gate, manifest={"holdout": {**MANIFEST["holdout"], **record}}) == "failed"
    assert state(gate, manifest={}) == "failed"


def test_the_wider_interval_counts_where_asked() -> None:
    assert state("[cost]\nmost_change = 0.0\n") == "passed"
    wide = 'intervals = "all_at_once"\n'
    assert judged(wide + "[cost]\nmost_change = 0.0").results[0].judged == pytest.approx(0.0)
    assert state(wide + "[cost]\nmost_change = -0.001") == "failed"
    assert state(wide + "[holdout]\nmost_cost_difference = 1.9") == "failed"
    assert state(wide + "[holdout]\nmost_cost_difference = 2.0") == "passed"


def test_an_interval_that_nothing_bounds_fails() -> None:
    (result,) = judged("[shortfall]\nmost_change = 1.0").results
    assert result.state is GateState.FAILED
    assert "nothing bounds its interval above" in result.sentence
    assert state('[shortfall]\non = "estimate"\nmost_change = 1.0') == "passed"


def test_a_measure_that_was_left_out_says_why() -> None:
    (result,) = judged("[latency_p50]\nmost_change = 1.0").results
    assert result.sentence == "Not known: no request has a known time."
    metrics = {**METRICS, "evidence": {"left_out": "the stream has one session only"}}
    (result,) = judged("[cost]\nmost_change = 1.0", metrics=metrics).results
    assert result.sentence == "Not known: the stream has one session only."


@given(st.sampled_from([None, True, "0", float("nan"), float("inf"), [], {}]))
def test_what_is_no_number_is_not_taken_for_one(odd: object) -> None:
    metrics = copy.deepcopy(METRICS)
    metrics["maps"]["new"]["metrics"]["score_coverage"] = odd
    assert state("[coverage]\nleast_score = 0.0", metrics=metrics) == "failed"
    metrics["evidence"]["comparison"]["maps"]["new"]["tier_jump_rate"]["interval"] = [0.0, odd]
    assert state("[tier_jumps]\nmost_change = 1.0", metrics=metrics) == "failed"
    metrics["evidence"]["comparison"]["maps"]["new"]["tier_jump_rate"] = odd
    assert state("[tier_jumps]\nmost_change = 1.0", metrics=metrics) == "failed"


def test_maps_that_no_session_tells_apart_say_what_that_is_worth() -> None:
    (result,) = judged("[unserved]\nmost_change = 0.0").results
    assert "up to 0.6 % of sessions may differ all the same" in result.sentence


def test_the_incumbent_changes_nothing() -> None:
    report = judged("[cost]\nmost_change = 0.0\n[traffic]\nmost_moved = 0.0\n[lint]", name="old")
    assert report.is_passed


def test_a_map_off_the_plateau_or_drifting_fails() -> None:
    metrics = copy.deepcopy(METRICS)
    metrics["evidence"]["selection"]["plateau"]["maps"][0]["is_tied"] = False
    metrics["evidence"]["drift"]["verdict"] = "drift that moves the map's metrics beyond a stated limit"
    report = judged("[selection]\nplateau = true\n[drift]\n", metrics=metrics)
    assert [result.judged for result in report.failed] == ["below it", "moves"]
    metrics["evidence"]["drift"]["map"] = "another"
    assert state("[drift]\n", metrics=metrics) == "failed"


def test_drift_words_are_those_of_the_evidence() -> None:
    from paretocode.evidence.drift import DriftVerdict
    from paretocode.release.gates.judging import _DRIFT

    assert {verdict.value: verdict.name.lower() for verdict in DriftVerdict} == _DRIFT


def test_traffic_that_nobody_counted_fails_its_gate() -> None:
    metrics = copy.deepcopy(METRICS)
    assert state("[traffic]\nmost_moved = 0.25", metrics=metrics) == "passed"
    assert state("[traffic]\nmost_moved = 0.24", metrics=metrics) == "failed"
    metrics["diffs"]["new"]["moved_share"] = None
    (result,) = judged("[traffic]\nmost_moved = 1.0", metrics=metrics).results
    assert result.state is GateState.FAILED
    assert "no traffic was counted" in result.sentence


LINT = "[lint]\n"
WAIVER = (
    '[[waivers]]\ngate = "lint"\ncode = "pick-flips"\nsubject = "medium"\nby = "Ada"\nreason = "known"\n'
    "date = 2026-05-30\n"
)
DRIFT_WAIVER = (
    f'[drift]\n[[waivers]]\ngate = "drift.accepted"\nmap = "{DIGEST[:12]}"\nby = "Ada"\nreason = "no log yet"\n'
    "date = 2026-05-30\n"
)


def test_a_finding_is_waived_by_code_and_subject() -> None:
    assert state(LINT) == "failed"
    (result,) = judged(LINT + WAIVER).results
    assert result.state is GateState.WAIVED
    assert result.to_dict()["waivers"] == [
        {"by": "Ada", "reason": "known", "date": "2026-05-30", "expires": None, "subject": "pick-flips (medium)"}
    ]
    report = judged(LINT + WAIVER.replace('"medium"', '"high"'))
    assert report.failed
    assert report.notes == ("The waiver of lint pick-flips (high) by Ada was not used: there was nothing to waive.",)
    assert state('[lint]\nseverity = "error"') == "passed"


def test_an_error_and_an_unknown_gravity_cannot_be_waived() -> None:
    for severity in ("error", "catastrophe", None):
        metrics = copy.deepcopy(METRICS)
        metrics["maps"]["new"]["findings"][0]["severity"] = severity
        assert state(LINT + WAIVER, metrics=metrics) == "failed"
    assert state(LINT, metrics=without("maps/new/findings")) == "failed"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("date = 2026-05-30", "date = 2026-06-02", "it is dated 2026-06-02, after today"),
        ("date = 2026-05-30", "date = 2026-05-01\nexpires = 2026-05-31", "it expired on 2026-05-31"),
        (DIGEST[:12], "cd" * 6, "it is for the map cdcdcdcdcdcd, not for abababababab"),
    ],
)
def test_a_waiver_out_of_force_does_nothing_and_is_told(old: str, new: str, why: str) -> None:
    metrics = without("evidence/drift")
    assert state(DRIFT_WAIVER, metrics=metrics) == "waived"
    report = judged(DRIFT_WAIVER.replace(old, new), metrics=metrics)
    assert report.failed
    assert why in report.failed[0].sentence
    assert why in report.notes[0]


def test_a_waiver_holds_to_the_end_of_its_last_day() -> None:
    text = DRIFT_WAIVER + "expires = 2026-06-01\n"
    assert state(text, metrics=without("evidence/drift")) == "waived"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it states no gate"),
        ("[cost]\n", "it limits nothing"),
        ("[cost]\nmost_chnage = 0", "did you mean most_change"),
        ("[cost]\nmost_change = nan", "finite"),
        ("[holdout]\n", "it states no gate"),
        ("[coverage]\nleast_score = 1.1", "less than or equal to 1"),
        ("[[waivers]]\ngate = 'lint'", "Field required|field required"),
        (LINT + WAIVER.replace('code = "pick-flips"\n', ""), "names one finding"),
        (LINT + DRIFT_WAIVER.replace("[drift]\n", ""), "which is none of lint"),
        (DRIFT_WAIVER.replace(f'map = "{DIGEST[:12]}"\n', ""), "it names no map"),
        (DRIFT_WAIVER.replace("no log yet", "two\\nlines"), "control character"),
        (DRIFT_WAIVER + "expires = 2026-01-01", "before its date"),
        ("x = ", "it is not TOML"),
    ],
)
def test_a_file_that_demands_nothing_or_something_unknown_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        judged(text)


def test_other_formats_sizes_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="write format"):
        parse_gates(b'format = "x"', where="gates.toml")
    with pytest.raises(InputError, match="larger than 1 MiB"):
        parse_gates(b"#" * (2**20 + 1), where="gates.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_gates(tmp_path / "gates.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read_gates(tmp_path / "large.toml")
    assert gates_of_metrics({"gates": None}, where="metrics.json") is None
    stated = gates_of_metrics({"gates": {"cost": {"most_change": 0.0}}}, where="metrics.json")
    assert stated is not None
    assert stated.spec.gate_names == ("cost.most_change",)


def test_failed_gates_are_refused_by_name_and_passed_ones_are_not() -> None:
    refuse_failed_gates(judged("[cost]\nmost_change = 0.0"))
    with pytest.raises(SealError, match=r"2 gates failed: cost.most_change: .* traffic.most_moved: "):
        refuse_failed_gates(
            judged("[cost]\nmost_change = -0.5\n[traffic]\nmost_moved = 0.1\n[evidence]\nleast_level = 0")
        )
    with pytest.raises(InputError, match="use one of new, old"):
        judged(LINT, name="third")


def test_the_report_is_plain_and_the_same_twice() -> None:
    text = LINT + "[cost]\nmost_change = 0.0\nmost = 13\n[drift]\n[shortfall]\nmost_change = 0\n"
    one, two = (json.dumps(judged(text).to_dict(), sort_keys=True, allow_nan=False) for _ in range(2))
    assert one == two
    told = gates_text(json.loads(one), width=100)
    assert re.search(r"^FAIL +lint ", told, re.M)
    assert re.search(r"^pass +cost.most_change +-10.0 % +0 % +-30.0 % to -10.0 %$", told, re.M)
    assert told.endswith("Gates: 3 passed, 0 waived, 2 failed.")


def test_names_of_gates_are_the_results_in_order() -> None:
    stated = read_documented()
    report = judge_gates(stated, metrics=METRICS, manifest=MANIFEST, map_name="new", today=TODAY)
    assert tuple(result.name for result in report.results) == stated.spec.gate_names


def read_documented() -> Any:
    whole, waivers = re.findall(r"^```toml\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.M | re.S)
    return parse_gates((whole + waivers).encode(), where="docs/gates.md")


def test_the_gates_of_the_page_are_whole_and_judge_a_result(finished: Path) -> None:
    stated = read_documented()
    sections = set(type(stated.spec).model_fields) - {"latency_p50", "model_jumps"}
    assert set(stated.spec.model_fields_set) == sections
    report = judge_result(open_result(finished), stated, today=TODAY)
    by_name = {result.name: result.state for result in report.results}
    assert by_name["coverage.least_score"] is GateState.PASSED
    assert by_name["evidence.least_sessions"] is GateState.FAILED
    assert by_name["drift.accepted"] is GateState.FAILED, "no drift was looked at"
