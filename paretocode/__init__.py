"""paretocode: choose, prove and hand over the tier boundaries of a score-tiered model router.

The package is a story with one direction (`docs/architecture.md`): catalogue and stream, frontier and bands, tier
map, replay, search and evidence, report and release. Import what you need from its folder, for example
``from paretocode.tiermap import documented_pareto_code``. Nothing heavy is imported here, so that
``python -m paretocode.bootstrap`` runs on a bare Python.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
