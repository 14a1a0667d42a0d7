"""Do the sentences of the evidence say what the numbers do, no more, and nothing twice?"""

from __future__ import annotations

from typing import Any

import pytest

from paretocode.report.evidence_rows import difference_rows, other_rows
from paretocode.report.evidence_shifts import break_even_clauses, never_sentence, shift_lines, today_sentences
from paretocode.report.evidence_sizes import holdout_rows, size_rows
from paretocode.report.evidence_words import (
    holdout_sentences,
    interval_meaning,
    record_sentences,
    selection_sentences,
    size_sentences,
)
from paretocode.report.sentences import NO_INTERVAL, caveat, recommendation
from report.sample_evidence import (
    COST,
    JUMPS,
    SHORTFALL,
    comparison,
    document_with_evidence,
    entry,
    holdout,
    selection,
    sensitivity,
    size,
)


def with_cost(verdict: str, **changes: Any) -> dict[str, Any]:
    document = document_with_evidence()
    cost: dict[str, Any] = {
        "incumbent": 20.0,
        "difference": -5.0,
        "half": 1.0,
        "change_half": 0.05,
        "verdict": verdict,
    } | changes
    document["evidence"]["comparison"]["maps"]["natural"][COST] = entry(COST, **cost)
    return document


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("better", "All measures taken together, that it costs less is beyond chance."),
        ("worse", "All measures taken together, that it costs more is beyond chance."),
        ("same", "No session of this stream tells the two apart in cost."),
        ("not_enough", "All measures taken together, 400 sessions are not enough data to say that the cost differs."),
    ],
)
def test_the_recommendation_carries_its_interval_and_its_verdict(verdict: str, said: str) -> None:
    text = recommendation(with_cost(verdict))
    assert ", 95 % interval [-30.0, -20.0] %, with tier jumps" in text
    assert said in text


def test_a_verdict_that_leans_on_a_margin_names_it() -> None:
    assert "In cost the two are tied, within a margin of 2.50 USD per 1,000 requests." in recommendation(
        with_cost("tied", margin=2.5)
    )
    assert "In cost it is not worse, within a margin of 0.5 USD per 1,000" in recommendation(
        with_cost("not_worse", margin=0.5)
    )


def test_an_incumbent_that_costs_nothing_has_an_interval_in_money() -> None:
    text = recommendation(with_cost("better", change_half=None))
    assert "95 % interval [-6.00, -4.00] USD per 1,000 requests" in text


def test_without_the_cost_among_the_measures_no_interval_is_claimed() -> None:
    document = document_with_evidence()
    del document["evidence"]["comparison"]["maps"]["natural"][COST]
    assert "interval" not in recommendation(document)


def test_only_a_document_without_comparison_says_that_there_is_no_interval() -> None:
    document = document_with_evidence()
    assert NO_INTERVAL not in caveat(document)
    assert caveat(document) == interval_meaning(document["evidence"]["comparison"])
    del document["evidence"]
    assert caveat(document) == NO_INTERVAL
    document["evidence"] = {"left_out": "the stream has one session only"}
    assert caveat(document) == f"{NO_INTERVAL} The reason: the stream has one session only."


def test_one_measure_needs_no_words_on_many() -> None:
    one = comparison() | {"maps": {"natural": {COST: comparison()["maps"]["natural"][COST]}}, "clusters": "day"}
    assert interval_meaning(one) == "Intervals: the 400 days were drawn anew 1,000 times; each holds at 95 %."


@pytest.mark.parametrize(("n", "is_few"), [(17, True), (99, True), (100, False)])
def test_few_clusters_are_warned_of(n: int, is_few: bool) -> None:
    said = interval_meaning(comparison() | {"n_clusters": n})
    warning = f" These are only {n} sessions: intervals of so few may be too short."
    assert said.endswith(warning) == is_few
    assert ("too short" in said) == is_few


def test_rows_stand_in_the_order_in_which_people_read_them() -> None:
    rows = difference_rows(comparison(), "natural")
    assert [row.measure for row in rows] == [COST, "latency_p95_s", JUMPS, SHORTFALL]
    cost, _, jumps, shortfall = rows
    assert (cost.incumbent, cost.candidate, cost.difference, cost.interval) == (
        "20.00",
        "15.00",
        "-25.0 %",
        "[-30.0, -20.0]",
    )
    assert cost.wider == "[-35.0, -15.0]"
    assert (jumps.difference, jumps.interval) == ("+0.010 pp", "[-0.010, +0.030]")
    assert (shortfall.difference, shortfall.interval) == ("+0.0010", "[-0.0030, +0.0050]")


def test_what_nothing_bounds_is_said_and_never_a_number() -> None:
    row = difference_rows(comparison(), "coupled")[1]
    assert row.wider == "[not bounded, not bounded]"


def test_other_candidates_take_a_line_each() -> None:
    (row,) = other_rows(comparison(), "natural")
    assert (row.name, row.difference, row.verdict) == ("coupled", "+30.0 %", "worse")
    assert row.told == "better: shortfall; 1 the same; 1 not enough data"
    assert [row.name for row in other_rows(comparison(), None)] == ["coupled", "natural"]


