"""A few hundred files of `fuzz.py`, whose command does as many as one likes; and what it found, once each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hardening.fuzz import fuzzed, judged
from hardening.mutations import HOSTILE_TEXT
from hardening.seeds import Seed, seeds
from paretocode.catalogue import read_llm_prices
from paretocode.catalogue.history import read_price_snapshots
from paretocode.errors import InputError, SealError
from paretocode.release.approval import parse_approval
from paretocode.stream import READERS, load_stream
from release_folders import approval_bytes


def test_every_seed_is_right_and_every_reader_of_logs_has_one(tmp_path: Path) -> None:
    found = seeds(tmp_path)
    assert {seed.name.removeprefix("log ").split(",")[0] for seed in found} >= set(READERS)
    for seed in found:
        place = tmp_path / "right" / seed.name.replace(" ", "-")
        place.mkdir(parents=True)
        path = place / seed.file
        path.write_bytes(seed.content)
        assert judged(seed, path) == "", seed.name


def test_a_spoilt_file_is_read_or_refused_in_one_sentence(tmp_path: Path) -> None:
    chosen = seeds(tmp_path)
    result = fuzzed(chosen, tmp_path, n_rounds=12 * len(chosen), seed=11)
    assert [(one.seed, one.round, one.what) for one in result.found] == []
    assert result.n_refused.total() > 4 * len(chosen)


def test_what_a_reader_should_not_do_is_found(tmp_path: Path) -> None:
    def careless(path: Path) -> object:
        return json.loads(path.read_bytes())["a"]

    result = fuzzed([Seed("careless", "it.json", b'{"a": 1, "b": [2]}', careless)], tmp_path, n_rounds=60, seed=1)
    assert {one.what.split(" ")[0] for one in result.found} >= {"KeyError", "JSONDecodeError"}


@pytest.mark.parametrize("text", [text for text in HOSTILE_TEXT if not text.isprintable() and "\n" not in text])
def test_what_cannot_be_printed_is_shown_as_its_escape(text: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(
        f"session,time_s,prompt_tokens,completion_tokens,{text}\na,0,1,1,1\n".encode(errors="surrogatepass")
    )
    with pytest.raises(InputError) as refusal:
        load_stream("table", path, columns={"min_score": "absent"})
    assert str(refusal.value).isprintable()


def test_a_sentence_has_an_end() -> None:
    sentence = str(InputError(f"there is no column {'x' * 5000}", where="log.csv", way_out="name it"))
    assert len(sentence) < 700
    assert sentence.endswith(" ...; name it.")


def test_a_price_list_without_ids_and_months_without_prices(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"models": [{"name": "M", "price_history": []}]}))
    with pytest.raises(InputError, match=r"prices.json, model 1: the model has no id; give the file as fetched\."):
        read_llm_prices(path)
    path.write_text(json.dumps({"snapshots": [{"date": "2026-06-16", "prices": {}}]}))
    assert read_price_snapshots(path).keys == ()


@pytest.mark.parametrize("tokens", ["9223372036854775808", "9999999999999999999999999", "1e300"])
def test_a_count_beyond_64_bits_is_named_as_it_stands(tokens: str, tmp_path: Path) -> None:
    path = tmp_path / "azure.csv"
    path.write_text(f"TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,{tokens},4\n")
    with pytest.raises(InputError, match=r"in row 1, which no 64 bits hold; correct it\."):
        load_stream("azure", path)


def test_a_duration_longer_than_history_is_no_start(tmp_path: Path) -> None:
    router = next(seed for seed in seeds(tmp_path) if seed.name == "log vllm_semantic_router")
    path = tmp_path / router.file
    path.write_bytes(
        router.content.replace(b'"routing_latency_ms": 250', b'"routing_latency_ms": "9223372036854775807"')
    )
    with pytest.raises(InputError, match="put its start outside the years 2015 to 2099; correct them, or drop the row"):
        load_stream("vllm_semantic_router", path)


@pytest.mark.parametrize("value", [{}, [], 3, None])
def test_an_approval_whose_signature_is_no_text_is_refused(value: object) -> None:
    approval = json.loads(approval_bytes(b"{}"))
    with pytest.raises(SealError, match=r"it is no complete approval; approve again\."):
        parse_approval(json.dumps({**approval, "signature": value}).encode(), where="ada.json")
