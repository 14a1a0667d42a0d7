"""What do people's conversations with a model look like? The numbers behind the preset ``chat``.

Azure's conversation trace of 2023 (Azure/AzurePublicDataset, commit b469a113, CC-BY-4.0: 19,366 requests of one hour)
gives lengths and arrivals; it names no sessions. Mooncake's conversation trace (kvcache-ai/Mooncake, commit 3b5a5941,
Apache-2.0: 12,031 requests), whose sessions can be inferred, gives turns and gaps, and the longer lengths of
`MOONCAKE_CHAT`. The mixtures are our fits (expectation maximisation on the logarithms).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from paretocode.stream.synthetic.conversation import Conversation
from paretocode.stream.synthetic.laws import LognormalMixture
from paretocode.stream.synthetic.renewal import GammaGaps, GapLaw

__all__ = ["MOONCAKE_CHAT", "Chat"]

AZURE_CHAT_GAPS = GammaGaps(shape=0.871)
# One lognormal is .16 away from the trace's prompts and .18 from its completions (greatest difference of the
# distribution functions), because both heap up: at about 400 and 1,090, and at about 406 tokens.
AZURE_CHAT_INPUT = LognormalMixture(
    weights=(0.0940, 0.0827, 0.2420, 0.4116, 0.1697),
    medians=(200.3, 226.1, 399.0, 1091.6, 2991.6),
    sigmas=(0.089, 1.471, 0.042, 0.104, 0.378),
)
AZURE_CHAT_OUTPUT = LognormalMixture(
    weights=(0.4929, 0.2231, 0.2840), medians=(96.9, 115.0, 406.3), sigmas=(0.391, 1.101, 0.051)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat(Conversation):
    """Conversations of people with a model.

    Lengths are those of Azure's *requests*, so that with ``turns_mean=1`` the stream is comparable with that log, of
    which nobody knows the sessions. With turns, prompts grow beyond it.

    Sources: lengths, their rank correlation of .07, and Gamma gaps of shape .871 (distance .018) from Azure; 1.5 turns
    a session and lognormal gaps of median 130 s and sigma .98 (distance .036) from Mooncake. The rate is Azure's 5.530
    requests/s over 1.5 turns. Our assumptions: the user's message, 30 tokens at the median, so that a turn adds about
    260 tokens where RAGPulse's turns add 250 to 300; a system prompt of 100 tokens; the window; the day of ServeGen's
    `m-small`, since the trace shows a single hour.
    """

    NAME: ClassVar[str] = "chat"

    sessions_per_hour: float = 13_272.0
    arrival: GapLaw = AZURE_CHAT_GAPS
    turns_mean: float = 1.5
    first_input: LognormalMixture = AZURE_CHAT_INPUT
    output: LognormalMixture = AZURE_CHAT_OUTPUT
    output_most: int = 1_000
    input_output_spearman: float = 0.07
    head_tokens: int = 100


MOONCAKE_CHAT: dict[str, Any] = {
    "first_input": LognormalMixture(weights=(0.1679, 0.8321), medians=(1031.7, 8949.4), sigmas=(0.178, 0.969)),
    "output": LognormalMixture(weights=(0.6864, 0.3136), medians=(402.5, 48.9), sigmas=(0.367, 1.593)),
    "output_most": 2_000,
    "sessions_per_hour": 8_225.0,
}
"""Parameters that turn `Chat` into Mooncake's much longer conversations: ``synthesise("chat", parameters=MOONCAKE_CHAT,
...)``. Fitted to its requests of all turns (distances .041 and .025 from the trace), at its rate of 3.402 requests/s
and 1.49 turns. The single lognormal of median 6,250 and sigma 1.20 is .067 away."""