def test_the_choice_is_told_with_and_without_allowing_for_it() -> None:
    first, again, plateau, unjudged = selection_sentences(selection())
    assert "Of 7 maps, 6 within the limits, natural has the least cost per 1,000 requests: -5.00 USD" in first
    assert "[-6.00, -4.00]; picked as the best of 6 it is [-7.00, -3.00], still below no difference." in first
    assert "80.0 % of them choose natural (3 maps chosen in all)" in again
    assert "look 0.25 USD too good; without that, it is -4.75 USD [-6.50, not bounded]." in again
    assert plateau.startswith("3 of 6 maps are as good in cost per 1,000 requests")
    assert "frontier-7 is the steadiest: under it noise of 0.02" in plateau
    assert "moves 1.0 % of requests" in plateau
    assert unjudged.endswith("models_held.")


def test_a_choice_that_did_not_flatter_is_not_said_to_have() -> None:
    plain = selection()
    plain["chosen"]["optimism"] = 0.1
    plain["best_of_many"]["high"] = None
    plain["plateau"]["n_tied"] = 1
    first, again, plateau, _ = selection_sentences(plain)
    assert "Choosing did not make it look too good" in again
    assert first.endswith("[-7.00, not bounded], which holds no difference too.")
    assert plateau.startswith("No other map of those looked at is as good as natural")


def test_the_holdout_says_who_judged_and_what_its_record_shows() -> None:
    held, judged, folds = holdout_sentences(holdout())
    assert "200 of 400 sessions, drawn at random, 10 sessions across the cut left out; the other 190 chose" in held
    assert "is -3.00 USD against documented [-4.00, -2.00]; where it was chosen, -8.00 USD." in judged
    assert "The gap, -5.00 USD [-7.00, -3.00], is more than chance" in judged
    assert folds.endswith("the rule took 2 different maps; each judged by the sessions that did not choose it, "
                          "cost per 1,000 requests is -4.80 USD [-6.00, -3.50].")  # fmt: skip
    assert record_sentences(holdout()) == [
        "The holdout was opened 2 times; opening 2 evaluates a map that was not locked. Locked 2026-03-01 09:30 UTC.",
        "Opened again 2026-03-02 10:00 UTC: a bug was mended.",
    ]


def test_a_holdout_in_time_without_record_and_an_unknown_difference() -> None:
    plain = holdout() | {"record": None, "folds": None}
    plain["split"] |= {"kind": "time", "n_dropped": 0}
    held, judged = holdout_sentences(plain, objective=SHORTFALL)
    assert "sessions, the last in time; the other" in held
    assert "mean shortfall is – against documented" in judged  # noqa: RUF001
    assert "no more than chance" in judged
    assert record_sentences(plain) == []
    cost, shortfall = holdout_rows(plain)
    assert (cost.is_beyond_chance, shortfall.is_beyond_chance) == (True, False)
    assert shortfall.test == "–"  # noqa: RUF001


def test_sizes_say_what_is_enough_and_why_there_is_no_plan() -> None:
    cost, jumps, shortfall, unmet = size_rows(size(), "natural")
    assert (cost.observed, cost.seen, cost.needed, cost.span, cost.rollout) == (
        "-5.00 USD",
        "2.50 USD",
        "90",
        "60 to 150",
        "5,000",
    )
    assert (cost.is_seen, jumps.is_seen) == (True, False)
    assert (jumps.span, jumps.rollout) == ("300 to any number", "")
    assert shortfall.why_not == "the same in every session"
    assert unmet.why_not == "no request speaks about it"
    enough, short = size_sentences(size(), "natural", n_sessions=400)
    assert enough == "400 sessions would show the observed difference with 80 % power in cost per 1,000."
    assert short.endswith("in the rest: tier jumps takes 1,234 (300 to any number).")


def test_a_stream_that_can_see_nothing_does_not_speak_of_the_rest() -> None:
    small = size()
    small["maps"]["natural"][COST]["paired"]["detectable"]["is_seen"] = False
    (sentence,) = size_sentences(small, "natural", n_sessions=9, clusters="day")
    assert sentence.startswith("9 days are too few for the observed difference with 80 % power in any measure: cost")


def test_shifts_that_turn_the_comparison_are_named() -> None:
    today, turning = today_sentences(sensitivity()["tornado"])
    assert today == "Today cost per 1,000 requests of natural against documented is -5.00 USD."
    assert turning == "It stops being better under 1 of 4 shifts, one at a time: prices of openai/*."
    assert shift_lines(sensitivity()["tornado"]) == [
        "prices of openai/*: -9.00 to +2.00 USD",
        "score of glm-5@max (tiers cut anew): -6.00 to -5.00 USD",
    ]


@pytest.mark.parametrize(("today", "said"), [(1.0, "+1.00 USD"), (None, "not known")])
def test_a_candidate_that_is_not_better_cannot_stop_being_so(today: float | None, said: str) -> None:
    tornado = sensitivity()["tornado"]
    tornado["base"]["difference"][COST] = today
    head, rest = today_sentences(tornado)
    assert said in head
    assert rest.startswith("The candidate is not better today")


def test_a_candidate_that_no_shift_turns_stays_better() -> None:
    tornado = sensitivity()["tornado"]
    tornado["rows"] = tornado["rows"][1:3]
    assert today_sentences(tornado)[1] == "It stays better under each of 2 shifts, one at a time."


def test_the_nearest_places_come_first_and_nothing_else_is_told() -> None:
    assert break_even_clauses(sensitivity()["break_even"]) == [
        "openai/* costs 1.2 times as much as today",
        "qwen/* costs 7.5 times as much as today",
        "the sticky TTL is at most 60 s (to within 1)",
    ]
    assert "1 of 5 parameters leave it better" in never_sentence(sensitivity()["break_even"])
    assert never_sentence([]) == ""
