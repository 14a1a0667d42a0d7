"""Which catalogue can be tried without bringing a file? One example of 13 models, with attribution.

It is the line-up of OpenRouter's Pareto Code router as its users reported it on 2026-05-29: four high, four medium
and five low models. No other score table is shipped: the numbers belong to those who measured them.
"""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable

from paretocode._checks import one_of
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import TableScale
from paretocode.catalogue.table import read_scale, read_table
from paretocode.errors import InputError

__all__ = ["BUNDLED", "bundled_scale", "load_bundled"]

BUNDLED = ("pareto_code_2026-05-29",)
"""Names of the catalogues inside the package."""


def load_bundled(name: str = BUNDLED[0]) -> Catalogue:
    """Return a catalogue of the package.

    Raises
    ------
    InputError
        Another name.

    Examples
    --------
    >>> catalogue = load_bundled()
    >>> len(catalogue), catalogue.score_definition
    (13, 'aa-coding-4.0')
    >>> print(catalogue.attribution)
    Scores, speeds and standard errors derived from Artificial Analysis (https://artificialanalysis.ai), 2026-05-29;
    prices from OpenRouter; tiers as reported by users of OpenRouter's Pareto Code router.
    """
    with resources.as_file(_place(name)) as path:
        return read_table(path)


def bundled_scale(name: str = BUNDLED[0]) -> TableScale:
    """Return the score scale that goes with a catalogue of the package: native score to share of the field below it.

    The points are the 13 models' own; below the lowest of them the scale is flat. The field is the 403 entries that
    Artificial Analysis scored on that day, and the share is the strict one (those that score less).

    Raises
    ------
    InputError
        Another name, or a catalogue without a scale.

    Examples
    --------
    >>> bundled_scale().to_axis([41.03, 59.12]).tolist()
    [0.881, 0.998]
    """
    with resources.as_file(_place(name)) as path:
        scale = read_scale(path)
    if scale is None:
        raise InputError(f"the bundled catalogue {name!r} has no score scale", way_out="give a scale of your own")
    return scale


def _place(name: str) -> Traversable:
    one_of(name, BUNDLED, name="bundled catalogue")
    return resources.files("paretocode.catalogue") / "bundled" / f"{name}.toml"
