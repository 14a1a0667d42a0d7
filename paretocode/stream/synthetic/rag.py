"""What does a service that answers from retrieved documents look like? The numbers behind the preset ``rag``.

RAGPulse: 3,990 sessions of 1.78 turns on average, .0118 requests/s, hours of the day with 20 to 485 requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from paretocode.stream.synthetic.arrivals import hourly_profile
from paretocode.stream.synthetic.conversation import Conversation
from paretocode.stream.synthetic.laws import LognormalMixture, lognormal
from paretocode.stream.synthetic.renewal import GammaGaps, GapLaw

__all__ = ["Rag"]

# First prompts such that all prompts together, grown by 250 tokens a turn, have the published percentiles.
RAGPULSE_INPUT = LognormalMixture(
    weights=(0.106, 0.524, 0.370), medians=(975.0, 3041.0, 2786.0), sigmas=(0.139, 0.05, 0.30)
)
RAGPULSE_OUTPUT = LognormalMixture(weights=(0.347, 0.653), medians=(429.9, 157.5), sigmas=(0.378, 0.609))
# Through 15, 23, 40, 89, 301 and 1,024 s at the 10th, 25th, 50th, 75th, 90th and 95th percentile.
RAGPULSE_GAP = LognormalMixture(weights=(0.82, 0.18), medians=(35.84, 366.7), sigmas=(0.761, 1.733))
RAGPULSE_GROWTH = lognormal(181.5, 0.8)  # of mean 250
POISSON_GAPS = GammaGaps(shape=1.0)
MEAN_OF_AN_HOUR = 3990 * 1.78 / 24
RAGPULSE_HOURS = hourly_profile(20 / MEAN_OF_AN_HOUR, 485 / MEAN_OF_AN_HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rag(Conversation):
    """Questions answered from documents that are found anew at every turn.

    Sources: turns (geometric with chance .56), growth of 250 tokens a turn with the answer in it, rate and hours from
    RAGPulse; lengths and gaps are our fits through its published percentiles; prompts and answers have its rank
    correlation of .42. Our assumptions: the shape of the day between its least and greatest hour, Poisson arrivals
    within it, the spread of the growth, a system prompt of 1,000 tokens, and that 42 % of later turns replace the
    documents: with that, conversations share 31 % of all prompt tokens, the reuse published for all users together.
    """

    NAME: ClassVar[str] = "rag"

    sessions_per_hour: float = 23.9
    arrival: GapLaw = POISSON_GAPS
    hourly: tuple[float, ...] = RAGPULSE_HOURS
    turns_mean: float = 1 / 0.56
    first_input: LognormalMixture = RAGPULSE_INPUT
    message: LognormalMixture = RAGPULSE_GROWTH
    output: LognormalMixture = RAGPULSE_OUTPUT
    output_most: int = 4_096
    input_output_spearman: float = 0.42
    answer_kept_share: float = 0.0
    gap: LognormalMixture = RAGPULSE_GAP
    window: int = 7_712
    head_tokens: int = 1_000
    history_loss_rate: float = 0.42
