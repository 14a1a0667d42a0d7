"""What does an exporter give back? Bytes, the ending of their file name, and what the target cannot express.

Every output says which map it comes from: name, serial and sha256 of the map's file. Names come from files that others
wrote, so what could act in a terminal, a comment or a spreadsheet is refused here, once, for every target.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from paretocode.errors import InputError
from paretocode.tiermap.file import TierMapFile, canonical_bytes, sha256_of

__all__ = ["ExportedText", "header_lines", "origin", "refuse_unsafe_text"]

_REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that no name may hold: controls, invisible and private signs, lone surrogates, line separators."""

_PLACEHOLDERS = ("${", "{{")
"""What readers of configs replace by a variable of theirs, a secret perhaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedText:
    """An exported map.

    Parameters
    ----------
    content
        The file, UTF-8; the same map gives the same bytes.
    suffix
        What its name should end in, with the dot.
    cannot_express
        One sentence for each rule of the map that the target has no words for.
    """

    content: bytes
    suffix: str
    cannot_express: tuple[str, ...]

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()


def origin(file: TierMapFile) -> dict[str, object]:
    """Return where an export comes from: the map's name, serial and sha256, and whom its scores are owed to."""
    return {
        "map": file.name,
        "serial": file.serial,
        "tier_map_sha256": sha256_of(canonical_bytes(file)),
        "attribution": " ".join(file.attribution.split()),
    }


def header_lines(file: TierMapFile, target: str, cannot_express: tuple[str, ...]) -> list[str]:
    """Return the comment that opens an export, without comment signs."""
    facts = origin(file)
    lines = [
        f"Tier map {facts['map']}, serial {facts['serial']}, for {target}",
        f"sha256 of tier_map.json: {facts['tier_map_sha256']}",
        *([str(facts["attribution"])] if facts["attribution"] else []),
        "Made by paretocode; change the map and export again instead of editing here.",
    ]
    if cannot_express:
        lines += ["What this target cannot express:", *(f"- {sentence}" for sentence in cannot_express)]
    return lines


def refuse_unsafe_text(file: TierMapFile) -> None:
    """Refuse a map in which a text holds what a terminal, a line reader or a config reader would act on.

    That is a control character, an invisible sign, a line separator, or the opening of a placeholder. Line feeds and
    tabs in the attribution are allowed: it is folded into one line.

    Raises
    ------
    InputError
        Naming the key and the character.
    """
    for key, value in _texts(file):
        bad = [f"the character U+{ord(sign):04X}" for sign in value if unicodedata.category(sign) in _REFUSED]
        bad += [f"{opening!r}, which readers of configs replace" for opening in _PLACEHOLDERS if opening in value]
        if bad:
            raise InputError(
                f"it holds {bad[0]}; no export may carry that",
                where=f"tier map {file.name!a}, key {key}",
                way_out="take it out of the map and approve the map anew",
            )


def _texts(file: TierMapFile) -> Iterator[tuple[str, str]]:
    yield "name", file.name
    yield "score_definition", file.score_definition
    yield "catalogue_as_of", file.catalogue_as_of
    yield "attribution", " ".join(file.attribution.split())
    for i, tier in enumerate(file.tiers):
        yield f"tiers.{i}.name", tier.name
        for j, candidate in enumerate(tier.candidates):
            yield f"tiers.{i}.candidates.{j}.model_id", candidate.model_id
            yield f"tiers.{i}.candidates.{j}.effort", candidate.effort
