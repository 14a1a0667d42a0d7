"""How sure is it that each model belongs in its tier? One stacked bar a model, the listed tier outlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn, float_column
from paretocode.errors import InputError
from paretocode.report.names import clip, short_model_names
from paretocode.report.palette import INK, MUTED, tier_colours
from paretocode.report.plots.frontier import MOST_LABELS
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_band_membership"]

_LEAST_WRITTEN = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    """Rows in the order drawn, highest value on top; `listed` is empty where no list was given."""

    names: tuple[str, ...]
    values: FloatColumn
    table: FloatColumn
    listed: IntColumn

    @property
    def is_crowd(self) -> bool:
        return len(self.names) > MOST_LABELS


def plot_band_membership(
    keys: Sequence[str],
    values: ArrayLike,
    probabilities: ArrayLike,
    *,
    band_names: Sequence[str],
    unit: str,
    listed_band: ArrayLike | None = None,
) -> Figure:
    """Draw every model's probability of each band, highest value on top.

    Parameters
    ----------
    keys
        One a row.
    values
        Shape (n,): the measured scores; they order the rows and stand beside the names.
    probabilities
        Shape (n, n_bands), rows sum to 1: `paretocode.bands.band_probabilities`.
    band_names
        From the lowest.
    unit
        Of the values.
    listed_band
        Shape (n,), whole, 0 for the lowest: the band each model is listed in, outlined, its probability at the right.

    Returns
    -------
    Figure
        More than `MOST_LABELS` models are drawn as one surface without names.

    Raises
    ------
    InputError
        Shapes that do not fit.
    """
    strip = _ordered(keys, values, probabilities, listed_band, n_bands=len(band_names))
    with house_style():
        figure = new_figure(7.2, 5.2 if strip.is_crowd else 1.0 + 0.25 * max(len(strip.names), 1))
        axes = figure.subplots()
        _draw_bars(axes, strip, list(tier_colours(band_names).values()))
        if len(strip.listed):
            _mark_listed(axes, strip)
        _prepare(axes, strip, unit)
        _draw_legend(axes, band_names, is_listed=len(strip.listed) > 0 and not strip.is_crowd)
    return figure


def _ordered(
    keys: Sequence[str], values: ArrayLike, probabilities: ArrayLike, listed_band: ArrayLike | None, *, n_bands: int
) -> _Strip:
    column, table = float_column(values, name="values"), np.asarray(probabilities, dtype=np.float64)
    listed = np.zeros(0, dtype=np.int64) if listed_band is None else np.asarray(listed_band, dtype=np.int64)
    if table.shape != (len(keys), n_bands) or len(column) != len(keys) or len(listed) not in {0, len(keys)}:
        raise InputError(
            f"there are {len(keys)} keys, {len(column)} values, {len(listed)} listed bands and probabilities of shape "
            f"{table.shape}",
            way_out=f"give a value, a row of {n_bands} probabilities and, if any, a listed band for each key",
        )
    order = np.argsort(-column, kind="stable")
    short = short_model_names(keys)
    return _Strip(
        names=tuple(clip(short[keys[i]], 32) for i in order),
        values=column[order],
        table=table[order],
        listed=listed[order] if len(listed) else listed,
    )


def _draw_bars(axes: Axes, strip: _Strip, colours: Sequence[str]) -> None:
    places = np.arange(len(strip.names))
    left = np.zeros(len(places))
    for band, colour in enumerate(colours):
        share = strip.table[:, band]
        height = 1.0 if strip.is_crowd else 0.68
        axes.barh(places, share, left=left, height=height, color=colour, alpha=0.55, linewidth=0, zorder=2)
        if band and not strip.is_crowd:  # neighbours are told apart by a line as well as by colour
            axes.vlines(
                left, places - height / 2, places + height / 2, color=axes.figure.get_facecolor(), linewidth=1.2
            )
        if not strip.is_crowd:
            for place in np.flatnonzero(share >= _LEAST_WRITTEN).tolist():
                axes.text(
                    left[place] + share[place] / 2,
                    place,
                    f"{share[place]:.0%}",
                    ha="center",
                    va="center_baseline",
                    fontsize=SMALL - 0.5,
                    color=INK,
                    gid=f"share-label-{place}-{band}",
                    zorder=4,
                )
        left = left + share


def _mark_listed(axes: Axes, strip: _Strip) -> None:
    chance = strip.table[np.arange(len(strip.names)), strip.listed]
    axes.set_title(f"{chance.sum():.1f} of {len(chance)} models are expected to belong where they are listed", pad=21)
    if strip.is_crowd:
        return
    below = np.cumsum(strip.table, axis=1) - strip.table
    for place, (band, share) in enumerate(zip(strip.listed, chance, strict=True)):
        corner = float(below[place, band]), place - 0.34
        outline = Rectangle(corner, float(share), 0.68, facecolor="none", edgecolor=INK, linewidth=1.4, zorder=3)
        outline.set_clip_on(False)
        axes.add_patch(outline)
        axes.annotate(
            f"{share:.0%}",
            (1.0, place),
            xytext=(34, 0),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            fontsize=SMALL,
            color=INK,
            gid=f"listed-label-{place}",
            annotation_clip=False,
        )
    axes.annotate(
        "as listed",
        (1.0, -0.5),
        xytext=(34, 3),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=SMALL - 1,
        color=MUTED,
        annotation_clip=False,
    )


def _prepare(axes: Axes, strip: _Strip, unit: str) -> None:
    n = len(strip.names)
    axes.set_xlim(0, 1)
    axes.set_ylim(max(n, 1) - 0.5, -0.5)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("probability of the true score being in the band [%]")
    if strip.is_crowd:
        places = np.linspace(0, n - 1, 9).round().astype(int)
        axes.set_yticks(places, [f"{strip.values[place]:.1f}" for place in places])
        axes.set_ylabel(f"score of {n} models [{unit}]")
    else:
        axes.set_yticks(
            range(n), [f"{name}   {value:.1f}" for name, value in zip(strip.names, strip.values, strict=True)]
        )
        axes.set_ylabel(f"model and score [{unit}]")
    strip_axes(axes, "left")
    axes.tick_params(axis="y", labelleft=True)


def _draw_legend(axes: Axes, band_names: Sequence[str], *, is_listed: bool) -> None:
    handles = [Patch(facecolor=colour, alpha=0.55, label=name) for name, colour in tier_colours(band_names).items()]
    if is_listed:
        handles.append(Patch(facecolor="none", edgecolor=INK, linewidth=1.4, label="the tier it is listed in"))
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=6,
        frameon=False,
        fontsize=SMALL,
        handlelength=1.4,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.2,
    )
