"""What do all presets have in common? When sessions begin, and whether requests wait for answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from paretocode.stream.synthetic.arrivals import M_SMALL_HOURS, check_hours
from paretocode.stream.synthetic.clients import Clients
from paretocode.stream.synthetic.limits import kind, positive
from paretocode.stream.synthetic.renewal import GammaGaps, GapLaw
from paretocode.stream.synthetic.responder import Responder

__all__ = ["Preset"]


BURSTY_GAPS = GammaGaps(shape=0.8)
NOMINAL_RESPONDER = Responder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """Parameters that every preset has.

    Parameters
    ----------
    sessions_per_hour
        Mean rate of new sessions over the day.
    arrival
        Law of the gaps between sessions; only its shape counts. Not used where there are `clients`.
    hourly
        Rate of new sessions by hour from midnight on, 24 values of mean 1.
    clients
        Whose sessions they are, each client with bursts of its own; None makes one process of all sessions and no
        session ids.
    closed_loop
        Whether the next request of a session waits for the answer to the last one. Gaps keep their measured
        start-to-start law, and the stream's log gets the answer times of the `responder`.
    responder
        Who answers in a closed loop.
    """

    NAME: ClassVar[str] = "preset"

    sessions_per_hour: float = 30.0
    arrival: GapLaw = BURSTY_GAPS
    hourly: tuple[float, ...] = M_SMALL_HOURS
    clients: Clients | None = None
    closed_loop: bool = False
    responder: Responder = NOMINAL_RESPONDER

    def __post_init__(self) -> None:
        kind(GapLaw, where=self.NAME, arrival=self.arrival)
        kind(bool, where=self.NAME, closed_loop=self.closed_loop)
        positive(where=self.NAME, sessions_per_hour=self.sessions_per_hour)
        check_hours(self.hourly, where=self.NAME)
