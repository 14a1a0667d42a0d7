"""Which request continues which? Sessions told from the blocks that prompts share at their start.

Some logs name no sessions but give every prompt as a list of block ids, the same id for the same content after the same
content. Prompts are then paths from the root of a tree, and a conversation is a path that grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from paretocode._checks import IntColumn

COMMON_AFTER = 16
"""A block that more different blocks follow is a common head, a system prompt or template, and proves no kinship.

In Mooncake's conversation trace one block is followed by 7,373 others and the next by 11: all bounds between agree."""

ROOT = 0


class BlockTree:
    """Prompts as paths in a tree; a node stands for a block and all blocks before it.

    Examples
    --------
    >>> tree = BlockTree()
    >>> tree.add([7, 8]), tree.add([7, 9]), tree.add([7, 8, 3]), tree.add([])
    (2, 3, 4, 0)
    >>> tree.parent, tree.n_followers
    ([-1, 0, 1, 1, 2], [1, 2, 1, 0, 0])
    """

    def __init__(self) -> None:
        self.parent = [-1]
        self.n_followers = [0]
        self._node_of: dict[tuple[int, int], int] = {}

    def add(self, blocks: Sequence[int]) -> int:
        """Add a prompt and return the node of its last block, `ROOT` for none; O(len(blocks))."""
        node = ROOT
        for block in blocks:
            following = self._node_of.get((node, block))
            if following is None:
                following = len(self.parent)
                self._node_of[node, block] = following
                self.parent.append(node)
                self.n_followers.append(0)
                self.n_followers[node] += 1
            node = following
        return node

    def common_heads(self) -> list[bool]:
        """Return for every node whether more than `COMMON_AFTER` blocks follow it or one it leads to; O(nodes)."""
        is_common = [n > COMMON_AFTER for n in self.n_followers]
        is_common[ROOT] = True
        for node in range(len(is_common) - 1, ROOT, -1):  # a parent is older than what follows it
            if is_common[node]:
                is_common[self.parent[node]] = True
        return is_common


class InferredSessions(NamedTuple):
    """What `infer_sessions` found, rows in order of arrival.

    Parameters
    ----------
    session
        Shape (n,), numbered by first arrival.
    shared_blocks
        Shape (n,): leading blocks shared with the session's previous prompt, 0 for its first.
    n_common
        How many blocks are common heads.
    """

    session: IntColumn
    shared_blocks: IntColumn
    n_common: int


def infer_sessions(
    tree: BlockTree, last_node: Sequence[int], n_blocks: Sequence[int], *, is_cut: Sequence[bool]
) -> InferredSessions:
    """Give each prompt to the session that it continues, or to a new one.

    A prompt continues a session when all whole blocks of the session's last prompt stand at its start and reach beyond
    every common head. The longest such prompt wins, at ties the most recent; a session is continued from its last
    prompt only, so that a branch is a session of its own.

    Parameters
    ----------
    tree
        All prompts.
    last_node, n_blocks
        Shape (n,) in order of arrival: what `BlockTree.add` returned, and the number of blocks.
    is_cut
        Shape (n,): whether the last block is not whole; its id says nothing about how the prompt goes on.

    Returns
    -------
    InferredSessions
        O(all blocks).

    Examples
    --------
    >>> tree, prompts = BlockTree(), [[1, 2, 3], [1, 5], [1, 2, 4, 6], [1, 5]]
    >>> nodes = [tree.add(prompt) for prompt in prompts]
    >>> found = infer_sessions(tree, nodes, [len(p) for p in prompts], is_cut=[True, False, True, False])
    >>> found.session.tolist(), found.shared_blocks.tolist()
    ([0, 1, 0, 1], [0, 0, 2, 2])
    """
    is_common = tree.common_heads()
    ends_at: dict[int, int] = {}  # node of a session's last whole block -> the session
    last_of: list[int] = []
    session, shared = (np.zeros(len(last_node), dtype=np.int64) for _ in range(2))
    for row, node in enumerate(last_node):
        here, below, depth = node, ROOT, n_blocks[row]
        while not is_common[here] and here not in ends_at:
            here, below, depth = tree.parent[here], here, depth - 1
        if is_common[here]:
            number = len(last_of)
            last_of.append(ROOT)
        else:
            number = ends_at.pop(here)
            # The predecessor's cut block may come again as it was, when a prompt is sent a second time.
            shared[row] = depth + (below == last_of[number] != ROOT)
        session[row], last_of[number] = number, node
        ends_at[tree.parent[node] if is_cut[row] else node] = number
    return InferredSessions(session, shared, sum(is_common) - 1)
