"""What does the log say was done? Models, failures, cached tokens, answer times and cost, where it says so."""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.stream.description.spread import spread
from paretocode.stream.logged import UNKNOWN_MODEL, Logged
from paretocode.stream.stream import RequestStream

__all__ = ["served"]

N_MODELS = 5


def served(stream: RequestStream) -> dict[str, float | int]:
    """Return the ``logged_*`` numbers of a stream; nothing where the log has none.

    Notes
    -----
    Shares of models are of the requests whose model is known, the five most used first. Cached tokens, and the prefix
    beside them, are counted over the requests whose cached tokens are known, so that both shares have one denominator.

    Examples
    --------
    >>> from paretocode.stream.logged import logged_columns
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 1], time_s=[0, 9], prompt_tokens=[100, 100], completion_tokens=[1, 1],
    ...                         prefix_tokens=[0, 90], logged=logged_columns(model=["a", ""], cached_tokens=[0, 60]))
    >>> served(stream)
    {'logged_model_known_share': 0.5, 'logged_model_share_a': 1.0, 'logged_cached_known_share': 1.0,
     'logged_cached_share': 0.3, 'logged_cached_prefix_share': 0.45}
    """
    logged = stream.logged
    if logged is None:
        return {}
    record = {**_models(logged), **_cached(stream, logged)}
    if logged.is_failed is not None:
        record["logged_failed_share"] = float(np.mean(logged.is_failed))
    if logged.answer_s is not None:
        record.update(spread("logged_answer_s", _known(logged.answer_s)))
    if logged.cost_usd is not None:
        cost = _known(logged.cost_usd)
        record.update({"logged_cost_known_share": len(cost) / len(stream), "logged_cost_usd": float(cost.sum())})
    if logged.n_attempts is not None and logged.n_attempts.any():
        record["logged_attempts_mean"] = float(logged.n_attempts[logged.n_attempts > 0].mean())
    return record


def _models(logged: Logged) -> dict[str, float | int]:
    if logged.model_code is None:
        return {}
    known = logged.model_code[logged.model_code != UNKNOWN_MODEL]
    counts = np.bincount(known, minlength=len(logged.model_names))
    most = np.argsort(-counts, kind="stable")[:N_MODELS]
    return {
        "logged_model_known_share": len(known) / len(logged.model_code),
        **{f"logged_model_share_{logged.model_names[i]}": float(counts[i] / len(known)) for i in most if counts[i]},
    }


def _cached(stream: RequestStream, logged: Logged) -> dict[str, float | int]:
    if logged.cached_tokens is None:
        return {}
    is_known = ~np.isnan(logged.cached_tokens)
    record: dict[str, float | int] = {"logged_cached_known_share": float(np.mean(is_known))}
    prompt_total = int(stream.prompt_tokens[is_known].sum())
    if prompt_total:
        record["logged_cached_share"] = float(logged.cached_tokens[is_known].sum()) / prompt_total
        record["logged_cached_prefix_share"] = int(stream.prefix_tokens[is_known].sum()) / prompt_total
    return record


def _known(column: FloatColumn) -> FloatColumn:
    return column[~np.isnan(column)]
