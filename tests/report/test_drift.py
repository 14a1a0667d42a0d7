"""Is a drift told as it is: which metric stands where against its limit, what was not tested, what nothing bounds?"""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from paretocode.evidence.drift import DriftVerdict
from paretocode.report import figure_png, plot_drift, save_svg
from paretocode.report.drift_values import move_rows
from paretocode.report.drift_words import factor_word, metric_sentences
from paretocode.report.evidence_others import other_sentences
from paretocode.report.numbers import UNKNOWN
from paretocode.report.text_drift import drift_text
from report.sample_drift import move, sample_catalogue, sample_drift


def words(figure: Figure, gid: str) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if (text.get_gid() or "").startswith(gid)]


def marks(figure: Figure, gid: str) -> list[tuple[float, float]]:
    lines = [line for line in figure.findobj(Line2D) if (line.get_gid() or "").startswith(gid)]
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in lines]  # type: ignore[index,arg-type]


def test_a_move_is_counted_in_limits() -> None:
    report = sample_drift()
    cost, shortfall, unmet = move_rows(report["moves"], report["limits"])
    assert (cost.point, cost.low, cost.high, cost.reach) == (4.0, 2.0, 6.0, "beyond")  # 2 USD over 5 % of 10
    assert (shortfall.low, shortfall.high, shortfall.reach) == (None, 2.0, "undecided")
    assert (unmet.reach, unmet.limit, unmet.difference) == ("within", "2 pp", "+0.10 pp")


def test_a_metric_known_on_one_side_only_is_undecided() -> None:
    row = move("latency_mean_s", None, None, None, None) | {"after": 3.0}
    (found,) = move_rows([row], {"latency_mean_s": {"most": 0.1, "is_relative": True}})
    assert (found.before, found.after, found.difference, found.reach) == (UNKNOWN, "3.00", "not known", "undecided")
    assert found.point is None


def test_the_text_says_what_was_tested_and_what_follows() -> None:
    text = drift_text(sample_drift())
    lines = text.splitlines()
    assert lines[:3] == [
        "drift of map quantile",
        "tuned on march (100 sessions), today april (120 sessions)",
        "verdict: a metric of the map moved beyond its limit",
    ]
    row = {line.split("  ")[0]: " ".join(line.split()) for line in lines}
    assert any(line.startswith("min scores ") and line.endswith("  constant in both streams") for line in lines)
    assert row["prompt tokens"] == "prompt tokens 0.010 0.150 0.020 moderate +12.5 pp at 0.65"
    assert "tokens: 20% of today's sessions are of a kind the tuned stream lacks" in lines
    cost = next(line for line in lines if line.startswith("cost per 1,000 requests"))
    assert cost.split()[-4:] == ["+3.00]", "5", "%", "beyond"]
    assert "[not bounded, +0.0200]" in text
    assert max(map(len, lines)) <= 100
    assert "catalogue" not in text


def told(report: dict[str, Any]) -> str:
    return " ".join(drift_text(report).split())


def test_each_factor_has_one_line_that_joins_test_and_consequence() -> None:
    said = told(sample_drift())
    assert "min scores constant, one and the same value in both streams: no test" in said
    assert "tokens drifted (p 0.010), alone it moves a metric beyond its limit" in said
    assert "gaps no sign of drift (p 0.60)" in said
    report = sample_drift()
    report["factors"][1] |= {"verdict": DriftVerdict.TOO_LITTLE.value}
    lacks = "drifted (p 0.010), consequence not known: the tuned stream lacks the kind of 20% of today's sessions"
    assert factor_word(report["factors"][1], 0.05) == lacks
    report["factors"][1]["move"] |= {"uncovered_share": 0.0, "has_converged": False}
    assert factor_word(report["factors"][1], 0.05).endswith(
        "not known: no weights of tuned sessions match today's shares"
    )
    report["factors"][1] |= {"verdict": DriftVerdict.NO_CONSEQUENCE.value}
    assert "drifted (p 0.010), no consequence" in factor_word(report["factors"][1], 0.05)
    report["factors"][0]["tests"][0]["state"] = "one stream has no such value: no test"
    assert factor_word(report["factors"][0], 0.05).startswith("no values in one stream")


def test_a_metric_beyond_its_limit_is_explained_or_said_not_to_be() -> None:
    report = sample_drift()
    cost = "cost per 1,000 requests moved beyond its limit (+2.00 USD)"
    assert metric_sentences(report) == [
        f"{cost}; had it alone drifted, it would have: tokens",
        "not known to be within its limit: mean shortfall",
    ]
    own = report["factors"][1]["move"]["moves"]
    own[0] |= {"difference": -2.0, "low": -3.0, "high": -1.0}  # beyond, but the other way
    assert metric_sentences(report)[0] == f"{cost}; no single factor explains it, all together would"
    report["joint"]["has_converged"] = False
    assert metric_sentences(report)[0] == f"{cost}; no factor explains it"
    report["factors"][1]["verdict"] = DriftVerdict.TOO_LITTLE.value
    assert metric_sentences(report)[0] == (
        f"{cost}; no factor is shown to explain it, drifted with a consequence not known: tokens"
    )
    report["factors"][1]["tests"][0]["p_holm"] = 0.6
    assert f"- {cost}; no factor explains it" in drift_text(report).replace("\n  ", " ")
    report["moves"] = report["moves"][2:]
    assert metric_sentences(report) == []


