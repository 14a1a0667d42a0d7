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
    start = next(i for i, line in enumerate(lines) if " 7  " in line)
    row, (first, last) = lines[start : start + 5], (lines[0].index("tiers"), lines[0].index("request"))
    assert " ".join(line[last:].split("  ")[0] for line in row) == "0.125, 0.2505, 0.3333, 0.5, 0.8125, 0.9375"
    assert "".join(line[:first].strip() for line in row) == search["picks"][3]["name"]


def test_more_measures_stay_in_one_table_and_edges_get_their_own() -> None:
    search = sample_search()
    search["measures"] += ["latency_s", "above_share:20"]
    for entry in (search["incumbent"]["measures"], *(pick["measures"] for pick in search["picks"])):
        entry["above_share:20"] = 0.04
    text = search_table(search)
    first, second = (line for line in text.splitlines() if line.startswith("map  "))
    assert flat(first) == "map cost change shortfall change tier change latency change > 20 s change"
    assert flat(second) == "map tiers request edges score edges moved"
    assert text.count("\nno tiers ") == 1  # it has no edges


def test_measures_that_do_not_fit_get_a_table_that_repeats_the_names() -> None:
    text = search_table(awkward_searches()["many measures"])
    heads = [flat(line) for line in text.splitlines() if line.startswith("map  ")]
    assert len(heads) == 3
    assert heads[1] == "map unserved change"
    assert heads[2].endswith("edges moved")
    assert text.count("\nno tiers") == 3  # in both tables of measures, and in its own sentence


def test_no_word_of_a_head_or_a_name_is_cut() -> None:
    search = sample_search()
    search["picks"][0]["name"] = "best-coupled-hysteresis-0.05"
    search["measures"] = ["cost_usd", "tier_change_rate", "provider_share:deepseek"]
    for entry in (search["incumbent"]["measures"], *(pick["measures"] for pick in search["picks"])):
        entry["provider_share:deepseek"] = 0.4
    lines = block_of(search_table(search), "map  ")
    rule = next(i for i, line in enumerate(lines) if line.startswith("---"))
    assert flat(" ".join(lines[:rule])).split().count("deepseek") == 1
    column = lines[0].index("tiers")
    names = "".join(line[:column].strip() for line in lines[rule + 1 :] if "-" in line[:column] or "0.05" in line)
    assert names.startswith("best-coupled-hysteresis-0.05")


def test_heads_are_explained_with_the_names_that_experiments_use() -> None:
    text = flat(search_table(sample_search()))
    assert "cost [USD] (cost_usd): cost, caches by the lag-1 rule [USD]; shortfall: mean shortfall [0..1 axis]" in text
    assert "tier changes (tier_change_rate): tier changes, of pairs [%]." in text


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
        "The bills of the other 4 maps agree within 0.050 %.",
    ]


def test_one_other_map_is_one() -> None:
    search = sample_search()
    search["picks"] = search["picks"][:1]
    search["picks"][0].update(table_cost_usd=100.0, lag1_cost_usd=100.0, replayed_cost_usd=90.0)
    assert "The bills of the other map agree within" in search_table(search)


def test_times_and_other_names_are_shown_where_there_are_any() -> None:
    search = sample_search()
    assert "latency per request" not in search_table(search)
    search["picks"][0] |= {"latency_quantiles_s": {"p50": 4.125, "p99": None}, "also": ["best-of-2", "best-apart"]}
    text = search_table(search)
    block = block_of(text, "latency per request [s]")
    assert [flat(line) for line in block[::2]][:2] == ["latency per request [s] p50 p99", f"cheapest 4.12 {UNKNOWN}"]
    assert "; also best-of-2, best-apart; setting: " in flat(text)


def test_equal_limits_of_providers_are_one() -> None:
    search = sample_search()
    search["limits"] |= {f"provider_share:{provider}": 0.8 for provider in ("deepseek", "openai", "z-ai")}
    assert "unserved_share at most 0 %; every provider's share at most 80.0 %." in flat(search_table(search))


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


def test_a_robust_block_says_its_note_the_settings_that_differ_and_what_is_limited() -> None:
    search = sample_search() | {"robust": robust_section()}
    assert "limited measures" not in search_table(search)
    robust = search["robust"]
    robust["note"] = "Both settings were weighed."
    robust["maps"][0] |= {"setting": "apart", "limits": {"shortfall": 0.1, "unserved_share": 0.0}}
    robust["maps"][1] |= {"setting": "coupled", "limits": {"shortfall": 0.2, "unserved_share": None}}
    text = search_table(search)
    assert "\nBoth settings were weighed.\n" in text
    assert flat(line_of(text, "robust ")).startswith("robust apart 3 0.25, 0.8535")
    assert [flat(line) for line in block_of(text, "limited measures")] == [
        "limited measures shortfall unserved",
        "---------------- --------- --------",
        "limit 0.1139 0 %",
        "robust 0.1000 0 %",
        f"cheapest 0.2000 {UNKNOWN}",
    ]
    robust["maps"][1]["setting"] = "apart"
    assert "setting" not in flat(search_table(search)).partition("Both settings")[2].partition("weighed.")[2]


def test_the_search_is_not_changed() -> None:
    search = crowded_search() | {"robust": robust_section()}
    before = copy.deepcopy(search)
    search_table(search)
    assert search == before
