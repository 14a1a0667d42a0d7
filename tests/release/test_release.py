"""Approve, export, verify: what is not approved or not as it was is refused, byte by byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode._files import json_bytes
from paretocode.catalogue import load_bundled
from paretocode.errors import InputError, ParetocodeError, SealError, UsageError
from paretocode.experiment import run_experiment
from paretocode.release import approve, export_tier_map, failing_vectors, verify
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.file import canonical_bytes, read_tier_map, sha256_of, tier_map_file

QUICKSTART = Path(__file__).parents[2] / "experiments" / "quickstart.toml"


@pytest.fixture
def release(result: Path, tmp_path: Path) -> Path:
    approve(result, by="Ada", reason="cheaper")
    return export_tier_map(result / "tier_map.json", to="release", out=tmp_path / "release")


def test_a_release_is_complete_and_verifies(release: Path, result: Path) -> None:
    names = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    assert {"tier_map.json", "tier_map.schema.json", "vectors.json", "evidence.json", "CARD.md"} <= names
    assert (release / "tier_map.json").read_bytes() == (result / "tier_map.json").read_bytes()
    assert any("approved by Ada" in line for line in verify(release).checked)
    schema = json.loads((release / "tier_map.schema.json").read_bytes())
    jsonschema.validate(json.loads((release / "tier_map.json").read_bytes()), schema)


def test_the_evidence_is_an_in_toto_statement(release: Path) -> None:
    statement = json.loads((release / "evidence.json").read_bytes())
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    predicate = statement["predicate"]
    assert predicate["candidate"]["metrics"]["requests"] == predicate["incumbent"]["metrics"]["requests"] == 2000
    assert predicate["approvals"] == [
        {**predicate["approvals"][0], "by": "Ada", "reason": "cheaper", "signature": "none"}
    ]
    assert predicate["known_limits"]


def test_vectors_stand_at_every_edge_and_one_ppm_either_side(release: Path) -> None:
    file = read_tier_map(release / "tier_map.json")
    document = json.loads((release / "vectors.json").read_bytes())
    scores = {case["min_score_ppm"] for case in document["cases"]}
    assert {e + d for e in file.request_edges_ppm for d in (-1, 0, 1)} | {None, 0, 1_000_000} <= scores
    assert any(case["tier"] is None for case in document["cases"]), "beyond every context window"
    assert failing_vectors(file, document) == []
    document["cases"][1]["tier"] = "high"
    assert failing_vectors(file, document) == [1]


def test_two_exports_are_byte_identical(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    one, two = (export_tier_map(result, to="release", out=tmp_path / name) for name in ("one", "two"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert [(one / f).read_bytes() for f in files] == [(two / f).read_bytes() for f in files]


def test_an_unapproved_map_is_not_exported(result: Path, tmp_path: Path) -> None:
    with pytest.raises(
        SealError, match=r"no approval covers the map with sha256 .*; approve it first: paretocode approve"
    ):
        export_tier_map(result / "tier_map.json", to="release", out=tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_an_approval_covers_one_map_only(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper", map_name="natural")
    with pytest.raises(SealError, match="no approval covers"):
        export_tier_map(result / "tier_map.json", to="json", out=tmp_path / "map.json")
    out = export_tier_map(result / "maps" / "natural.json", to="json", out=tmp_path / "map.json")
    assert read_tier_map(out).name == "natural"


def test_a_map_that_lies_outside_a_result_is_not_exported(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    stray = tmp_path / "elsewhere" / "deep" / "tier_map.json"
    stray.parent.mkdir(parents=True)
    shutil.copy(result / "tier_map.json", stray)
    with pytest.raises(SealError, match="it lies in no finished result, so nobody can have approved it"):
        export_tier_map(stray, to="json", out=tmp_path / "map.json")


@pytest.mark.parametrize("name", ["tier_map.json", "metrics.json", "maps/documented.json"])
def test_an_altered_result_is_neither_approved_nor_exported(result: Path, name: str, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    (result / name).write_bytes((result / name).read_bytes() + b" ")
    with pytest.raises(SealError, match=f"{name} changed after the run sealed it"):
        approve(result, by="Ada", reason="again")
    with pytest.raises(SealError, match="changed after the run sealed it"):
        export_tier_map(result / "tier_map.json", to="release", out=tmp_path / "release")
    with pytest.raises(SealError, match="changed after the run sealed it"):
        verify(result)


def test_a_manifest_rewritten_after_approval_is_refused(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    manifest = json.loads((result / "manifest.json").read_bytes())
    (result / "manifest.json").write_text(json.dumps({**manifest, "commit": "another"}))
    with pytest.raises(SealError, match=r"manifest.json changed after Ada approved it; approve again"):
        export_tier_map(result / "tier_map.json", to="release", out=tmp_path / "release")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_a_release_is_found(release: Path, tmp_path: Path, data: st.DataObject) -> None:
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(release, copy)
    sealed = sorted(p for p in copy.rglob("*") if p.is_file())
    file = data.draw(st.sampled_from(sealed))
    content = bytearray(file.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    with pytest.raises(ParetocodeError):
        verify(copy)


def test_missing_and_extra_files_are_found(release: Path) -> None:
    (release / "note.txt").write_text("hello")
    with pytest.raises(SealError, match=r"note.txt is not part of the release; remove it"):
        verify(release)
    (release / "note.txt").unlink()
    (release / "CARD.md").unlink()
    with pytest.raises(SealError, match=r"CARD.md is missing after it was released"):
        verify(release)


@pytest.mark.parametrize("forgery", ["cost", "limits", "approver", "subject"])
def test_a_forged_statement_is_found(release: Path, forgery: str) -> None:
    statement = json.loads((release / "evidence.json").read_bytes())
    predicate = statement["predicate"]
    if forgery == "cost":
        predicate["candidate"]["change"]["cost_usd"] = -0.99
    elif forgery == "limits":
        predicate["known_limits"] = []
    elif forgery == "approver":
        predicate["approvals"][0]["by"] = "CEO"
    else:
        statement["subject"] = [s for s in statement["subject"] if s["name"] != "vectors.json"]
    (release / "evidence.json").write_bytes(json_bytes(statement))
    with pytest.raises(SealError, match=r"evidence.json changed after it was released"):
        verify(release)


def test_fewer_vectors_with_a_digest_to_match_are_found(release: Path) -> None:
    vectors = json.loads((release / "vectors.json").read_bytes())
    (release / "vectors.json").write_bytes(json_bytes({**vectors, "cases": vectors["cases"][:1]}))
    statement = json.loads((release / "evidence.json").read_bytes())
    for subject in statement["subject"]:
        if subject["name"] == "vectors.json":
            subject["digest"]["sha256"] = sha256_of((release / "vectors.json").read_bytes())
    (release / "evidence.json").write_bytes(json_bytes(statement))
    with pytest.raises(SealError, match="changed after it was released"):
        verify(release)


def test_a_map_swapped_together_with_its_manifest_is_found(result: Path, tmp_path: Path) -> None:
    content = (result / "tier_map.json").read_bytes().replace(b'"default_tier":"high"', b'"default_tier":"low"')
    (result / "tier_map.json").write_bytes(content)
    manifest = json.loads((result / "manifest.json").read_bytes())
    manifest["outputs"]["tier_map.json"] = sha256_of(content)
    (result / "manifest.json").write_bytes(json_bytes(manifest))
    with pytest.raises(SealError, match=r"metrics.json speaks of another map than this 'quantile'"):
        approve(result, by="Ada", reason="cheaper")


def test_links_are_no_part_of_a_release(release: Path, tmp_path: Path) -> None:
    (release / "CARD.md").rename(tmp_path / "elsewhere.md")
    (release / "CARD.md").symlink_to(tmp_path / "elsewhere.md")
    with pytest.raises(SealError, match=r"CARD.md is no plain file"):
        verify(release)


def test_two_people_and_two_reasons_are_three_approvals(result: Path, tmp_path: Path) -> None:
    for by, reason in (("李雷", "cheaper"), ("王芳", "cheaper"), ("王芳", "no more shortfall")):
        approve(result, by=by, reason=reason)
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    assert len(list((release / "approvals").iterdir())) == 3
    assert "李雷" in verify(release).checked[-1]
    assert "王芳" in (release / "CARD.md").read_text()


def test_any_map_of_a_result_can_be_verified(result: Path) -> None:
    approve(result, by="no approval", reason="cheaper", map_name="natural")
    assert "natural approved by no approval" in verify(result / "maps" / "natural.json").checked[-1]
    assert verify(result).checked[-1] == "quantile is not approved"
    (result / "note.txt").write_text("hello")
    assert verify(result).checked[-1] == "not part of the result: note.txt"


def test_a_map_with_a_lint_error_is_not_approved(tmp_path: Path) -> None:
    question = tmp_path / "empty_top.toml"
    text = QUICKSTART.read_text().replace('propose = "quantile"', 'propose = "two"')
    question.write_text(
        f'{text}\n[[candidates]]\nname = "two"\nkind = "edges"\nscore_edges = [500.0]\nrequest_edges = [0.6]\n'
    )
    result = run_experiment(question, out=tmp_path / "results", scale_name="smoke", figures=False).path
    with pytest.raises(SealError, match=r"the lint found an error in map 'two': empty-tier \(band2\); mend the map"):
        approve(result, by="Ada", reason="cheaper")


def test_an_expired_map_does_not_verify(tmp_path: Path) -> None:
    catalogue = load_bundled()
    file = tier_map_file(documented_pareto_code(catalogue), catalogue, valid_until="2001-01-01")
    (tmp_path / "map.json").write_bytes(canonical_bytes(file))
    with pytest.raises(SealError, match="it expired on 2001-01-01"):
        verify(tmp_path / "map.json")


def test_a_map_alone_verifies_itself_only(release: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / "map.json"
    alone.parent.mkdir()
    shutil.copy(release / "tier_map.json", alone)
    assert "not approved here" in verify(alone).checked[-1]
    alone.write_bytes(b" " + alone.read_bytes())
    with pytest.raises(SealError, match="its bytes are not in canonical form"):
        verify(alone)


REFUSALS = [
    (lambda r, t: approve(r, by=" ", reason="x"), UsageError, "an approval needs a name and a reason"),
    (lambda r, t: approve(r, by="Ada\x1b[31m", reason="x"), UsageError, "--by holds a control character"),
    (lambda r, t: approve(r, by="Ada", reason=""), UsageError, "an approval needs a name and a reason"),
    (lambda r, t: approve(r, by="Ada", reason="x", map_name="best"), InputError, "it has no map called 'best'"),
    (lambda r, t: approve(t / "none", by="Ada", reason="x"), InputError, "there is no such result folder"),
    (
        lambda r, t: export_tier_map(r, to="yaml", out=t / "x"),
        InputError,
        "--to is 'yaml'; use one of release, json, csv",
    ),
    (lambda r, t: export_tier_map(t / "no.json", to="json", out=t / "x"), InputError, "it cannot be read"),
    (lambda r, t: verify(t / "none"), InputError, "cannot be read"),
    (lambda r, t: verify(t), InputError, "it is neither a release nor a finished result"),
]


@pytest.mark.parametrize(("call", "kind", "sentence"), REFUSALS)
def test_refusals(call, kind: type[ParetocodeError], sentence: str, result: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(kind) as refusal:
        call(result, tmp_path)
    assert sentence in str(refusal.value)


def test_an_existing_folder_is_not_overwritten(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "precious.txt").write_text("mine")
    with pytest.raises(InputError, match="it exists and holds something else; choose a new folder"):
        export_tier_map(result, to="release", out=tmp_path / "release")
    assert (tmp_path / "release" / "precious.txt").read_text() == "mine"


def test_csv_has_a_row_per_tier_and_candidate(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    lines = export_tier_map(result, to="csv", out=tmp_path / "map.csv").read_text().splitlines()
    assert lines[0].startswith("tier,min_score_from,rank,model_id")
    assert len(lines) == 14
