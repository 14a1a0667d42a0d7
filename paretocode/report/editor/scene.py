"""What stays on the screen while edges move? Models, frontier, traffic, scales and candidate edges, as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.prices import display_price_usd_per_mtok
from paretocode.frontier import frontier_of
from paretocode.report import numbers
from paretocode.report.editor.tier_rows import TierText, shown_metric
from paretocode.report.editor.world import EditorWorld
from paretocode.report.names import PRICE_NAMES
from paretocode.sim.tables import routed_levels
from paretocode.stream.demand import demand_of
from paretocode.stream.stream import PPM
from paretocode.tune.edges.places import roundest
from paretocode.tune.measures import measure_named

__all__ = ["ATOM_SHARE", "BIN_PPM", "MOST_SNAPS", "scene_of"]

ATOM_SHARE = 0.01
"""A min score asked for by at least this share of all requests is a stem of its own."""
BIN_PPM = 20_000
"""Width of the bins of everything else [ppm]."""
MOST_SNAPS = 2_000
"""More places than a screen has pixels help nobody."""
_SIGMA_95 = 1.96


def scene_of(world: EditorWorld, text: TierText) -> dict[str, Any]:
    """Return what a page or a picture draws under the edges; numbers in ppm of the axis, USD and thousandths."""
    return {
        "title": world.title,
        "has_stream": world.stream is not None,
        "log": _log(world),
        "score_definition": world.catalogue.score_definition,
        "scale": world.scale.name,
        "price_name": PRICE_NAMES[shown_metric(world)],
        "models": _models(world, text),
        "frontier": _frontier(world),
        "ladder": dict(zip(("milli", "ppm"), world.ladder.knots, strict=True)),
        "score_ticks": _score_ticks(world),
        "traffic": _traffic(world),
        "snaps": _snaps(world),
        "incumbent": _incumbent(world),
        "measures": [{"name": name, "text": measure_named(name).text} for name in world.measures],
    }


def _log(world: EditorWorld) -> str:
    stream = world.stream
    if stream is None:
        return "no log: numbers speak of models alone"
    return f"{stream.name or 'log'}: {len(stream):,} requests in {stream.n_sessions:,} sessions"


def _models(world: EditorWorld, text: TierText) -> dict[str, Any]:
    """Return the models that can be drawn, in the order of score: those with a price above 0."""
    models = world.models
    price = display_price_usd_per_mtok(world.catalogue, shown_metric(world))[models.row]
    shown = np.flatnonzero(np.nan_to_num(price) > 0)
    row = models.row[shown]
    score, half = world.catalogue.coding_score[row], _SIGMA_95 * np.nan_to_num(world.catalogue.coding_score_se[row])
    ends = world.scale.to_axis_ppm(np.stack((score - half, score + half)))
    on = np.isin(row, _frontier_rows(world))
    return {
        "row": row.tolist(),
        "place": shown.tolist(),
        "ppm": models.axis_ppm[shown].tolist(),
        "milli": models.score_milli[shown].tolist(),
        "low": ends[0].tolist(),
        "high": ends[1].tolist(),
        "has_interval": (half > 0).tolist(),
        "usd": np.round(price[shown], 6).tolist(),
        "price": [text.prices[at] for at in row.tolist()],
        "score": [f"{value:g} ± {wide:.1f}" if wide else f"{value:g}" for value, wide in zip(score, half, strict=True)],
        "name": [text.names[at] for at in row.tolist()],
        "on": on.tolist(),
        "left_out": len(world.catalogue) - len(shown),
    }


def _frontier_rows(world: EditorWorld) -> IntColumn:
    rows: IntColumn = frontier_of(world.catalogue, price_metric=shown_metric(world)).model_index
    return rows


def _frontier(world: EditorWorld) -> list[list[float]]:
    """Return the frontier's models as (place on the axis, price), by rising price."""
    rows = _frontier_rows(world)
    price = display_price_usd_per_mtok(world.catalogue, shown_metric(world))[rows]
    place = world.scale.to_axis_ppm(world.catalogue.coding_score[rows])
    return [[int(x), float(y)] for x, y in zip(place, price, strict=True) if y > 0]


