"""Is every replicate of the batch the plain frontier, and do compiled and plain paths agree to the bit?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode._compiled import MODE_VARIABLE, Kernel, compiled_mode
from paretocode.errors import InputError, UsageError
from paretocode.frontier import frontier_frequency, frontier_mask, frontier_masks, scan
from paretocode.frontier._kernels import BATCH, ORDER, sort_keys

several = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
modes = pytest.mark.parametrize("mode", ["never", "always"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[int], np.ndarray]:
    n, r = draw(st.integers(1, 8)), draw(st.integers(0, 5))
    price = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    flat = draw(st.lists(st.sampled_from([-np.inf, 0, 1, 2, 3, np.inf]), min_size=n * r, max_size=n * r))
    return price, np.array(flat, dtype=float).reshape(r, n)


@modes
@several
@given(table=tables())
def test_a_row_of_the_batch_is_the_frontier(
    table: tuple[list[int], np.ndarray], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    price, scores = table
    masks = frontier_masks(price, scores)
    monkeypatch.setenv(MODE_VARIABLE, "never")
    assert masks.tolist() == [frontier_mask(np.array(price, dtype=float), row).tolist() for row in scores]


@several
@given(points=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=24), as_float=st.booleans())
def test_the_compiled_scan_is_the_plain_one(
    points: list[tuple[int, int]], as_float: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = float if as_float else int
    price, score = (np.array([p[i] for p in points], dtype=kind) for i in range(2))
    found = []
    for mode in ("never", "always"):
        monkeypatch.setenv(MODE_VARIABLE, mode)
        found.append(frontier_mask(price, score).tolist())
    assert found[0] == found[1]


@pytest.mark.parametrize("spread", [50, 5_000, 10**9])
def test_the_compiled_scan_prunes_alike(spread: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(spread)
    price, score = rng.integers(0, spread, 30_000), rng.integers(0, spread, 30_000)
    found = []
    for mode in ("never", "always"):
        monkeypatch.setenv(MODE_VARIABLE, mode)
        found += [frontier_mask(price, score), frontier_mask(price / 8, score / 8)]
        found.append(scan._scan(price, score))  # by rising price, which the pruning counts on
        assert (np.diff(price[found[-1]]) >= 0).all()
    for one, two in zip(found[:3], found[3:], strict=True):
        assert sorted(one.tolist()) == sorted(two.tolist())


@modes
def test_large_tables_agree(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    price, scores = rng.integers(0, 40, 60), rng.integers(0, 30, (1_500, 60)).astype(float)
    monkeypatch.setenv(MODE_VARIABLE, mode)
    masks = frontier_masks(price, scores)
    for row in range(0, 1_500, 50):
        assert masks[row].tolist() == frontier_mask(price.astype(float), scores[row]).tolist()
    frequency = frontier_frequency(price, scores)
    assert frequency.frequency.tolist() == (masks.sum(axis=0) / 1_500).tolist()
    assert frequency.expected_size == pytest.approx(frequency.frequency.sum())


def test_small_work_never_waits_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, "auto")
    fresh = Kernel(BATCH.function, example=BATCH.example, from_size=BATCH.from_size)
    assert fresh.for_size(10_000 * 100) is None
    assert not fresh.is_loaded


def test_a_place_that_keeps_nothing_still_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    numba = pytest.importorskip("numba")
    plain, asked = numba.njit, []

    def njit(*args: object, **settings: object) -> object:
        asked.append(settings)
        if settings.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return plain(*args, **settings)

    monkeypatch.setattr(numba, "njit", njit)
    fresh = Kernel(BATCH.function, example=BATCH.example, from_size=0)
    masks = np.zeros((1, 1), dtype=bool)
    fresh.compiled(np.arange(1), np.ones(1, dtype=np.int64), np.zeros((1, 1)), masks)
    assert masks.all()
    assert asked == [{"cache": True}, {"cache": False}]


def test_without_numba_there_is_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, "always")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert Kernel(BATCH.function, example=BATCH.example, from_size=0).for_size(10**9) is None


def test_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="there is no replicate"):
        frontier_frequency([1], np.empty((0, 1)))
    with pytest.raises(InputError, match="price has shape"):
        frontier_masks([1, 2], [[1.0]])
    with pytest.raises(InputError, match="scores is missing"):
        frontier_masks([1], [[float("nan")]])
    monkeypatch.setenv(MODE_VARIABLE, "sometimes")
    with pytest.raises(UsageError, match="PARETOCODE_COMPILED is 'sometimes'"):
        compiled_mode()


@given(
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=20).map(np.array)
    | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20).map(lambda x: np.array(x, dtype=np.int64))
)
def test_the_compiled_sort_is_a_stable_sort(numbers: np.ndarray) -> None:
    pytest.importorskip("numba")
    assert ORDER.compiled(sort_keys(numbers)).tolist() == np.argsort(numbers, kind="stable").tolist()
    assert ORDER.function(sort_keys(numbers)).tolist() == np.argsort(numbers, kind="stable").tolist()
