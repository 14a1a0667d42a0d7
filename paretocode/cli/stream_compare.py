"""``paretocode stream compare``: how like a log is the stream that stands for it?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from paretocode.cli.shared import emit, say
from paretocode.cli.stream_log import asked_stream, read_log
from paretocode.cli.words import settings_of
from paretocode.errors import UsageError

if TYPE_CHECKING:
    from paretocode.stream import RequestStream
    from paretocode.stream.compare import ComparedNumber, StreamComparison, TokenPrices

__all__ = ["add_options", "run"]

_PRESET = "preset:"
_UNKNOWN = "not known"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of compare."""
    parser.add_argument(
        "--with",
        dest="other",
        metavar="FILE|preset:NAME",
        default=argparse.SUPPRESS,
        help="for compare: the stream to set beside the log",
    )
    parser.add_argument(
        "--with-reader",
        dest="other_reader",
        metavar="READER",
        default=argparse.SUPPRESS,
        help="for compare: how to read that file (default: table)",
    )
    parser.add_argument(
        "--with-option",
        dest="other_option",
        action="append",
        metavar="KEY=VALUE",
        default=argparse.SUPPRESS,
        help="for compare: what that reader takes; may be repeated",
    )
    parser.add_argument(
        "--prices",
        nargs=4,
        type=float,
        metavar=("PROMPT", "COMPLETION", "READ", "WRITE"),
        default=argparse.SUPPRESS,
        help="for compare: USD per million tokens of the one model that bills both (default: 3 15 0.3 3.75)",
    )


def run(args: argparse.Namespace) -> int:
    """Compare a log with another or with a preset."""
    from paretocode.stream.compare import TokenPrices, compare_streams

    if not args.log or not getattr(args, "other", None):
        missing = "--with" if args.log else "log"
        raise UsageError(
            f"compare has no {missing}", way_out="write paretocode stream compare FILE --with preset:coding_agent"
        )
    names = ("prompt", "completion", "cache_read", "cache_write")
    given = dict(zip((f"{name}_usd_per_mtok" for name in names), getattr(args, "prices", ()), strict=False))
    prices = TokenPrices(**given)
    real = asked_stream(args)
    synthetic = _other(args, len(real))
    for note in (*real.notes, *synthetic.notes):
        say(f"note: {note}")
    comparison = compare_streams(real, synthetic, prices=prices)
    emit(args, _text(comparison, prices), _document(comparison, prices))
    return 0


def _other(args: argparse.Namespace, n_real: int) -> RequestStream:
    from paretocode.stream import synthesise

    options = getattr(args, "other_option", [])
    if not args.other.startswith(_PRESET):
        if hasattr(args, "parameter"):
            raise UsageError("--parameter is for a preset", way_out="write --with preset:NAME, or leave it out")
        return read_log(getattr(args, "other_reader", "table"), args.other, options)
    if options or hasattr(args, "other_reader"):
        raise UsageError("--with-reader and --with-option are for a file", way_out="leave them out with a preset")
    preset = args.other.removeprefix(_PRESET)
    parameters = settings_of(getattr(args, "parameter", []), "--parameter")
    return synthesise(preset, n_requests=getattr(args, "requests", n_real), rng=args.seed, parameters=parameters)


def _text(comparison: StreamComparison, prices: TokenPrices) -> str:
    from paretocode.report.text_fitted import fitted_table

    header = ["number", "real", "synthetic", "difference", "verdict"]
    known = [number for number in comparison.numbers if (number.real, number.synthetic) != (None, None)]
    numbers = fitted_table(header, [_row(number) for number in known], "lrrrl")
    distances = fitted_table(
        ["distribution", "KS distance", "real values", "synthetic values"],
        [[d.name, f"{d.ks:.4f}", f"{d.n_real:,}", f"{d.n_synthetic:,}"] for d in comparison.distances],
        "lrrr",
    )
    judged = [number for number in comparison.numbers if number.is_within is not None]
    n_within = sum(number.is_within is True for number in judged)
    return "\n".join(
        [
            f"real: {comparison.real}; synthetic: {comparison.synthetic}",
            "",
            numbers,
            "",
            distances,
            "",
            f"{n_within} of {len(judged)} numbers with a stated tolerance are within it.",
            f"usd_per_request: one model at {prices.completion_usd_per_mtok:g} USD per million tokens of completion,",
            f"{prices.cache_read_usd_per_mtok:g} of input read from a 5-minute cache, "
            f"{prices.cache_write_usd_per_mtok:g} of all other input.",
        ]
    )


def _row(number: ComparedNumber) -> list[str]:
    from paretocode.report.numbers import relative_change

    verdict = ""
    if number.is_within is not None:
        verdict = f"{'within' if number.is_within else 'beyond'} {number.tolerance:.0%}"
    known = number.difference is not None
    return [
        number.name,
        _value(number.real),
        _value(number.synthetic),
        relative_change(number.synthetic, number.real) if known else _UNKNOWN,
        verdict,
    ]


def _value(value: float | None) -> str:
    if value is None:
        return _UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _document(comparison: StreamComparison, prices: TokenPrices) -> dict[str, Any]:
    return {
        "real": comparison.real,
        "synthetic": comparison.synthetic,
        "prices": {name: getattr(prices, name) for name in prices.__slots__},
        "numbers": [
            {
                "name": number.name,
                "real": number.real,
                "synthetic": number.synthetic,
                "difference": number.difference,
                "tolerance": number.tolerance,
                "is_within": number.is_within,
            }
            for number in comparison.numbers
        ],
        "distances": [
            {"name": d.name, "ks": d.ks, "n_real": d.n_real, "n_synthetic": d.n_synthetic} for d in comparison.distances
        ],
        "is_within": comparison.is_within,
    }
