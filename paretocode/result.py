"""What does a finished experiment leave on disk, and is it still what it was?

A result is a folder of plain files, `manifest.json` written last. A folder without a manifest is an unfinished run and
never passes for a result; a folder whose files no longer have the digests of its manifest is an altered one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from paretocode._files import json_bytes, read_json, sha256_of_file, write_atomically
from paretocode.errors import InputError, SealError

__all__ = ["APPROVALS", "MANIFEST", "METRICS", "TIER_MAP", "ResultFolder", "open_result", "seal_result"]

MANIFEST = "manifest.json"
"""The seal of a result, written last: without it the folder is not finished."""
METRICS = "metrics.json"
"""Every number of the result."""
TIER_MAP = "tier_map.json"
"""The map that the result puts forward."""
APPROVALS = "approvals"
"""The folder of approvals, which the seal leaves out: they come later."""
_FORMAT = "paretocode-result-1"
_MAPS = "maps"
_PART = re.compile(r"[^/\\\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_MAP_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.json")  # paretocode.experiment.map_sections.Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFolder:
    """A finished result: where it is and what its manifest says."""

    path: Path
    manifest: dict[str, object]

    @property
    def digests(self) -> dict[str, str]:
        """File name -> sha256, as sealed.

        Raises
        ------
        SealError
            A name that is no plain path inside the folder, or that of a map whose name no experiment can give.
        """
        sealed: dict[str, str] = dict(self.manifest["outputs"])  # type: ignore[call-overload]
        if foreign := sorted(name for name in sealed if not _is_inside(name)):
            raise SealError(
                f"its manifest names {foreign[0][:80]!r}, which is no file that a run writes into its folder",
                where=str(self.path),
                way_out="run the experiment again",
            )
        return sealed

    def metrics(self) -> dict[str, object]:
        """Return the content of `metrics.json`."""
        return read_json(self.path / METRICS, what="metrics file", way_out="run the experiment again")

    def altered_files(self) -> list[str]:
        """Return the sealed files that are missing or changed, or that a link leads out of the folder for: what lies
        there may change without the folder changing."""
        return [
            name
            for name, digest in sorted(self.digests.items())
            if not (self.path / name).is_file() or self._leads_out(name) or sha256_of_file(self.path / name) != digest
        ]

    def _leads_out(self, name: str) -> bool:
        return self.path.resolve() not in (self.path / name).resolve().parents

    def extra_files(self) -> list[str]:
        """Return the files of the folder that the run did not write, approvals and the manifest aside; links and pipes
        are among them."""
        found = (file for file in sorted(self.path.rglob("*")) if file.is_symlink() or not file.is_dir())
        names = (file.relative_to(self.path) for file in found)
        return [
            n.as_posix() for n in names if n.as_posix() not in {*self.digests, MANIFEST} and n.parts[0] != APPROVALS
        ]

    def refuse_alteration(self) -> None:
        """Raise `SealError` if a sealed file is missing or changed."""
        if altered := self.altered_files():
            is_link = any((self.path / name).exists() and self._leads_out(name) for name in altered)
            what = "is a link out of the folder, or changed" if is_link else "changed"
            raise SealError(
                f"{', '.join(altered)} {what} after the run sealed it",
                where=str(self.path),
                way_out="run the experiment again",
            )


def _is_inside(name: str) -> bool:
    """Return whether a name is a plain relative path; a map's is moreover a name that an experiment may give."""
    parts = name.split("/")
    is_plain = all(_PART.fullmatch(part) for part in parts) and ".." not in parts and "." not in parts
    return is_plain and (parts[0] != _MAPS or bool(len(parts) == 2 and _MAP_FILE.fullmatch(parts[1])))


def seal_result(path: Path, names: list[str], facts: dict[str, object]) -> ResultFolder:
    """Write the manifest with the digests of the files that the run wrote, and so finish the result.

    Parameters
    ----------
    names
        File names relative to the folder, with forward slashes. Nothing else in the folder is sealed.
    facts
        What else the manifest says.
    """
    manifest = {
        "format": _FORMAT,
        "status": "finished",
        "outputs": {name: sha256_of_file(path / name) for name in sorted(names)},
        **facts,
    }
    write_atomically(path / MANIFEST, json_bytes(manifest))
    return ResultFolder(path=path, manifest=manifest)


def open_result(path: Path | str) -> ResultFolder:
    """Open a finished result.

    Raises
    ------
    InputError
        No such folder, or a run that has not finished.
    """
    path = Path(path)
    if not path.is_dir():
        raise InputError("there is no such result folder", where=str(path), way_out="name the folder a run ended with")
    if not (path / MANIFEST).exists():
        raise InputError(
            "this run has not finished: there is no manifest.json",
            where=str(path),
            way_out="run the experiment again; it resumes",
        )
    manifest = read_json(path / MANIFEST, what="result manifest", way_out="run the experiment again")
    outputs = manifest.get("outputs")
    if manifest.get("format") != _FORMAT or not isinstance(outputs, dict) or not {METRICS, TIER_MAP} <= set(outputs):
        raise InputError(
            f"its manifest has format {manifest.get('format')!r} and seals too little",
            where=str(path),
            way_out=f"expect {_FORMAT}; run the experiment again",
        )
    return ResultFolder(path=path, manifest=manifest)
