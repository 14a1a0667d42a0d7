"""A signature proves whose key approved these bytes; every way in which it does not is refused with its reason."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from paretocode.errors import InputError, MissingDependencyError, SealError, UsageError
from paretocode.release import approve, export_tier_map, verify
from paretocode.release.reader import TierMapError, load, ssh_check
from paretocode.release.signing import NAMESPACE, check_integrity, check_signer, sign
from ssh_keys import make_key, needs_ssh_keygen, signer

ADA = "ada@example.org"

pytestmark = needs_ssh_keygen


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("keys"), "ada")


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("keys"), "eve")


@pytest.fixture
def signed(result: Path, ada: Path) -> Path:
    (result.parent / "allowed_signers").write_text(signer(ADA, ada))
    return approve(result, by="Ada", reason="cheaper", sign_key=ada, principal=ADA)


def test_a_signed_release_verifies_and_says_whose_key(signed: Path, result: Path, tmp_path: Path) -> None:
    assert signed.with_name(signed.name + ".sig").read_bytes().startswith(b"-----BEGIN SSH SIGNATURE-----")
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    checked = verify(release, allowed_signers=tmp_path / "allowed_signers").checked[-1]
    assert checked.endswith(f"signed as {ADA}, checked)")
    assert "whose it is was not checked: there is no allowed_signers file" in verify(release).checked[-1]
    assert f"signed as {ADA}: check it" in (release / "CARD.md").read_text()
    predicate = json.loads((release / "evidence.json").read_bytes())["predicate"]
    assert (predicate["approvals"][0]["signature"], predicate["approvals"][0]["principal"]) == ("ssh", ADA)
    line = verify(result).checked[-1]
    assert line.startswith("quantile approved by Ada")
    assert line.endswith(f"signed as {ADA}, checked)")


def wrong_key(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signed.with_name(signed.name + ".sig").write_bytes(sign(signed.read_bytes(), eve))


def unknown_principal(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signers.write_text(signer("ben@example.org", ada))


def expired_signer(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signers.write_text(signer(ADA, ada, 'valid-before="20010101"'))


def early_signer(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signers.write_text(signer(ADA, ada, 'valid-after="29990101"'))


def other_namespace(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signature = signed.with_name(signed.name + ".sig")
    signature.unlink()
    subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-n", "git", "-f", str(ada), str(signed)], check=True, capture_output=True
    )


def not_for_us(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signers.write_text(signer(ADA, ada, 'namespaces="git"'))


def changed_byte(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signed.write_bytes(signed.read_bytes().replace(b"cheaper", b"cheapes"))


def no_signature(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signed.with_name(signed.name + ".sig").unlink()


def no_armour(signed: Path, signers: Path, ada: Path, eve: Path) -> None:
    signed.with_name(signed.name + ".sig").write_bytes(b"trust me")


Forge = Callable[[Path, Path, Path, Path], None]
FORGERIES: list[tuple[Forge, str]] = [
    (wrong_key, f"its signature is by another key than those of {ADA}"),
    (unknown_principal, f"its signer {ADA} does not stand in allowed_signers"),
    (expired_signer, "the signer's key had expired at the date of the approval"),
    (early_signer, "the signer's key was not yet valid at the date of the approval"),
    (other_namespace, f"it was signed in another namespace than {NAMESPACE}"),
    (not_for_us, f"the signer's key is not allowed in namespace {NAMESPACE}"),
    (changed_byte, "its bytes changed after it was signed"),
    (no_signature, "its signature is missing"),
    (no_armour, "its .sig file holds no SSH signature"),
]


@pytest.mark.parametrize(("forge", "sentence"), FORGERIES)
def test_a_signature_that_does_not_hold_is_refused_with_its_reason(
    forge: Forge, sentence: str, signed: Path, ada: Path, eve: Path
) -> None:
    result = signed.parent.parent
    tmp_path = result.parent
    good = export_tier_map(result, to="release", out=tmp_path / "good")
    forge(signed, tmp_path / "allowed_signers", ada, eve)
    with pytest.raises(SealError, match=sentence):
        export_tier_map(result, to="release", out=tmp_path / "release")
    assert not (tmp_path / "release").exists()
    with pytest.raises(SealError, match=sentence):
        verify(result)
    if forge in {unknown_principal, expired_signer, early_signer, not_for_us}:
        with pytest.raises(SealError, match=sentence):
            verify(good, allowed_signers=tmp_path / "allowed_signers")


def test_a_release_signed_by_another_key_is_refused(signed: Path, result: Path, tmp_path: Path, eve: Path) -> None:
    (tmp_path / "allowed_signers").unlink()
    signed.with_name(signed.name + ".sig").write_bytes(sign(signed.read_bytes(), eve))
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    (tmp_path / "mine").write_text(signer(ADA, make_key(tmp_path / "keys", "third")))
    with pytest.raises(SealError, match="its signature is by another key"):
        verify(release, allowed_signers=tmp_path / "mine")


def test_a_signature_beside_an_unsigned_approval_is_refused(result: Path, tmp_path: Path, ada: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper")
    path.with_name(path.name + ".sig").write_bytes(sign(path.read_bytes(), ada))
    with pytest.raises(SealError, match=r"it says it is not signed, and a \.sig lies by it"):
        export_tier_map(result, to="release", out=tmp_path / "release")


def test_dates_of_signers_count_in_utc_at_the_date_of_the_approval(ada: Path, tmp_path: Path) -> None:
    content, signers = b"x", tmp_path / "signers"
    signature = sign(content, ada)
    signers.write_text(signer(ADA, ada, 'valid-after="20260101000000",valid-before="20260201000000"'))

    def check(date: str) -> None:
        check_signer(content, signature, principal=ADA, date=date, allowed_signers=signers, where="here")

    check("2026-01-01T00:00:01+00:00")
    check("2026-01-01T01:00:01+01:00")
    with pytest.raises(SealError, match="not yet valid"):
        check("2026-01-01T00:30:00+01:00")
    with pytest.raises(SealError, match="had expired"):
        check("2026-02-01T00:00:01+00:00")
    with pytest.raises(SealError, match="is no date"):
        check("yesterday")


def test_a_new_key_that_is_not_allowed_signs_nothing(result: Path, ada: Path, eve: Path) -> None:
    (result.parent / "allowed_signers").write_text(signer(ADA, ada))
    with pytest.raises(SealError, match="by another key"):
        approve(result, by="Ada", reason="cheaper", sign_key=eve, principal=ADA)
    assert not list(result.glob("approvals/*"))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_private_key_that_others_can_read_is_refused(mode: int, result: Path, tmp_path: Path, ada: Path) -> None:
    for file in (ada, ada.with_suffix(".pub")):
        shutil.copy(file, tmp_path)
    (tmp_path / "ada").chmod(mode)
    for key in ("ada", "ada.pub"):
        with pytest.raises(UsageError, match=rf"ada: others can read this private key \(mode 0{mode:o}\); .*chmod 600"):
            approve(result, by="Ada", reason="cheaper", sign_key=tmp_path / key, principal=ADA)
    assert not list(result.glob("approvals/*"))


def test_a_key_held_by_the_agent_signs(
    result: Path, tmp_path: Path, ada: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("ssh-agent") is None or shutil.which("ssh-add") is None:
        pytest.skip("ssh-agent is not installed")
    shutil.copy(ada.with_suffix(".pub"), tmp_path / "held.pub")
    socket = f"/tmp/paretocode-agent-{os.getpid()}"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE, text=True)
    try:
        assert agent.stdout is not None
        agent.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        subprocess.run(["ssh-add", "-q", str(ada)], check=True, timeout=30, capture_output=True)
        (tmp_path / "allowed_signers").write_text(signer(ADA, ada))
        approve(result, by="Ada", reason="cheaper", sign_key=tmp_path / "held.pub", principal=ADA)
    finally:
        agent.terminate()
        agent.wait(timeout=30)
        assert agent.stdout is not None
        agent.stdout.close()
    assert verify(result).checked[-1].endswith(f"signed as {ADA}, checked)")


def test_no_private_key_stands_in_any_file(signed: Path, result: Path, tmp_path: Path, ada: Path) -> None:
    secret = ada.read_text().splitlines()[1:-1]
    export_tier_map(result, to="release", out=tmp_path / "release")
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        text = file.read_bytes().decode(errors="replace")
        assert not any(line in text for line in secret)
        assert str(ada) not in text


def test_without_ssh_keygen_one_sentence(
    result: Path, signed: Path, monkeypatch: pytest.MonkeyPatch, ada: Path
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingDependencyError, match=r"there is no ssh-keygen.*; install OpenSSH"):
        verify(result)
    with pytest.raises(MissingDependencyError):
        approve(result, by="Ada", reason="again", sign_key=ada, principal=ADA)
    (result.parent / "allowed_signers").unlink()
    assert "not checked: there is no ssh-keygen" in verify(result).checked[-1]


def test_refusals_of_signing(result: Path, tmp_path: Path, ada: Path) -> None:
    (tmp_path / "noise").write_text("-----BEGIN NOTHING-----\n")
    (tmp_path / "noise").chmod(0o600)
    for key, principal, kind, sentence in (
        (ada, None, UsageError, "a signature needs the name it is made in; give --principal"),
        (ada, "ada,ben", UsageError, "'ada,ben' is no principal"),
        (tmp_path / "none", ADA, InputError, "it cannot be read"),
        (tmp_path / "noise", ADA, InputError, "ssh-keygen cannot sign with it"),
    ):
        with pytest.raises(kind, match=sentence):
            approve(result, by="Ada", reason="cheaper", sign_key=key, principal=principal)
    with pytest.raises(InputError, match="nowhere: it cannot be read"):
        check_signer(b"x", sign(b"x", ada), principal=ADA, date="2026-01-01", allowed_signers=Path("nowhere"), where="")


def test_every_changed_byte_of_a_signature_or_content_is_found(ada: Path, tmp_path: Path) -> None:
    content = b'{"by": "Ada"}'
    signature = sign(content, ada)
    assert check_integrity(content, signature, where="here").startswith("SHA256:")
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 1
        with pytest.raises(SealError, match="its bytes changed after it was signed"):
            check_integrity(bytes(changed), signature, where="here")


def test_the_reader_for_routers_checks_the_same_signature(
    signed: Path, result: Path, tmp_path: Path, ada: Path
) -> None:
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    assert load(release, check_signatures=ssh_check(tmp_path / "allowed_signers", NAMESPACE)).name == "quantile"
    (tmp_path / "others").write_text(signer("ben@example.org", ada))
    with pytest.raises(TierMapError, match="0 of 1 approvals carry a valid signature"):
        load(release, check_signatures=ssh_check(tmp_path / "others", NAMESPACE))
