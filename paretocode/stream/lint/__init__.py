"""Does this stream look like real traffic? Signs that a log is broken, stripped or made up."""

from paretocode.stream.lint.every import lint_stream
from paretocode.stream.lint.finding import StreamFinding

__all__ = ["StreamFinding", "lint_stream"]
