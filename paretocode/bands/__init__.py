"""Where could the cuts go? Bands over plain numbers; this floor knows no models."""

from paretocode.bands.alternatives import head_tail_bands, maximum_gap_bands
from paretocode.bands.bands import Bands, assign_bands
from paretocode.bands.compare import SchemeResult, compare_schemes
from paretocode.bands.density import density_valley_bands
from paretocode.bands.evenness import NaturalFinding, natural_finding
from paretocode.bands.how_many import BandCount, HowMany, choose_n_bands
from paretocode.bands.membership import InvertedPairs, band_probabilities, edges_of_listed_bands, inverted_pairs
from paretocode.bands.mixture import gaussian_mixture_bands
from paretocode.bands.natural import natural_bands, natural_bands_of_each
from paretocode.bands.schemes import SCHEMES, bands_by_scheme, equal_interval_bands, fixed_bands, quantile_bands

# In story order: what bands are, the best ones, the others, which scheme, how many, and how sure.
__all__ = [  # noqa: RUF022
    "Bands",
    "assign_bands",
    "natural_bands",
    "natural_bands_of_each",
    "quantile_bands",
    "equal_interval_bands",
    "head_tail_bands",
    "maximum_gap_bands",
    "density_valley_bands",
    "gaussian_mixture_bands",
    "fixed_bands",
    "SCHEMES",
    "bands_by_scheme",
    "SchemeResult",
    "compare_schemes",
    "BandCount",
    "HowMany",
    "choose_n_bands",
    "NaturalFinding",
    "natural_finding",
    "InvertedPairs",
    "band_probabilities",
    "edges_of_listed_bands",
    "inverted_pairs",
]
