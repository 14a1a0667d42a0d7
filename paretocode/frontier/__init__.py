"""The frontier: which models are worth paying for."""

from paretocode.frontier.frontier import Frontier, frontier_of
from paretocode.frontier.scan import dominator_index, frontier_mask, twins

__all__ = ["Frontier", "dominator_index", "frontier_mask", "frontier_of", "twins"]
