"""Which demands does the project know by name? Documented places, assumed shares."""

from __future__ import annotations

from paretocode.stream.demand.law import Demand
from paretocode.stream.demand.mixture import DemandMixture, Profile

__all__ = ["DEFAULT_DEMAND", "DEMANDS"]

DEFAULT_DEMAND = Demand(
    atoms=((0.2, 0.05), (0.5, 0.10), (0.65, 0.35), (0.8, 0.15), (0.9, 0.05)),
    omitted_share=0.15,
    smooth_share=0.15,
)
"""Our assumption, not a measurement: the places of the atoms are those that clients and documentation send (0.65 is
one agent's default, 0.5 and 0.8 the documentation's examples, 0.2, 0.5, 0.8, 0.9 and omitted one ensemble tool's
choices); every *share*, and the uniform smooth rest, is our guess. The switch rate, 0.09 % of turns, is how often
people changed model in the measured coding sessions."""

HERMES_MAIN = Demand(atoms=((0.65, 1.0),))
"""Hermes Agent's default, documented; that nobody changes it is our assumption."""

HERMES_AUXILIARY = Demand(atoms=((0.2, 0.3), (0.5, 0.2)), omitted_share=0.5, switch_rate=0.0)
"""Hermes Agent's auxiliary tasks do not inherit the default and set their own or omit it: documented. Which values,
and how often they omit, is our assumption. One task is configured once, so it never switches."""

LLM_COUNCIL = Demand(atoms=((0.2, 0.2), (0.5, 0.2), (0.8, 0.2), (0.9, 0.2)), omitted_share=0.2, switch_rate=0.0)
"""llm-council's 0.2, 0.5, 0.8, 0.9 and omitted, documented. One session a member, and all members equally busy, is our
assumption."""

DOCUMENTED_EXAMPLES = Demand(atoms=((0.5, 0.4), (0.8, 0.6)))
"""Callers who copied the documentation's examples, 0.8 and 0.5; their shares are our assumption."""

SILENT = Demand(atoms=(), omitted_share=1.0)
"""Callers who know of no min score."""

OWN_CHOICE = Demand(atoms=(), smooth_share=1.0)
"""Callers who tuned a value of their own, anywhere in 0..1: our assumption."""

DEMANDS: dict[str, Demand | DemandMixture] = {
    "default": DEFAULT_DEMAND,
    "hermes_agent": DemandMixture(
        profiles=(
            Profile(name="main", share=0.75, demand=HERMES_MAIN),
            Profile(name="auxiliary", share=0.25, demand=HERMES_AUXILIARY),
        )
    ),
    "llm_council": LLM_COUNCIL,
    "mixed": DemandMixture(
        profiles=(
            Profile(name="hermes_main", share=0.35, demand=HERMES_MAIN),
            Profile(name="hermes_auxiliary", share=0.10, demand=HERMES_AUXILIARY),
            Profile(name="llm_council", share=0.10, demand=LLM_COUNCIL),
            Profile(name="documented_examples", share=0.20, demand=DOCUMENTED_EXAMPLES),
            Profile(name="silent", share=0.15, demand=SILENT),
            Profile(name="own_choice", share=0.10, demand=OWN_CHOICE),
        )
    ),
}
"""Demands by name. Every share in them is our assumption; no public log carries min scores.

An auxiliary call has a prompt of its own, so here it is a session of its own, and a session is main or auxiliary.
Tasks that share one prompt and ask for different things are a profile with a high `switch_rate`."""
