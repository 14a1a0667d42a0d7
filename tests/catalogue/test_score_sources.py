"""Are Aider's and Arena's boards read with their uncertainty, and is Elo placed as stated?"""

from __future__ import annotations

import json
import math
from pathlib import Path
from string import ascii_lowercase, digits

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.catalogue import EloScale, ScoreScale, elo_scale, load_catalogue, read_aider, read_arena
from paretocode.catalogue._flat_yaml import read_flat_yaml
from paretocode.errors import InputError

BOARD = """
- dirname: x # a comment
  test_cases: 225
  model: gpt-5 (high)
  pass_rate_2: 88.0
  date: 2025-08-23

- model: gpt-5 (high)
  test_cases: 225
  pass_rate_2: 80
  date: 2025-08-25
- model: a + b
  test_cases: 225
  pass_rate_2: 50.0
- model: DeepSeek V3 (0324)
  test_cases: 224
  pass_rate_2: 55.1
- model: short
  test_cases: 100
  pass_rate_2: 10.0
"""


def test_aider_in_percent_with_binomial_errors(tmp_path: Path) -> None:
    path = tmp_path / "polyglot.yml"
    path.write_text(BOARD)
    catalogue = load_catalogue(path)
    assert catalogue.keys == ("gpt-5@high", "DeepSeek V3 (0324)")
    assert catalogue.coding_score.tolist() == [88.0, 55.1]
    expected = [100 * math.sqrt(p * (1 - p) / n) for p, n in ((0.88, 225), (0.551, 224))]
    np.testing.assert_allclose(catalogue.coding_score_se, expected)
    assert (catalogue.score_definition, catalogue.as_of) == ("aider-polyglot", "2025-08-25")
    assert not catalogue.has_price.any()
    assert catalogue.notes == (
        "1 entry is left out because a better run of the same model and effort stands on the board: gpt-5 (high) (80).",
        "1 entry is left out because they pair an architect with an editor model: a + b.",
        "1 entry is left out because they ran over far less than 225 cases: short.",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- model: x\n  test_cases: 7\n", "most records have 7 test_cases; give the polyglot"),
        ("- model: x\n  test_cases: 225\n", "record 1: model is 'x' and pass_rate_2 is None"),
        ("- model: x\n  model: y\n", "line 2: key model stands twice in a record"),
        ("  model: x\n", "line 1: 'model: x' is no 'key: value' of a flat list"),
        ("- model: x\n    deep: 1\n", "line 2: 'deep: 1' is no 'key: value'"),
        ("- model: [x, y]\n", "'[x, y]' is more than a plain value"),
        ("- model: &anchor x\n", "is more than a plain value"),
        ("- model: |\n", "is more than a plain value"),
        ('- model: "a\\nb"\n', "is no plain quoted text"),
    ],
)
def test_other_yaml_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "board.yml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_aider(path)
    assert words in str(caught.value)


# [a-z_][a-z0-9_]{0,8} and [a-z][a-z ()+.]{0,9}[a-z]; drawn as patterns they take most of the test's time.
letters = st.sampled_from(ascii_lowercase)
names = st.tuples(letters | st.just("_"), st.text(f"{ascii_lowercase}{digits}_", max_size=8)).map("".join)
words = st.tuples(letters, st.text(f"{ascii_lowercase} ()+.", max_size=9), letters).map("".join)


@given(
    st.lists(
        st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False) | words, min_size=1),
        min_size=1,
    )
)
def test_what_is_written_flat_is_read_back(records: list[dict[str, float | str]]) -> None:
    lines = []
    for record in records:
        for i, (key, value) in enumerate(record.items()):
            lines.append(f"{'- ' if i == 0 else '  '}{key}: {json.dumps(value)}")
    assert read_flat_yaml("\n".join(lines), where="x") == records


