"""Which min scores do requests ask for? Stated laws, since no public log carries them.

What is documented is *where* demand sits: on a few round values that clients send by default or by example (0.65, 0.5,
0.8, 0.2, 0.9), or nowhere at all, when the parameter is left out. How much sits on each is recorded nowhere.
"""

from paretocode.stream.demand.apply import apply_demand, demand_of, observed_demand, observed_demand_of
from paretocode.stream.demand.asked_counts import AskedCounts, asked_counts
from paretocode.stream.demand.law import Demand, DemandTable
from paretocode.stream.demand.mixture import DemandMixture, Profile
from paretocode.stream.demand.named import DEFAULT_DEMAND, DEMANDS

__all__ = [
    "DEFAULT_DEMAND",
    "DEMANDS",
    "AskedCounts",
    "Demand",
    "DemandMixture",
    "DemandTable",
    "Profile",
    "apply_demand",
    "asked_counts",
    "demand_of",
    "observed_demand",
    "observed_demand_of",
]
