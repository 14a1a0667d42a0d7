"""Approve a map, hand it over, and check that it arrived unchanged."""

from paretocode.release.approval import Approval, approve
from paretocode.release.export import EXPORT_FORMATS, export_tier_map
from paretocode.release.vectors import conformance_vectors, failing_vectors
from paretocode.release.verify import Verification, verify

__all__ = [
    "EXPORT_FORMATS",
    "Approval",
    "Verification",
    "approve",
    "conformance_vectors",
    "export_tier_map",
    "failing_vectors",
    "verify",
]
