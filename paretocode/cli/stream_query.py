"""``paretocode stream query``: which one query counts a log that stays in its warehouse?"""

from __future__ import annotations

import argparse
from dataclasses import fields

from paretocode.cli.shared import emit, say
from paretocode.errors import UsageError

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of query."""
    parser.add_argument(
        "--table",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="for query: the warehouse's table of requests (requests); --columns names its columns",
    )
    parser.add_argument(
        "--time-unit",
        choices=["s", "us"],
        default=argparse.SUPPRESS,
        help="for query: the unit of its times, seconds or microseconds (s)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the query."""
    import numpy as np

    from paretocode.catalogue import PercentileScale, load_catalogue
    from paretocode.sim.tables import RequestGrid, request_classes, scored_models, table_subject
    from paretocode.sim.tables.pull import PullColumns, pull_query
    from paretocode.tiermap import Policy

    if args.logs:
        raise UsageError("query takes no log: it is for one that stays in its warehouse", way_out="leave it out")
    catalogue = load_catalogue(getattr(args, "catalogue", None) or "bundled")
    scale = PercentileScale(field=tuple(catalogue.coding_score[catalogue.has_score].tolist()))
    models = scored_models(catalogue, Policy(), scale=scale)
    grid = RequestGrid(edges_ppm=np.array([1]), asked_ppm=np.unique(models.axis_ppm))  # any grid gives this query
    subject = table_subject(models, request_classes(models, np.arange(len(models) + 1)), grid)
    query = pull_query(subject, PullColumns(**_columns(args)))
    say("note: run it and export its answer unchanged; docs/warehouse.md says how it is searched")
    emit(args, query, {"query": query, "catalogue": catalogue.digest})
    return 0


def _columns(args: argparse.Namespace) -> dict[str, str]:
    known = [field.name for field in fields(_pull_columns()) if field.name not in ("table", "time_unit")]
    found = {"table": getattr(args, "table", "requests"), "time_unit": getattr(args, "time_unit", "s")}
    for word in getattr(args, "columns", []):
        ours, is_given, theirs = word.partition("=")
        if not is_given or ours not in known:
            raise UsageError(
                f"--columns is {word!r}", way_out=f"write OURS=THEIRS, where OURS is one of {', '.join(known)}"
            )
        found[ours] = theirs
    return found


def _pull_columns() -> type:
    from paretocode.sim.tables.pull import PullColumns

    return PullColumns
