"""What would jumps cost if they came at random? A null experiment for the price of lost caches.

A session starts at a model drawn uniformly, and before each later request it jumps, with a stated probability, to
another model drawn uniformly. Billing the result with prefix caches shows what tier jumps alone do to a bill.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = ["random_jump_models"]


def random_jump_models(
    stream: RequestStream, *, n_models: int, jump_probability: float, rng: np.random.Generator | int
) -> IntColumn:
    """Return a model for each request, 0 .. n_models - 1. O(n).

    Raises
    ------
    InputError
        Fewer than two models, or a probability outside 0..1.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 1, 1], time_s=[0, 1, 2], prompt_tokens=[1] * 3, completion_tokens=[1] * 3)
    >>> int(np.count_nonzero(np.diff(random_jump_models(stream, n_models=3, jump_probability=1.0, rng=0))))
    2
    """
    if n_models < 2 or not 0 <= jump_probability <= 1:
        raise InputError(
            f"{n_models} models and a jump probability of {jump_probability}",
            way_out="give at least 2 models and a probability between 0 and 1",
        )
    generator = np.random.default_rng(rng)
    first = generator.integers(n_models, size=stream.n_sessions)
    jumps = (generator.random(len(stream)) < jump_probability) & ~stream.is_first
    # A jump adds 1 .. n_models - 1 modulo n_models: uniform over the other models.
    step = np.where(jumps, generator.integers(1, n_models, size=len(stream)), 0)
    walked = np.cumsum(step)
    start = walked[stream.is_first][stream.session]
    models: IntColumn = (first[stream.session] + walked - start) % n_models
    return models
