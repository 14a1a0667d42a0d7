"""What would reports look like if we knew where the edges should lie? Worlds with a known truth, and knobs that bias.

Requests are drawn from atoms by reporters of unequal activity, served by the current edges, judged against the ideal
ones with the model of `cut_points`, and written down or not. Knobs that the model does not know (taste of a reporter,
who writes more, who is content and silent) show what bias each makes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, increasing, one_of, read_only
from paretocode.errors import InputError
from paretocode.evidence.feedback.cut_points import DEAR, FINE, WEAK
from paretocode.evidence.feedback.reports import JUMPED, NOBODY, TOO_SLOW, FeedbackReports
from paretocode.stream.stream import PPM, RequestStream, request_stream
from paretocode.tiermap import tier_names, to_ppm

__all__ = ["FeedbackWorld", "SyntheticFeedback", "synthetic_reports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackWorld:
    """What is true, and how people behave.

    Parameters
    ----------
    ideal_edges, edges
        Where edges should lie and where they lie, 0..1, as many of each.
    atoms
        ((min score, share of requests), ...); shares are scaled to sum to 1.
    noise_scale, lapse
        Of the needs (scale of a logistic law, in units of the axis) and of the verdicts.
    noise
        ``logistic``, or ``normal`` with the same standard deviation: a law that the model does not have.
    n_requests, n_reporters
        Size.
    complaint_rate, fine_rate
        Chance that a complaint is written, and how readily a fine verdict is, as a share of that; 0: nobody writes it.
        Times the knobs below; a chance above 1 counts as 1, so keep it low where they are large.
    activity_spread, writing_spread
        Standard deviations, over reporters, of log requests and of log writing rate.
    taste_spread
        Standard deviation of a reporter's own shift of all needs [axis]: reports of one writer resemble each other.
    loud_taste
        Bias knob: shift of needs [axis] for each standard deviation of the log writing rate. Above 0, who writes more
        finds more too weak.
    weak_over_dear
        Bias knob: how much more readily too weak is written than too dear.
    atom_rates
        Bias knob: ((min score, factor), ...) on the chance to write; 1 where not named.
    misrouted_share
        Share of requests that a neighbouring tier serves.
    slow_share, jumped_share
        Of the written reports, how many carry that verdict instead.
    days, burst_share
        How long it takes, and which share of the reports falls into one hour of it.

    Raises
    ------
    InputError
        Edges out of order or of unequal numbers; no atom; a share, rate or spread outside its range.
    """

    ideal_edges: tuple[float, ...]
    edges: tuple[float, ...]
    atoms: tuple[tuple[float, float], ...]
    noise_scale: float = 0.06
    lapse: float = 0.02
    noise: str = "logistic"
    n_requests: int = 10_000
    n_reporters: int = 150
    complaint_rate: float = 0.2
    fine_rate: float = 0.2
    activity_spread: float = 0.7
    writing_spread: float = 0.5
    taste_spread: float = 0.02
    loud_taste: float = 0.0
    weak_over_dear: float = 1.0
    atom_rates: tuple[tuple[float, float], ...] = ()
    misrouted_share: float = 0.0
    slow_share: float = 0.0
    jumped_share: float = 0.0
    days: float = 30.0
    burst_share: float = 0.0

    def __post_init__(self) -> None:
        where = "feedback world"
        one_of(self.noise, ("logistic", "normal"), name="noise", where=where)
        for name in ("ideal_edges", "edges"):
            increasing(getattr(self, name), name=name, where=where)
        if len(self.ideal_edges) != len(self.edges) or not self.edges or not self.atoms:
            what = f"{len(self.edges)} edges, {len(self.ideal_edges)} ideal edges and {len(self.atoms)} atoms"
            raise InputError(what, where=where, way_out="give as many ideal edges as edges, and at least one atom")
        ranges = dict.fromkeys(("lapse", "complaint_rate", "misrouted_share", "slow_share", "jumped_share"), 1.0)
        ranges["burst_share"] = 1.0
        names = ("noise_scale", "fine_rate", "activity_spread", "writing_spread", "taste_spread", "weak_over_dear")
        ranges |= dict.fromkeys((*names, "n_requests", "n_reporters", "days"), 1e9)
        for name, most in ranges.items():
            least = 1 if name in {"n_requests", "n_reporters"} else 0
            if not least <= getattr(self, name) <= most:
                raise InputError(
                    f"{name} is {getattr(self, name)}", where=where, way_out=f"stay between {least} and {most:g}"
                )


class SyntheticFeedback(NamedTuple):
    """Reports, and all requests that they were drawn from.

    Parameters
    ----------
    reports
        What was written.
    min_score_ppm, reporter_index
        Shape (n_requests,): what was asked, by whom.
    """

    reports: FeedbackReports
    min_score_ppm: IntColumn
    reporter_index: IntColumn

    def stream(self) -> RequestStream:
        """Return the requests as a stream, a session for each reporter, tokens constant."""
        n_requests = len(self.min_score_ppm)
        return request_stream(
            session=self.reporter_index,
            time_s=np.arange(n_requests),
            prompt_tokens=np.full(n_requests, 1000),
            completion_tokens=np.full(n_requests, 100),
            min_score=self.min_score_ppm / PPM,
            name="synthetic feedback",
        )


class _Reporters(NamedTuple):
    share: FloatColumn
    writing: FloatColumn
    taste: FloatColumn


def synthetic_reports(world: FeedbackWorld, *, rng: np.random.Generator | int) -> SyntheticFeedback:
    """Draw the requests of a world, their verdicts, and which of them are written down.

    Parameters
    ----------
    world
        What is true.
    rng
        Same seed, same reports.

    Raises
    ------
    InputError
        When nobody writes anything.

    Examples
    --------
    >>> world = FeedbackWorld(ideal_edges=(0.6,), edges=(0.66,), atoms=((0.5, 1), (0.65, 2), (0.8, 1)))
    >>> drawn = synthetic_reports(world, rng=1)
    >>> reports = drawn.reports
    >>> reports.n_of("too weak") > reports.n_of("too dear"), len(drawn.stream())
    (True, 10000)
    """
    random = np.random.default_rng(rng)
    people = _reporters(world, random)
    who = random.choice(world.n_reporters, size=world.n_requests, p=people.share)
    values, shares = np.array(world.atoms, dtype=np.float64).T
    atom = random.choice(len(values), size=world.n_requests, p=shares / shares.sum())
    tier = _served(world, values[atom], random)
    verdict = _verdicts(world, values[atom] + people.taste[who], tier, random)
    rows = np.flatnonzero(random.random(world.n_requests) < _chance(world, verdict, values[atom], people.writing[who]))
    min_score_ppm = np.rint(values[atom] * PPM).astype(np.int64)
    reports = FeedbackReports(
        edges_ppm=to_ppm(world.edges),
        tier_names=tier_names(len(world.edges) + 1),
        min_score_ppm=read_only(min_score_ppm[rows]),
        is_omitted=read_only(np.zeros(len(rows), dtype=np.bool_)),
        tier_index=read_only(tier[rows]),
        model_code=read_only(np.full(len(rows), NOBODY)),
        verdict_code=read_only(_other_channels(world, verdict[rows], random)),
        reporter_code=read_only(who[rows].astype(np.int64)),
        time_s=read_only(_times(world, len(rows), random)),
        session_code=read_only(np.full(len(rows), NOBODY)),
        reporter_names=tuple(f"r{at:05d}" for at in range(world.n_reporters)),
        name="synthetic",
    )
    return SyntheticFeedback(reports, read_only(min_score_ppm), read_only(who.astype(np.int64)))


def _reporters(world: FeedbackWorld, random: np.random.Generator) -> _Reporters:
    activity, loudness, taste = random.standard_normal((3, world.n_reporters))
    share = np.exp(world.activity_spread * activity)
    writing = np.exp(world.writing_spread * loudness)
    return _Reporters(
        share / share.sum(), writing / writing.mean(), world.taste_spread * taste + world.loud_taste * loudness
    )


def _served(world: FeedbackWorld, min_score: FloatColumn, random: np.random.Generator) -> IntColumn:
    tier = np.searchsorted(np.array(world.edges), min_score, side="right").astype(np.int64)
    strays = random.random(len(tier)) < world.misrouted_share
    up = random.random(len(tier)) < 0.5
    highest = len(world.edges)
    neighbour = np.where((up & (tier < highest)) | (tier == 0), tier + 1, tier - 1)
    return np.where(strays, neighbour, tier)


def _verdicts(world: FeedbackWorld, asked: FloatColumn, tier: IntColumn, random: np.random.Generator) -> IntColumn:
    if world.noise == "logistic":
        need = asked + world.noise_scale * random.logistic(size=len(asked))
    else:
        need = asked + world.noise_scale * math.pi / math.sqrt(3.0) * random.standard_normal(len(asked))
    fitting = np.searchsorted(np.array(world.ideal_edges), need, side="right")
    verdict = np.where(fitting > tier, WEAK, np.where(fitting < tier, DEAR, FINE))
    lapses = random.random(len(asked)) < world.lapse
    return np.where(lapses, random.integers(0, 3, size=len(asked)), verdict)


def _chance(world: FeedbackWorld, verdict: IntColumn, asked: FloatColumn, writing: FloatColumn) -> FloatColumn:
    of_verdict = np.array([world.weak_over_dear, 1.0, world.fine_rate])[verdict]
    of_atom = np.ones(len(asked))
    for value, factor in world.atom_rates:
        of_atom[asked == value] = factor
    chance: FloatColumn = world.complaint_rate * of_verdict * of_atom * writing
    return chance


def _other_channels(world: FeedbackWorld, verdict: IntColumn, random: np.random.Generator) -> IntColumn:
    draw = random.random(len(verdict))
    verdict = np.where(draw < world.slow_share, TOO_SLOW, verdict)
    return np.where(draw > 1.0 - world.jumped_share, JUMPED, verdict)


def _times(world: FeedbackWorld, n_reports: int, random: np.random.Generator) -> FloatColumn:
    span_s = world.days * 86_400.0
    times = random.random(n_reports) * span_s
    is_burst = random.random(n_reports) < world.burst_share
    return np.where(is_burst, span_s / 2 + times * (3600.0 / span_s if span_s else 0.0), times)
