"""Whose key stands under an approval? Signatures made and checked by OpenSSH's ``ssh-keygen -Y``.

A signature is over the bytes of the approval file, in a namespace of our own, so that a signature made for anything
else (a commit, an e-mail) is none. Whose key it is stands in a file of allowed signers: names, keys, dates, namespaces.
Its dates are held against the date of the approval and count in UTC, so that every machine decides alike. Source: the
manual page ssh-keygen(1), sections "-Y sign", "-Y verify" and "ALLOWED SIGNERS"; the words of refusals are those of
OpenSSH 9.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
import subprocess
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from paretocode._files import plain_bytes
from paretocode.errors import InputError, MissingDependencyError, SealError, UsageError

__all__ = ["NAMESPACE", "check_integrity", "check_principal", "check_signer", "sign", "signing_key"]

NAMESPACE = "paretocode-approval"
_HEADER = b"-----BEGIN SSH SIGNATURE-----"
_MAX_SIGNATURE, _MAX_SIGNERS, _MAX_KEY = 2**16, 2**20, 2**16
_TIMEOUT_S = 120  # a hardware key waits for a touch
_PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
_REASONS = (
    (b"incorrect signature", "its bytes changed after it was signed"),
    (b"namespace does not match", f"it was signed in another namespace than {NAMESPACE}"),
    (b"not permitted for use in signature namespace", f"the signer's key is not allowed in namespace {NAMESPACE}"),
    (b"key has expired", "the signer's key had expired at the date of the approval"),
    (b"not yet valid", "the signer's key was not yet valid at the date of the approval"),
)


def check_principal(principal: str, *, where: str = "--principal") -> str:
    """Return the name of a signer as it may stand in a file of allowed signers.

    Raises
    ------
    UsageError
        Anything but letters, digits and ``. _ @ + -``, or a first character that is no letter or digit: such a name
        would be a pattern, or an option of a command.
    """
    if not _PRINCIPAL.fullmatch(principal):
        raise UsageError(
            f"{principal[:60]!r} is no principal", where=where, way_out="give a name such as ada@example.org"
        )
    return principal


def sign(content: bytes, key: Path | str) -> bytes:
    """Return the armoured signature of `content`.

    Parameters
    ----------
    key
        A private key that only its owner can read, or a public key (``.pub``) whose private half ssh-agent or a
        security key holds. It is read by ssh-keygen alone, which asks for a passphrase itself.

    Raises
    ------
    UsageError
        A private key that others can read or that belongs to somebody else.
    InputError
        No such key, or ssh-keygen cannot sign with it.
    MissingDependencyError
        There is no ssh-keygen.
    """
    key = Path(key)
    _refuse_open_key(key)
    done = _run(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", os.path.abspath(key)], content)
    if done.returncode != 0 or not done.stdout.startswith(_HEADER):
        raise InputError(
            f"ssh-keygen cannot sign with it ({_last_line(done.stderr)})",
            where=str(key),
            way_out="name a private key, or the .pub file of a key in ssh-agent",
        )
    return done.stdout


def check_integrity(content: bytes, signature: bytes, *, where: str) -> str:
    """Return the fingerprint of the key that signed exactly these bytes; whose key it is stays open.

    Raises
    ------
    SealError
        No signature, a changed byte, another namespace.
    MissingDependencyError
        There is no ssh-keygen.
    """
    _refuse_no_signature(signature, where)
    with ExitStack() as stack:
        done = _run(["-Y", "check-novalidate", "-n", NAMESPACE, "-s", _as_file(signature, stack)], content)
    if done.returncode != 0:
        raise _refusal(done, "ssh-keygen refuses its signature", where)
    found = re.search(rb"SHA256:[A-Za-z0-9+/]+", done.stdout)
    return found[0].decode() if found else "unknown key"


def signing_key(signature: bytes) -> str:
    """Return the fingerprint of the public key that an armoured signature carries; empty where it carries none.

    A signature is checked against this very key, so where it holds, this is the key that signed. Nothing is checked
    here. Source: OpenSSH, PROTOCOL.sshsig, "Blob format": the magic preamble, a version, and the key as a string.
    """
    body = b"".join(line for line in signature.split(b"\n") if not line.startswith(b"-----"))
    try:
        blob = base64.b64decode(body)
    except binascii.Error:
        return ""
    length = int.from_bytes(blob[10:14], "big")
    key = blob[14 : 14 + length]
    if blob[:6] != b"SSHSIG" or not key or len(key) != length:
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def check_signer(
    content: bytes, signature: bytes, *, principal: str, date: str, allowed_signers: Path, where: str
) -> None:
    """Refuse a signature that `principal` could not have made at `date`.

    Parameters
    ----------
    date
        ISO date and time of the approval, against which the signers' dates are held.
    allowed_signers
        The file of allowed signers, as ssh-keygen(1) describes it.

    Raises
    ------
    InputError
        No such file of allowed signers, or one too large.
    SealError
        A changed byte, another namespace, an unknown principal, another's key, a key not valid at that date.
    MissingDependencyError
        There is no ssh-keygen.
    """
    check_integrity(content, signature, where=where)
    check_principal(principal, where=where)
    with ExitStack() as stack:
        signers = _as_file(_signers(allowed_signers), stack)  # read once: both questions are put to the same bytes
        who = ["-f", signers, "-I", principal]
        options = ["-n", NAMESPACE, "-s", _as_file(signature, stack), "-O", f"verify-time={_moment(date, where)}"]
        done = _run(["-Y", "verify", *who, *options], content)
        if done.returncode == 0:
            return
        is_known = _run(["-Y", "match-principals", *who], b"").returncode == 0
    otherwise = (
        f"its signature is by another key than those of {principal} in {allowed_signers.name}"
        if is_known
        else f"its signer {principal} does not stand in {allowed_signers.name}"
    )
    raise _refusal(done, otherwise, where)


def _signers(path: Path) -> bytes:
    way_out = "name a file of allowed signers, as ssh-keygen(1) describes it"
    try:
        if path.stat().st_size > _MAX_SIGNERS:
            raise InputError("it is larger than 1 MiB", where=str(path), way_out=way_out)
        return plain_bytes(path, limit=_MAX_SIGNERS, way_out=way_out)
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), way_out=way_out) from error


def _refuse_no_signature(signature: bytes, where: str) -> None:
    if len(signature) > _MAX_SIGNATURE or not signature.startswith(_HEADER):
        raise SealError("its .sig file holds no SSH signature", where=where, way_out="sign it again")


def _refusal(done: subprocess.CompletedProcess[bytes], otherwise: str, where: str) -> SealError:
    what = next((words for sign, words in _REASONS if sign in done.stderr), otherwise)
    return SealError(what, where=where, way_out="let its signer approve again, with a key that is allowed")


def _refuse_open_key(key: Path) -> None:
    """Refuse a private key, or the private half beside a public one, that others can read."""
    try:
        content = plain_bytes(key, limit=_MAX_SIGNERS, way_out="name a key file")
        is_public = len(content) <= _MAX_KEY and not content.lstrip().startswith(b"-----BEGIN")
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(key), way_out="name a key file") from error
    private = key.with_suffix("") if is_public and key.suffix == ".pub" else key
    if is_public and (private == key or not private.exists()):
        return
    state = private.stat()
    if stat.S_IMODE(state.st_mode) & 0o077 or state.st_uid != os.getuid():
        raise UsageError(
            f"others can read this private key (mode {stat.S_IMODE(state.st_mode):04o})"
            if state.st_uid == os.getuid()
            else "this private key belongs to somebody else",
            where=str(private),
            way_out="make it yours alone: chmod 600",
        )


def _moment(date: str, where: str) -> str:
    """Return a date as ssh-keygen takes it; without a time zone letter, which versions before 9.1 do not know."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError as error:
        raise SealError(f"its date {date[:40]!r} is no date", where=where, way_out="approve again") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _as_file(content: bytes, stack: ExitStack) -> str:
    """Return the path of a file of these bytes, readable by its owner only, which lasts as long as the stack."""
    path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="paretocode-"))) / "content"
    path.write_bytes(content)
    return str(path)


def _run(arguments: list[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments],
            input=content,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC0"},
        )
    except FileNotFoundError as error:
        raise MissingDependencyError(
            "there is no ssh-keygen, which makes and checks signatures", way_out="install OpenSSH 8.9 or newer"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise InputError("ssh-keygen did not answer", way_out="try again, and touch the security key") from error


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return "".join(char for char in lines[-1] if char.isprintable())[:120] if lines else "it says nothing"
