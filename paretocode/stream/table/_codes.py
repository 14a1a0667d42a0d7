"""Which of many known 64-bit keys is this one? A table of slots, looked up for a whole column at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SLOTS_PER_KEY = 4
_EMPTY = -1
Keys = NDArray[np.uint64]


class CodeTable:
    """Distinct 64-bit keys and a code for each.

    Parameters
    ----------
    keys
        Shape (n,), all different.
    codes
        Shape (n,); several keys may share one.

    Examples
    --------
    >>> table = CodeTable(np.array([7, 2**63, 0], dtype=np.uint64), np.array([1, 1, 0]))
    >>> table.codes(np.array([0, 7, 7, 2**63], dtype=np.uint64)).tolist()
    [0, 1, 1, 1]
    """

    def __init__(self, keys: Keys, codes: IntColumn) -> None:
        bits = max(1, (_SLOTS_PER_KEY * len(keys)).bit_length())
        self._keys = keys
        self._codes = codes
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._key_in = np.full(1 << bits, _EMPTY, dtype=np.int32)
        waiting = np.arange(len(keys), dtype=np.int32)
        slot = self._home(keys)
        while len(waiting):
            is_free = self._key_in[slot] == _EMPTY
            self._key_in[slot[is_free]] = waiting[is_free]  # of several for one slot the last one stays
            is_out = self._key_in[slot] != waiting
            waiting, slot = waiting[is_out], (slot[is_out] + 1) & self._mask

    def codes(self, keys: Keys) -> IntColumn:
        """Return the code of each key. O(n), fast where equal keys follow each other.

        Raises
        ------
        LookupError
            A key that is not in the table.
        """
        if len(keys) == 0:
            return np.zeros(0, dtype=np.int64)
        starts = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        if 2 * len(starts) > len(keys):
            return self._codes[self._look_up(keys)]
        starts = np.concatenate(([0], starts))
        return np.repeat(self._codes[self._look_up(keys[starts])], np.diff(starts, append=len(keys)))

    def _look_up(self, keys: Keys) -> NDArray[np.int32]:
        slot = self._home(keys)
        found = self._key_in[slot]
        elsewhere = np.flatnonzero(self._keys[found] != keys)
        while len(elsewhere):
            if (found[elsewhere] == _EMPTY).any():
                raise LookupError("a key that is not in the table")
            slot[elsewhere] = (slot[elsewhere] + 1) & self._mask
            found[elsewhere] = self._key_in[slot[elsewhere]]
            elsewhere = elsewhere[self._keys[found[elsewhere]] != keys[elsewhere]]
        return found

    def _home(self, keys: Keys) -> IntColumn:
        return ((keys * _GOLDEN) >> self._shift).astype(np.int64)
