"""How does an interrupted search go on? Each finished setting of the knobs leaves a file among the parts."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

from paretocode._files import write_atomically
from paretocode.tune import BandGraph, FoundMaps, Setting, Verdict

__all__ = ["FoundFiles"]


class FoundFiles:
    """Findings of finished settings in a folder, valid for one digest of an experiment.

    Parameters
    ----------
    folder
        Where the files are; made when the first is written.
    digest
        Of the experiment: files of another one are not read.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        self.folder, self.digest = folder, digest

    def _path(self, setting: Setting) -> Path:
        name = hashlib.sha256(f"{self.digest} {setting.name}".encode()).hexdigest()[:16]
        return self.folder / f"search-{name}.npz"

    def recall(self, setting: Setting, graph: BandGraph) -> tuple[FoundMaps, ...] | None:
        """Return what was found before; None where there is nothing, or nothing whole."""
        path = self._path(setting)
        if not path.is_file():
            return None
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
                facts = [str(word) for word in kept["facts"]]
                if facts[0] != self.digest or int(facts[1]) != graph.n_arcs:
                    return None
                return tuple(_finding(kept, graph, int(n), facts[3:]) for n in facts[2].split())
        except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile):
            return None

    def keep(self, setting: Setting, found: tuple[FoundMaps, ...]) -> None:
        """Write what was found, whole or not at all."""
        columns: dict[str, np.ndarray] = {}
        for each in found:
            columns[f"arcs_{each.n_bands}"] = each.arcs
            columns[f"sharing_{each.n_bands}"] = each.n_sharing
            columns[f"slack_{each.n_bands}"] = np.array(each.slack, dtype=np.int64)
            columns[f"verdict_{each.n_bands}"] = np.array([each.verdict.name])
        bands = " ".join(str(each.n_bands) for each in found)
        facts = [self.digest, str(found[0].graph.n_arcs), bands, *found[0].searched]
        buffer = io.BytesIO()
        np.savez(buffer, facts=np.array(facts), **columns)  # type: ignore[arg-type]
        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path(setting), buffer.getvalue())


def _finding(kept: np.lib.npyio.NpzFile, graph: BandGraph, n_bands: int, searched: list[str]) -> FoundMaps:
    return FoundMaps(
        graph=graph,
        n_bands=n_bands,
        searched=tuple(searched),
        arcs=kept[f"arcs_{n_bands}"],
        n_sharing=kept[f"sharing_{n_bands}"],
        slack=tuple(kept[f"slack_{n_bands}"].tolist()),
        verdict=Verdict[str(kept[f"verdict_{n_bands}"][0])],
    )
