"""The frontier through time: what a fixed score cost, and how the frontier and its hypervolume moved."""

from paretocode.frontier.through_time.cheapest_above import CheapestAbove, PriceFall, cheapest_above
from paretocode.frontier.through_time.frontier_series import FrontierSeries, frontier_through_time

__all__ = ["CheapestAbove", "FrontierSeries", "PriceFall", "cheapest_above", "frontier_through_time"]
