"""Throw-away SSH keys and files of allowed signers for the tests of signatures."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen (OpenSSH) is not installed"
)


def make_key(folder: Path, name: str) -> Path:
    """Make an Ed25519 key without a passphrase; return its private half."""
    folder.mkdir(exist_ok=True)
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)], check=True, timeout=30)
    return key


def signer(principal: str, key: Path, options: str = 'namespaces="paretocode-approval"') -> str:
    """Return the line of a file of allowed signers."""
    kind, content, *_ = key.with_suffix(".pub").read_text().split()
    return f"{principal} {options} {kind} {content}\n"
