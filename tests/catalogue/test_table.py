"""Does a plain table survive writing and reading, and are all three kinds the same catalogue?"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode.catalogue import (
    SPEED_PERCENTILES,
    Catalogue,
    PriceStep,
    TableScale,
    bundled_scale,
    load_bundled,
    read_scale,
    read_table,
    write_table,
)
from paretocode.catalogue._rows import COLUMNS
from paretocode.catalogue.catalogue import PRICE_FIELDS
from paretocode.errors import InputError

NUMBERS = ("coding_score", "coding_score_se", *PRICE_FIELDS, "context_tokens", "max_output_tokens")
TEXTS = ("model_id", "effort", "name", "listed_tier")


def same(left: Catalogue, right: Catalogue, *, with_words: bool = True) -> bool:
    """Whether two catalogues are equal to the last bit."""
    words = ("score_definition", "as_of", "attribution", *(("notes", "sources") if with_words else ()))
    return (
        all(getattr(left, name) == getattr(right, name) for name in (*TEXTS, *words))
        and all(
            np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True)
            for name in (*NUMBERS, "throughput_tps", "ttft_s", "release_date")
        )
        and np.array_equal(left.is_free, right.is_free)
        and repr(left.price_steps) == repr(right.price_steps)
        and left.digest == right.digest
    )


text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8).filter(lambda s: s == s.strip())
price = st.none() | st.floats(1e-6, 1e6)


def or_nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


@st.composite
def catalogues(draw: st.DrawFn, *, most_steps: int = 2) -> Catalogue:
    ids = draw(st.lists(text.filter(bool), min_size=1, max_size=4, unique=True))
    n = len(ids)

    def column(values: st.SearchStrategy[float | None]) -> list[float]:
        return [or_nan(value) for value in draw(st.lists(values, min_size=n, max_size=n))]

    def texts() -> tuple[str, ...]:
        return tuple(draw(st.lists(text, min_size=n, max_size=n)))

    def speeds() -> list[list[float]]:
        return [[or_nan(draw(st.none() | st.floats(1e-3, 1e4))) for _ in SPEED_PERCENTILES] for _ in range(n)]

    starts = [sorted(draw(st.sets(st.integers(0, 2**40), max_size=most_steps))) for _ in range(n)]
    steps = [(i, start) for i in range(n) for start in starts[i]]
    return Catalogue(
        model_id=tuple(ids),
        effort=texts(),
        name=texts(),
        coding_score=column(st.none() | st.floats(-1e6, 1e6)),
        coding_score_se=column(st.none() | st.floats(0, 1e3)),
        score_definition=draw(text.filter(bool)),
        prompt_usd_per_mtok=column(price),
        completion_usd_per_mtok=column(price),
        cache_read_usd_per_mtok=column(price | st.just(0.0)),
        cache_write_usd_per_mtok=column(price),
        throughput_tps=speeds(),
        ttft_s=speeds(),
        context_tokens=column(st.none() | st.integers(1, 10**12)),
        max_output_tokens=column(st.none() | st.integers(1, 10**12)),
        release_date=np.array(
            [np.datetime64(day or "NaT", "D") for day in draw(st.lists(st.none() | st.dates(), min_size=n, max_size=n))]
        ),
        is_free=draw(st.lists(st.booleans(), min_size=n, max_size=n)),
        listed_tier=texts(),
        price_steps=tuple(
            PriceStep(model_index=i, min_prompt_tokens=start, **{name: or_nan(draw(price)) for name in PRICE_FIELDS})
            for i, start in steps
        ),
        sources=draw(st.dictionaries(text, text, max_size=2)),
        as_of=draw(text),
        attribution=draw(text),
        notes=tuple(draw(st.lists(text, max_size=2))),
    )


fixture_is_reused = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@fixture_is_reused
@given(catalogue=catalogues())
def test_toml_round_trip_is_exact(tmp_path: Path, catalogue: Catalogue) -> None:
    write_table(catalogue, tmp_path / "m.toml")
    assert same(read_table(tmp_path / "m.toml"), catalogue)


@fixture_is_reused
@given(catalogue=catalogues(most_steps=1))
def test_csv_round_trip_is_exact_but_for_sources_and_notes(tmp_path: Path, catalogue: Catalogue) -> None:
    write_table(catalogue, tmp_path / "m.csv")
    assert same(read_table(tmp_path / "m.csv"), catalogue, with_words=False)


@settings(fixture_is_reused, max_examples=25)
@given(catalogue=catalogues(most_steps=1))
def test_parquet_round_trip_is_exact_but_for_sources_and_notes(tmp_path: Path, catalogue: Catalogue) -> None:
    write_table(catalogue, tmp_path / "m.parquet")
    assert same(read_table(tmp_path / "m.parquet"), catalogue, with_words=False)


def test_a_small_csv_reads_as_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        "\ufeffmodel_id,coding_score,score_definition,prompt_usd_per_mtok,completion_usd_per_mtok,context_tokens,"
        "long_prompt_tokens,long_prompt_usd_per_mtok,is_free\n"
        "a/b,50.5,mine-1,1,2,1000,200000,2,\n\n"
        "c/d,,mine-1,0,0,,,,yes\n"
    )
    catalogue = read_table(path)
    assert catalogue.keys == ("a/b", "c/d")
    assert catalogue.score_definition == "mine-1"
    assert catalogue.coding_score.tolist()[0] == 50.5
    assert np.isnan(catalogue.coding_score[1])
    assert np.isnan(catalogue.context_tokens[1])
    assert catalogue.is_free.tolist() == [False, True]
    (step,) = catalogue.price_steps
    assert (step.model_index, step.min_prompt_tokens, step.prompt_usd_per_mtok) == (0, 200_000, 2.0)


def test_parquet_of_other_tools_may_hold_nan(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "m.parquet"
    duckdb.sql(
        "SELECT 'a/b' AS model_id, 'NaN'::DOUBLE AS coding_score, 'mine-1' AS score_definition, "
        "1.5::DECIMAL(5,2) AS prompt_usd_per_mtok, 2 AS completion_usd_per_mtok, NULL AS context_tokens"
    ).write_parquet(str(path))
    catalogue = read_table(path)
    assert np.isnan(catalogue.coding_score[0])
    assert catalogue.prompt_usd_per_mtok[0] == 1.5


def test_csv_and_parquet_hold_one_price_step(tmp_path: Path) -> None:
    steps = tuple(PriceStep(model_index=0, min_prompt_tokens=n, prompt_usd_per_mtok=9.0) for n in (100, 200))
    catalogue = load_bundled().replace(price_steps=steps)
    for name in ("m.csv", "m.parquet"):
        with pytest.raises(InputError, match=r"row 1: the model has several .* write the catalogue as .toml"):
            write_table(catalogue, tmp_path / name)
    write_table(catalogue, tmp_path / "m.toml")
    assert read_table(tmp_path / "m.toml").price_steps[1].min_prompt_tokens == 200


def test_a_scale_goes_with_toml_only(tmp_path: Path) -> None:
    catalogue, scale = load_bundled(), bundled_scale()
    write_table(catalogue, tmp_path / "m.toml", scale=scale)
    assert read_scale(tmp_path / "m.toml") == scale
    write_table(catalogue, tmp_path / "plain.toml")
    assert read_scale(tmp_path / "plain.toml") is None
    with pytest.raises(InputError, match="holds no score scale"):
        write_table(catalogue, tmp_path / "m.csv", scale=scale)


def test_scale_points_that_are_no_pairs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    write_table(load_bundled(), path, scale=TableScale(points=((1.0, 0.5),)))
    path.write_text(path.read_text().replace("[[1.0, 0.5]]", "[1.0, 0.5]"))
    with pytest.raises(InputError, match="the points are not pairs"):
        read_scale(path)


@pytest.mark.parametrize(("kind", "suffix"), [("toml", ".toml"), ("csv", ".csv")])
def test_the_examples_of_the_documentation_are_read(tmp_path: Path, kind: str, suffix: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "catalogue_table.md"
    example = page.read_text(encoding="utf-8").split(f"```{kind}\n")[1].split("```")[0]
    (tmp_path / f"m{suffix}").write_text(example)
    catalogue = read_table(tmp_path / f"m{suffix}")
    assert catalogue.keys == ("openai/gpt-5.4-mini@xhigh", "example/long-context")
    assert catalogue.has_score.tolist() == [True, False]
    assert len(catalogue.price_steps) == (1 if kind == "toml" else 0)


def test_the_documentation_names_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "catalogue_table.md").read_text(encoding="utf-8")
    columns = [name for name in COLUMNS if "_p" not in name or name.endswith(("per_mtok", "_p5"))]
    assert [name for name in columns if f"`{name}`" not in page] == []
