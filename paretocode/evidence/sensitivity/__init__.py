"""What else could be true, and when does the candidate stop being better than the incumbent?

One shift at a time is applied to today's world; both maps are replayed in it on the same luck.
"""

from paretocode.evidence.sensitivity.break_even import break_even
from paretocode.evidence.sensitivity.caches import (
    cache_read_factor,
    cache_read_multiple,
    cache_rules,
    cache_write_multiple,
)
from paretocode.evidence.sensitivity.crossings import Crossing, Stretch
from paretocode.evidence.sensitivity.default_shifts import default_parameters, default_shifts
from paretocode.evidence.sensitivity.demand import atom_moved, atom_share
from paretocode.evidence.sensitivity.failures import error_share
from paretocode.evidence.sensitivity.models import NewModel, model_withdrawn, new_model, new_model_price
from paretocode.evidence.sensitivity.policies import default_tier, policy_choice, score_scale
from paretocode.evidence.sensitivity.price_pieces import PricePiece, price_pieces, switch_factors
from paretocode.evidence.sensitivity.prices import price_factor
from paretocode.evidence.sensitivity.replays import Compared
from paretocode.evidence.sensitivity.rivals import rival_models, serving_models
from paretocode.evidence.sensitivity.running import n_replays_of, sensitivity
from paretocode.evidence.sensitivity.scores import score_error, score_noise, score_of
from paretocode.evidence.sensitivity.shift import GROUPS, Parameter, Setting, Shift
from paretocode.evidence.sensitivity.standings import BreakEven
from paretocode.evidence.sensitivity.time_limits import cache_ttl, sticky_ttl
from paretocode.evidence.sensitivity.tornado import Tornado
from paretocode.evidence.sensitivity.tornado_row import Effect, SettingOutcome, TornadoRow
from paretocode.evidence.sensitivity.words import Standing
from paretocode.evidence.sensitivity.world import READINGS, World, world_of

# In story order: the world at hand, one change of it, the changes by group, the table, the break-even points.
__all__ = [  # noqa: RUF022
    "World",
    "world_of",
    "READINGS",
    "GROUPS",
    "Setting",
    "Shift",
    "Parameter",
    "price_factor",
    "NewModel",
    "model_withdrawn",
    "new_model",
    "new_model_price",
    "score_of",
    "score_error",
    "score_noise",
    "atom_moved",
    "atom_share",
    "sticky_ttl",
    "cache_ttl",
    "policy_choice",
    "default_tier",
    "score_scale",
    "cache_rules",
    "cache_read_factor",
    "cache_read_multiple",
    "cache_write_multiple",
    "error_share",
    "default_shifts",
    "default_parameters",
    "serving_models",
    "rival_models",
    "sensitivity",
    "n_replays_of",
    "Tornado",
    "TornadoRow",
    "SettingOutcome",
    "Effect",
    "Compared",
    "Standing",
    "break_even",
    "BreakEven",
    "Crossing",
    "Stretch",
    "PricePiece",
    "price_pieces",
    "switch_factors",
]
