"""What in a catalogue would mislead? Findings to read before anything is routed by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue
from paretocode.catalogue.finding import SEVERITIES, Finding

__all__ = ["lint_catalogue"]

_NEWEST_DAYS = np.timedelta64(30, "D")
_ROUNDING = 0.005 + 1e-12
"""Half a hundredth, the coarsest rounding that sources of index points use, and room for a float."""

_MEDIAN = SPEED_PERCENTILES.index(50)


def lint_catalogue(catalogue: Catalogue, *, edges: Sequence[float] = ()) -> list[Finding]:
    """Return what is missing or odd in a catalogue, grave first, then in row order.

    Several score definitions in one catalogue and prices of 0 without ``is_free`` cannot occur here: `Catalogue` and
    the readers refuse them. What a reader hid is repeated as notes. `lint_record` looks at raw records instead, and
    `lint_catalogue_change` at two catalogues.

    Parameters
    ----------
    edges
        Score edges in the score's unit: a score so near that rounding to hundredths could move it across is named.

    Returns
    -------
    list of Finding
        ``no-score``, ``no-price``, ``no-model-complete`` (nothing to route to; a note
        where the source has prices only or scores only), ``no-context``, ``no-speed``,
        ``new-without-score`` (released within 30 days of the newest model), ``no-score-error``, ``no-cache-price``,
        ``cache-read-dearer``, ``free-model``, ``score-near-edge``, ``reader-note``.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> for finding in lint_catalogue(load_bundled()):
    ...     print(finding)
    note no-cache-price: qwen/qwen3.6-max-preview: no cache-read price: cached tokens cost the prompt price.
    """
    findings = [*_per_catalogue(catalogue), *(f for i in range(len(catalogue)) for f in _per_model(catalogue, i))]
    findings += [f for i in range(len(catalogue)) for f in _near_edges(catalogue, i, edges)]
    findings += [Finding("reader-note", "note", "catalogue", note) for note in catalogue.notes]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _per_catalogue(catalogue: Catalogue) -> Iterator[Finding]:
    has_context = ~np.isnan(catalogue.context_tokens)
    if not (catalogue.has_score & catalogue.has_price & has_context).any():
        has_scores, has_prices = catalogue.has_score.any(), catalogue.has_price.any()
        what = "no model has a score, prices and a context window: nothing can be routed to"
        if has_scores != has_prices:
            what = (
                f"it holds {'scores and no prices' if has_scores else 'prices and no scores'}: join it with the other"
            )
        yield Finding("no-model-complete", "error" if has_scores == has_prices else "note", "catalogue", what)


def _per_model(catalogue: Catalogue, i: int) -> Iterator[Finding]:
    key = catalogue.keys[i]
    if not catalogue.has_score[i]:
        if _is_newest(catalogue, i):
            what = f"released on {catalogue.release_date[i]} and not scored: the newest models stand in no tier"
            yield Finding("new-without-score", "warning", key, what)
        else:
            yield Finding("no-score", "warning", key, "no coding score: it stands in no tier")
    if not catalogue.has_price[i]:
        yield Finding("no-price", "warning", key, "no prompt or completion price: it is never the cheapest")
    if np.isnan(catalogue.context_tokens[i]):
        yield Finding("no-context", "warning", key, "no context window: it can hold no request")
    if np.isnan(catalogue.throughput_tps[i, _MEDIAN]) or np.isnan(catalogue.ttft_s[i, _MEDIAN]):
        yield Finding("no-speed", "note", key, "no median speed or time to first token: it wins no speed ranking")
    if catalogue.has_score[i] and np.isnan(catalogue.coding_score_se[i]):
        yield Finding("no-score-error", "note", key, "no standard error of its score: its tier looks surer than it is")
    yield from _prices(catalogue, i)


def _prices(catalogue: Catalogue, i: int) -> Iterator[Finding]:
    key, prompt, cache_read = catalogue.keys[i], *(getattr(catalogue, PRICE_FIELDS[n])[i] for n in (0, 2))
    if catalogue.is_free[i]:
        yield Finding(
            "free-model", "note", key, "free of charge: it wins every price ranking, and is often rate limited"
        )
    elif catalogue.has_price[i] and np.isnan(cache_read):
        yield Finding("no-cache-price", "note", key, "no cache-read price: cached tokens cost the prompt price")
    if cache_read > prompt:
        what = f"a cached token costs {cache_read:g} USD per million and a fresh one {prompt:g}"
        yield Finding("cache-read-dearer", "warning", key, what)


def _near_edges(catalogue: Catalogue, i: int, edges: Sequence[float]) -> Iterator[Finding]:
    score = catalogue.coding_score[i]
    for edge in edges:
        if abs(score - edge) <= _ROUNDING:
            what = f"its score {score:.7g} and the edge {edge:g} round alike: put the edge between two scores"
            yield Finding("score-near-edge", "warning", catalogue.keys[i], what)


def _is_newest(catalogue: Catalogue, i: int) -> bool:
    day = catalogue.release_date[i]
    known = catalogue.release_date[~np.isnat(catalogue.release_date)]
    return bool(not np.isnat(day) and day >= known.max() - _NEWEST_DAYS)
