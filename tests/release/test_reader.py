"""The reader for routers: alone with the standard library, refusing in one sentence, reloading without a gap."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paretocode._files import json_bytes
from paretocode.errors import InputError
from paretocode.release import approve, export_tier_map, reader, session
from paretocode.release.reader import HotRouter, Reason, TierMapError, load, read_rule, run_vectors, ssh_check
from paretocode.tiermap.file import canonical_bytes, parse_tier_map, sha256_of
from release_folders import approval_bytes, changed_bytes, documented_file, seal, write_release

FILE = documented_file()
CONTENT = canonical_bytes(FILE)
SHA256 = sha256_of(CONTENT)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_release(tmp_path / "release", CONTENT)


def child_of(content: bytes, serial: int = 2, **changed: object) -> bytes:
    return changed_bytes(FILE, serial=serial, supersedes=sha256_of(content), **changed)


def replace_release(folder: Path, content: bytes) -> None:
    shutil.rmtree(folder)
    write_release(folder, content)


# --- alone ---


@pytest.mark.parametrize("module", [reader, session])
def test_it_imports_the_standard_library_only(module: Any) -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"), feature_version=(3, 9))
    typing_only = {id(n) for node in tree.body if isinstance(node, ast.If) for n in ast.walk(node)}
    names = [
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in typing_only
        for alias in node.names
    ]
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_a_copy_runs_alone_in_an_empty_folder(release: Path, tmp_path: Path) -> None:
    copies = tmp_path / "router"
    copies.mkdir()
    for module in (reader, session):
        shutil.copy(str(module.__file__), copies)
    code = (
        f"import sys; sys.path.insert(0, {str(copies)!r}); import reader, session\n"
        f"router = reader.load({str(release)!r})\n"
        "print(router.route(0.66).tier, session.Session().route(router, 0.5, now_s=1.0).tier)\n"
        "print('paretocode' in sys.modules, 'numpy' in sys.modules)"
    )
    alone = [sys.executable, "-I", "-S"]
    done = subprocess.run([*alone, "-c", code], capture_output=True, text=True, cwd=copies, check=True)
    assert done.stdout.splitlines() == ["high medium", "False False"]
    done = subprocess.run([*alone, "reader.py", str(release)], capture_output=True, text=True, cwd=copies, check=True)
    assert done.stdout.endswith(" vectors agree\n")


def test_the_command_says_what_differs_and_what_is_refused(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vectors = json.loads((release / "vectors.json").read_bytes())
    vectors["cases"][1]["tier"] = "high"
    (release / "vectors.json").write_bytes(json_bytes(vectors))
    assert reader.main([str(release)]) == 2
    assert "vectors.json: it does not belong to the map; take the release again." in capsys.readouterr().err
    seal(release)
    assert reader.main([str(release)]) == 1
    n = len(vectors["cases"])
    assert capsys.readouterr().out == f"{n - 1} of {n} vectors agree\ncase 1 differs\n"
    assert reader.main([]) == 2
    assert capsys.readouterr().err == "usage: python reader.py RELEASE_DIR\n"


# --- deciding ---


def test_the_documented_map_by_hand() -> None:
    router = reader.Router(json.loads(CONTENT), SHA256)
    assert [router.route(score).tier for score in (0, 0.329999, 0.33, 0.659999, 0.66, 1, None)] == [
        *("low", "low", "medium", "medium", "high", "high", "high")
    ]
    assert router.route(min_score_ppm=1).tier == "low", "one part per million"
    assert router.route(0.3299995).tier == "medium", "rounded half to even: 330000 ppm"
    first = router.route(0.66)
    assert len(first.fallbacks) == 2
    assert router.route(0.66, is_available=lambda key: key != first.primary).primary == first.fallbacks[0]
    assert router.route(0.66, prompt_tokens=10**9) == (None, None, ())


BAD_REQUESTS: list[dict[str, Any]] = [
    {"min_score": -1e-9},
    {"min_score": 1.0000001},
    {"min_score": float("nan")},
    {"min_score": 660_000},
    {"min_score": True},
    {"min_score": "0.5"},
    {"min_score_ppm": -1},
    {"min_score_ppm": 1_000_001},
    {"min_score_ppm": 0.5},
    {"min_score_ppm": True},
    {"min_score": 0.5, "min_score_ppm": 500_000},
    {"prompt_tokens": -1},
    {"completion_tokens": float("nan")},
]


@pytest.mark.parametrize("request_", BAD_REQUESTS, ids=str)
def test_a_malformed_request_is_refused(request_: dict[str, Any]) -> None:
    router = reader.Router(json.loads(CONTENT), SHA256)
    with pytest.raises(TierMapError, match=r"^request: [^\n]+\.$") as refusal:
        router.route(**request_)
    assert refusal.value.reason is Reason.BAD_REQUEST
    with pytest.raises(TierMapError):
        session.Session().route(router, **request_, now_s=0)


@pytest.mark.parametrize(("gap_s", "is_kept"), [(299.5, True), (300, False)])
@pytest.mark.parametrize("is_refused_between", [False, True])
def test_a_session_keeps_its_model_for_less_than_the_time_limit(
    gap_s: float, is_kept: bool, is_refused_between: bool
) -> None:
    router = reader.Router(json.loads(CONTENT), SHA256)
    best, second = router.route(0.9).primary, router.route(0.9).fallbacks[0]
    one = session.Session()
    assert one.route(router, 0.9, now_s=0, is_available=lambda key: key != best).primary == second
    if is_refused_between:
        assert one.route(router, 0.9, now_s=0, prompt_tokens=10**9) == (None, None, ())
    assert one.route(router, 0.9, now_s=gap_s).primary == (second if is_kept else best)


# --- refusals ---


def plain() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(CONTENT)
    return document


def swapped_model() -> bytes:
    document = plain()
    tiers = document["tiers"]
    tiers[0]["candidates"][0], tiers[1]["candidates"][0] = tiers[1]["candidates"][0], tiers[0]["candidates"][0]
    return canonical_bytes(document)


def without(key: str) -> bytes:
    return canonical_bytes({name: value for name, value in plain().items() if name != key})


def put(content: bytes) -> Callable[[Path], None]:
    """Lie another map in the place of the released one, evidence and approvals as they are."""

    def change(folder: Path) -> None:
        (folder / "tier_map.json").write_bytes(content)

    return change


def put_with_evidence(content: bytes) -> Callable[[Path], None]:
    """Likewise, with evidence made anew: only the approval speaks of other bytes."""

    def change(folder: Path) -> None:
        (folder / "tier_map.json").write_bytes(content)
        seal(folder)

    return change


def put_and_seal(content: bytes) -> Callable[[Path], None]:
    """Likewise, with evidence and approval made anew: only the map itself can give it away."""

    def change(folder: Path) -> None:
        (folder / "tier_map.json").write_bytes(content)
        (folder / "approvals" / "ada.json").write_bytes(approval_bytes(content))
        seal(folder)

    return change


def approve_as(name: str, content: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "approvals" / "ada.json").unlink()
        (folder / "approvals" / name).write_bytes(content)
        seal(folder)

    return change


def add_stale_approval(folder: Path) -> None:
    (folder / "approvals" / "bob.json").write_bytes(approval_bytes(b"x", by="Bob"))
    seal(folder)


def reordered(document: dict[str, Any]) -> bytes:
    text = json.dumps(dict(reversed(document.items())), separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


REFUSALS: list[tuple[str, Callable[[Path], object], dict[str, Any], Reason, str]] = [
    ("one byte", put(CONTENT.replace(b'"serial":1', b'"serial":2')), {}, Reason.CHANGED, "its sha256 is"),
    ("another digest", lambda f: None, {"expected_sha256": "0" * 64}, Reason.CHANGED, "and not 000000000000"),
    ("a reordered key", put_and_seal(reordered(plain())), {}, Reason.NOT_CANONICAL, "not in canonical form"),
    ("a space", put_and_seal(b" " + CONTENT), {}, Reason.NOT_CANONICAL, "not in canonical form"),
    ("a swapped model", put(swapped_model()), {}, Reason.CHANGED, "its sha256 is"),
    (
        "a swapped model, sealed",
        put_with_evidence(swapped_model()),
        {},
        Reason.STALE_APPROVAL,
        "it does not approve",
    ),
    (
        "a stale approval",
        approve_as("bob.json", approval_bytes(b"x")),
        {},
        Reason.STALE_APPROVAL,
        "it does not approve",
    ),
    (
        "a stale approval beside a good one",
        add_stale_approval,
        {},
        Reason.STALE_APPROVAL,
        "bob.json: it does not approve",
    ),
    (
        "other metrics",
        approve_as("bob.json", approval_bytes(CONTENT, metrics_sha256="c" * 64)),
        {},
        Reason.STALE_APPROVAL,
        "it does not approve",
    ),
    ("no approval", approve_as("bob.txt", b"yes"), {}, Reason.NOT_APPROVED, "0 approvals cover its bytes"),
    (
        "an approval of nothing",
        approve_as("bob.json", b"{}\n"),
        {},
        Reason.NOT_APPROVED,
        "it is no paretocode-approval-1",
    ),
    ("a changed approval", lambda f: touch(f / "approvals" / "ada.json"), {}, Reason.CHANGED, "not as it was released"),
    ("one of two", lambda f: None, {"least_approvals": 2}, Reason.NOT_APPROVED, "1 approvals cover its bytes"),
    (
        "no signature",
        lambda f: None,
        {"check_signatures": lambda *_: False},
        Reason.NOT_SIGNED,
        "0 of 1 approvals carry a valid signature",
    ),
    (
        "a wrong key",
        put_and_seal(canonical_bytes({**plain(), "surprise": 1})),
        {},
        Reason.UNKNOWN_KEY,
        "format 1 has no key 'surprise'",
    ),
    ("a missing key", put_and_seal(without("serial")), {}, Reason.MISSING_KEY, "key 'serial' is missing"),
    (
        "a float",
        put_and_seal(CONTENT.replace(b"330000", b"330000.0", 1)),
        {},
        Reason.NOT_JSON,
        "330000.0 is not allowed",
    ),
    (
        "a text",
        put_and_seal(changed_bytes(FILE, serial="1")),
        {},
        Reason.WRONG_VALUE,
        "tier_map.json, serial: it is '1', which format 1 does not allow",
    ),
    ("a key twice", put_and_seal(b'{"a":1,"a":1}\n'), {}, Reason.NOT_JSON, "a key twice is not allowed"),
    ("deep nesting", put_and_seal(b"[" * 100_000), {}, Reason.NOT_JSON, "it is not strict JSON"),
    ("another format", put_and_seal(b"[]\n"), {}, Reason.UNKNOWN_FORMAT, "it is no tier map"),
    (
        "a future version",
        put_and_seal(changed_bytes(FILE, format_version=2)),
        {},
        Reason.FUTURE_VERSION,
        "its format version is 2 and this reader knows 1; take a newer reader",
    ),
    (
        "edges out of order",
        put_and_seal(changed_bytes(FILE, request_edges_ppm=[660_000, 330_000])),
        {},
        Reason.BROKEN_RULE,
        "request_edges_ppm are not 2 strictly increasing numbers",
    ),
    (
        "an unknown default",
        put_and_seal(changed_bytes(FILE, default_tier="top")),
        {},
        Reason.BROKEN_RULE,
        "'top' is no tier",
    ),
    (
        "an unreachable tier",
        put_and_seal(changed_bytes(FILE, request_edges_ppm=[0, 330_000])),
        {},
        Reason.BROKEN_RULE,
        "no request can ask for tier 'low'",
    ),
    (
        "no such day",
        put_and_seal(changed_bytes(FILE, valid_until="2026-02-30")),
        {},
        Reason.BROKEN_RULE,
        "there is no day 2026-02-30",
    ),
    (
        "expired",
        put_and_seal(changed_bytes(FILE, valid_until="2026-06-30")),
        {"today": "2026-07-01"},
        Reason.EXPIRED,
        "it expired on 2026-06-30",
    ),
    (
        "not yet valid",
        put_and_seal(changed_bytes(FILE, valid_from="2026-06-30")),
        {"today": "2026-06-29"},
        Reason.NOT_YET_VALID,
        "it is valid from 2026-06-30 on",
    ),
    (
        "another parent",
        put_and_seal(child_of(b"x")),
        {"parent_sha256": SHA256},
        Reason.WRONG_PARENT,
        f"and {SHA256[:12]} is in force",
    ),
    ("no parent", lambda f: None, {"parent_sha256": "0" * 64}, Reason.WRONG_PARENT, "it supersedes None and 0000"),
    ("an old serial", lambda f: None, {"parent_serial": 1}, Reason.OLD_SERIAL, "its serial 1 is not above 1"),
    ("no evidence", lambda f: (f / "evidence.json").unlink(), {}, Reason.NO_RELEASE, "so it is no release"),
    ("a draft", lambda f: seal(f, state="draft"), {}, Reason.DRAFT, "it was released as a draft"),
    (
        "evidence of nothing",
        lambda f: (f / "evidence.json").write_bytes(b"{}"),
        {},
        Reason.CHANGED,
        "states no digests",
    ),
    ("too large", lambda f: None, {"max_bytes": 1000}, Reason.TOO_LARGE, "it has more than 1,000 bytes"),
    ("nothing", lambda f: (f / "tier_map.json").unlink(), {}, Reason.UNREADABLE, "No such file or directory"),
    ("a pipe", lambda f: make_pipe(f / "tier_map.json"), {}, Reason.UNREADABLE, "it is no plain file"),
]


def touch(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"cheaper", b"dearer"))


def make_pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("change", "settings", "reason", "sentence"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refusals(
    change: Callable[[Path], object], settings: dict[str, Any], reason: Reason, sentence: str, release: Path
) -> None:
    change(release)
    with pytest.raises(TierMapError, match=r"^/[^\n]+; [^\n]+\.$") as refusal:
        load(release, **settings)
    assert refusal.value.reason is reason
    assert sentence in str(refusal.value)


def test_every_reason_has_a_refusal() -> None:
    elsewhere = {Reason.BAD_REQUEST, Reason.BAD_VECTORS}
    assert {reason for *_, reason, _ in REFUSALS} | elsewhere == set(Reason)


Change = Callable[[dict[str, Any]], object]


def first_model(document: dict[str, Any]) -> dict[str, Any]:
    model: dict[str, Any] = document["tiers"][0]["candidates"][0]
    return model


def with_floors(document: dict[str, Any], edges: list[int], floors: list[int | None]) -> None:
    document["score_edges_milli"] = edges
    for tier, floor in zip(document["tiers"], floors, strict=True):
        tier["floor_milli"] = floor


STEP = {"min_prompt_tokens": 5, **dict.fromkeys(reader._PRICE_NAMES)}
BROKEN_RULES: dict[str, tuple[Change, str]] = {
    "an edge twice": (
        lambda d: d.update(request_edges_ppm=[330_000, 330_000]),
        "request_edges_ppm are not 2 strictly increasing numbers",
    ),
    "too few edges": (lambda d: d.update(request_edges_ppm=[330_000]), "request_edges_ppm are not 2"),
    "a score edge twice": (lambda d: with_floors(d, [5, 5], [None, 5, 5]), "score_edges_milli are not 2 strictly"),
    "a floor that falls": (lambda d: with_floors(d, [5, 9], [None, 9, 5]), "floor_milli of the tiers does not repeat"),
    "a floor of the lowest tier": (
        lambda d: with_floors(d, [5, 9], [1, 5, 9]),
        "floor_milli of the tiers does not repeat",
    ),
    "a floor without edges": (
        lambda d: d["tiers"][1].update(floor_milli=5),
        "floor_milli of the tiers does not repeat",
    ),
    "a name twice": (lambda d: d["tiers"][1].update(name="low"), "'high' is no tier, or two tiers have one name"),
    "no tier": (lambda d: d.update(tiers=[]), "it has 0 tiers, not 1 to 1000"),
    "floor without edges": (lambda d: d["policy"].update(eligibility="floor"), "eligibility 'floor' needs score edges"),
    "dates reversed": (
        lambda d: d.update(valid_from="2026-07-01", valid_until="2026-06-30"),
        "valid_until 2026-06-30 is before valid_from 2026-07-01",
    ),
    "a model twice": (
        lambda d: d["tiers"][1]["candidates"].append(first_model(d)),
        "a model stands twice",
    ),
    "a step twice": (lambda d: first_model(d).update(price_steps=[STEP, STEP]), "has two price steps at one length"),
    "a gift": (lambda d: first_model(d).update(prompt_micro_usd_per_mtok=0), "costs 0 and is not said to be free"),
    "a gift in a step": (
        lambda d: first_model(d).update(price_steps=[{**STEP, "completion_micro_usd_per_mtok": 0}]),
        "costs 0 and is not said to be free",
    ),
}


@pytest.mark.parametrize("name", BROKEN_RULES)
def test_each_rule_across_fields_is_kept_here_and_in_the_package(name: str) -> None:
    change, sentence = BROKEN_RULES[name]
    document = plain()
    change(document)
    content = canonical_bytes(document)
    with pytest.raises(TierMapError) as refusal:
        reader.parse(content, where="map.json")
    assert refusal.value.reason is Reason.BROKEN_RULE
    assert sentence in str(refusal.value)
    with pytest.raises(InputError):
        parse_tier_map(content, where="map.json")


def test_what_is_said_to_be_free_may_cost_nothing() -> None:
    document = plain()
    first_model(document).update(prompt_micro_usd_per_mtok=0, completion_micro_usd_per_mtok=0, is_free=True)
    assert reader.parse(canonical_bytes(document)) == document
    assert reader.Router(document, "").route(0.0).primary.startswith(first_model(document)["model_id"])


@pytest.mark.parametrize(("first", "last"), [("2026-06-30", None), (None, "2026-06-30"), ("2026-06-30", "2026-06-30")])
def test_the_first_and_the_last_day_are_valid(first: str | None, last: str | None, tmp_path: Path) -> None:
    folder = write_release(tmp_path, changed_bytes(FILE, valid_from=first, valid_until=last))
    assert load(folder, today="2026-06-30").name == "documented"


def test_a_child_of_the_map_in_force_is_taken(tmp_path: Path) -> None:
    folder = write_release(tmp_path, child_of(CONTENT))
    assert load(folder, parent_sha256=SHA256, parent_serial=1).serial == 2


def test_two_people_are_two_and_one_person_twice_is_one(tmp_path: Path) -> None:
    same = {name: approval_bytes(CONTENT, reason=name) for name in ("a.json", "b.json")}
    with pytest.raises(TierMapError, match="2 approvals cover its bytes"):
        load(write_release(tmp_path / "same", CONTENT, same), least_approvals=2)
    two = {"a.json": approval_bytes(CONTENT), "b.json": approval_bytes(CONTENT, by="Bob")}
    assert load(write_release(tmp_path / "two", CONTENT, two), least_approvals=2).sha256 == SHA256


def test_a_map_alone_needs_its_digest_or_nobody_s_word(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    path.write_bytes(CONTENT)
    with pytest.raises(TierMapError, match=r"no evidence.json lies beside it, so it is no release; export it"):
        load(path, expected_sha256=SHA256)
    assert load(path, require_approval=False, expected_sha256=SHA256).sha256 == SHA256


def test_a_real_release_loads_and_answers_and_a_draft_does_not(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    with pytest.raises(TierMapError, match="it is no release"):
        load(result)
    folder = export_tier_map(result / "tier_map.json", to="release", out=tmp_path / "release")
    n_cases, differing = run_vectors(folder)
    assert n_cases > 40
    assert differing == []
    done = subprocess.run(
        [sys.executable, "-m", "paretocode.release.reader", str(folder)], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"{n_cases} of {n_cases} vectors agree\n", "")
    with pytest.raises(TierMapError, match="it was released as a draft") as refusal:
        load(draft := export_tier_map(result / "tier_map.json", to="release", out=tmp_path / "trial", is_draft=True))
    assert refusal.value.reason is Reason.DRAFT
    (draft / "evidence.json").unlink()
    with pytest.raises(TierMapError, match="it is no release"):
        load(draft)


RULE = {
    "format": "paretocode-approvers-1",
    "required": 2,
    "roles": ["owner"],
    "count_unsigned": True,
    "people": [{"name": "Ada", "roles": ["author"]}, {"name": "Bob"}, {"name": "Cleo", "roles": ["owner"]}],
}


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        (("Ada", "Bob"), "the rule counts too few: nobody with role owner approved it; let its people approve"),
        (("Cleo",), "the rule counts too few: 1 of 2 approvals required"),
        (("Cleo", "Eve"), "the rule counts too few: 1 of 2 approvals required"),
        (("ADA", " cleo "), ""),
    ],
)
def test_a_team_s_own_rule_is_kept_by_the_router(by: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    approvals = {f"a-{n}.json": approval_bytes(CONTENT, by=name) for n, name in enumerate(by)}
    folder = write_release(tmp_path, CONTENT, approvals)
    if not sentence:
        assert load(folder, rule=RULE).sha256 == SHA256
        return
    with pytest.raises(TierMapError, match=sentence) as refusal:
        load(folder, rule=RULE)
    assert refusal.value.reason is Reason.NOT_APPROVED


def test_a_rule_of_signed_approvals_wants_them_checked_and_each_key_once(tmp_path: Path) -> None:
    people = [{"name": name, "principal": f"{name.lower()}@example.org"} for name in ("Ada", "Bob")]
    rule = {**RULE, "roles": [], "count_unsigned": False, "people": people}
    signed = {
        f"{name}.json": approval_bytes(CONTENT, by=name, signature="ssh", principal=f"{name.lower()}@example.org")
        for name in ("Ada", "Bob")
    }
    folder = write_release(tmp_path, CONTENT, signed)
    for name in signed:
        (folder / "approvals" / f"{name}.sig").write_bytes(b"")
    with pytest.raises(TierMapError, match="and nobody checks them; give check_signatures"):
        load(folder, rule=rule)
    assert load(folder, rule=rule, check_signatures=lambda path, *_: path).sha256 == SHA256
    for same_key in ({"rule": rule}, {"least_approvals": 2}):
        with pytest.raises(TierMapError):
            load(folder, check_signatures=lambda *_: "SHA256:one", **same_key)


def test_a_rule_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "approvers.toml"
    path.write_text('format = "paretocode-approvers-1"\nrequired = 1\npeople = [{ name = "Ada" }]\n')
    assert read_rule(path)["people"] == [{"name": "Ada"}]
    for text in ("required = 1", "no toml", 'format = "paretocode-approvers-1"\nrequired = 0\npeople = []'):
        path.write_text(text)
        with pytest.raises(TierMapError) as refusal:
            read_rule(path)
        assert refusal.value.reason is Reason.UNREADABLE


def test_counts_tell_how_far_the_traffic_has_moved(tmp_path: Path) -> None:
    limits = {"served_ppm": [500_000, 250_000, 250_000], "most_moved_ppm": 100_000, "least_requests": 8}
    router = load(write_release(tmp_path, changed_bytes(FILE, drift_limits=limits)))
    low, medium, high = router.tiers
    assert router.moved_ppm({low: 4, medium: 2, high: 2}) == 0
    assert router.moved_ppm({low: 8}) == 500_000
    assert router.moved_ppm({low: 3, medium: 3, high: 3}) == 166_667  # 1/6, rounded up
    assert router.moved_ppm({low: 3, medium: 2, high: 2}) is None
    assert load(write_release(tmp_path / "none", CONTENT)).moved_ppm({low: 8}) is None


# --- signatures ---


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the keys of Ada and Eve; skip where there is no ssh-keygen."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed: no signature was made or checked")
    folder = tmp_path_factory.mktemp("keys")
    for who in ("ada", "eve"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / who)], check=True)
    return folder


def signed_release(
    folder: Path, keys: Path, *, key: str = "ada", namespace: str = "paretocode-approval", **approval: str
) -> Path:
    """Write a release whose approval Ada's or another's key signs."""
    fields = {"signature": "ssh", "principal": "ada@example.org", **approval}
    write_release(folder, CONTENT, {"ada.json": approval_bytes(CONTENT, **fields)})
    path = str(folder / "approvals" / "ada.json")
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(keys / key), "-n", namespace, path]
    subprocess.run(sign, check=True, capture_output=True)
    return folder


def signers_file(folder: Path, keys: Path, options: str = "") -> Path:
    path = folder / "allowed_signers"
    path.write_text(f"ada@example.org {options} {(keys / 'ada.pub').read_text().strip()}\n")
    return path


def test_a_signature_counts_for_its_bytes_and_its_signer(keys: Path, tmp_path: Path) -> None:
    folder = signed_release(tmp_path / "release", keys)
    check = ssh_check(signers_file(tmp_path, keys))
    assert load(folder, check_signatures=check).sha256 == SHA256
    path = folder / "approvals" / "ada.json"
    approval = json.loads(path.read_bytes())
    assert check(str(path), path.read_bytes(), approval)
    assert not check(str(path), path.read_bytes() + b" ", approval)
    for changed in ({"principal": "eve@example.org"}, {"principal": "*"}, {"date": "soon"}, {"date": "2026-06-01"}):
        assert not check(str(path), path.read_bytes(), {**approval, **changed})


@pytest.mark.parametrize(
    ("options", "signing"),
    [
        ("", {"key": "eve"}),
        ("", {"namespace": "file"}),
        ("", {"principal": "eve@example.org"}),
        ('namespaces="git"', {}),
        ('valid-after="20260602"', {}),
        ('valid-before="20260531"', {}),
    ],
)
def test_a_signature_of_another_key_namespace_name_or_time_does_not_count(
    options: str, signing: dict[str, str], keys: Path, tmp_path: Path
) -> None:
    folder = signed_release(tmp_path / "release", keys, **signing)
    with pytest.raises(TierMapError, match="0 of 1 approvals carry a valid signature; sign it first") as refusal:
        load(folder, check_signatures=ssh_check(signers_file(tmp_path, keys, options)))
    assert refusal.value.reason is Reason.NOT_SIGNED


def test_the_signer_s_dates_are_held_against_the_date_of_the_approval(keys: Path, tmp_path: Path) -> None:
    folder = signed_release(tmp_path / "release", keys)
    signers = signers_file(tmp_path, keys, 'valid-after="20260531",valid-before="20260602"')
    assert load(folder, check_signatures=ssh_check(signers)).sha256 == SHA256


def test_an_unsigned_approval_does_not_count_where_signatures_are_asked_for(keys: Path, release: Path) -> None:
    with pytest.raises(TierMapError, match="0 of 1 approvals carry a valid signature"):
        load(release, check_signatures=ssh_check(signers_file(release.parent, keys)))


@pytest.mark.parametrize("name", ["ada.json.revoked", "ada.json.sig"])
def test_an_approval_that_was_revoked_or_lost_its_signature_does_not_count(name: str, tmp_path: Path) -> None:
    folder = write_release(tmp_path, CONTENT, {"ada.json": approval_bytes(CONTENT, signature="ssh")})
    (folder / "approvals" / "ada.json.sig").write_bytes(b"")
    assert load(folder).sha256 == SHA256, "whether the signature is good, only a check can say"
    if name.endswith(".sig"):
        (folder / "approvals" / name).unlink()
    else:
        (folder / "approvals" / name).write_bytes(b"{}")
    with pytest.raises(TierMapError, match="0 approvals cover its bytes"):
        load(folder)


# --- hot reload ---


def test_a_hot_router_takes_up_a_child_and_keeps_what_it_has_before_it(release: Path) -> None:
    hot = HotRouter(release)
    assert not hot.refresh()
    child = child_of(CONTENT, default_tier="low")
    replace_release(release, child)
    assert hot.route().tier == "high"
    assert hot.refresh()
    assert (hot.route().tier, hot.current.serial, hot.last_refusal) == ("low", 2, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put(CONTENT[:-20]), Reason.CHANGED),
        (put_and_seal(CONTENT[:-20]), Reason.NOT_JSON),
        (put(child_of(CONTENT)), Reason.CHANGED),
        (put_with_evidence(child_of(CONTENT)), Reason.STALE_APPROVAL),
        (put_and_seal(child_of(b"another")), Reason.WRONG_PARENT),
        (put_and_seal(changed_bytes(FILE, serial=5)), Reason.WRONG_PARENT),
        (put_and_seal(child_of(CONTENT, serial=1)), Reason.OLD_SERIAL),
        (shutil.rmtree, Reason.UNREADABLE),
        (lambda f: shutil.rmtree(f / "approvals"), Reason.NOT_APPROVED),
    ],
)
def test_a_hot_router_never_serves_a_broken_or_unapproved_map(
    change: Callable[[Path], object], reason: Reason, release: Path
) -> None:
    hot = HotRouter(release)
    in_force = hot.current
    change(release)
    assert not hot.refresh()
    assert hot.last_refusal is not None
    assert hot.last_refusal.reason is reason
    assert hot.current is in_force
    shutil.rmtree(release, ignore_errors=True)
    write_release(release, CONTENT)
    assert not hot.refresh(), "the same map again is nothing new"
    assert hot.last_refusal is None


def test_a_parent_is_asked_for_unless_told_otherwise(release: Path) -> None:
    hot = HotRouter(release, check_parent=False)
    replace_release(release, changed_bytes(FILE, serial=1, default_tier="low"))
    assert hot.refresh()
    assert hot.route().tier == "low"


def test_a_map_that_is_approved_later_is_taken_up_then(release: Path) -> None:
    hot = HotRouter(release)
    child = child_of(CONTENT)
    put(child)(release)
    (release / "approvals" / "ada.json").unlink()
    seal(release)
    assert not hot.refresh()
    assert hot.last_refusal is not None
    assert hot.last_refusal.reason is Reason.NOT_APPROVED
    (release / "approvals" / "bob.json").write_bytes(approval_bytes(child, by="Bob"))
    seal(release)
    assert hot.refresh()


def test_a_hot_router_of_a_broken_map_cannot_be_made(release: Path) -> None:
    put(b"{}")(release)
    with pytest.raises(TierMapError):
        HotRouter(release)


def test_a_map_that_expires_in_force_stays_and_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_utc_day", lambda: "2026-06-30")
    hot = HotRouter(write_release(tmp_path, changed_bytes(FILE, valid_until="2026-06-30")))
    monkeypatch.setattr(reader, "_utc_day", lambda: "2026-07-01")
    assert not hot.refresh()
    assert hot.route(0.5).tier == "medium"
    assert hot.last_refusal is not None
    assert hot.last_refusal.reason is Reason.EXPIRED


def test_requests_see_one_map_or_the_other_while_it_is_swapped(release: Path) -> None:
    hot = HotRouter(release)
    stop, seen, failures = threading.Event(), set(), []

    def ask() -> None:
        while not stop.is_set():
            try:
                seen.add(hot.route().tier)
            except Exception as error:  # noqa: BLE001 whatever it is, it must not happen
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    content = CONTENT
    for serial in range(2, 5):
        content = child_of(content, serial=serial, default_tier="low" if serial % 2 else "medium")
        replace_release(release, content)
        assert hot.refresh()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert seen <= {"low", "medium", "high"}
    assert hot.current.serial == 4
