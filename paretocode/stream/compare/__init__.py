"""How like its model is a synthetic stream?"""

from paretocode.stream.compare.comparison import (
    TOLERANCES,
    ComparedDistance,
    ComparedNumber,
    StreamComparison,
    compare_streams,
)
from paretocode.stream.compare.one_model import OneModelBill, TokenPrices, bill_one_model

__all__ = [
    "TOLERANCES",
    "ComparedDistance",
    "ComparedNumber",
    "OneModelBill",
    "StreamComparison",
    "TokenPrices",
    "bill_one_model",
    "compare_streams",
]
