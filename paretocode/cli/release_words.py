"""What do the verbs of a release take in common? The team's folder, and who says so."""

from __future__ import annotations

import argparse

__all__ = ["add_person", "add_team"]


def add_team(parser: argparse.ArgumentParser) -> None:
    """Add ``--team``."""
    parser.add_argument(
        "--team",
        metavar="FOLDER",
        help="the team's folder: register.jsonl, approvers.toml, allowed_signers (without it PARETOCODE_TEAM, else the "
        "folder that holds the result's folder)",
    )


def add_person(parser: argparse.ArgumentParser, *, does: str) -> None:
    """Add ``--by`` and ``--reason``."""
    parser.add_argument("--by", required=True, metavar="NAME", help=f"who {does}")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why")
