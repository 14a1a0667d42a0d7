"""What does the router's reader cost? Its import in a bare interpreter, and decisions a second on one core.

    python tests/benchmarks/reader.py

The map is the documented one over the bundled models. Every answer is compared with the readable router before a number
is shown. Import times are of new processes with ``-I -S``, the interpreter's own start left out; the processor's time
stands beside the clock's, because a busy machine stretches only the latter.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from paretocode.catalogue import load_bundled  # noqa: E402
from paretocode.release import reader  # noqa: E402
from paretocode.release.session import Session  # noqa: E402
from paretocode.stream.stream import RequestRow  # noqa: E402
from paretocode.tiermap import documented_pareto_code, route  # noqa: E402
from paretocode.tiermap.file import canonical_bytes, sha256_of, tier_map_file  # noqa: E402

N_REQUESTS, N_REPEATS = 200_000, 7
IMPORT = (
    "import sys, time; sys.path.insert(0, {!r}); clock, busy = time.perf_counter(), time.process_time(); "
    "import reader; print(time.perf_counter() - clock, time.process_time() - busy)"
)


def router(**policy: object) -> tuple[reader.Router, Callable[[float], Any]]:
    """Return the reader of the documented map under a policy, and what the readable router says."""
    catalogue = load_bundled()
    tier_map = documented_pareto_code(catalogue).with_policy(**policy)
    content = canonical_bytes(tier_map_file(tier_map, catalogue))

    def expected(score: float) -> Any:
        decision = route(RequestRow(0, 0, round(score * 1e6), 5000, 500, 0), tier_map, catalogue)
        keys = catalogue.keys
        primary = None if decision.primary is None else keys[decision.primary]
        tier = None if decision.tier_served is None else tier_map.tiers[decision.tier_served].name
        return tier, primary, tuple(keys[row] for row in decision.fallbacks)

    return reader.Router(reader.parse(content), sha256_of(content)), expected


def contenders() -> dict[str, tuple[Callable[[float], Any], Callable[[float], Any]]]:
    """Return name -> (what is timed, what it must answer)."""
    plain, expected = router()
    by_request, costly = router(price_metric="request")
    sticky, _ = router(stickiness="none")
    tokens: dict[str, Any] = {"prompt_tokens": 5000, "completion_tokens": 500}
    session = Session()
    return {
        "the score alone": (plain.route, expected),
        "score and tokens": (lambda score: plain.route(score, **tokens), expected),
        "with availability": (lambda score: plain.route(score, **tokens, is_available=bool), expected),
        "ranked by the request's own cost": (lambda score: by_request.route(score, **tokens), costly),
        "in a session": (lambda score: session.route(sticky, score, now_s=0.0, **tokens), expected),
    }


def main() -> int:
    """Print one line for the import and one for each way to ask."""
    code = IMPORT.format(str(ROOT / "paretocode" / "release"))
    alone = [sys.executable, "-I", "-S", "-c", code]
    runs = [subprocess.run(alone, capture_output=True, text=True, check=True).stdout.split() for _ in range(15)]
    clock, busy = ([float(run[place]) * 1e3 for run in runs] for place in (0, 1))
    print(f"import: {min(clock):.1f} ms least, {statistics.median(clock):.1f} ms median; processor {min(busy):.1f} ms")
    scores = [i / N_REQUESTS for i in range(N_REQUESTS)]
    for name, (decide, expected) in contenders().items():
        if wrong := [score for score in scores[::997] if decide(score) != expected(score)]:
            print(f"error: {name} gives another answer at {wrong[0]}", file=sys.stderr)
            return 1
        seconds = []
        for _ in range(N_REPEATS):
            start = time.perf_counter()
            for score in scores:
                decide(score)
            seconds.append(time.perf_counter() - start)
        rates = [N_REQUESTS / second for second in (statistics.median(seconds), min(seconds))]
        print(f"{name}: {rates[0]:,.0f} requests/s median, {rates[1]:,.0f} most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
