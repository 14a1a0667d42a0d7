"""Results as committed code makes them, whatever the checkout of the tests is: a dirty one exports drafts only."""

from __future__ import annotations

import json
from pathlib import Path

from paretocode._files import json_bytes

__all__ = ["made_by_committed_code"]


def made_by_committed_code(result: Path, *, is_dirty: object = False) -> Path:
    """Let a result's manifest say that its code was committed, of no commit that git could be asked about."""
    manifest = json.loads((result / "manifest.json").read_bytes())
    (result / "manifest.json").write_bytes(json_bytes({**manifest, "commit": None, "is_dirty": is_dirty}))
    return result
