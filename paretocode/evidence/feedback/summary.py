"""What does a page about feedback show? Everything in one object, and as plain data for JSON."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.feedback.channels import ChannelRate, channel_rates
from paretocode.evidence.feedback.cut_points import CutPointCells, verdict_probabilities
from paretocode.evidence.feedback.estimate import estimate_edges
from paretocode.evidence.feedback.estimates import EdgeEstimates
from paretocode.evidence.feedback.needed import ReportsNeeded, reports_needed
from paretocode.evidence.feedback.profile import edge_profile
from paretocode.evidence.feedback.proposal import FeedbackProposal, propose_edges
from paretocode.evidence.feedback.reports import VERDICTS, FeedbackReports
from paretocode.evidence.feedback.weighting import WeightingEffect, weighting_effects
from paretocode.evidence.feedback.who_writes import AtomRates, BiasWarning, atom_rates, bias_warnings
from paretocode.stream.stream import RequestStream

__all__ = ["FeedbackSummary", "summarise_feedback"]

_N_CURVE = 101


@dataclass(frozen=True, kw_only=True, eq=False)
class FeedbackSummary:
    """Everything that is known from reports.

    Parameters
    ----------
    reports
        What was said.
    estimates, proposal, needed, weighting
        Where edges should lie, what a search may take, how many reports more, and what one voice for each writer does.
    channels, warnings
        What points elsewhere, and who does not speak.
    atoms
        Reports against the demand; None without a stream.
    """

    reports: FeedbackReports
    estimates: EdgeEstimates
    proposal: FeedbackProposal
    needed: tuple[ReportsNeeded, ...]
    weighting: tuple[WeightingEffect, ...]
    channels: tuple[ChannelRate, ...]
    warnings: tuple[BiasWarning, ...]
    atoms: AtomRates | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: numbers, texts, lists; what is not a number is None.

        Keys
        ----
        ``model`` the fitted noise and habits; ``edges`` a record for each edge, with its verdict by name, its sentence,
        its profile (``at`` and ``fall`` [nats]) and the number of reports needed; ``counts`` reports by tier and
        verdict; ``cells`` the observed shares of too weak and too dear at each (min score, tier); ``curves`` the fitted
        ones over the axis for each edge; ``zones``, ``pins``, ``channels``, ``weighting``, ``warnings``, ``atoms``,
        ``notes``.
        """
        return {
            name: _plain(part)
            for name, part in {
                "n_reports": len(self.reports),
                "n_writers": self.reports.n_writers,
                "n_left_out": self.estimates.n_left_out,
                "level": self.estimates.level,
                "basis": self.estimates.basis,
                "counted_by": self.estimates.weighting,
                "weak_cost": self.estimates.weak_cost,
                "dear_cost": self.estimates.dear_cost,
                "model": self._model(),
                "edges": [self._edge(at) for at in range(self.reports.n_edges)],
                "counts": self._counts(),
                "cells": self._cells(),
                "curves": self._curves(),
                "zones": self.proposal.as_zones(),
                "pins": self.proposal.as_pins(),
                "channels": [asdict(rate) for rate in self.channels],
                "weighting": [asdict(effect) for effect in self.weighting],
                "warnings": [asdict(warning) for warning in self.warnings],
                "atoms": None if self.atoms is None else self.atoms._asdict(),
                "notes": self.reports.notes,
            }.items()
        }

    def _model(self) -> dict[str, float]:
        fitted = self.estimates.fitted
        return {
            "noise_scale": fitted.scale,
            "lapse": fitted.lapse,
            "fine_rate": fitted.fine_rate if self.estimates.basis == "verdicts" else math.nan,
            "n_effective_writers": fitted.n_effective_writers,
            "asymmetry_shift": self.estimates.asymmetry_shift,
        }

    def _edge(self, at: int) -> dict[str, object]:
        estimate, proposal = self.estimates.edges[at], self.proposal.edges[at]
        record = {name: getattr(estimate, name) for name in estimate.__dataclass_fields__}
        record |= {"verdict": estimate.verdict.name, "is_told": estimate.verdict.is_told}
        record |= {"counts": estimate.counts._asdict(), "open_ppm": proposal.open_ppm, "pin_ppm": proposal.pin_ppm}
        return record | {
            "needed": asdict(self.needed[at]),
            "profile": edge_profile(self.estimates.fitted, at)._asdict(),
        }

    def _counts(self) -> dict[str, dict[str, int]]:
        table = np.zeros((len(self.reports.tier_names), len(VERDICTS)), dtype=np.int64)
        np.add.at(table, (self.reports.tier_index, self.reports.verdict_code), 1)
        return {
            tier: dict(zip(VERDICTS, row, strict=True))
            for tier, row in zip(self.reports.tier_names, table.tolist(), strict=True)
        }

    def _cells(self) -> dict[str, object]:
        fitted = self.estimates.fitted
        counts = fitted.rows.counts(len(fitted.cells))
        total = counts.sum(axis=1, keepdims=True)
        share = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
        return {
            "min_score": fitted.cells.min_score,
            "tier_index": fitted.cells.tier_index,
            "n": total[:, 0],
            "too_weak_share": share[:, 0],
            "too_dear_share": share[:, 1],
        }

    def _curves(self) -> list[dict[str, object]]:
        """Return both pulls on each edge over the axis, before anybody decides to write."""
        fitted, axis = self.estimates.fitted, np.linspace(0, 1, _N_CURVE)
        curves = []
        for edge in range(fitted.n_edges):
            pulls = [self._pull(axis, tier_index, verdict) for verdict, tier_index in enumerate((edge, edge + 1))]
            curves.append({"min_score": axis, "too_weak_below": pulls[0], "too_dear_above": pulls[1]})
        return curves

    def _pull(self, axis: FloatColumn, tier_index: int, verdict: int) -> object:
        fitted = self.estimates.fitted
        tiers = np.full(len(axis), tier_index)
        cells = CutPointCells(min_score=axis, tier_index=tiers, demand=None, n_edges=fitted.n_edges)
        return verdict_probabilities(fitted.theta[None], cells)[0, :, verdict]


