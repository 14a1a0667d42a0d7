"""What will the new map change, and how sure is that? Structure, traffic, predicted differences, worst-hit slices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence import DEFAULT_MEASURES, Clusters, MapComparison, compare_maps, map_sums
from paretocode.evidence.slices import slice_impacts
from paretocode.release.map_changes import MapChanges, map_changes
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay
from paretocode.tiermap.tier_map import TierMap
from paretocode.tiermap.tier_pairs import paired_tiers

__all__ = ["Impact", "Traffic", "impact_from_result", "impact_of_replays", "traffic_moves"]

_FORMAT = "paretocode-diff-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Which share of requests changes tier, and model.

    Parameters
    ----------
    n_requests
        That were looked at; None where the share comes from a result.
    tier_moved_share
        By min score alone, tiers paired by position (`paretocode.tiermap.tier_pairs`).
    model_moved_share, newly_unserved
        As served, failures and stickiness included: requests with another model or none; unserved under the new map
        minus under the old one. None without a replay.
    moves
        (old tier, new tier) -> share of requests, between tiers that are not partners.
    """

    n_requests: int | None
    tier_moved_share: float
    model_moved_share: float | None
    newly_unserved: int | None
    moves: dict[tuple[str, str], float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "n_requests": self.n_requests,
            "tier_moved_share": self.tier_moved_share,
            "model_moved_share": self.model_moved_share,
            "newly_unserved": self.newly_unserved,
            "moves": [{"from": a, "to": b, "share": share} for (a, b), share in self.moves.items()],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """All that a diff tells.

    Parameters
    ----------
    old, new
        Names of the maps.
    changes
        What differs in the maps themselves.
    traffic
        What moves; None where nothing was counted.
    source
        Where the prediction comes from.
    comparison
        Candidate minus incumbent with intervals, in the layout of ``evidence.comparison`` of ``metrics.json`` with the
        new map as its only candidate; None where there is none.
    slices
        Who is hit hardest, as `paretocode.evidence.slices.SliceImpacts.to_dict` says it; None where nobody looked.
    left_out
        What is not told -> why.
    """

    old: str
    new: str
    changes: MapChanges
    traffic: Traffic | None
    source: str
    comparison: Mapping[str, Any] | None
    slices: Mapping[str, Any] | None
    left_out: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "format": _FORMAT,
            "old": self.old,
            "new": self.new,
            "changes": self.changes.to_dict(),
            "traffic": None if self.traffic is None else self.traffic.to_dict(),
            "source": self.source,
            "comparison": self.comparison,
            "slices": self.slices,
            "left_out": dict(self.left_out),
        }


def impact_of_replays(
    old: Replay,
    new: Replay,
    *,
    scale: ScoreScale,
    source: str,
    clusters: Clusters | None = None,
    n_replicates: int = 1000,
    level: float = 0.95,
    seed: int = 5,
) -> Impact:
    """Compare two maps by their replays on one stream and one luck.

    Parameters
    ----------
    source
        Said of the prediction, such as the stream's name.
    clusters
        Sessions when None.

    Raises
    ------
    InputError
        Replays of two streams, two maps of one name, maps of two score definitions.

    Notes
    -----
    On a stream of one session nothing is known of how sessions differ: intervals and slices are left out and named.
    """
    changes, traffic = map_changes(old.tier_map, new.tier_map), traffic_moves(old, new)
    names = (old.tier_map.name, new.tier_map.name)
    comparison, slices, left_out = None, None, {}
    if new.stream.n_sessions < 2:
        why = "the stream has one session only, so nothing is known of how one session differs from the next"
        left_out = {"prediction": why, "slices": why}
    else:
        measures = [m for m in DEFAULT_MEASURES if new.latency_us is not None or not m.startswith("latency")]
        sums = [map_sums(run, scale=scale, measures=measures, clusters=clusters) for run in (old, new)]
        found: MapComparison = compare_maps(
            sums, incumbent=names[0], measures=measures, n_replicates=n_replicates, level=level, seed=seed
        )
        comparison = found.to_dict()
        slices = slice_impacts(
            old, new, scale=scale, clusters=clusters, n_replicates=n_replicates, level=level, seed=seed
        ).to_dict()
    return Impact(
        old=names[0],
        new=names[1],
        changes=changes,
        traffic=traffic,
        source=source,
        comparison=comparison,
        slices=slices,
        left_out=left_out,
    )


