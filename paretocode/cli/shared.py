"""What do several verbs take and give? Catalogues, streams, maps; text or JSON."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paretocode.cli.options import add_common
from paretocode.cli.stream_log import add_parameters, add_reading, reader_options
from paretocode.cli.talk import emit, say
from paretocode.cli.words import settings_of
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode.experiment.resolve import Experiment
    from paretocode.experiment.spec import ExperimentSpec
    from paretocode.sim.partitioned import EngineChoice

__all__ = [
    "add_json",
    "add_state",
    "add_stream",
    "adhoc_experiment",
    "adhoc_spec",
    "asked_operations",
    "emit",
    "load_map",
    "say",
]

DOCUMENTED = "documented"
_PARTS = "parts"
_DEFAULT_REQUESTS = 20_000
_MAX_OPERATIONS_BYTES = 2**20


add_json = add_common
"""Adds ``--json`` and the other common options; what a verb forgets, the command line adds."""


def add_catalogue(parser: argparse.ArgumentParser) -> None:
    """Add ``--catalogue``."""
    parser.add_argument(
        "--catalogue", default="bundled", metavar="FILE", help="a catalogue file, or bundled for the 13-model example"
    )


def add_stream(parser: argparse.ArgumentParser) -> None:
    """Add the choice of a stream: a log through a reader, or a preset."""
    parser.add_argument("--stream", metavar="FILE", help="a log; without it a synthetic stream is made")
    add_reading(parser)
    add_parameters(parser)
    parser.add_argument("--preset", default="coding_agent", help="the synthetic stream's preset")
    parser.add_argument("--requests", type=n_requests, default=_DEFAULT_REQUESTS, help="its number of requests")
    parser.add_argument("--seed", type=seed, default=1, help="seed of stream, demand and latency draws")
    parser.add_argument(
        "--demand",
        default="auto",
        help="min scores: the log's column (log), an assumed law by name (default, hermes_agent, llm_council, mixed), "
        "or the column where there is one, else default (auto)",
    )
    parser.add_argument(
        "--score-scale",
        default="percentile",
        choices=["percentile", "fraction", "field_percentile"],
        help="scores to 0..1",
    )


def add_state(parser: argparse.ArgumentParser) -> None:
    """Add what a replay assumes beyond the stream: policy, caches, failures."""
    for name, example, what in (
        ("--policy", "stickiness=none", "a policy parameter of every map, such as sticky_ttl_s=600"),
        ("--cache", "ttl_s=3600", "a rule of prompt caching: ttl_s, min_tokens or write_to_prompt"),
    ):
        parser.add_argument(
            name, action="append", default=argparse.SUPPRESS, metavar="KEY=VALUE", help=f"{what}; e.g. {example}"
        )
    parser.add_argument(
        "--operations",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="a TOML file of failures, limits and retries; its keys are those of [operations] in docs/experiment.md",
    )


def n_requests(text: str) -> int:
    """Return a number of requests that a synthetic stream may have."""
    return _whole(text, 1, 200_000_000)


def seed(text: str) -> int:
    """Return a seed."""
    return _whole(text, 0, 2**63 - 1)


def _whole(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most:,}")
    return int(text)


def say_notes(experiment: Experiment) -> None:
    """Say what readers left out, and where stream and min scores come from."""
    for note in (*experiment.catalogue.notes, *experiment.traffic.notes):
        say(f"note: {note}")


def load_map(word: str, catalogue: Any) -> Any:
    """Return the tier map of a file, or the documented one on the catalogue."""
    from paretocode.tiermap import documented_pareto_code
    from paretocode.tiermap.file import read_tier_map

    file = _map_path(word)
    return documented_pareto_code(catalogue) if file is None else read_tier_map(file).tier_map()


def _map_path(word: str) -> Path | None:
    """Return the file that a word names, a result folder's own map for a folder; None for the documented map."""
    path = Path(word)
    if word == DOCUMENTED and not path.exists():
        return None
    return path / "tier_map.json" if path.is_dir() else path


