"""Where could the cuts go? Bands over plain numbers; this floor knows no models."""

from paretocode.bands.bands import Bands, assign_bands
from paretocode.bands.natural import natural_bands
from paretocode.bands.schemes import SCHEMES, bands_by_scheme, equal_interval_bands, fixed_bands, quantile_bands

__all__ = [
    "SCHEMES",
    "Bands",
    "assign_bands",
    "bands_by_scheme",
    "equal_interval_bands",
    "fixed_bands",
    "natural_bands",
    "quantile_bands",
]
