"""What does traffic of a reasoning model look like? The numbers behind the preset ``reasoning``.

ServeGen's `deepseek-r1`: 73 clients, 16.0 requests/s, a day that swings from 0.45 to 2.19 of its mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from paretocode.stream.synthetic.arrivals import R1_HOURS
from paretocode.stream.synthetic.clients import Clients
from paretocode.stream.synthetic.conversation import Conversation
from paretocode.stream.synthetic.laws import LognormalMixture

__all__ = ["Reasoning"]

# Through the published median, 95th percentile and mean (208, 6714, 1268 and 792, 5701, 1527 tokens). The published
# single lognormals (medians 187 and 871, sigmas 1.84 and .97) miss the 95th percentiles by 43 and 25 %.
R1_INPUT = LognormalMixture(weights=(0.791, 0.209), medians=(159.0, 3834.9), sigmas=(0.794, 0.788))
R1_OUTPUT = LognormalMixture(weights=(0.805, 0.195), medians=(669.1, 3651.7), sigmas=(0.560, 0.679))
# Share of reasoning .33, .76 and .97 at the 5th, 50th and 95th percentile, with one heap near .55 and one near .92;
# published are .32, .76 and .97, "bimodal".
R1_REASONING_ODDS = LognormalMixture(weights=(0.5, 0.5), medians=(1.2, 11.5), sigmas=(0.7, 0.9))
# Least squares on the published shares of ranks 1, 10 and 29, .29, .68 and .93: .275, .716 and .887.
R1_CLIENTS = Clients(n_clients=73, share_rate=19.61, share_power=0.0553, gamma_share=0.74)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning(Conversation):
    """Short conversations with a model that thinks before it answers; what it thought is not sent again.

    Sources: clients, day, rate, lengths and share of reasoning from ServeGen's `deepseek-r1`. Our assumptions: one to
    three turns, geometric (1.44 on average); message, gaps and system prompt as in `Chat`; clients' shapes as in
    `m-large`; prompts and answers are uncorrelated.
    """

    NAME: ClassVar[str] = "reasoning"

    sessions_per_hour: float = 40_000.0
    hourly: tuple[float, ...] = R1_HOURS
    clients: Clients | None = R1_CLIENTS
    turns_mean: float = 1.5
    turns_most: int = 3
    first_input: LognormalMixture = R1_INPUT
    output: LognormalMixture = R1_OUTPUT
    reasoning_odds: LognormalMixture | None = R1_REASONING_ODDS
    head_tokens: int = 100