def test_arena_pages_and_boards(tmp_path: Path) -> None:
    path = tmp_path / "arena.json"
    rows = [
        ["m", 1500.0, 1480.4, 1519.6, 900, 1, 5],
        ["m", 1400.0, 1390, 1410, 10, 1, 5],
        ["n", 1300, 1290, 1310, 5, None, None],
    ]
    path.write_text(json.dumps({"fetched_at": "2026-10-05T06:00:00", "pages": {"webdev/overall": rows}}))
    catalogue = load_catalogue(path)
    assert (catalogue.score_definition, catalogue.as_of) == ("arena-webdev-overall", "2026-10-05")
    assert catalogue.coding_score.tolist() == [1500.0, 1300.0]
    np.testing.assert_allclose(catalogue.coding_score_se, [19.6 / 1.959964, 10 / 1.959964], rtol=1e-6)
    assert not catalogue.has_price.any()
    assert catalogue.notes == ("1 entry is left out because the same name stands there with more votes: m.",)
    with pytest.raises(InputError, match="there is no page 'text/coding'; use one of webdev/overall"):
        read_arena(path, page="text/coding")
    path.write_text(json.dumps({"pages": {"webdev/overall": [["m", 1500.0]]}}))
    with pytest.raises(
        InputError, match=r"page webdev/overall, row 1: the row is not \[model, rating, low, high, votes\]"
    ):
        read_arena(path)
    path.write_text(
        json.dumps({"meta": {"leaderboard": "code"}, "models": [{"model": "m", "score": 1, "ci": -1, "votes": 2}]})
    )
    with pytest.raises(InputError, match="the interval of 'm' is -1 wide"):
        read_arena(path)


@given(st.floats(-3000, 3000), st.floats(0.0, 1.0), st.floats(-5000, 5000))
def test_elo_goes_there_and_back(reference: float, place: float, rating: float) -> None:
    scale = EloScale(reference=reference)
    assert isinstance(scale, ScoreScale)
    back = scale.to_score([place])
    if 0 < place < 1:
        assert scale.to_axis(back)[0] >= place
    else:
        assert np.isnan(back[0])
    low, high = scale.to_axis([rating, rating + 1.0])
    assert 0 <= low <= high <= 1


def test_the_median_model_stands_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "arena.json"
    path.write_text(
        json.dumps(
            {"pages": {"webdev/overall": [[m, r, r - 1, r + 1, 9] for m, r in (("a", 1), ("b", 401), ("c", 801))]}}
        )
    )
    catalogue = read_arena(path)
    scale = elo_scale(catalogue)
    np.testing.assert_allclose(scale.to_axis(catalogue.coding_score), [1 / 11, 0.5, 10 / 11])
    assert scale.to_axis_ppm([401.0, np.nan]).tolist() == [500_000, 0]
    with pytest.raises(InputError, match="no model is rated"):
        elo_scale(catalogue.replace(coding_score=[np.nan] * 3))
    with pytest.raises(InputError, match="the reference rating is inf"):
        EloScale(reference=math.inf)


@pytest.mark.data
def test_the_real_boards(data_dir: Path) -> None:
    scores = data_dir / "catalogue" / "scores"
    figures = {
        "aider/polyglot_leaderboard.yml": (65, "aider-polyglot", "2025-10-03", 88.0),
        "aider/edit_leaderboard.yml": (95, "aider-edit", "2024-12-21", 84.2),
        "arena/arena_2026-10-05.json.gz": (137, "arena-webdev-overall", "2026-10-05", 1815.36),
        "arena/code_2026-03-19.json": (55, "arena-code", "2026-03-19", 1547),
        "arena/code_2026-04-19.json": (61, "arena-code", "2026-04-19", 1583),
    }
    for name, (n_models, definition, day, best) in figures.items():
        catalogue = load_catalogue(scores / name)
        assert (len(catalogue), catalogue.score_definition, catalogue.as_of) == (n_models, definition, day), name
        assert np.nanmax(catalogue.coding_score) == pytest.approx(best, abs=0.01)
        assert catalogue.has_score.all()
        assert (catalogue.coding_score_se > 0).sum() >= n_models - 1
    coding = read_arena(scores / "arena/arena_2026-10-05.json.gz", page="text/coding")
    assert len(coding) == 408
    best = coding.index_of("gemini-4-argon-high")
    assert coding.coding_score_se[best] == pytest.approx((1577.377485 - 1542.970007) / 2 / 1.959964, rel=1e-6)
