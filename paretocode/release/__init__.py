"""Approve a map, hand it over, and check that it arrived unchanged."""

from paretocode.release.approval import Approval
from paretocode.release.approving import approve
from paretocode.release.export import EXPORT_FORMATS, export_tier_map
from paretocode.release.preparing import prepare
from paretocode.release.register import read_register
from paretocode.release.revoking import revoke
from paretocode.release.states import State
from paretocode.release.vectors import conformance_vectors, failing_vectors
from paretocode.release.verify import Verification, verify

__all__ = [
    "EXPORT_FORMATS",
    "Approval",
    "State",
    "Verification",
    "approve",
    "conformance_vectors",
    "export_tier_map",
    "failing_vectors",
    "prepare",
    "read_register",
    "revoke",
    "verify",
]
