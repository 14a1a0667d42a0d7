"""What does the router team get? An approved map as a folder they can check without us, or as one file."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from paretocode._checks import one_of
from paretocode._files import write_atomically
from paretocode.errors import InputError, SealError
from paretocode.release.approval import approvals_of, find_result
from paretocode.release.build import release_files
from paretocode.result import MANIFEST, METRICS, TIER_MAP
from paretocode.tiermap.file import TierMapFile, parse_tier_map, sha256_of

__all__ = ["EXPORT_FORMATS", "export_tier_map"]

EXPORT_FORMATS = ("release", "json", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Approved:
    file: TierMapFile
    content: bytes
    release_files: dict[str, bytes]


def export_tier_map(tier_map: Path | str, *, to: str, out: Path | str) -> Path:
    """Export an approved map.

    Parameters
    ----------
    tier_map
        A tier map file inside a finished result, or the result folder for its proposed map.
    to
        ``release``: the folder with map, schema, vectors, evidence, card and approvals; ``json``: the map's file
        alone; ``csv``: one row per tier and candidate, for people.
    out
        Where to write. An existing release folder is never overwritten.

    Raises
    ------
    InputError
        An unknown format, a broken map, a place that cannot be written.
    SealError
        A map that lies in no result, that nobody approved, or that changed since.
    """
    one_of(to, EXPORT_FORMATS, name="--to")
    path = Path(tier_map)
    approved = _approved(path / TIER_MAP if path.is_dir() else path)
    out = Path(out)
    if to == "release":
        _write_folder(out, approved.release_files)
    elif to == "json":
        write_atomically(out, approved.content)
    else:
        write_atomically(out, _csv_bytes(approved.file))
    return out


def _approved(path: Path) -> _Approved:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), way_out="check the path") from error
    file = parse_tier_map(content, where=str(path))
    result = find_result(path)
    result.refuse_alteration()
    approvals = approvals_of(result, sha256_of(content))
    if not approvals:
        raise SealError(
            f"no approval covers the map with sha256 {sha256_of(content)[:12]}",
            where=str(result.path),
            way_out=f"approve it first: paretocode approve {result.path} --by NAME --reason TEXT",
        )
    files = release_files(
        tier_map=content,
        metrics=(result.path / METRICS).read_bytes(),
        manifest=(result.path / MANIFEST).read_bytes(),
        approvals=approvals,
        where=str(result.path),
    )
    return _Approved(file=file, content=content, release_files=files)


def _write_folder(out: Path, files: dict[str, bytes]) -> None:
    """Write a folder that appears whole or not at all; an identical one is left alone."""
    if out.exists():
        names = (
            {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} if out.is_dir() else set()
        )
        if names == set(files) and all((out / name).read_bytes() == content for name, content in files.items()):
            return
        raise InputError("it exists and holds something else", where=str(out), way_out="choose a new folder")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise InputError(
            f"it cannot be written ({error.strerror})", where=str(out), way_out="name a place you can write to"
        ) from error
    try:
        for name, data in files.items():
            write_atomically(temporary / name, data)
        temporary.chmod(0o755)
        os.replace(temporary, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _csv_bytes(file: TierMapFile) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            "tier",
            "min_score_from",
            "rank",
            "model_id",
            "effort",
            "score",
            "prompt_usd_per_mtok",
            "completion_usd_per_mtok",
            "context_tokens",
        ]
    )
    for tier, start in zip(file.tiers, [0, *file.request_edges_ppm], strict=True):
        for rank, c in enumerate(tier.candidates, start=1):
            prices = (c.prompt_micro_usd_per_mtok, c.completion_micro_usd_per_mtok)
            numbers = (c.score_milli and c.score_milli / 1000, *(p and p / 1e6 for p in prices), c.context_tokens)
            writer.writerow(
                [tier.name, start / 1e6, rank, c.model_id, c.effort, *("" if n is None else n for n in numbers)]
            )
    return text.getvalue().encode()
