"""Which sessions may choose the map, and which may judge it? A stream split by session, never by request.

Requests of one session resemble each other and share a prompt cache, so a session stands in one part only. Where
sessions belong together (sub-agents of one run, sessions of one user), `groups` keeps them in one part too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = ["SPLIT_KINDS", "Split", "split_of"]

SPLIT_KINDS = {
    "draw": "sessions were drawn for the holdout",
    "hash": "the holdout holds the sessions whose name hashes below the share",
    "time": "the map is chosen on the past and judged on the future",
    "fold": "each fold is judged by a map chosen on the others",
}
"""Kinds of split, and what each means."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """The two parts of a stream; make one with `split_by_draw`, `split_by_hash`, `split_by_time` or `folds_by_draw`.

    Parameters
    ----------
    kind
        One of `SPLIT_KINDS`.
    parameters
        What the split was made with.
    train_index, test_index
        Sessions of the part that chooses and of the holdout, increasing, no session in both; at least one each.
    n_sessions
        Of the whole stream; those in neither part were dropped.
    train_digest, test_digest
        `RequestStream.digest` of the parts: their columns, min scores included.

    Raises
    ------
    InputError
        A part without sessions, a session in both parts, or one that the stream lacks.
    """

    kind: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    train_index: IntColumn
    test_index: IntColumn
    n_sessions: int
    train_digest: str
    test_digest: str

    def __post_init__(self) -> None:
        for name, index in {"training part": self.train_index, "holdout": self.test_index}.items():
            if len(index) == 0:
                raise InputError(
                    f"the {name} holds none of the {self.n_sessions:,} sessions",
                    where=f"split by {self.kind}",
                    way_out="move the cut or the share so that both parts hold sessions",
                )
            if (np.diff(index) <= 0).any() or index[0] < 0 or index[-1] >= self.n_sessions:
                raise InputError(
                    f"the sessions of the {name} are not increasing positions below {self.n_sessions}",
                    where=f"split by {self.kind}",
                    way_out="give each once, in order",
                )
        both = np.intersect1d(self.train_index, self.test_index)
        if len(both):
            raise InputError(
                f"{len(both)} sessions stand in both parts, the first at position {both[0]}",
                where=f"split by {self.kind}",
                way_out="keep each session in one part",
            )

    @property
    def n_dropped(self) -> int:
        """Sessions in neither part."""
        return self.n_sessions - len(self.train_index) - len(self.test_index)

    def train(self, stream: RequestStream) -> RequestStream:
        """Return the part that chooses. O(n).

        Raises
        ------
        InputError
            Another stream than the one that was split.
        """
        return self._part(stream, self.train_index, self.train_digest, "training part")

    def test(self, stream: RequestStream) -> RequestStream:
        """Return the holdout. O(n).

        Raises
        ------
        InputError
            Another stream than the one that was split.
        """
        return self._part(stream, self.test_index, self.test_digest, "holdout")

    def _part(self, stream: RequestStream, index: IntColumn, digest: str, name: str) -> RequestStream:
        is_same = stream.n_sessions == self.n_sessions
        part = stream.take_sessions(index) if is_same else stream
        if not is_same or part.digest != digest:
            raise InputError(
                f"the {name} has the digest {part.digest[:12]} and the split says {digest[:12]}",
                where=stream.name or "stream",
                way_out="give the stream that was split, or split this one",
            )
        return part

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON, the positions left out: the digests stand for them."""
        return {
            "kind": self.kind,
            "parameters": dict(self.parameters),
            "n_sessions": self.n_sessions,
            "n_train": len(self.train_index),
            "n_test": len(self.test_index),
            "n_dropped": self.n_dropped,
            "train_digest": self.train_digest,
            "test_digest": self.test_digest,
        }

    @property
    def sentence(self) -> str:
        """What the split is, for people."""
        dropped = f", {self.n_dropped:,} in neither" if self.n_dropped else ""
        return (
            f"{SPLIT_KINDS[self.kind]}: {len(self.train_index):,} sessions choose and {len(self.test_index):,} "
            f"judge{dropped}"
        )


def split_of(
    stream: RequestStream, *, kind: str, parameters: Mapping[str, object], train: IntColumn, test: IntColumn
) -> Split:
    """Return a split of given sessions with the digests of its parts. O(n).

    Raises
    ------
    InputError
        One session only, and as `Split`.
    """
    if stream.n_sessions < 2:
        raise InputError(
            "there is one session only, which cannot both choose a map and judge it",
            where=stream.name or "stream",
            way_out="give a stream of several sessions",
        )
    digests = [stream.take_sessions(index).digest if len(index) else "" for index in (train, test)]
    return Split(
        kind=kind,
        parameters=parameters,
        train_index=read_only(train.astype(np.int64)),
        test_index=read_only(test.astype(np.int64)),
        n_sessions=stream.n_sessions,
        train_digest=digests[0],
        test_digest=digests[1],
    )
