"""Hand a map to a router that has never heard of it: one pure function per target, `TierMapFile` to bytes."""

from paretocode.release.exporters.exported import ExportedText
from paretocode.release.exporters.targets import TARGETS, Target

__all__ = ["TARGETS", "ExportedText", "Target"]