def test_moves_under_weights_that_match_nothing_are_not_shown() -> None:
    report = sample_drift()
    for matched in (report["factors"][1]["move"], report["joint"]):
        matched["has_converged"] = False
    rows = [" ".join(line.split()) for line in drift_text(report).splitlines()]
    assert f"tokens {UNKNOWN} {UNKNOWN}" in rows
    assert f"all factors {UNKNOWN} {UNKNOWN}" in rows
    assert f"not explained {UNKNOWN} {UNKNOWN}" in rows
    assert any(row.startswith("gaps +2.00") for row in rows)


def test_page_and_terminal_say_the_same() -> None:
    report = sample_drift()
    report["factors"][1]["tests"][0]["p_holm"] = 0.6
    report["factors"][1]["verdict"] = DriftVerdict.NO_SIGN.value
    report["joint"]["has_converged"] = False
    assert other_sentences({"drift": report})["drift"] == [
        "100 sessions of the experiment against 120 of today, for map quantile: "
        "a metric of the map moved beyond its limit.",
        "Cost per 1,000 requests moved beyond its limit (+2.00 USD); no factor explains it.",
        "Not known to be within its limit: mean shortfall.",
        "min scores: constant, one and the same value in both streams: no test.",
        "tokens, gaps: no sign of drift (p 0.60).",
    ]


def test_factors_are_told_only_where_a_metric_is_not_within() -> None:
    report = sample_drift()
    assert "had it alone drifted" in drift_text(report)
    report["moves"] = report["moves"][2:]
    assert "had it alone drifted" not in drift_text(report)


def test_the_catalogue_is_told_by_tier() -> None:
    text = drift_text(sample_drift() | {"catalogue": sample_catalogue()})
    assert "catalogue: 1 new model, 2 models left, 3 changes of price" in text
    assert "low: a -> b" in text
    assert "high: d would serve if the map listed it" in text
    assert "and 2 findings more, with --json" in text
    assert "of the catalogue: drift without consequence" in text


def test_the_figure_marks_what_drifted_and_where_metrics_stand() -> None:
    figure = plot_drift(sample_drift())
    assert marks(figure, "drifted") == [(0.15, 1.0)]
    assert marks(figure, "no-sign") == [(0.001, 2.0)]  # 0 stands at the border of a logarithmic axis
    assert marks(figure, "move-beyond") == [(4.0, 0.0)]
    ((point, place),) = marks(figure, "move-undecided")
    assert (point, place) == pytest.approx((0.5, 1.0))
    assert [place for _, place in marks(figure, "goes-on")] == [1.0]  # nothing bounds the shortfall from below
    assert words(figure, "row-note") == [
        "constant in both streams",
        "p = 0.010",
        "p = 0.60",
        "+2.00 USD, beyond",
        "+0.0050, undecided",
        "+0.10 pp",
    ]
    assert words(figure, "band-") == ["small", "moderate", "large"]


def test_both_moves_stand_beside_each_other() -> None:
    figure = plot_drift(sample_drift() | {"catalogue": sample_catalogue()})
    stream, catalogue = marks(figure, "move-beyond")[0], marks(figure, "move-within")[-1]
    assert stream[1] < 0 < catalogue[1]
    assert catalogue[0] == pytest.approx(0.2)


def test_the_figure_is_the_same_each_time() -> None:
    first, second = (plot_drift(sample_drift()) for _ in range(2))
    assert save_svg(first) == save_svg(second)
    assert figure_png(first).startswith(b"\x89PNG")


@pytest.mark.parametrize("what", ["as it is", "no move", "no test", "far away"])
def test_nothing_of_the_figure_is_cut(what: str) -> None:
    report = sample_drift()
    if what == "no move":
        report["moves"] = [move("tier_jump_rate", None, None, None, None)]
    elif what == "no test":
        report["factors"] = report["factors"][:1]
    elif what == "far away":
        report["moves"][0] |= {"difference": 9e4, "low": 1e4, "high": 2e5}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = plot_drift(report)
    first.draw_without_rendering()
    width = first.bbox.width
    for text in first.findobj(Text):
        if text.get_text() and text.get_gid():
            box = text.get_window_extent()
            assert max(-box.x0, box.x1 - width) <= 1, text.get_text()
