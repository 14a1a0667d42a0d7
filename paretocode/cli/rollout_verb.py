"""``paretocode rollout RESULT``: in which steps does the map reach everybody, and when to stop?"""

from __future__ import annotations

import argparse

from paretocode.cli.shared import add_json, emit
from paretocode.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder")
    parser.add_argument("--map", metavar="NAME", help="another of the result's maps than the proposed one")
    parser.add_argument(
        "--stages", default="1,10,50,100", metavar="PERCENT", help="shares of sessions in percent, growing to 100"
    )
    parser.add_argument(
        "--sessions-per-day", type=float, metavar="N", help="of the live traffic; without it days are not told"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the plan."""
    from paretocode._files import plain_bytes
    from paretocode.release.preparing import map_of_result
    from paretocode.release.rollout import rollout_plan
    from paretocode.release.rollout_text import rollout_text
    from paretocode.tiermap.file import MAX_FILE_BYTES, parse_tier_map, sha256_of

    result, path = map_of_result(args.result, args.map)
    result.refuse_alteration()
    content = plain_bytes(path, limit=MAX_FILE_BYTES, way_out="name a map of the result")
    file = parse_tier_map(content, where=str(path))
    plan = rollout_plan(
        result.metrics(),
        map_name=file.name,
        tier_map_sha256=sha256_of(content),
        serial=file.serial,
        supersedes=file.supersedes,
        stages_ppm=_stages(args.stages),
        sessions_per_day=args.sessions_per_day,
    )
    emit(args, rollout_text(plan), plan)
    return 0


def _stages(text: str) -> list[int]:
    try:
        return [round(float(part) * 10_000) for part in text.split(",")]
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--stages {text!r} is no list of percentages", way_out="write it like 1,10,50,100") from error
