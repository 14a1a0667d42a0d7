"""How sure is the frontier? Score against price, with every model's probability of being on it; and that as a list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.errors import UsageError
from paretocode.frontier.knees import Knees
from paretocode.frontier.uncertain import UncertainFrontier
from paretocode.report.names import PRICE_NAMES, clip, short_model_names
from paretocode.report.palette import INK, MUTED, tier_colours
from paretocode.report.plots.frontier import MOST_LABELS
from paretocode.report.plots.point_labels import label_points
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["LEAST_LABELLED", "plot_uncertain_frontier"]

LEAST_LABELLED = 0.3
"""In a crowd a model is named beside its point from this probability on, or where the measured frontier holds it."""

_BLUE = tier_colours(("low", "medium", "high"))["high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """The models that a logarithmic axis has a place for, by rising price; `rows` are places in the frontier."""

    rows: IntColumn
    names: tuple[str, ...]
    price: FloatColumn
    score: FloatColumn
    half_bar: FloatColumn
    probability: FloatColumn
    is_on: BoolColumn
    is_crowd: bool
    knee: int | None


def plot_uncertain_frontier(
    frontier: UncertainFrontier,
    *,
    score_definition: str,
    knees: Knees | None = None,
    knee_share: FloatColumn | None = None,
) -> Figure:
    """Draw how sure every model's place on the frontier is.

    Parameters
    ----------
    frontier
        `paretocode.frontier.uncertain_frontier_of`.
    score_definition
        Unit of the scores, for the axis.
    knees
        `find_knees` of the frontier's own columns: the agreed knee is ringed.
    knee_share
        Shape (n_models,), 0..1: ``knee_frequency(...)["agreed"]`` in the order of the frontier's columns; written
        beside the knee and as a column of the list.

    Returns
    -------
    Figure
        Above, each mark's area is the probability; filled marks are on the measured frontier, the staircase, and bars
        are one standard error each way. Below, the same probabilities as a list by rising price. Of a crowd of more
        than `MOST_LABELS` models the list holds the likeliest, and the rest is summed in a line.

    Raises
    ------
    UsageError
        A `knee_share` of another length than the frontier.
    """
    if knee_share is not None and len(knee_share) != len(frontier):
        raise UsageError(
            f"knee_share has {len(knee_share)} entries and the frontier {len(frontier)} models",
            way_out="give a share for each model of the frontier, in its order",
        )
    drawn = _drawable(frontier, None if knees is None else knees.agreed)
    listed = _listed(drawn)
    with house_style():
        rows_height = 0.62 + 0.185 * max(len(listed), 1)
        figure = new_figure(7.2, 4.6 + rows_height)
        # Figures of their own, so that the long names of the list do not narrow the axes above.
        upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[4.6, rows_height]).flat
        above, below = upper.subplots(), lower.subplots()
        _prepare(above, drawn)
        above.set_xlabel(_price_label(frontier.price_metric))
        above.set_ylabel(f"coding score [{score_definition}]")
        above.set_title(_headline(frontier), pad=21)
        price_head = "price" if frontier.price_metric == "given" else "USD/Mtok"
        _draw_list(below, drawn, listed, knee_share, price_head=price_head)
        _draw_note(above, frontier, n_drawn=len(drawn.rows), is_kneeless=knees is not None and knees.agreed is None)
        if len(drawn.rows):
            staircase = _draw_staircase(above, drawn)
            _draw_models(above, drawn)
            _draw_legend(above, drawn)
            label_points(
                figure,
                above,
                np.column_stack([drawn.price, drawn.score]),
                _labels(drawn, knee_share),
                half_bars=drawn.half_bar,
                staircase=staircase,
            )
    return figure


def _headline(frontier: UncertainFrontier) -> str:
    return (
        f"As measured, {frontier.measured_size} of {len(frontier)} models are on the frontier; "
        f"of the true scores, {frontier.expected_size:.1f} are expected"
    )


def _draw_note(axes: Axes, frontier: UncertainFrontier, *, n_drawn: int, is_kneeless: bool) -> None:
    n_missing = len(frontier) - n_drawn + len(frontier.left_out)
    lines = [f"{n_missing} not shown: no score, or no price above 0"] if n_missing else []
    n_exact = len(frontier.without_se)
    lines += [f"{n_exact} taken as exact: no standard error"] if n_exact else []
    lines += ["no three rules agree on a knee"] if is_kneeless else []
    axes.annotate(
        "\n".join(lines),
        (1.0, 0.0),
        xycoords=axes.transAxes,
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        fontsize=SMALL - 1,
        color=MUTED,
        gid="note",
    )


def _drawable(frontier: UncertainFrontier, knee: int | None) -> _Drawn:
    rows = np.flatnonzero(frontier.price_usd_per_mtok > 0)
    short = short_model_names(frontier.keys)
    probability, is_on = frontier.probability[rows], frontier.is_on_frontier[rows]
    is_crowd = len(rows) > MOST_LABELS
    half_bar = np.nan_to_num(frontier.coding_score_se[rows])
    return _Drawn(
        rows=rows,
        names=tuple(clip(short[frontier.keys[row]], 32) for row in rows),
        price=frontier.price_usd_per_mtok[rows],
        score=frontier.coding_score[rows],
        half_bar=np.where(is_on | (not is_crowd), half_bar, 0.0),
        probability=probability,
        is_on=is_on,
        is_crowd=is_crowd,
        knee=None if knee is None or knee not in rows else int(np.flatnonzero(rows == knee)[0]),
    )


def _listed(drawn: _Drawn) -> IntColumn:
    """Return the likeliest models that fit a list, by rising price."""
    likeliest = np.argsort(-drawn.probability, kind="stable")[:MOST_LABELS]
    return np.sort(likeliest).astype(np.int64)


def _labels(drawn: _Drawn, knee_share: FloatColumn | None) -> dict[int, tuple[str, str]]:
    texts = {
        i: (clip(name, 24) if drawn.is_crowd else name, INK if drawn.is_on[i] else MUTED)
        for i, name in enumerate(drawn.names)
        if not drawn.is_crowd or drawn.is_on[i] or drawn.probability[i] >= LEAST_LABELLED
    }
    if drawn.knee is not None:
        share = "" if knee_share is None else f", in {knee_share[drawn.rows[drawn.knee]]:.0%} of draws"
        texts[drawn.knee] = (f"{drawn.names[drawn.knee]}\nknee{share}", INK)
    return texts


def _prepare(axes: Axes, drawn: _Drawn) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, axis="y")
    if len(drawn.rows):
        spread = float(drawn.price.max() / drawn.price.min())
        axes.set_xlim(drawn.price.min() / 1.6, drawn.price.max() * spread**0.2 * 1.3)
        room = 0.06 * max(float(np.ptp(drawn.score)), 1.0)
        below = 3 * room if drawn.is_crowd else room  # names of a crowd's cheapest models stand below them
        axes.set_ylim((drawn.score - drawn.half_bar).min() - below, (drawn.score + drawn.half_bar).max() + room)


def _draw_staircase(axes: Axes, drawn: _Drawn) -> FloatColumn:
    """Draw the measured frontier and return its corners [data], shape (k, 2)."""
    x, y = drawn.price[drawn.is_on], drawn.score[drawn.is_on]
    bottom, right = axes.get_ylim()[0], axes.get_xlim()[1]
    corners = np.column_stack([np.append(np.repeat(x, 2), right), np.append(bottom, np.repeat(y, 2))])
    axes.plot(corners[:, 0], corners[:, 1], color=INK, linewidth=1.0, zorder=2, gid="frontier")
    return corners


def _area(probability: FloatColumn) -> FloatColumn:
    """Return the area of marks [pt squared]; the least is still seen."""
    return 9.0 + 110.0 * probability


def _draw_models(axes: Axes, drawn: _Drawn) -> None:
    x, y = drawn.price, drawn.score
    for is_on, colour in ((False, MUTED), (True, _BLUE)):
        mine = drawn.is_on == is_on
        if is_on or not drawn.is_crowd:
            axes.errorbar(
                x[mine],
                y[mine],
                yerr=drawn.half_bar[mine],
                fmt="none",
                ecolor=colour,
                elinewidth=0.7,
                alpha=0.6,
                zorder=2,
            )
        axes.scatter(
            x[mine],
            y[mine],
            s=_area(drawn.probability[mine]),
            facecolor=colour if is_on else axes.figure.get_facecolor(),
            edgecolor=colour,
            linewidth=0.7 if drawn.is_crowd else 1.1,
            zorder=3 + is_on,
        )
    if drawn.knee is not None:
        axes.scatter(
            x[drawn.knee],
            y[drawn.knee],
            s=_area(drawn.probability)[drawn.knee] + 110.0,
            facecolor="none",
            edgecolor=INK,
            linewidth=1.0,
            zorder=5,
            gid="knee",
        )


def _draw_legend(axes: Axes, drawn: _Drawn) -> None:
    axes.scatter([], [], s=_area(np.array([1.0])), facecolor=_BLUE, edgecolor=_BLUE, label="on the measured frontier")
    axes.scatter(
        [],
        [],
        s=_area(np.array([0.5])),
        facecolor="none",
        edgecolor=MUTED,
        label="not on it (area of both: probability)",
    )
    axes.plot([], [], linestyle="none", marker="|", markersize=9, color=MUTED, label="± 1 standard error")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=5,
        frameon=False,
        fontsize=SMALL,
        handletextpad=0.3,
        columnspacing=1.2,
        borderaxespad=0.2,
    )


def _draw_list(
    axes: Axes, drawn: _Drawn, listed: IntColumn, knee_share: FloatColumn | None, *, price_head: str
) -> None:
    for place, i in enumerate(listed):
        colour = _BLUE if drawn.is_on[i] else MUTED
        axes.hlines(place, 0, drawn.probability[i], color=colour, linewidth=1.4, zorder=2)
        face = colour if drawn.is_on[i] else axes.figure.get_facecolor()
        axes.plot(
            drawn.probability[i],
            place,
            marker="o",
            markersize=5.5,
            markeredgecolor=colour,
            markerfacecolor=face,
            zorder=3,
            clip_on=False,
        )
        _cell(axes, f"{drawn.price[i]:.3g}", (1.18, place), gid=f"price-label-{i}", colour=MUTED)
        _cell(axes, f"{drawn.probability[i]:.0%}", (1.30, place), gid=f"probability-label-{i}")
        if knee_share is not None and knee_share[drawn.rows[i]] >= 0.005:
            _cell(axes, f"{knee_share[drawn.rows[i]]:.0%}", (1.42, place), gid=f"knee-label-{i}")
    heads = [price_head, "P"] + (["knee"] if knee_share is not None else [])
    for at, head in zip((1.18, 1.30, 1.42), heads, strict=False):
        _cell(axes, head, (at, -1.05), gid=f"head-{head}", colour=MUTED)
    axes.set_xlim(0, 1.44 if knee_share is not None else 1.32)
    axes.set_ylim(len(listed) - 0.4, -1.5)
    axes.set_yticks(range(len(listed)), [drawn.names[i] for i in listed])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.grid(visible=True, axis="x")
    axes.set_xlabel("probability of being on the frontier [%]" + _rest(drawn, listed), loc="left")
    strip_axes(axes, "left", "bottom")
    axes.tick_params(axis="x", labelbottom=True)


def _cell(axes: Axes, text: str, at: tuple[float, float], *, gid: str, colour: str = INK) -> None:
    axes.text(*at, text, ha="right", va="center_baseline", fontsize=SMALL, color=colour, gid=gid)


def _rest(drawn: _Drawn, listed: IntColumn) -> str:
    n_rest = len(drawn.rows) - len(listed)
    if n_rest == 0:
        return ""
    held = float(drawn.probability.sum() - drawn.probability[listed].sum())
    return f"\n{n_rest} others together hold {held:.1f} of the places expected"


def _price_label(price_metric: str) -> str:
    name = PRICE_NAMES.get(price_metric)
    return f"{name} [USD per million tokens]" if name else "price [unit of the given prices]"
