"""What does code completion look like? The numbers behind the preset ``completion``.

Azure's code trace of 2023 (Azure/AzurePublicDataset, commit b469a113, CC-BY-4.0: 8,819 requests of one hour, no
sessions). The mixtures are our fits (expectation maximisation on the logarithms).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from paretocode.stream.synthetic.conversation import Conversation
from paretocode.stream.synthetic.laws import LognormalMixture
from paretocode.stream.synthetic.renewal import GapLaw

__all__ = ["Completion"]

# Gaps of more than 5 s are 0.65 % of all, 72 % of the hour and 99.7 % of the sum of squares: without a component of
# silences no law reaches the trace's coefficient of variation of 13 (the best single Weibull law, shape .42, has 2.9).
AZURE_CODE_GAPS = LognormalMixture(
    weights=(0.4320, 0.5615, 0.0065), medians=(0.00119, 0.12612, 26.45), sigmas=(1.957, 0.793, 0.988)
)
AZURE_CODE_INPUT = LognormalMixture(
    weights=(0.2335, 0.2065, 0.4823, 0.0777),
    medians=(169.5, 893.4, 2189.9, 6944.9),
    sigmas=(1.168, 0.633, 0.520, 0.094),
)
AZURE_CODE_OUTPUT = LognormalMixture(
    weights=(0.3482, 0.3963, 0.1859, 0.0696), medians=(7.96, 14.46, 37.85, 116.69), sigmas=(0.217, 0.296, 0.464, 0.764)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion(Conversation):
    """Single requests of an editor that completes code: long prompts, short answers, bursts and silences.

    Sources: lengths, their rank correlation of -.02, arrivals, the rate of 2.567 requests/s and the window (the
    longest prompt) from Azure's code trace. Our assumption: the day of ServeGen's `m-small`, since the trace shows a
    single hour.
    """

    NAME: ClassVar[str] = "completion"

    sessions_per_hour: float = 9_241.0
    arrival: GapLaw = AZURE_CODE_GAPS
    first_input: LognormalMixture = AZURE_CODE_INPUT
    output: LognormalMixture = AZURE_CODE_OUTPUT
    output_most: int = 2_048
    input_output_spearman: float = -0.02
    window: int = 7_437
