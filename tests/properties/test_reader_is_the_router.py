"""The standalone reader decides as the readable router does, and lets no changed map through."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.release.reader import Reason, Router, TierMapError, load, parse, run_vectors
from paretocode.release.session import Session
from paretocode.release.vectors import failing_vectors
from paretocode.stream.stream import RequestRow, RequestStream
from paretocode.tiermap import remember, route
from paretocode.tiermap.file import TierMapFile, canonical_bytes, parse_tier_map, sha256_of
from release_folders import changed_bytes, documented_file, seal, vectors_bytes, without_strangers, write_release
from strategies import streams, worlds

SCORES = st.one_of(st.none(), st.sampled_from([0, 249_999, 250_000, 500_000, 999_999, 1_000_000]))
TOKENS = st.sampled_from([0, 1, 20, 21, 49, 50, 51, 60, 61, 100, 101, 200, 201])
DOCUMENTED = canonical_bytes(documented_file())


@st.composite
def files(draw: st.DrawFn) -> TierMapFile:
    """Files of small maps that a reader takes: every tier can be asked for."""
    return without_strangers(*draw(worlds()))


def reader_of(file: TierMapFile) -> Router:
    content = canonical_bytes(file)
    return Router(parse(content), sha256_of(content))


def named(decision: Any, file: TierMapFile, catalogue: Catalogue) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return a decision of the readable router in names."""
    return (
        None if decision.tier_served is None else file.tiers[decision.tier_served].name,
        None if decision.primary is None else catalogue.keys[decision.primary],
        tuple(catalogue.keys[row] for row in decision.fallbacks),
    )


@given(
    file=files(),
    requests=st.lists(st.tuples(SCORES, TOKENS, TOKENS), min_size=1, max_size=12),
    picks=st.sets(st.integers(0, 5)),
)
def test_the_reader_is_the_router(
    file: TierMapFile, requests: list[tuple[int | None, int, int]], picks: set[int]
) -> None:
    reader, tier_map, whole = reader_of(file), file.tier_map(), file.catalogue()
    unavailable = {key for row, key in enumerate(whole.keys) if row in picks}
    rest = whole.select([row for row, key in enumerate(whole.keys) if key not in unavailable])
    for score, prompt, completion in requests:
        request = RequestRow(0, 0, score, prompt, completion, 0)
        tokens: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": completion}
        expected = named(route(request, tier_map, whole), file, whole)
        assert reader.route(min_score_ppm=score, **tokens) == expected
        assert reader.route(None if score is None else score / 1e6, **tokens) == expected
        fewer = reader.route(min_score_ppm=score, **tokens, is_available=lambda key: key not in unavailable)
        assert fewer == named(route(request, tier_map, rest), file, rest)


@given(file=files(), stream=streams())
def test_a_session_of_the_reader_is_a_session_of_the_router(file: TierMapFile, stream: RequestStream) -> None:
    reader, tier_map, catalogue = reader_of(file), file.tier_map(), file.catalogue()
    sessions: dict[int, Session] = {}
    memories: dict[int, Any] = {}
    for index in range(len(stream)):
        request = stream.row(index)
        memory = memories.get(request.session)
        decision = route(request, tier_map, catalogue, memory=memory)
        memories[request.session] = remember(memory, request, decision, tier_map.policy)
        found = sessions.setdefault(request.session, Session()).route(
            reader,
            min_score_ppm=request.min_score_ppm,
            now_s=request.time_us / 1e6,
            prompt_tokens=request.prompt_tokens,
            completion_tokens=request.completion_tokens,
            is_same_conversation=request.prefix_tokens > 0,
        )
        assert found == named(decision, file, catalogue)


@settings(max_examples=40)
@given(file=files())
def test_the_reader_answers_every_vector_of_every_map(file: TierMapFile) -> None:
    content = canonical_bytes(file)
    document = json.loads(vectors_bytes(content))
    assert failing_vectors(file, document) == []
    with tempfile.TemporaryDirectory() as folder:
        write_release(Path(folder), content)
        assert run_vectors(folder) == (len(document["cases"]), [])