def _plain(value: object) -> object:
    """Return numbers, texts, lists and dicts only; NaN and infinity become None."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def summarise_feedback(
    reports: FeedbackReports,
    *,
    stream: RequestStream | None = None,
    half_width: float = 0.02,
    weak_cost: float = 1.0,
    dear_cost: float = 1.0,
    level: float = 0.95,
) -> FeedbackSummary:
    """Work out everything that reports say.

    Parameters
    ----------
    reports, stream, weak_cost, dear_cost, level
        As in `estimate_edges`.
    half_width
        For which interval the number of reports is asked [axis].

    Raises
    ------
    InputError
        What `estimate_edges` and `reports_needed` refuse.

    Examples
    --------
    >>> import json
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> world = FeedbackWorld(ideal_edges=(0.6,), edges=(0.66,), atoms=((0.5, 1), (0.6, 1), (0.65, 2), (0.8, 1)))
    >>> drawn = synthetic_reports(world, rng=1)
    >>> plain = summarise_feedback(drawn.reports, stream=drawn.stream()).to_dict()
    >>> text = json.dumps(plain, allow_nan=False)
    >>> plain["edges"][0]["tier_below"], sorted(plain["counts"]["band1"])
    ('band1', ['fine', 'jumped', 'too dear', 'too slow', 'too weak'])
    """
    estimates = estimate_edges(reports, stream=stream, weak_cost=weak_cost, dear_cost=dear_cost, level=level)
    return FeedbackSummary(
        reports=reports,
        estimates=estimates,
        proposal=propose_edges(estimates),
        needed=reports_needed(estimates, half_width=half_width),
        weighting=weighting_effects(reports, stream=stream, level=level),
        channels=channel_rates(reports, stream=stream, level=level),
        warnings=bias_warnings(reports, stream=stream),
        atoms=None if stream is None else atom_rates(reports, stream),
    )
