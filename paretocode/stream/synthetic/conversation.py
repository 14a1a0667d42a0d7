"""What is a conversation made of? The parameters that chat, completion, API, reasoning and retrieval traffic share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from paretocode.errors import InputError
from paretocode.stream.synthetic.laws import LognormalMixture, lognormal
from paretocode.stream.synthetic.limits import at_least, in_unit_interval, kind, number, whole
from paretocode.stream.synthetic.preset import Preset

__all__ = ["Conversation"]


FIRST_INPUT_TOKENS = lognormal(1_000.0, 1.0)
MESSAGE_TOKENS = lognormal(30.0, 1.0)
OUTPUT_TOKENS = lognormal(200.0, 0.8)
MOONCAKE_GAP_S = lognormal(130.3, 0.98)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation(Preset):
    """Parameters of sessions in which every turn sends the whole conversation again; see `Preset` for the others.

    The first prompt is drawn. Each later prompt is the one before, what is kept of the answer, and a new message.

    Parameters
    ----------
    turns_mean, turns_most
        Turns of a session: geometric of this mean, then cut at `turns_most`.
    first_input
        A session's first prompt [tokens].
    message
        What the user adds at each later turn [tokens].
    output
        Completion [tokens], cut at `output_most`.
    output_most
        Largest completion [tokens].
    input_output_spearman
        Rank correlation of a session's first prompt with each of its completions.
    answer_kept_share
        How much of an answer goes into the next prompt, of its part that is no reasoning.
    reasoning_odds
        Law of reasoning tokens over the other tokens of a completion; reasoning is not sent again. None: no reasoning.
    gap
        Start-to-start time between turns [s].
    window
        Largest prompt [tokens]. A first prompt is cut there; a conversation that outgrows it loses its oldest part
        after the head.
    head_tokens
        System prompt [tokens], all that is still shared with the turn before when the rest was cut or rewritten.
    history_loss_rate
        Chance per later turn that what stands between head and end is rewritten, as by a new retrieval.

    Raises
    ------
    InputError
        A share, chance or correlation out of range, fewer than one turn or token, a window that does not hold the head.

    Examples
    --------
    >>> Conversation(window=1_000, head_tokens=1_200)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: conversation: window is 1000, which is below 1200; correct it.
    """

    NAME: ClassVar[str] = "conversation"

    turns_mean: float = 1.0
    turns_most: int = 100
    first_input: LognormalMixture = FIRST_INPUT_TOKENS
    message: LognormalMixture = MESSAGE_TOKENS
    output: LognormalMixture = OUTPUT_TOKENS
    output_most: int = 32_768
    input_output_spearman: float = 0.0
    answer_kept_share: float = 1.0
    reasoning_odds: LognormalMixture | None = None
    gap: LognormalMixture = MOONCAKE_GAP_S
    window: int = 128_000
    head_tokens: int = 0
    history_loss_rate: float = 0.0

    def __post_init__(self) -> None:
        # No bare super(): a dataclass with slots is made twice, and super() would look at the first one.
        Preset.__post_init__(self)
        laws = ("first_input", "message", "output", "gap")
        kind(LognormalMixture, where=self.NAME, **{name: getattr(self, name) for name in laws})
        at_least(1, where=self.NAME, turns_mean=self.turns_mean)
        whole(1, where=self.NAME, turns_most=self.turns_most, output_most=self.output_most)
        whole(0, where=self.NAME, head_tokens=self.head_tokens)
        whole(max(self.head_tokens, 1), where=self.NAME, window=self.window)
        in_unit_interval(
            where=self.NAME, answer_kept_share=self.answer_kept_share, history_loss_rate=self.history_loss_rate
        )
        if not abs(number("input_output_spearman", self.input_output_spearman, where=self.NAME)) <= 1:
            raise InputError(
                f"input_output_spearman is {self.input_output_spearman:g}, which is outside -1..1",
                where=self.NAME,
                way_out="correct it",
            )
