"""What is left of the best of many maps? Corrections for having looked, the maps as good as it, and which to take."""

from paretocode.evidence.selection.best_of_many import BestOfMany, best_of_many, measure_across
from paretocode.evidence.selection.nested import ChosenMap, nested_bootstrap
from paretocode.evidence.selection.plateau import Plateau, plateau_of
from paretocode.evidence.selection.pool import MapPool, PoolLimit, joined_clusters

# In story order: the many, the best of them, the best by a rule that may pick another one next time, the equals.
__all__ = [  # noqa: RUF022
    "measure_across",
    "BestOfMany",
    "best_of_many",
    "PoolLimit",
    "MapPool",
    "joined_clusters",
    "ChosenMap",
    "nested_bootstrap",
    "Plateau",
    "plateau_of",
]
