"""What would another draw of sessions have shown? Resamples of clusters, the same for every map and every measure.

A resample draws as many clusters as there are, with replacement (Efron 1979; clusters whole: Davison and Hinkley 1997,
section 3.8). It is held as counts, so that the totals of all maps under all resamples are one product of matrices.
Common counts make comparisons paired: what two maps share cancels in every resample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.progress import task

__all__ = ["FloatMatrix", "Limbs", "Resampling", "limbs_of", "resampled_totals"]

FloatMatrix = NDArray[np.float64]

_BLOCK_NUMBERS = 1 << 23
_MOST_KEPT = 1 << 28
_FLOAT_BITS = 53
"""Whole numbers of this many bits are exact in floats."""

_MOST_CLUSTERS = 1 << 27
_LEAST_REPLICATES = 100


@dataclass(frozen=True, kw_only=True)
class Resampling:
    """How clusters are drawn again.

    Parameters
    ----------
    n_clusters
        How many there are and how many each resample draws, 2 .. 2^27.
    n_replicates
        How many resamples; at least 100. 1,000 place an end of a 95 % interval to about a tenth of a standard error.
    seed
        Same seed, same resamples, however they are cut into blocks.
    """

    n_clusters: int
    n_replicates: int = 1000
    seed: int = 5

    def __post_init__(self) -> None:
        if not 2 <= self.n_clusters <= _MOST_CLUSTERS:
            raise InputError(
                f"{self.n_clusters} clusters cannot be resampled", where="evidence", way_out="give 2 to 134,217,728"
            )
        if self.n_replicates < _LEAST_REPLICATES:
            raise InputError(
                f"{self.n_replicates} replicates say nothing about the ends of an interval",
                where="evidence",
                way_out=f"ask for at least {_LEAST_REPLICATES}",
            )

    def blocks(self, kind: type[np.floating[Any]] = np.float64) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Yield blocks of resamples: which ones, and how often each cluster is drawn, shape (r, n_clusters).

        Counts are whole numbers held as floats, for the product; each row sums to `n_clusters`. O(n_clusters) each. The
        array is written over by the next block.

        Examples
        --------
        >>> drawn = Resampling(n_clusters=3, n_replicates=100)
        >>> [(rows, set(counts.sum(axis=1).tolist())) for rows, counts in drawn.blocks()]
        [(slice(0, 100, None), {3.0})]
        """
        buffer = np.empty((self._step, self.n_clusters), dtype=kind)
        is_kept = self.n_clusters * self.n_replicates <= _MOST_KEPT
        with task("resample", total=self.n_replicates, unit="resample") as work:
            for rows, counts in ((rows, self._kept[rows]) for rows in self._steps()) if is_kept else self._drawn():
                block = buffer[: rows.stop - rows.start]
                for row, one in zip(block, counts, strict=True):
                    row[:] = one  # whole numbers far below 2^24: exact in either kind
                yield rows, block
                work.at(rows.stop, self.n_replicates)

    @cached_property
    def _kept(self) -> NDArray[np.uint16]:
        """All counts, so that a second pass need not draw them again; two bytes each."""
        kept = np.empty((self.n_replicates, self.n_clusters), dtype=np.uint16)
        for rows, counts in self._drawn():
            for row, one in zip(range(rows.start, rows.stop), counts, strict=True):
                kept[row] = one
        kept.flags.writeable = False
        return kept

    @property
    def _step(self) -> int:
        return min(self.n_replicates, max(1, _BLOCK_NUMBERS // self.n_clusters))

    def _steps(self) -> Iterator[slice]:
        for start in range(0, self.n_replicates, self._step):
            yield slice(start, min(start + self._step, self.n_replicates))

    def _drawn(self) -> Iterator[tuple[slice, Iterable[IntColumn]]]:
        """Draw all counts; the steps do not change them."""
        rng, n = np.random.default_rng(self.seed), self.n_clusters
        for rows in self._steps():
            drawn = rng.integers(0, n, size=(rows.stop - rows.start, n), dtype=np.int32)
            yield rows, (np.bincount(one, minlength=n) for one in drawn)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """A run of bits of one column, and the bits of a packed part where its total is found.

    Parameters
    ----------
    column
        Which column it belongs to.
    place
        The power of 2 that it counts for there.
    values
        Shape (n_clusters,): numbers of the column, cut or whole.
    n_bits
        How many bits hold its total under any resample; 0 where it shares its part with no other.
    """

    column: int
    place: int
    values: NDArray[Any]
    n_bits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limbs:
    """Columns cut and packed so that products with counts are exact in floats.

    Parameters
    ----------
    parts
        Shape (n_clusters, n_parts): sums of pieces, each shifted past the totals of those below it.
    packed
        By part, its pieces from the lowest bits up, without their values.
    n_columns
        How many columns there are.
    """

    parts: FloatMatrix
    packed: tuple[tuple[Piece, ...], ...]
    n_columns: int

    def totals(self, counts: FloatMatrix) -> FloatMatrix:
        """Return counts x columns, shape (r, n_columns); each row of counts sums to n_clusters at most."""
        products = counts @ self.parts
        found: list[tuple[Piece, FloatColumn]] = []
        for at, pieces in enumerate(self.packed):
            if len(pieces) == 1:
                found.append((pieces[0], products[:, at]))
                continue
            rest = products[:, at].astype(np.int64)
            for piece in pieces:
                found.append((piece, (rest & ((1 << piece.n_bits) - 1)).astype(np.float64)))
                rest >>= piece.n_bits
        totals = np.zeros((len(counts), self.n_columns))
        for piece, total in sorted(found, key=lambda each: each[0].place):  # lowest first: one rounding a further limb
            totals[:, piece.column] += total * 2.0**piece.place
        return totals


def limbs_of(columns: NDArray[Any]) -> Limbs:
    """Cut whole columns into limbs and pack several into one float; float columns stay as they are, products rounded.

    Notes
    -----
    Counts of a resample sum to n, so a limb of w bits has a total below 2^(w + bits of n); with both within 53 bits
    every partial sum of a product is a whole number that a float holds: exact, in whatever order a library adds it up.
    Numbers >= 0 whose totals need few bits share a float, side by side (first fit). Joining j limbs rounds j - 1 times.

    Examples
    --------
    >>> limbs = limbs_of(np.array([[2**60 + 1, 7], [-3, 0]]))
    >>> limbs.totals(np.array([[0.0, 2.0], [1.0, 0.0]])).tolist() == [[-6.0, 0.0], [float(2**60 + 1), 7.0]]
    True
    """
    n, n_columns = columns.shape
    if columns.dtype.kind == "f":
        alone = tuple((Piece(column=at, place=0, values=columns[:0, at]),) for at in range(n_columns))
        return Limbs(parts=columns.astype(np.float64, copy=False), packed=alone, n_columns=n_columns)
    whole = columns.astype(np.int64, copy=False)
    packed = _packed([piece for at in range(n_columns) for piece in _pieces(at, whole[:, at])])
    parts = np.empty((n, len(packed)), order="F")
    for at, pieces in enumerate(packed):
        shift, part = 0, np.zeros(n, dtype=np.int64)
        for piece in pieces:
            part += piece.values << shift
            shift += piece.n_bits
        parts[:, at] = part
    bare = tuple(tuple(replace(piece, values=piece.values[:0]) for piece in pieces) for pieces in packed)
    return Limbs(parts=parts, packed=bare, n_columns=n_columns)


def _pieces(column: int, values: IntColumn) -> Iterator[Piece]:
    """Cut one column into limbs, the lowest first; only the last may hold numbers below 0."""
    n = len(values)
    width, place = _FLOAT_BITS - n.bit_length(), 0
    while True:
        low, high = (int(values.min()), int(values.max())) if n else (0, 0)
        if -(1 << width) <= low and high <= 1 << width:
            n_bits = max(1, (high * n).bit_length()) if low >= 0 else 0
            yield Piece(column=column, place=place, values=values, n_bits=n_bits)
            return
        yield Piece(column=column, place=place, values=values & ((1 << width) - 1), n_bits=_FLOAT_BITS)
        values, place = values >> width, place + width


def _packed(pieces: Sequence[Piece]) -> list[tuple[Piece, ...]]:
    """Put pieces into parts of 53 bits, the widest first."""
    parts: list[list[Piece]] = []
    room: list[int] = []
    for piece in sorted(pieces, key=lambda each: -(each.n_bits or _FLOAT_BITS)):
        need = piece.n_bits or _FLOAT_BITS
        at = next((at for at, free in enumerate(room) if free >= need), None)
        if at is None:
            parts.append([piece])
            room.append(_FLOAT_BITS - need)
        else:
            parts[at].append(piece)
            room[at] -= need
    return [tuple(part) for part in parts]


def resampled_totals(columns: NDArray[Any], resampling: Resampling) -> FloatMatrix:
    """Return the totals of columns under every resample. O(n_replicates x n_clusters x n_columns).

    Parameters
    ----------
    columns
        Shape (n_clusters, n_columns): sums by cluster, whole numbers or floats.

    Returns
    -------
    FloatMatrix
        Shape (n_replicates, n_columns). Of whole columns below 2^53 / (2 x n_clusters) exact; of larger ones the exact
        total, rounded once, or twice from the third limb on.
    """
    limbs = limbs_of(columns)
    totals = np.empty((resampling.n_replicates, columns.shape[1]))
    for rows, counts in resampling.blocks():
        totals[rows] = limbs.totals(counts)
    return totals