def adhoc_experiment(args: argparse.Namespace, maps: list[str], *, engine: EngineChoice | None = None) -> Experiment:
    """Return the experiment that a replaying verb states on the command line, the first map as incumbent.

    Parameters
    ----------
    engine
        Given where the stream lies in parts: who works on them.
    """
    from paretocode.experiment.resolve import resolve

    spec = adhoc_spec(args, maps, is_in_parts=engine is not None)
    return resolve(spec, name="command-line", scale_name="full", base=Path(), engine=engine)


def adhoc_spec(args: argparse.Namespace, maps: list[str], *, is_in_parts: bool = False) -> ExperimentSpec:
    """Return the words of that experiment; it asks for no intervals."""
    from paretocode._borders import validated
    from paretocode.experiment.spec import ExperimentSpec

    entries = _map_entries(maps)
    catalogue = args.catalogue if args.catalogue.startswith("bundled") else str(Path(args.catalogue).absolute())
    is_kind = args.demand in {"auto", "default", "log"}
    policy = settings_of(getattr(args, "policy", []), "--policy")
    plain = {
        "format": "paretocode-experiment-1",
        "question": "asked on the command line",
        "catalogue": {"source": catalogue},
        "scale": {"kind": args.score_scale},
        "stream": _asked_stream(args, is_in_parts=is_in_parts),
        "demand": {"kind": args.demand} if is_kind else {"kind": "named", "name": args.demand},
        "cache": settings_of(getattr(args, "cache", []), "--cache"),
        "operations": asked_operations(args),
        "policy": policy,
        # A map from a file brings its own policy; what the command line says comes on top.
        "incumbent": {**entries[0], "policy": policy},
        "candidates": [{**entry, "policy": policy} for entry in entries[1:]],
        "seeds": {"stream": args.seed, "demand": args.seed, "luck": args.seed},
        "evidence": {"replicates": 0},
    }
    return validated(ExperimentSpec, plain, where="command line", way_out="see docs/experiment.md for the keys")


def _asked_stream(args: argparse.Namespace, *, is_in_parts: bool) -> dict[str, object]:
    options, columns = getattr(args, "option", []), getattr(args, "columns", [])
    parameters = settings_of(getattr(args, "parameter", []), "--parameter")
    if not args.stream:
        if options or columns:
            raise UsageError("--option and --columns are for a log, and none is named", way_out="name it with --stream")
        sizes = {"full": args.requests, "smoke": args.requests}
        return {"preset": args.preset, "parameters": parameters, "sizes": sizes}
    if parameters:
        raise UsageError("--parameter is for a preset, and a log is named", way_out="use --option for the reader's")
    if is_in_parts and (options or columns):
        raise UsageError("--option and --columns are for a log, and the stream is in parts", way_out="leave them out")
    return {
        "reader": _PARTS if is_in_parts else args.reader,
        "path": str(Path(args.stream).absolute()),
        "options": reader_options(args.reader, options, columns),
    }


def asked_operations(args: argparse.Namespace) -> dict[str, object] | None:
    """Return the settings of ``--operations`` as they stand in its file; None where no file is named.

    Raises
    ------
    InputError
        No such file, no plain file, larger than 1 MiB, or no TOML.
    """
    from paretocode._files import parse_toml, plain_bytes

    if not getattr(args, "operations", None):
        return None
    path = Path(args.operations)
    try:
        return parse_toml(plain_bytes(path, limit=_MAX_OPERATIONS_BYTES, way_out="name a file of operations"))
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), way_out="check the path") from error
    except ValueError as error:
        raise InputError(f"it is not TOML ({error})", where=str(path), way_out="correct the line named") from error


def _map_entries(words: list[str]) -> list[dict[str, object]]:
    from paretocode.tiermap.file import read_tier_map

    entries: list[dict[str, object]] = []
    for word in words:
        file = _map_path(word)
        name = DOCUMENTED if file is None else read_tier_map(file).name
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:56] or "map"
        taken = [entry["name"] for entry in entries]
        unique = next(n for n in (name, *(f"{name}-{i}" for i in range(2, 1000))) if n not in taken)
        if file is None:
            entries.append({"name": unique, "kind": "documented"})
        else:
            entries.append({"name": unique, "kind": "file", "path": str(file.absolute())})
    return entries
