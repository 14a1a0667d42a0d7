"""What do people read of the jumps? Counts, rates and losses by name, plain for JSON."""

from __future__ import annotations

from typing import Any

from paretocode.sim.billing import nano_usd
from paretocode.sim.jumps.cause import JumpCause
from paretocode.sim.jumps.record import JumpTally

__all__ = ["jump_report"]


def jump_report(tally: JumpTally) -> dict[str, Any]:
    """Return a tally under names instead of positions.

    Returns
    -------
    dict
        Counts under their own names, rates [per pair] and shares as floats or None where there is nothing to divide by,
        money in USD rounded once to nano-USD; `tier_pairs` by the names of tiers; `causes` by the names of causes,
        those with no jump left out, each with its sentence; `model_pairs` as a list, the most frequent first, ties in
        the order of the catalogue.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.sim.jumps.tables import jump_tables
    >>> from paretocode.sim.jumps.tallying import tally_jumps
    >>> from paretocode.sim.replaying import replay
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1, 1], time_s=[0, 400], prompt_tokens=[9_000] * 2, completion_tokens=[9] * 2,
    ...                         prefix_tokens=[0, 9_000], min_score=[0.5, 0.9])
    >>> run = replay(stream, documented_pareto_code(models), models)
    >>> report = jump_report(tally_jumps(run, jump_tables(run)))
    >>> report["model_jump_rate"], report["cold_jumps"], report["lost_usd"], list(report["causes"])
    (1.0, 1, 0.0, ['caller'])
    """
    return {
        "sessions": tally.n_sessions,
        "pairs": tally.n_pairs,
        "served_pairs": tally.n_served_pairs,
        **_tier_lines(tally),
        **_model_lines(tally),
        "warm_jumps": tally.n_warm_jumps,
        "cold_jumps": tally.n_cold_jumps,
        "warm_share": tally.warm_share,
        "lost_tokens": tally.lost_tokens,
        "lost_usd": _usd(tally.lost_pusd),
        "unpriced_tokens": tally.unpriced_tokens,
        "flap_turns": tally.flap_turns,
        "causes": _causes(tally),
    }


def _tier_lines(tally: JumpTally) -> dict[str, Any]:
    rows = zip(tally.tiers, tally.tier_pairs, strict=True)
    return {
        "tier_jumps": tally.n_tier_jumps,
        "tier_jumps_up": tally.n_tier_jumps_up,
        "tier_jumps_down": tally.n_tier_jumps_down,
        "tier_jumps_by_height": {str(height): count for height, count in tally.tier_jumps_by_height.items()},
        "tier_jump_rate": tally.tier_jump_rate,
        "tier_flaps": tally.n_tier_flaps,
        "sessions_with_tier_jump": tally.n_sessions_with_tier_jump,
        "tier_pairs": {before: dict(zip(tally.tiers, row, strict=True)) for before, row in rows},
    }


def _model_lines(tally: JumpTally) -> dict[str, Any]:
    most_first = sorted(tally.model_jumps.items(), key=lambda item: (-item[1], item[0]))
    keys = tally.model_keys
    return {
        "model_jumps": tally.n_model_jumps,
        "model_jump_rate": tally.model_jump_rate,
        "model_flaps": tally.n_model_flaps,
        "sessions_with_model_jump": tally.n_sessions_with_model_jump,
        "request_driven": tally.n_request_driven,
        "catalogue_driven": tally.n_catalogue_driven,
        "failure_driven": tally.n_failure_driven,
        "model_pairs": [
            {"before": keys[before], "after": keys[after], "jumps": count} for (before, after), count in most_first
        ],
    }


def _causes(tally: JumpTally) -> dict[str, dict[str, Any]]:
    columns = (tally.jumps_by_cause, tally.lost_tokens_by_cause, tally.lost_pusd_by_cause)
    return {
        cause.name.lower(): {"why": cause.value, "jumps": jumps, "lost_tokens": tokens, "lost_usd": _usd(pusd)}
        for cause, jumps, tokens, pusd in zip(JumpCause, *columns, strict=True)
        if jumps
    }


def _usd(pusd: int) -> float:
    return nano_usd(pusd) / 1e9
