"""Traffic made up from stated laws."""

from paretocode.stream.synthetic.api_mix import ApiMix
from paretocode.stream.synthetic.arrivals import FLAT_HOURS, hourly_profile
from paretocode.stream.synthetic.chat import MOONCAKE_CHAT, Chat
from paretocode.stream.synthetic.clients import Clients, client_of_sessions
from paretocode.stream.synthetic.coding_agent import CodingAgent
from paretocode.stream.synthetic.completion import Completion
from paretocode.stream.synthetic.laws import LognormalMixture, lognormal
from paretocode.stream.synthetic.rag import Rag
from paretocode.stream.synthetic.reasoning import Reasoning
from paretocode.stream.synthetic.renewal import GammaGaps, WeibullGaps
from paretocode.stream.synthetic.responder import Responder
from paretocode.stream.synthetic.synthesise import PRESETS, synthesise

__all__ = [
    "FLAT_HOURS",
    "MOONCAKE_CHAT",
    "PRESETS",
    "ApiMix",
    "Chat",
    "Clients",
    "CodingAgent",
    "Completion",
    "GammaGaps",
    "LognormalMixture",
    "Rag",
    "Reasoning",
    "Responder",
    "WeibullGaps",
    "client_of_sessions",
    "hourly_profile",
    "lognormal",
    "synthesise",
]
