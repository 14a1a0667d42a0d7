"""Where does each label go so that none covers another? Plain geometry in pixels; it knows no plotting library.

Each label tries places around its point, near ones first, and takes the cheapest: covering another label or a point
costs much, covering a thin line or standing far away little. A few rounds let early labels give way to late ones. The
general problem is NP-hard (Christensen, Marks, Shieber 1995); for the few dozen labels a person can read this will do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn

__all__ = ["place_labels", "spread"]

_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
_REACH = (1.0, 2.0, 3.5, 5.5, 8.0)
_LABEL_COST, _POINT_COST, _LINE_COST, _FAR_COST, _OUTSIDE_COST = 60.0, 30.0, 1.5, 1.0, 500.0
_CROSSING_COST, _LONG_WAY_COST = 20.0, 1.5
_STEPS = np.linspace(0.0, 1.0, 13)[:, None]
"""Parts of the way from a point to its label at which it is looked at."""
_ROUNDS = 6


def place_labels(
    points: FloatColumn,
    sizes: FloatColumn,
    *,
    bounds: tuple[float, float, float, float],
    obstacles: FloatColumn | None = None,
    lines: FloatColumn | None = None,
    gap: float = 6.0,
    ring: float = 0.0,
) -> FloatColumn:
    """Return the centre of each label's box.

    Parameters
    ----------
    points
        Shape (n, 2): what each label names [px].
    sizes
        Shape (n, 2): width and height of each label [px].
    bounds
        Left, bottom, right, top of the room [px]; a box sticking out is chosen only when nothing else is left.
    obstacles
        Shape (m, 2): further points that no label should cover.
    lines
        Shape (k, 2): points along lines, better left free.
    gap
        Space between a point and its label [px].
    ring
        Radius of the mark around each point [px]; where it is more than 0, no label should touch another's mark, and
        the way from a point to its label should lead through no other mark and no other label.

    Returns
    -------
    centres
        Shape (n, 2). Same input, same places. O(rounds x n x (n + m + k)) with 40 places a label; with a ring, labels
        choose in four orders, and the cheapest outcome is taken.

    Examples
    --------
    >>> import numpy as np
    >>> twice, sizes = np.array([[50.0, 50.0]] * 2), np.array([[20.0, 10.0]] * 2)
    >>> place_labels(twice, sizes, bounds=(0, 0, 100, 100)).tolist()
    [[66.0, 50.0], [34.0, 50.0]]
    """
    if not len(points):
        return np.zeros((0, 2))
    marks = points if obstacles is None else np.concatenate([points, obstacles])
    choices = np.stack([_places(point, size, gap) for point, size in zip(points, sizes, strict=True)])
    fixed = np.stack([_fixed_cost(choices[i], sizes[i], marks, lines, bounds) for i in range(len(points))])
    if ring > 0:
        fixed += np.stack([_ring_cost(choices[i], sizes[i], points, i, ring) for i in range(len(points))])
    order = np.arange(len(points))
    orders = [order, order[::-1], np.argsort(points[:, 0], kind="stable"), np.argsort(-points[:, 1], kind="stable")]
    tried = [
        _settled(choices, sizes, points, fixed, order=each, ring=ring) for each in (orders if ring > 0 else orders[:1])
    ]
    chosen, _ = min(tried, key=lambda each: each[1])
    centres: FloatColumn = choices[order, chosen]
    return centres


def _settled(
    choices: FloatColumn, sizes: FloatColumn, points: FloatColumn, fixed: FloatColumn, *, order: IntColumn, ring: float
) -> tuple[IntColumn, float]:
    """Return each label's place where labels choose in an order, a few rounds long, and what all places cost."""
    chosen, costs = np.full(len(points), -1), np.zeros(len(points))
    for _ in range(_ROUNDS):
        before = chosen.copy()
        for i in order.tolist():
            cost = fixed[i].copy()
            for j in np.flatnonzero((chosen >= 0) & (np.arange(len(points)) != i)).tolist():
                box = choices[j, chosen[j]]
                cost += _LABEL_COST * _overlap(choices[i], sizes[i], box, sizes[j])
                if ring > 0:
                    way = points[j] + _STEPS * (box - points[j])
                    cost += _CROSSING_COST * (_n_covered(choices[i], sizes[i], way) > 0)
                    cost += _CROSSING_COST * _is_led_through(choices[i], points[i], box, sizes[j])
            chosen[i] = int(np.argmin(cost))
            costs[i] = cost[chosen[i]]
        if (chosen == before).all():
            break
    return chosen, float(costs.sum())