def impact_from_result(
    old: TierMap, new: TierMap, metrics: Mapping[str, Any], *, sha256: tuple[str, str]
) -> Impact | None:
    """Compare two maps by the evidence of a result; None where it does not compare the new one with the old one.

    Parameters
    ----------
    metrics
        The content of the result's ``metrics.json``.
    sha256
        Digests of the files of the old and the new map: names alone prove nothing.
    """
    names = [_name_of(metrics, digest) for digest in sha256]
    evidence = metrics.get("evidence") or {}
    comparison = evidence.get("comparison") or {}
    if names[0] is None or names[0] != metrics["incumbent"] or names[1] not in (comparison.get("maps") or {}):
        return None
    share = ((metrics.get("diffs") or {}).get(names[1]) or {}).get("moved_share")
    slices = evidence.get("slices")
    if slices is not None and slices["map"] != names[1]:
        slices = None
    left_out = {}
    if slices is None:
        left_out["slices"] = "the result has none of this map; name the experiment to replay it"
    if share is None:
        left_out["traffic"] = "no traffic was counted"
    return Impact(
        old=old.name,
        new=new.name,
        changes=map_changes(old, new),
        traffic=None
        if share is None
        else Traffic(
            n_requests=metrics["stream"]["requests"],
            tier_moved_share=share,
            model_moved_share=None,
            newly_unserved=None,
            moves={},
        ),
        source=f"the evidence of experiment {metrics['experiment']}",
        comparison={**comparison, "maps": {names[1]: comparison["maps"][names[1]]}},
        slices=slices,
        left_out=left_out,
    )


def _name_of(metrics: Mapping[str, Any], digest: str) -> str | None:
    return next((name for name, entry in metrics["maps"].items() if entry.get("tier_map_sha256") == digest), None)


def traffic_moves(old: Replay, new: Replay) -> Traffic:
    """Count which requests change tier and model. O(n)."""
    if old.stream is not new.stream and old.stream.digest != new.stream.digest:
        raise InputError("they were replayed on two streams", where="diff", way_out="replay both maps on one")
    n = len(new.stream)
    maps = (old.tier_map, new.tier_map)
    counts = np.zeros((maps[0].n_tiers, maps[1].n_tiers), dtype=np.int64)
    np.add.at(counts, tuple(tier_map.tiers_of(new.stream) for tier_map in maps), 1)
    pairs = paired_tiers(maps[0].request_edges_ppm, maps[1].request_edges_ppm)
    moved = {(i, j): int(counts[i, j]) for i, j in np.argwhere(counts).tolist() if pairs.get(i) != j}
    served = _served(old, new)
    unserved = [int(np.count_nonzero(models == UNSERVED)) for models in served]
    return Traffic(
        n_requests=n,
        tier_moved_share=sum(moved.values()) / n if n else 0.0,
        model_moved_share=float(np.mean(served[0] != served[1])) if n else 0.0,
        newly_unserved=unserved[1] - unserved[0],
        moves={(maps[0].tiers[i].name, maps[1].tiers[j].name): count / n for (i, j), count in moved.items()},
    )


def _served(old: Replay, new: Replay) -> list[IntColumn]:
    """Return the model of each request under both maps, numbered by key: rows of two catalogues are not comparable."""
    numbers: dict[str, int] = {}
    found = []
    for run in (old, new):
        of_row = [numbers.setdefault(key, len(numbers)) for key in run.catalogue.keys]
        found.append(np.array([*of_row, UNSERVED], dtype=np.int64)[run.decisions.model_index])
    return found
