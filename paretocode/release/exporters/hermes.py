"""Which min scores should a Hermes Agent ask for? One per main and auxiliary task, safely inside a band of the map.

Hermes sends `openrouter.min_coding_score` for the main model only, and only where that is ``openrouter/pareto-code``;
an auxiliary task does not inherit it and names its own in `extra_body.plugins`. Its default, 0.65, stands one
hundredth below OpenRouter's high cut; numbers here stand in the middle half of their band, so that no edge that moves
a little moves them.

Which task gets which tier is a recommendation: the main model the map's default tier, tasks that judge the middle of
the tiers below it, tasks that condense the lowest. Vision is left alone: a coding shortlist says nothing of images.

Sources: NousResearch/hermes-agent, `cli-config.yaml.example`, `hermes_cli/config.py` (keys of `auxiliary`),
documentation pages "OpenRouter Pareto Code Router" and "OpenRouter routing & Pareto Code for auxiliary tasks", read
on 2026-11-26.
"""

from __future__ import annotations

from paretocode.release.exporters.chains import TierChain, tier_chains
from paretocode.release.exporters.exported import ExportedText, header_lines, refuse_unsafe_text
from paretocode.release.exporters.min_scores import decimal_text, safely_inside
from paretocode.release.exporters.openrouter import OPENROUTER_EDGES_PPM, openrouter_tier
from paretocode.release.exporters.yaml_text import comment, yaml_text
from paretocode.tiermap.file import TierMapFile

__all__ = ["CONDENSING_TASKS", "JUDGING_TASKS", "hermes_config"]

JUDGING_TASKS = ("approval", "curator", "goal_judge", "mcp", "skills_hub")
"""Auxiliary tasks that decide something."""

CONDENSING_TASKS = ("compression", "title_generation", "web_extract")
"""Auxiliary tasks that shorten or name what is there."""


def hermes_config(file: TierMapFile) -> ExportedText:
    """Return the part of a Hermes configuration that a map speaks of.

    Raises
    ------
    InputError
        A text that no export may carry.
    """
    refuse_unsafe_text(file)
    chains = tuple(chain for chain in tier_chains(file) if chain.is_reachable)
    losses = (
        "Hermes says how much to ask for; the models, their order and their fallbacks are those of the router it asks.",
        *_cuts(file, chains),
        "The map's stickiness, hysteresis, context and empty-tier rules are the router's, not Hermes's.",
    )
    names = [chain.name for chain in chains]
    main = names.index(file.default_tier) if file.default_tier in names else len(chains) - 1
    condensing, judging = chains[0], chains[main // 2]
    document = {
        "model": {"provider": "openrouter", "default": "openrouter/pareto-code"},
        "openrouter": {"min_coding_score": _min_score(chains[main]) / 1e6},
        "auxiliary": {
            **{task: _auxiliary(judging) for task in JUDGING_TASKS},
            **{task: _auxiliary(condensing) for task in CONDENSING_TASKS},
        },
    }
    header = [*header_lines(file, "Hermes Agent", losses), "", *_table(chains)]
    content = comment(header) + yaml_text(document)
    return ExportedText(content=content.encode(), suffix=".yaml", cannot_express=losses)


def _min_score(chain: TierChain) -> int:
    inside = safely_inside(chain.low_ppm, chain.high_ppm)
    return chain.low_ppm if inside is None else inside


def _auxiliary(chain: TierChain) -> dict[str, object]:
    plugin = {"id": "pareto-router", "min_coding_score": _min_score(chain) / 1e6}
    return {"provider": "openrouter", "model": "openrouter/pareto-code", "extra_body": {"plugins": [plugin]}}


def _table(chains: tuple[TierChain, ...]) -> list[str]:
    return [
        "Min scores safely inside each band:",
        *(f"- tier {chain.name}: {decimal_text(_min_score(chain))}" for chain in reversed(chains)),
    ]


def _cuts(file: TierMapFile, chains: tuple[TierChain, ...]) -> tuple[str, ...]:
    if tuple(file.request_edges_ppm) == OPENROUTER_EDGES_PPM:
        return ("OpenRouter cuts where this map cuts, and picks from its own models.",)
    cuts = " and ".join(f"{edge / 1e6:g}" for edge in OPENROUTER_EDGES_PPM)
    gets = ", ".join(f"{openrouter_tier(_min_score(chain))} for {chain.name}" for chain in chains)
    return (
        f"Asked directly, OpenRouter cuts at {cuts} instead of the map's edges and would give {gets}; "
        "a router that reads the map follows the map.",
    )