def spread(positions: Sequence[float], sizes: Sequence[float], *, low: float, high: float) -> list[float]:
    """Return centres near `positions` (sorted) so that intervals of `sizes` do not overlap within low..high.

    Least squared moves, by pooling neighbours that would collide; a pool is then pushed inside as a whole. Where the
    room is too small, the intervals stick out at its low end.

    Examples
    --------
    >>> spread([5.0, 6.0, 20.0], [4.0, 4.0, 4.0], low=0.0, high=30.0)
    [3.5, 7.5, 20.0]
    >>> spread([28.0, 29.0], [4.0, 4.0], low=0.0, high=30.0)
    [24.0, 28.0]
    """
    if not len(positions):
        return []
    size = np.asarray(sizes, dtype=np.float64)
    offset = np.concatenate([[0.0], np.cumsum((size[1:] + size[:-1]) / 2)])
    pools: list[tuple[float, int]] = []  # mean of position - offset, and how many share it
    for wish in np.asarray(positions, dtype=np.float64) - offset:
        mean, n = float(wish), 1
        while pools and pools[-1][0] > mean:
            other, m = pools.pop()
            mean, n = (mean * n + other * m) / (n + m), n + m
        pools.append((mean, n))
    start = np.repeat([mean for mean, _ in pools], [n for _, n in pools])
    start = np.minimum(np.maximum(start, low + size[0] / 2), high - size[-1] / 2 - offset[-1])
    return [float(centre) for centre in start + offset]


def _places(point: FloatColumn, size: FloatColumn, gap: float) -> FloatColumn:
    """Return the 40 box centres to try, near ones first: shape (places, 2)."""
    directions = np.array(_DIRECTIONS, dtype=np.float64)
    near = directions * (size / 2 + gap * np.where((directions != 0).all(axis=1), 0.5, 1.0)[:, None])
    steps = [near + directions * gap * (reach - 1.0) for reach in _REACH]
    return point + np.concatenate(steps)


def _fixed_cost(
    places: FloatColumn,
    size: FloatColumn,
    marks: FloatColumn,
    lines: FloatColumn | None,
    bounds: tuple[float, float, float, float],
) -> FloatColumn:
    order = np.arange(len(places))
    cost = _FAR_COST * (order // len(_DIRECTIONS)) + 0.05 * (order % len(_DIRECTIONS))
    cost = cost + _POINT_COST * _n_covered(places, size + 6.0, marks)
    if lines is not None:
        cost = cost + _LINE_COST * np.minimum(_n_covered(places, size, lines), 4)
    left, bottom, right, top = bounds
    low, high = places - size / 2, places + size / 2
    outside = (low < [left, bottom]).any(axis=1) | (high > [right, top]).any(axis=1)
    total: FloatColumn = cost + _OUTSIDE_COST * outside
    return total


def _n_covered(places: FloatColumn, size: FloatColumn, marks: FloatColumn) -> IntColumn:
    inside = np.abs(places[:, None, :] - marks[None, :, :]) < size / 2
    counts: IntColumn = np.sum(inside[..., 0] & inside[..., 1], axis=1, dtype=np.int64)
    return counts


def _ring_cost(places: FloatColumn, size: FloatColumn, points: FloatColumn, own: int, ring: float) -> FloatColumn:
    """Return what it costs at each place that the label, or the straight way to it, meets the marks of other points."""
    others = np.delete(points, own, axis=0)
    way, apart = places - points[own], others - points[own]
    part = (apart @ way.T) / np.maximum((way**2).sum(axis=1), 1e-9)  # of the way, where another point is nearest
    nearest = np.clip(part, 0.0, 1.0)[..., None] * way - apart[:, None, :]
    n_crossed = np.sum((nearest**2).sum(axis=2) < ring**2, axis=0)
    far = _LONG_WAY_COST * (np.arange(len(places)) // len(_DIRECTIONS))
    cost: FloatColumn = far + _CROSSING_COST * n_crossed + _POINT_COST * _n_covered(places, size + 2 * ring, others)
    return cost


def _is_led_through(places: FloatColumn, point: FloatColumn, box: FloatColumn, size: FloatColumn) -> BoolColumn:
    """Return whether the way from a point to each place leads through a box."""
    ways = point + _STEPS[:, None] * (places - point)
    inside = np.abs(ways - box) < size / 2
    is_met: BoolColumn = np.any(inside[..., 0] & inside[..., 1], axis=0)
    return is_met


def _overlap(places: FloatColumn, size: FloatColumn, other: FloatColumn, other_size: FloatColumn) -> FloatColumn:
    """Return 1 plus the covered share of the smaller box where two boxes meet, else 0."""
    shared = np.minimum(places + size / 2, other + other_size / 2) - np.maximum(
        places - size / 2, other - other_size / 2
    )
    area = np.prod(np.maximum(shared + 2.0, 0.0), axis=1)
    return np.where(area > 0, 1.0 + area / min(float(np.prod(size)), float(np.prod(other_size))), 0.0)
