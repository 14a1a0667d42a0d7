"""How do raw columns become reports? Verdict words, tiers and models are looked up; a slip gets one sentence."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn, float_column, read_only
from paretocode.errors import InputError
from paretocode.evidence.feedback.reports import NOBODY, VERDICTS, FeedbackReports, refuse_no_verdicts, unique_codes
from paretocode.stream._scores import refuse_scores_above_one
from paretocode.stream.stream import PPM
from paretocode.tiermap import TierMap

__all__ = ["feedback_reports"]


def feedback_reports(
    *,
    tier_map: TierMap,
    min_score: ArrayLike,
    verdict: Sequence[str],
    tier: Sequence[str] | None = None,
    model: Sequence[str] | None = None,
    reporter: Sequence[str] | None = None,
    time_s: ArrayLike | None = None,
    session: Sequence[str] | None = None,
    comment: Sequence[str] | None = None,
    name: str = "feedback",
    where: str = "",
    notes: tuple[str, ...] = (),
) -> FeedbackReports:
    """Check raw columns of shape (n_reports,) and return them as reports about a map.

    Parameters
    ----------
    tier_map
        The map that was in force: its request edges are judged, its tiers and models are the names that reports use.
    min_score
        What was asked for, 0..1, NaN for omitted.
    verdict
        One of `VERDICTS` each; case, ``_`` and ``-`` for a blank do not matter.
    tier, model
        Who served; one of them in each row, "" for not said. The tier counts where both are there. A model is a key of
        the map, or its id alone where only one of the map's models has it.
    reporter, session, comment
        "" for not said.
    time_s
        [s], NaN for not said.
    name, where, notes
        For tables and errors.

    Raises
    ------
    InputError
        No report; reports without verdicts; an unknown verdict, tier or model; a row that says neither tier nor model;
        a min score outside 0..1, percent named where the column looks like it; columns of unequal lengths.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import documented_pareto_code
    >>> documented = documented_pareto_code(load_bundled())
    >>> reports = feedback_reports(tier_map=documented, min_score=[0.65, float("nan")], tier=["medium", ""],
    ...                            model=["", "openai/gpt-5.5"], verdict=["too_weak", "Fine"])
    >>> reports.tier_index.tolist(), reports.is_placed.tolist()
    ([1, 2], [True, False])
    """
    scores = float_column(min_score, name="min_score", where=where, least=0.0, missing_allowed=True)
    refuse_scores_above_one(scores, name="min_score", where=where)
    n_reports = len(scores)
    texts = {"verdict": verdict, "tier": tier, "model": model, "reporter": reporter, "session": session}
    columns = {name: _texts(column, n_reports, name=name, where=where) for name, column in texts.items()}
    models, model_names = _model_codes(columns["model"], tier_map, where=where)
    reporters, reporter_names = unique_codes(columns["reporter"])
    sessions, session_names = unique_codes(columns["session"])
    is_omitted = np.isnan(scores)
    return FeedbackReports(
        edges_ppm=tier_map.request_edges_ppm,
        tier_names=tuple(each.name for each in tier_map.tiers),
        min_score_ppm=read_only(np.rint(np.where(is_omitted, 0.0, scores) * PPM).astype(np.int64)),
        is_omitted=read_only(is_omitted),
        tier_index=_tier_codes(columns["tier"], models, tier_map, where=where),
        model_code=models,
        verdict_code=_verdict_codes(columns["verdict"], where=where),
        reporter_code=reporters,
        time_s=_times(time_s, n_reports, where=where),
        session_code=sessions,
        model_names=model_names,
        reporter_names=reporter_names,
        session_names=session_names,
        comments=() if comment is None else tuple(_texts(comment, n_reports, name="comment", where=where)),
        name=name,
        notes=notes,
    )


def _texts(column: Sequence[str] | None, n_reports: int, *, name: str, where: str) -> list[str]:
    texts = [""] * n_reports if column is None else [str(cell).strip() for cell in column]
    if len(texts) != n_reports:
        what = f"{name} has {len(texts)} rows and min_score has {n_reports}"
        raise InputError(what, where=where, way_out="give every column the same rows")
    return texts


def _times(time_s: ArrayLike | None, n_reports: int, *, where: str) -> FloatColumn:
    if time_s is None:
        return read_only(np.full(n_reports, np.nan))
    times = float_column(time_s, name="time_s", where=where, missing_allowed=True)
    if len(times) != n_reports:
        what = f"time_s has {len(times)} rows and min_score has {n_reports}"
        raise InputError(what, where=where, way_out="give every column the same rows")
    return times


def _verdict_codes(words: Sequence[str], *, where: str) -> IntColumn:
    refuse_no_verdicts(sum(not word for word in words), len(words), where=where)
    plain = [word.lower().replace("_", " ").replace("-", " ") for word in words]
    return _looked_up(plain, {word: at for at, word in enumerate(VERDICTS)}, name="verdict", where=where)


def _model_codes(words: Sequence[str], tier_map: TierMap, *, where: str) -> tuple[IntColumn, tuple[str, ...]]:
    keys = tier_map.models
    known = {key: at for at, key in enumerate(keys)}
    ids = [key.partition("@")[0] for key in keys]
    times = Counter(ids)
    known |= {id_: at for at, id_ in enumerate(ids) if times[id_] == 1}
    return _looked_up(words, known | {"": NOBODY}, name="model", where=where), keys


def _tier_codes(words: Sequence[str], models: IntColumn, tier_map: TierMap, *, where: str) -> IntColumn:
    names = [tier.name for tier in tier_map.tiers]
    said = _looked_up(words, {name: at for at, name in enumerate(names)} | {"": NOBODY}, name="tier", where=where)
    home = np.array([at for at, tier in enumerate(tier_map.tiers) for _ in tier.models] + [NOBODY], dtype=np.int64)
    tier_index: IntColumn = np.where(said >= 0, said, home[models])
    silent = np.flatnonzero(tier_index < 0)
    if len(silent):
        raise InputError(
            f"row {int(silent[0]) + 1} says neither which tier nor which model served",
            where=where,
            way_out="name one of them in each row, or drop the row",
        )
    return read_only(tier_index)


def _looked_up(words: Sequence[str], known: Mapping[str, int], *, name: str, where: str) -> IntColumn:
    codes = np.empty(len(words), dtype=np.int64)
    for row, word in enumerate(words):
        if word not in known:
            near = difflib.get_close_matches(word, [key for key in known if key], n=1)
            listed = ", ".join(key for key in known if key)
            raise InputError(
                f"{name} is {word!r} in row {row + 1}, which is none we know",
                where=where,
                way_out=f"did you mean {near[0]}" if near else f"use one of {listed}",
            )
        codes[row] = known[word]
    return read_only(codes)
