"""``paretocode lint [TIER_MAP]``: what is wrong with a map, before a request is replayed?"""

from __future__ import annotations

import argparse
import dataclasses

from paretocode.cli.shared import DOCUMENTED, add_catalogue, add_json, emit, load_map


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("tier_map", nargs="?", default=DOCUMENTED, metavar="TIER_MAP", help="a file, or documented")
    add_catalogue(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the findings under the default demand; exit with 1 if one is an error."""
    from paretocode.catalogue import load_catalogue
    from paretocode.report.text import findings_table
    from paretocode.stream import DEFAULT_DEMAND
    from paretocode.tiermap.lint import lint_tier_map

    catalogue = load_catalogue(args.catalogue)
    tier_map = load_map(args.tier_map, catalogue)
    findings = [dataclasses.asdict(f) for f in lint_tier_map(tier_map, catalogue, demand=DEFAULT_DEMAND)]
    head = f"tier map {tier_map.name} on {len(catalogue)} models, default demand: {len(findings)} findings"
    text = f"{head}\n\n{findings_table(findings)}" if findings else head
    emit(args, f"{text}\n\n{catalogue.attribution}".rstrip(), {"tier_map": tier_map.name, "findings": findings})
    return 1 if any(f["severity"] == "error" for f in findings) else 0
