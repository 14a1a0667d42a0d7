"""What does a busy API of many customers look like? The numbers behind the preset ``api_mix``.

ServeGen's `m-large`: 162 clients, 195.8 requests/s (16.9 million a day).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from paretocode.stream.synthetic.clients import Clients
from paretocode.stream.synthetic.conversation import Conversation
from paretocode.stream.synthetic.laws import LognormalMixture

__all__ = ["ApiMix"]

M_LARGE_CLIENTS = Clients()
# Through the published median, 95th percentile and mean (601, 2404, 914 and 53, 539, 155 tokens). The published single
# lognormals (medians 513 and 38, sigmas 1.18 and 2.05) miss those same percentiles by half and by a factor of two.
M_LARGE_INPUT = LognormalMixture(weights=(0.95, 0.05), medians=(583.0, 1648.2), sigmas=(0.770, 1.2))
M_LARGE_OUTPUT = LognormalMixture(weights=(0.95, 0.05), medians=(49.1, 530.8), sigmas=(1.240, 1.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiMix(Conversation):
    """Single requests of many customers, a few of whom send most of them.

    Sources: shares and burstiness of the clients, rate and lengths from ServeGen's `m-large`, whose own table warns
    that lengths of some large clients are missing. Our assumptions: every client has the same lengths; prompts and
    answers are uncorrelated; the largest completion; the day of `m-small`.
    """

    NAME: ClassVar[str] = "api_mix"

    sessions_per_hour: float = 704_880.0
    clients: Clients | None = M_LARGE_CLIENTS
    first_input: LognormalMixture = M_LARGE_INPUT
    output: LognormalMixture = M_LARGE_OUTPUT
