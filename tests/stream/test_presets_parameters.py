"""Can a preset be changed, and is the impossible refused in one sentence?"""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from paretocode.errors import InputError
from paretocode.stream import PRESETS, synthesise
from paretocode.stream.synthetic import Chat, CodingAgent, GammaGaps, LognormalMixture, Responder, WeibullGaps
from paretocode.stream.synthetic.parameters import with_parameters


def test_parameters_and_dataclass_say_the_same() -> None:
    by_name = synthesise("chat", n_sessions=50, parameters={"sessions_per_hour": 500}, rng=1)
    by_class = synthesise(Chat(sessions_per_hour=500), n_sessions=50, rng=1)
    assert by_name.digest == by_class.digest != synthesise("chat", n_sessions=50, rng=1).digest
    assert by_name.notes == ("made up by the preset chat, not logged", "parameters of its own: sessions_per_hour")
    on_top = synthesise(Chat(turns_mean=4.0), n_sessions=50, parameters={"sessions_per_hour": 500}, rng=1)
    assert on_top.notes[1] == "parameters of its own: sessions_per_hour, turns_mean"


def test_laws_and_groups_are_changed_in_part_or_anew() -> None:
    changed = with_parameters(
        Chat(),
        {
            "arrival": {"law": "weibull", "shape": 0.42},
            "responder": {"ttft_p50_s": 1},
            "gap": {"law": "lognormals", "weights": [1], "medians": [9.0], "sigmas": [0.5]},
            "reasoning_odds": {"medians": [2.0]},
            "hourly": [1] * 24,
        },
        where="chat",
    )
    assert changed.arrival == WeibullGaps(shape=0.42)
    assert changed.responder == Responder(ttft_p50_s=1)
    assert changed.gap == LognormalMixture(weights=(1,), medians=(9.0,), sigmas=(0.5,))
    assert changed.reasoning_odds == LognormalMixture(weights=(1.0,), medians=(2.0,), sigmas=(1.0,))
    assert changed.hourly == (1,) * 24
    assert with_parameters(Chat(), {"arrival": {"shape": 2.0}}, where="chat").arrival == GammaGaps(shape=2.0)
    assert with_parameters(changed, {"reasoning_odds": None}, where="chat").reasoning_odds is None


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_frozen_and_named(preset: str) -> None:
    laws = PRESETS[preset]()
    assert synthesise(laws, n_requests=10, rng=1).name == preset
    with pytest.raises(FrozenInstanceError):
        laws.sessions_per_hour = 1.0


@pytest.mark.parametrize(
    ("preset", "parameters", "sentence"),
    [
        (
            "chat",
            {"session_per_hour": 1},
            "chat: there is no parameter 'session_per_hour'; the nearest name is sessions_per_hour.",
        ),
        (
            "chat",
            {"arrival": {"shap": 1}},
            "chat, arrival: there is no parameter 'shap'; the nearest name is shape.",
        ),
        ("chat", {"arrival": {"shape": 0}}, "gamma gaps: shape is 0, which is not positive; correct it."),
        (
            "chat",
            {"arrival": {"law": "weibull", "shape": -1}},
            "weibull gaps: shape is -1, which is not positive; correct it.",
        ),
        (
            "chat",
            {"arrival": {"law": "pareto"}},
            "chat, arrival: law is 'pareto'; use one of gamma, weibull, lognormals.",
        ),
        (
            "chat",
            {"gap": {"law": "lognormals", "medians": [1]}},
            "chat, gap: the law is given medians; give weights, medians, sigmas.",
        ),
        ("chat", {"gap": 5}, "chat: gap is 5; give a table with weights, medians, sigmas."),
        ("chat", {"hourly": 1}, "chat: hourly is 1; give a list of numbers."),
        ("chat", {"hourly": [1]}, "chat: hourly has 1 values; give 24, from midnight on."),
        ("chat", {"hourly": [2] * 24}, "chat: hourly has a mean of 2; divide its values by their mean."),
        ("chat", {"hourly": [-1, 3] * 12}, "chat: hourly is -1, which is below 0; correct it."),
        (
            "chat",
            {"sessions_per_hour": "500"},
            "chat: sessions_per_hour is '500', which is no finite number; correct it.",
        ),
        ("chat", {"sessions_per_hour": 0}, "chat: sessions_per_hour is 0, which is not positive; correct it."),
        ("chat", {"turns_mean": 0.5}, "chat: turns_mean is 0.5, which is below 1; correct it."),
        ("chat", {"window": 99}, "chat: window is 99, which is below 100; correct it."),
        ("chat", {"answer_kept_share": 1.5}, "chat: answer_kept_share is 1.5, which is outside 0..1; correct it."),
        (
            "chat",
            {"history_loss_rate": float("nan")},
            "chat: history_loss_rate is nan, which is no finite number; correct it.",
        ),
        (
            "rag",
            {"input_output_spearman": -2},
            "rag: input_output_spearman is -2, which is outside -1..1; correct it.",
        ),
        (
            "completion",
            {"output": {"weights": [0.5, 0.4], "medians": [1, 2], "sigmas": [1, 1]}},
            "mixture of lognormals: weights sum to 0.9; make them sum to 1.",
        ),
        (
            "completion",
            {"output": {"weights": [1.0]}},
            "mixture of lognormals: it has 1 weights, 4 medians and 4 sigmas; give one of each per component.",
        ),
        (
            "completion",
            {"output": {"sigmas": [0.2, 0.3, 0.4, -0.7]}},
            "mixture of lognormals: sigma is -0.7, which is not positive; correct it.",
        ),
        ("coding_agent", {"turns_log_sd": -1}, "coding_agent: turns_log_sd is -1, which is below 0; correct it."),
        (
            "coding_agent",
            {"compaction_share": 7},
            "coding_agent: compaction_share is 7, which is outside 0..1; correct it.",
        ),
        ("coding_agent", {"head_high": 12_000}, "coding_agent: head_high is 12000, which is below 12300; correct it."),
        (
            "coding_agent",
            {"window": 100_000},
            "coding_agent: window is 100000, which is below 165000; correct it.",
        ),
        (
            "coding_agent",
            {"loss_rate": [0.1]},
            "coding_agent: 1 loss rates stand beside 4 bounds; give increasing bounds, and one rate more than bounds.",
        ),
        (
            "coding_agent",
            {"correlation": [[1, 2], [2, 1]]},
            "coding_agent: correlation is no positive definite 4 x 4 matrix with ones on its diagonal; "
            "move its numbers towards 0 and make it symmetric.",
        ),
    ],
)
def test_refusals(preset: str, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        synthesise(preset, n_requests=1, parameters=parameters, rng=1)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"arrival": 5}, "arrival is 5; give a GammaGaps or WeibullGaps or LognormalMixture."),
        ({"closed_loop": "no"}, "closed_loop is 'no'; give a bool."),
        ({"output": None}, "output is None; give a LognormalMixture."),
    ],
)
def test_wrong_kinds(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        Chat(**settings)
    assert str(refusal.value) == f"chat: {sentence}"


def test_a_perfect_correlation_is_none() -> None:
    ones = tuple((1.0,) * 4 for _ in range(4))
    with pytest.raises(InputError, match="positive definite"):
        CodingAgent(correlation=ones)
