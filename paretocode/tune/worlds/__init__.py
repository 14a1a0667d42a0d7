"""What else might be true, and which map is still good then? Other scores, prices and weeks; the search that is robust.

`robust` stands on the question that names the worlds, so it is not loaded here.
"""

from paretocode.tune.worlds.price_history import price_scenarios
from paretocode.tune.worlds.scenarios import NOW, Scenario, price_shock, score_replicates, weeks

__all__ = ["NOW", "Scenario", "price_scenarios", "price_shock", "score_replicates", "weeks"]
