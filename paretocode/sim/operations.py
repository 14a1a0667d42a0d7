"""What did the providers do, and how patient is the router? Failures, limits and retries, as stated assumptions.

None of this is in a catalogue or in a tier map: it is the weather in which a map is tried out. All of it is off by
default, and then a replay of events equals the plain replay, request by request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paretocode.errors import InputError

__all__ = ["CALM", "ModelOperations", "Operations"]

_MOST = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOperations:
    """How one model behaves.

    Parameters
    ----------
    error_share
        Share of calls that fail at random, 0..1. Public traces show 1.8 to 7.3 % empty answers (BurstGPT).
    outages
        ((start, stop), ...) windows in which every call fails [s since the stream's origin], half-open, increasing.
    requests_per_minute, tokens_per_minute
        Limits of token buckets that hold one minute's allowance and start full; prompt and completion tokens count.
        None is unlimited. A request of more tokens than a whole minute's allowance is always refused.
    concurrency
        Calls answered at one time; a further one is refused at once. None is unlimited.
    slots
        For a model you host yourself: calls answered at one time; a further one waits in line, first come, first
        served (M/G/c). None for providers, whose measured latencies hold their queues already.
    longest_queue
        Calls that may wait for a slot; a further one is refused. None is unlimited.

    Raises
    ------
    InputError
        A share outside 0..1, windows that overlap or run backwards, a limit that is not a whole number above 0, a
        queue without slots, or both slots and concurrency.
    """

    error_share: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int | None = None
    slots: int | None = None
    longest_queue: int | None = None

    def __post_init__(self) -> None:
        where = "operations"
        if not 0 <= self.error_share <= 1:
            raise InputError(
                f"error_share is {self.error_share:g}", where=where, way_out="give a share between 0 and 1"
            )
        for name in ("requests_per_minute", "tokens_per_minute", "concurrency", "slots", "longest_queue"):
            value = getattr(self, name)
            least = 0 if name == "longest_queue" else 1
            if value is not None and not (isinstance(value, int) and least <= value <= _MOST):
                raise InputError(f"{name} is {value!r}", where=where, way_out=f"give a whole number from {least} up")
        end = float("-inf")
        for start, stop in self.outages:
            if not max(end, -1e12) <= start < stop < 1e12:
                raise InputError(
                    f"the outage from {start:g} to {stop:g} s is empty or endless, or begins before the last ends",
                    where=where,
                    way_out="give windows in order, each with its start before its stop",
                )
            end = stop
        if self.slots is not None and self.concurrency is not None:
            raise InputError("both slots and concurrency are given", where=where, way_out="give slots for own hosts")
        if self.longest_queue is not None and self.slots is None:
            raise InputError("longest_queue is given without slots", where=where, way_out="give slots, or leave it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """How all models behave and what the router does about it.

    A router asks the primary, then its fallbacks, each at once; then, where `crosses_tiers` says so, the models of the
    next tier in the direction of the policy's empty-tier rule. When all have failed it waits and asks them all again,
    up to `n_retries` times. A failed call is not billed.

    Parameters
    ----------
    models
        Model key -> its behaviour; the others behave like `others`.
    n_retries
        Further rounds after the first.
    backoff_s, longest_backoff_s
        Wait after round r is half of b plus a random part of the other half, b = min(backoff_s x 2^r,
        longest_backoff_s) [s]; and at least until the first of the models' limits lets the request in (Retry-After).
    failure_s
        How long it takes until an error or an outage shows [s]. A refusal by a limit shows at once.
    avoid_s
        How long a model is passed over after an outage has shown [s]; documented as 30 s for failing providers.
    crosses_tiers
        Whether a neighbouring tier is asked when all of a tier's candidates failed. Documented for a tier that is
        missing as a whole, without a direction.

    Raises
    ------
    InputError
        A negative or giant number.
    """

    models: Mapping[str, ModelOperations] = field(default_factory=dict)
    others: ModelOperations = field(default_factory=ModelOperations)
    n_retries: int = 2
    backoff_s: float = 1.0
    longest_backoff_s: float = 60.0
    failure_s: float = 1.0
    avoid_s: float = 30.0
    crosses_tiers: bool = True

    def __post_init__(self) -> None:
        if not (isinstance(self.n_retries, int) and 0 <= self.n_retries <= 20):
            raise InputError(
                f"n_retries is {self.n_retries!r}", where="operations", way_out="give a whole number from 0 to 20"
            )
        for name in ("backoff_s", "longest_backoff_s", "failure_s", "avoid_s"):
            if not 0 <= getattr(self, name) <= 1e6:
                raise InputError(
                    f"{name} is {getattr(self, name)}", where="operations", way_out="give seconds from 0 to 1,000,000"
                )

    def of(self, key: str) -> ModelOperations:
        """Return the behaviour of one model."""
        return self.models.get(key, self.others)


CALM = Operations()
"""Nothing fails and nothing is limited."""
