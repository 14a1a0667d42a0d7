"""The command line: a table of verbs in the order of the story. Read, call one function of the library, write."""

from paretocode.cli.main import main

__all__ = ["main"]
