"""Does the printed answer of a search fit, leave nothing out, and tell what is unknown from what does not apply?"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from paretocode.report import search_table
from paretocode.report.numbers import UNKNOWN
from report.sample_search import EXACT, crowded_search, robust_section, sample_search


def block_of(text: str, start: str) -> list[str]:
    """Return the lines from the first that starts with a word to the next empty one."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(start))
    return lines[at : lines.index("", at) if "" in lines[at:] else None]


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def flat(text: str) -> str:
    return " ".join(text.split())


def awkward_searches() -> dict[str, dict[str, Any]]:
    many = crowded_search()
    many["measures"] += ["latency_s", "list_cost_usd", "unserved_share"]
    return {
        "plain": sample_search(),
        "crowded": crowded_search() | {"robust": robust_section()},
        "many measures": many,
        "one map": sample_search(1),
        "one measure": sample_search() | {"measures": ["cost_usd"]},
        "no picks": sample_search() | {"picks": []},
        "bare": sample_search() | {"picks": [], "settings": [], "limits": {}, "per_request": None},
    }


@pytest.mark.parametrize("name", awkward_searches())
@pytest.mark.parametrize("width", [100, 120])
def test_every_answer_fits(name: str, width: int) -> None:
    text = search_table(awkward_searches()[name], width=width)
    assert max(map(len, text.splitlines())) <= width
    assert not any(line.endswith(" ") for line in text.splitlines())
    assert "\n\n\n" not in text


def test_a_terminal_too_narrow_for_any_table_still_gets_one() -> None:
    assert "cheapest" in search_table(sample_search(), width=40)


def test_the_first_sentence_counts_maps_and_says_what_they_are_worth() -> None:
    text = flat(search_table(sample_search()))
    assert text.startswith(
        "51,856 maps of 2 to 4 tiers were weighed in 2 settings (coupled; apart); 42 are on the frontier of maps. "
        f"{EXACT[0].upper()}{EXACT[1:]}. Limits: shortfall at most 0.1139; unserved_share at most 0 %."
    )


def test_settings_that_ended_differently_are_told_apart_and_slack_is_stated() -> None:
    search = sample_search()
    search["settings"][1]["verdict"] = "within epsilon: nearly"
    search["settings"][1]["n_maps"] = [2**62, 1, 1]
    search["epsilon"] = {"cost_usd": 0.5}
    text = flat(search_table(search))
    assert text.startswith("at least 4.6e18 maps")
    assert f"coupled: {EXACT}. apart: within epsilon: nearly." in text
    search["settings"][1]["n_maps"] = [2 * 10**17, 1, 1]
    assert search_table(search).startswith("about 2.0e17 maps")
    assert "A shown map may be worse by: cost_usd 0.5." in text


def test_a_number_of_maps_that_nobody_knows_is_said_to_be_unknown() -> None:
    search = sample_search() | {"n_frontier_maps": None}
    search["settings"][0]["n_maps"][0] = None
    text = flat(search_table(search))
    assert text.startswith("an unknown number of maps of 2 to 4 tiers were weighed")
    assert "how many are on the frontier of maps is unknown." in text


def test_the_incumbent_is_first_and_the_router_without_tiers_last() -> None:
    search = sample_search()
    rows = [line for line in block_of(search_table(search), "map  ") if line[:1].isalpha()]
    names = [row.split("  ")[0] for row in rows]
    assert names[:2] == ["map", "documented"]
    assert names[2:7] == [pick["name"] for pick in search["picks"]]
    assert names[7] == "no tiers"


def test_changes_are_against_the_incumbent_and_the_first_is_relative() -> None:
    search = sample_search()
    search["picks"][0]["measures"].update(cost_usd=458.98, shortfall=0.1, tier_change_rate=0.00168)
    cells = flat(line_of(search_table(search), "cheapest "))
    assert cells.endswith("458.98 -50.0 % 0.1000 -0.0139 0.17 % +0.10 pp 41.0 %")
    search["measures"] = ["shortfall", "cost_usd"]
    assert "0.1000 -12.2 % 458.98 -50.0 %" in flat(line_of(search_table(search), "cheapest "))


