"""Traffic made up from stated laws."""

from paretocode.stream.synthetic.preset import CodingAgent
from paretocode.stream.synthetic.synthesise import PRESETS, synthesise

__all__ = ["PRESETS", "CodingAgent", "synthesise"]
