"""What of a map's policy gets lost on the way? One sentence a rule, said in the output and on screen.

A target names the rules that it keeps; every other rule that the map really uses becomes a sentence. A rule that the
map does not use is never complained about.
"""

from __future__ import annotations

from collections.abc import Iterator

from paretocode.release.exporters.chains import PLAIN_COMPLETION, PLAIN_PROMPT, TierChain, left_out
from paretocode.tiermap.file import TierMapFile

__all__ = ["policy_losses"]


def policy_losses(
    file: TierMapFile,
    chains: tuple[TierChain, ...],
    *,
    has_fallbacks: bool = True,
    keeps_context: bool = False,
    keeps_refusal: bool = False,
) -> tuple[str, ...]:
    """Return the sentences about the map's policy.

    Parameters
    ----------
    has_fallbacks
        Whether the target tries another model after a failure; where it does not, no session is ever moved.
    keeps_context
        Whether the target passes over a model whose context window is too small, and then applies the empty-tier rule.
    keeps_refusal
        Whether a tier that the map refuses is refused by the target too.
    """
    return (
        *_order(file),
        *_sessions(file, has_fallbacks),
        *([] if keeps_context else _context(file)),
        *([] if keeps_refusal else _refusal(chains)),
        *_validity(file),
        *_absent(file),
    )


def _order(file: TierMapFile) -> Iterator[str]:
    policy = file.policy
    if policy.ranking == "throughput":
        yield "The order inside a tier is that of the measured speeds in the map; the target does not measure again."
    else:
        yield "The order inside a tier is that of the prices in the map; the target does not rank again when they move."
    if policy.price_metric == "request":
        yield (
            f"The map ranks by each request's own cost; here the order is that of a request of {PLAIN_PROMPT:,} prompt "
            f"and {PLAIN_COMPLETION:,} completion tokens."
        )


def _sessions(file: TierMapFile, has_fallbacks: bool) -> Iterator[str]:
    policy = file.policy
    if policy.stickiness != "none" and has_fallbacks:
        yield (
            "A session that a failure moved to another model goes back to the tier's first model as soon as that one "
            f"answers; the map would keep it for {policy.sticky_ttl_s:,} s."
        )
    if policy.hysteresis_ppm:
        yield (
            f"The play of {policy.hysteresis_ppm / 1e6:g} around a session's min score is lost: "
            "every request follows its own min score at once."
        )
    if policy.downgrades == "never":
        yield "A session may fall to a lower tier; the map never lets it."


def _context(file: TierMapFile) -> Iterator[str]:
    yield (
        "A prompt longer than a model's context window is sent to that model all the same; "
        "the map passes over the model and then applies its empty-tier rule."
    )


def _refusal(chains: tuple[TierChain, ...]) -> Iterator[str]:
    for chain in chains:
        if chain.served_by is None:
            yield f"Tier {chain.name} has no model and the map refuses its requests; the target has no word for that."


def _validity(file: TierMapFile) -> Iterator[str]:
    if file.valid_from or file.valid_until:
        yield (
            f"The map is valid from {file.valid_from or 'any day'} until {file.valid_until or 'any day'}; "
            "the target does not look at the date."
        )


def _drift_limits(file: TierMapFile) -> Iterator[str]:
    if file.drift_limits is not None:
        yield (
            f"People should look at the map again when more than {file.drift_limits.most_moved_ppm / 1e4:g} % of the "
            "requests are served by other tiers than it was judged on; the target does not count."
        )


def _absent(file: TierMapFile) -> Iterator[str]:
    if absent := left_out(file):
        yield (
            f"Left out, because price or context window is unknown or the window is below a plain request: "
            f"{', '.join(absent)}."
        )