def _score_ticks(world: EditorWorld) -> list[list[Any]]:
    """Return round scores and where they stand on the axis; the page leaves out those that crowd."""
    milli = world.models.score_milli
    low, high = float(milli[0]) / 1e3, float(milli[-1]) / 1e3
    wide = max(high - low, 1.0)
    step = 10 ** np.floor(np.log10(wide / 5))
    step = next(step * by for by in (1, 2, 5, 10) if wide / (step * by) <= 10)
    values = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    places = world.ladder.place_of(values * 1e3)
    return [[round(float(place)), f"{value:g}"] for place, value in zip(places, values, strict=True)]


def _traffic(world: EditorWorld) -> dict[str, Any]:
    """Return shares of requests by min score: stems of single values, and bins of the rest."""
    if world.stream is None:
        return {"stems": [], "bins": [], "omitted": 0.0, "omitted_text": "", "omitted_to": "", "rest": ""}
    demand = demand_of(world.stream)
    is_atom = demand.share >= ATOM_SHARE
    bins, _ = np.histogram(
        demand.min_score_ppm[~is_atom], bins=PPM // BIN_PPM, range=(0, PPM), weights=demand.share[~is_atom]
    )
    rest = float(demand.share[~is_atom].sum())
    return {
        "stems": [
            {"ppm": int(ppm), "share": float(share), "text": f"{ppm / PPM:g}: {numbers.percent(float(share))}"}
            for ppm, share in zip(demand.min_score_ppm[is_atom], demand.share[is_atom], strict=True)
        ],
        "bins": _shares(bins),
        "rest": f"other values: {numbers.percent(rest)} in bins of {BIN_PPM / PPM:g}" if rest else "",
        "omitted": demand.omitted_share,
        "omitted_text": numbers.percent(demand.omitted_share),
        "omitted_to": "highest tier" if world.default_is_highest else "lowest tier",
    }


def _shares(values: FloatColumn) -> list[float]:
    return [round(value, 9) for value in values.tolist()]


def _snaps(world: EditorWorld) -> dict[str, list[int]]:
    """Return where edges come to rest: one place for every stretch in which the map is the same on this log."""
    models = world.models
    levels = np.zeros(0, dtype=np.int64)
    if world.stream is not None:
        level = routed_levels(world.stream, models.policy, default_is_highest=world.default_is_highest)
        levels = np.unique(level[(level >= 0) & (level <= PPM)])
    coupled = _resting(np.union1d(levels, models.axis_ppm), least=0)
    scores = np.unique(models.score_milli)
    return {
        "coupled": coupled,
        "request": _resting(levels, least=0) if len(levels) else coupled,
        "score": _resting(scores[1:], least=int(scores[0])),
    }


def _resting(values: IntColumn, *, least: int) -> list[int]:
    """Return the roundest place of each stretch that ends at a value, as the search's grid has them.

    Of more than `MOST_SNAPS` stretches each small part of the axis keeps its widest.
    """
    ends = values[values > least]
    starts = np.concatenate(([least], ends))[: len(ends)]
    if len(ends) > MOST_SNAPS:
        part = ends * MOST_SNAPS // (int(ends[-1]) + 1)
        order = np.lexsort((starts - ends, part))
        kept = np.sort(order[np.flatnonzero(np.concatenate(([True], np.diff(part[order]) > 0)))])
        starts, ends = starts[kept], ends[kept]
    return [roundest(low, high) for low, high in zip(starts.tolist(), ends.tolist(), strict=True)]


def _incumbent(world: EditorWorld) -> dict[str, Any] | None:
    incumbent = world.incumbent
    if incumbent is None:
        return None
    score = incumbent.score_edges_milli
    return {
        "name": incumbent.name,
        "request": list(incumbent.request_edges_ppm),
        "score": None if score is None else [round(place) for place in world.ladder.place_of(np.array(score)).tolist()],
    }