@given(file=files().filter(lambda file: len(file.tiers) > 1), edge=st.sampled_from([0, 1]), default=st.integers(0, 9))
def test_a_map_with_a_tier_that_nobody_can_ask_for_is_refused(file: TierMapFile, edge: int, default: int) -> None:
    edges = [edge, *range(2, len(file.tiers))]
    name = file.tiers[default % len(file.tiers)].name
    content = changed_bytes(file, request_edges_ppm=edges, default_tier=name)
    if edge == 1 or name == file.tiers[0].name:
        assert parse(content) == parse_tier_map(content, where="here").model_dump(mode="json")
        return
    with pytest.raises(TierMapError, match="no request can ask for tier") as refusal:
        parse(content)
    assert refusal.value.reason is Reason.BROKEN_RULE
    with pytest.raises(InputError, match="no request can ask for tier"):
        parse_tier_map(content, where="here")


ODD_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1, 2, 1000, 1_000_001, 10**12, 10**12 + 1, 2**53 - 1, 2**53, -(2**53), 10**30),
        *(0.0, 1.0, 0.33, 1e300, "", "x", "1", " low", "low", "high", "a\nb", "a\x85b", "\ud800", "é", "x" * 201),
        *("0" * 64, "2026-02-30", "2026-02-28", "9999-12-31", "up", "floor", "request", "never", [], {}, [1]),
    ]
)


def places(document: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a document."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [here, *(path for key, value in items for path in places(value, (*here, key)))]


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes near a map's: a byte changed, or values set, added, deleted, swapped, written canonically or not."""
    if draw(st.integers(0, 3)) == 0:
        position, data = draw(st.integers(0, len(content) - 1)), bytearray(content)
        data[position] ^= draw(st.integers(1, 255))
        return bytes(data)
    document = json.loads(content)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([path for path in places(document) if path]))
        parent: Any = document
        for step in path[:-1]:
            parent = parent[step]
        action = draw(st.sampled_from(["set", "set", "delete", "add", "swap", "float", "text"]))
        value = parent[path[-1]]
        if action == "delete":
            del parent[path[-1]]
        elif action == "add" and isinstance(parent, dict):
            parent[draw(st.sampled_from(["extra", "formatt", "é"]))] = draw(ODD_VALUES)
        elif action in {"add", "swap"} and isinstance(parent, list):
            parent.insert(draw(st.integers(0, len(parent))), value if action == "add" else parent.pop(path[-1]))
        elif action == "float" and isinstance(value, int):
            parent[path[-1]] = float(value)
        elif action == "text":
            parent[path[-1]] = str(value)
        else:
            parent[path[-1]] = draw(ODD_VALUES)
    if draw(st.integers(0, 4)) == 0:  # a key in another place, a space, an escape
        kind = draw(st.sampled_from(["order", "spaces", "escapes", "no newline"]))
        text = json.dumps(
            dict(reversed(document.items())) if kind == "order" else document,
            sort_keys=kind != "order",
            separators=(", ", ": ") if kind == "spaces" else (",", ":"),
            ensure_ascii=kind == "escapes",
        )
        return text.encode(errors="surrogatepass") + (b"" if kind == "no newline" else b"\n")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="surrogatepass") + b"\n"


@given(data=st.data())
def test_no_changed_map_slips_through_a_release(data: st.DataObject) -> None:
    """Neither as it lies there nor with evidence sealed anew: the approvals are of other bytes."""
    content = data.draw(mutated(DOCUMENTED))
    with tempfile.TemporaryDirectory() as name:
        folder = write_release(Path(name), DOCUMENTED)
        (folder / "tier_map.json").write_bytes(content)
        for _ in range(2):
            if content == DOCUMENTED:
                assert load(folder).sha256 == sha256_of(content)
            else:
                with pytest.raises(TierMapError, match=r"^[^\n]+\.$"):
                    load(folder)
            seal(folder)


@given(file=files(), data=st.data())
def test_the_reader_takes_what_the_package_takes(file: TierMapFile, data: st.DataObject) -> None:
    """A map alone, of which no digest is known: accepted by one, accepted by the other.

    The reader also wants canonical bytes, tiers that can be asked for, and plain names for tiers without models.
    """
    content = data.draw(mutated(canonical_bytes(file)))
    try:
        theirs: TierMapFile | None = parse_tier_map(content, where="here")
    except (InputError, OverflowError):
        theirs = None
    if theirs is not None and canonical_bytes(theirs) == content:
        assert parse(content) == json.loads(content)
        return
    with pytest.raises(TierMapError, match=r"^[^\n]+\.$"):
        parse(content)
