"""Are the score scales monotone, and does the way back reach the place it names?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.catalogue import FractionScale, PercentileScale, ScoreScale, TableScale, bundled_scale
from paretocode.errors import InputError

scores = st.floats(-1e6, 1e6)
places = st.floats(0.0, 1.0)


@st.composite
def tables(draw: st.DrawFn) -> TableScale:
    xs = sorted(draw(st.sets(st.floats(-1e3, 1e3), min_size=1, max_size=6)))
    ys = sorted(draw(st.lists(places, min_size=len(xs), max_size=len(xs))))
    return TableScale(points=tuple(zip(xs, ys, strict=True)))


scales = st.one_of(
    st.builds(FractionScale, full=st.floats(1e-3, 1e6)),
    st.builds(PercentileScale, field=st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=9).map(tuple)),
    tables(),
)


@given(scale=scales, low=scores, high=scores)
def test_a_higher_score_never_stands_lower(scale: ScoreScale, low: float, high: float) -> None:
    low, high = sorted((low, high))
    axis = scale.to_axis([low, high])
    assert 0.0 <= axis[0] <= axis[1] <= 1.0
    ppm = scale.to_axis_ppm([low, high])
    assert ppm.dtype == np.int64
    assert 0 <= ppm[0] <= ppm[1] <= 1_000_000


@given(scale=scales, place=places)
def test_the_way_back_reaches_the_place(scale: ScoreScale, place: float) -> None:
    score = scale.to_score([place])
    if np.isnan(score[0]):
        assert place > scale.to_axis([1e9])[0]
    else:
        assert scale.to_axis(score)[0] >= place


@given(
    scale=st.builds(PercentileScale, field=st.lists(st.integers(-5, 5).map(float), min_size=1).map(tuple)), place=places
)
def test_the_way_back_is_the_smallest_score_of_the_field(scale: PercentileScale, place: float) -> None:
    score = scale.to_score([place])[0]
    lower = [other for other in scale.field if other < score]
    assert all(scale.to_axis([other])[0] < place for other in lower)


@given(scale=scales)
def test_a_missing_score_stays_missing(scale: ScoreScale) -> None:
    assert np.isnan(scale.to_axis([float("nan")])).all()
    assert scale.to_axis_ppm([float("nan")]).tolist() == [0]
    assert isinstance(scale, ScoreScale)


def test_names() -> None:
    assert [s.name for s in (FractionScale(), PercentileScale(field=(1.0,)), bundled_scale())] == [
        "fraction",
        "percentile",
        "table",
    ]


def test_flat_stretches_of_a_table_go_back_to_their_left_end() -> None:
    scale = TableScale(points=((10.0, 0.2), (20.0, 0.5), (30.0, 0.5), (40.0, 0.9)))
    assert scale.to_score([0.1, 0.5, 0.9]).tolist() == [10.0, 20.0, 40.0]
    assert np.isnan(scale.to_score([0.95])).all()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: FractionScale(full=0.0), "the full score is 0.0; give a positive number"),
        (lambda: PercentileScale(field=()), "the field holds no scores"),
        (lambda: PercentileScale(field=(1.0, float("nan"))), "field is nan in row 2"),
        (lambda: TableScale(points=()), "the table has no points"),
        (lambda: TableScale(points=((1.0, 0.5), (1.0, 0.6))), "has 1 twice"),
        (lambda: TableScale(points=((1.0, 0.5), (2.0, 0.4))), "place 0.4 of point 2 falls or lies above 1"),
        (lambda: TableScale(points=((1.0, 0.5), (2.0, 1.4))), "place 1.4 of point 2 falls or lies above 1"),
        (lambda: TableScale(points=((1.0, -0.5),)), "which is below 0"),
    ],
)
def test_scales_that_cannot_be_are_refused(build: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        build()  # type: ignore[operator]
