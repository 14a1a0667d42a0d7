"""Which stream is meant? A log through a reader with its options, or a preset."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from paretocode.cli.words import pairs_of, settings_of
from paretocode.errors import UsageError

if TYPE_CHECKING:
    from paretocode.stream import RequestStream

__all__ = ["N_REQUESTS", "add_parameters", "add_reading", "asked_stream", "read_log", "reader_options"]

N_REQUESTS = 20_000
_WORDS = {"true": True, "false": False}


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the reader of the log and what it takes."""
    parser.add_argument("--reader", default="table", help="how to read the log, such as coding_agent, azure or table")
    parser.add_argument(
        "--option",
        action="append",
        metavar="KEY=VALUE",
        default=argparse.SUPPRESS,
        help="what the reader takes, such as threads=main; may be repeated",
    )
    parser.add_argument(
        "--columns",
        action="append",
        metavar="OURS=THEIRS",
        default=argparse.SUPPRESS,
        help="for tables: the file's name of one of our columns, such as prompt_tokens=in; may be repeated",
    )


def add_parameters(parser: argparse.ArgumentParser) -> None:
    """Add the parameters of a preset."""
    parser.add_argument(
        "--parameter",
        action="append",
        metavar="KEY=VALUE",
        default=argparse.SUPPRESS,
        help="a parameter of the preset that differs, such as sessions_per_hour=500; may be repeated",
    )


def asked_stream(args: argparse.Namespace) -> RequestStream:
    """Return the stream that the command line names, with min scores where it asks for them."""
    from paretocode._checks import one_of
    from paretocode.stream import DEMANDS, apply_demand, synthesise

    one_of(args.demand, ("none", *DEMANDS), name="--demand")
    options, columns = getattr(args, "option", []), getattr(args, "columns", [])
    parameters = getattr(args, "parameter", [])
    if args.log and parameters and args.action != "compare":
        raise UsageError("--parameter is for a preset, and a log is named", way_out="use --option for the reader's")
    if args.log:
        stream = read_log(args.reader, args.log, options, columns)
    elif options or columns:
        raise UsageError("--option and --columns are for a log, and none is named", way_out="name the file")
    else:
        stream = synthesise(
            args.preset,
            n_requests=getattr(args, "requests", N_REQUESTS),
            rng=args.seed,
            parameters=settings_of(parameters, "--parameter"),
        )
    return stream if args.demand == "none" else apply_demand(stream, DEMANDS[args.demand], rng=args.seed + 1)


def read_log(reader: str, path: str, options: Sequence[str], columns: Sequence[str] = ()) -> RequestStream:
    """Read a log with the options as written on the command line.

    Raises
    ------
    UsageError
        A word without ``=``, a key given twice, or an option that the reader does not take.
    InputError
        What the reader refuses.
    """
    from paretocode.stream import load_stream

    return load_stream(reader, path, **reader_options(reader, options, columns))


def reader_options(reader: str, options: Sequence[str], columns: Sequence[str]) -> dict[str, object]:
    """Return what a reader takes, of the types that it states."""
    found: dict[str, object] = {key: _value(reader, key, text) for key, text in pairs_of(options, "--option").items()}
    if columns:
        found["columns"] = pairs_of(columns, "--columns")
    return found


def _value(reader: str, key: str, text: str) -> object:
    """Return an option as the type that the reader states: a name of digits stays a text where a text is wanted."""
    import inspect

    from paretocode.stream import READERS

    if reader not in READERS or key not in inspect.signature(READERS[reader]).parameters:
        return text  # load_stream says what is wrong
    stated = str(inspect.signature(READERS[reader]).parameters[key].annotation)
    try:
        if "Mapping" in stated:
            raise UsageError(f"--option cannot give {key}", way_out="use --columns OURS=THEIRS")
        if "bool" in stated:
            return _WORDS[text]
        if "int" in stated:
            return int(text)
        return float(text) if "float" in stated else text
    except (KeyError, ValueError) as error:
        wanted = "true or false" if "bool" in stated else "a number"
        raise UsageError(f"--option {key} is {text!r}", way_out=f"give {wanted}") from error