def test_unknown_is_no_zero_and_what_does_not_apply_is_empty() -> None:
    search = sample_search()
    assert UNKNOWN not in search_table(search)
    search["picks"][0]["measures"]["shortfall"] = None
    text = search_table(search)
    assert flat(line_of(text, "cheapest ")).count(UNKNOWN) == 2
    assert f"{UNKNOWN} unknown: not measured" in text
    assert line_of(text, "no tiers ").split()[-1].startswith("-0.1")


def test_long_edges_and_names_go_on_below_and_nothing_is_left_out() -> None:
    search = crowded_search()
    lines = block_of(search_table(search), "map  ")
    start = next(i for i, line in enumerate(lines) if "0.125, 0.2505," in line)
    column = lines[0].index("request")
    assert [line[column:].split("  ")[0] for line in lines[start : start + 3]] == [
        "0.125, 0.2505,",
        "0.3333, 0.5,",
        "0.8125, 0.9375",
    ]
    name = "".join(line[: lines[0].index("tiers")].strip() for line in lines[start : start + 3])
    assert name == search["picks"][3]["name"]


def test_measures_that_do_not_fit_get_a_block_that_repeats_the_names() -> None:
    text = search_table(awkward_searches()["many measures"])
    heads = [line for line in text.splitlines() if line.startswith("map ")]
    assert len(heads) == 2
    assert "latency_s" in heads[1]
    assert text.count("\nno tiers ") == 2


def test_each_pick_says_why_and_in_which_setting() -> None:
    search = sample_search()
    line = line_of(search_table(search), "cheapest: ")
    assert line.startswith("cheapest: " + "; ".join(search["picks"][0]["why"]))
    assert line.endswith(f"setting: {search['picks'][0]['setting']}")
    search["settings"] = search["settings"][:1]
    assert "setting:" not in search_table(search)
    assert "No map keeps all limits" in search_table(search | {"picks": []})


def test_bills_that_agree_are_one_sentence() -> None:
    assert "The bills of every map agree within 0.050 %" in search_table(sample_search())
    search = sample_search()
    search["picks"][0].update(lag1_cost_usd=None, replayed_cost_usd=None)
    assert "The bills of 5 maps agree" in search_table(search)
    for pick in search["picks"]:
        pick.update(lag1_cost_usd=None, replayed_cost_usd=None)
    assert "no map was replayed" in search_table(search | {"incumbent_costs": None})


def test_bills_that_differ_are_tabled_and_the_rest_counted() -> None:
    search = sample_search()
    search["picks"][1].update(table_cost_usd=100.0, lag1_cost_usd=100.0, replayed_cost_usd=90.0)
    search["picks"][2].update(table_cost_usd=100.0, lag1_cost_usd=100.04, replayed_cost_usd=100.0)
    search["incumbent_costs"] = {"lag1_cost_usd": 200.0, "replayed_cost_usd": 190.0}
    block = block_of(search_table(search), "bills that differ")
    assert [flat(line) for line in block[2:]] == [
        f"documented {UNKNOWN} 200.00 190.00 -5.0 %",
        "knee 100.00 100.00 90.00 -10.0 %",
        "The bills of the other 4 agree within 0.050 %.",
    ]


def test_warnings_and_worlds_are_shown_only_where_there_are_any() -> None:
    text = search_table(sample_search())
    assert "warning:" not in text
    assert "Robust" not in text
    text = search_table(crowded_search() | {"robust": robust_section()})
    assert flat(text).count("warning: best-apart-hysteresis-0.25-never-down is cheaper than") == 1
    assert "Robust: least regret in cost_usd over 5 scenarios (now; deepseek/* x 2; " in text
    assert flat(line_of(text, "robust ")) == (
        "robust 3 0.25, 0.8535 41, 47.3 210.20 250.10 deepseek/* x 2 12.30 scores, replicate 2"
    )


def test_the_search_is_not_changed() -> None:
    search = crowded_search() | {"robust": robust_section()}
    before = copy.deepcopy(search)
    search_table(search)
    assert search == before
