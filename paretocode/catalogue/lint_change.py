"""What moved between two catalogues in a way that says "mistake"? And which prices contradict another source?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from paretocode.catalogue._amounts import UNSCORED
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.finding import Finding
from paretocode.catalogue.lint_traps import trap

__all__ = ["lint_catalogue_change", "lint_prices_against"]

_LEAST_MODELS = 3
_LEAST_SHARE = 0.5
_PROMPT = "prompt_usd_per_mtok"


def lint_catalogue_change(earlier: Catalogue, later: Catalogue) -> list[Finding]:
    """Return what moved between two files of one source that a router's owner should look at before it counts.

    Returns
    -------
    list of Finding
        ``definition-changed``; ``vendor-price-jump``: at least three models and half of a vendor's models in both
        files changed their prompt price by one and the same factor; ``price-jump``: a single model's prompt price at
        least doubled or halved. A vendor is what stands before the slash of an id, else its first word.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> before = load_bundled()
    >>> after = before.replace(prompt_usd_per_mtok=before.prompt_usd_per_mtok * 1.25)
    >>> [finding.subject for finding in lint_catalogue_change(before, after)]
    ['anthropic']
    """
    return [*_definition(earlier, later), *_price_moves(earlier, later)]


def _definition(earlier: Catalogue, later: Catalogue) -> Iterator[Finding]:
    definitions = {earlier.score_definition, later.score_definition}
    if len(definitions) == 2 and UNSCORED not in definitions:
        what = f"scores were {earlier.score_definition} and are {later.score_definition}"
        yield trap("definition-changed", "catalogue", what)


def _price_moves(earlier: Catalogue, later: Catalogue) -> Iterator[Finding]:
    factors: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row, key in enumerate(later.keys):
        if key in earlier:
            old, new = earlier.prompt_usd_per_mtok[earlier.index_of(key)], later.prompt_usd_per_mtok[row]
            if old > 0 and new > 0:
                factors[_vendor(later.model_id[row])][key] = round(float(new / old), 6)
    for vendor, factor_of in factors.items():
        factor, count = (
            Counter(f for f in factor_of.values() if f != 1).most_common(1)[0] if _moved(factor_of) else (1, 0)
        )
        is_jump = count >= _LEAST_MODELS and count >= _LEAST_SHARE * len(factor_of)
        if is_jump:
            what = f"the prompt price of {count} of {len(factor_of)} models went by the factor {factor:g} at once"
            yield trap("vendor-price-jump", vendor, what)
        for key, own in factor_of.items():
            if not 0.5 < own < 2 and not (is_jump and own == factor):
                yield trap("price-jump", key, f"its prompt price went by the factor {own:g}")


def _moved(factor_of: dict[str, float]) -> bool:
    return any(factor != 1 for factor in factor_of.values())


def _vendor(model_id: str) -> str:
    return model_id.partition("/")[0] if "/" in model_id else model_id.partition("-")[0]


def lint_prices_against(catalogue: Catalogue, reference: Catalogue) -> list[Finding]:
    """Return the models whose prompt price is the reference's *cache-write* price and not its prompt price.

    Parameters
    ----------
    reference
        A price list of the router, with the same ids; models that it does not list are passed over.

    Returns
    -------
    list of Finding
        ``cache-write-as-input``, one a model id, in row order. O(n).
    """
    found: dict[str, Finding] = {}
    place = {model_id: row for row, model_id in enumerate(reference.model_id)}
    for row, model_id in enumerate(catalogue.model_id):
        other = place.get(model_id)
        if other is None or model_id in found:
            continue
        stated = catalogue.prompt_usd_per_mtok[row]
        prompt, write = reference.prompt_usd_per_mtok[other], reference.cache_write_usd_per_mtok[other]
        if np.isclose(stated, write, rtol=1e-9, atol=0) and not np.isclose(stated, prompt, rtol=1e-9, atol=0):
            what = f"its prompt price {stated:g} is the list's cache-write price; the list's prompt price is {prompt:g}"
            found[model_id] = trap("cache-write-as-input", model_id, what)
    return list(found.values())
