"""Which query counts a log in its warehouse? One GROUP BY over requests, one over pairs of a session, in plain SQL.

It groups by the min scores themselves, not by cells of a grid: what comes back serves every grid of candidate edges.
Only what a portable dialect has is used: CASE, LEAST, COALESCE, ROUND, COUNT, SUM and LAG. Notes on dialects stand in
docs/warehouse.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from paretocode._checks import IntColumn
from paretocode.errors import InputError, UsageError
from paretocode.sim.tables.subject import TableSubject
from paretocode.stream.stream import PPM

__all__ = ["OMITTED", "PULL_COLUMNS", "PullColumns", "classes_digest", "pull_query"]

OMITTED = -1
"""What stands in the query's answer for an omitted min score."""

PULL_COLUMNS = (
    "kind",
    "classes",
    "score_before",
    "class_before",
    "score",
    "class",
    "n",
    "n_sessions",
    "prompt_tokens",
    "completion_tokens",
)
"""Columns of the answer, then one ``held_0``, ``held_1``, ... for each cache rule."""

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_.]*|"[^"\x00-\x1f]+"(\."[^"\x00-\x1f]+")*|`[^`\x00-\x1f]+`')


@dataclass(frozen=True, slots=True, kw_only=True)
class PullColumns:
    """How the log's columns are called in the warehouse, as names or quoted names.

    Parameters
    ----------
    table
        Where the requests are.
    session_id
        Equal ids are one session; a row without one is a session of its own.
    time
        When the request began, in `time_unit`.
    order
        What puts rows of one session and one time in order, such as a sequence number; "" where no two are equal.
    min_score
        0..1, NULL for omitted.
    prompt_tokens, completion_tokens, prefix_tokens
        Counts; the last is what a prompt shares with the one before in its session, "" where the log does not say.
    time_unit
        ``s`` or ``us``.
    """

    table: str = "requests"
    session_id: str = "session_id"
    time: str = "time_s"
    order: str = ""
    min_score: str = "min_score"
    prompt_tokens: str = "prompt_tokens"
    completion_tokens: str = "completion_tokens"
    prefix_tokens: str = "prefix_tokens"
    time_unit: str = "s"

    def __post_init__(self) -> None:
        if self.time_unit not in ("s", "us"):
            raise UsageError(f"the unit of times is {self.time_unit!r}", way_out="use s or us")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "time_unit" or (value == "" and field.name in ("order", "prefix_tokens")):
                continue
            if not _NAME.fullmatch(value):
                raise UsageError(
                    f"{field.name} is {value[:60]!r}, which is no name of a column or table",
                    way_out="give a plain name, or one in quotes",
                )


def pull_query(subject: TableSubject, columns: PullColumns | None = None) -> str:
    """Return the query whose answer `read_pull` reads; about as many rows as there are distinct pairs of min scores.

    Parameters
    ----------
    subject
        Under what the log is counted; its grid does not matter.
    columns
        How the columns are called.

    Raises
    ------
    InputError
        Hysteresis, "never downgrade", or the price metric ``request``: they need each request in its turn.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import RequestGrid, request_classes, scored_models, table_subject
    >>> from paretocode.tiermap import Policy
    >>> import numpy as np
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> grid = RequestGrid(edges_ppm=np.array([660_000]), asked_ppm=np.unique(models.axis_ppm))
    >>> subject = table_subject(models, request_classes(models, np.array([0, 8, 13])), grid)
    >>> pull_query(subject).splitlines()[0]
    'WITH request AS ('
    """
    _refuse_sequences(subject)
    named = PullColumns() if columns is None else columns
    rules = subject.cache_rules
    held = [_held(ttl_us, least) for ttl_us, least in rules]
    marks = f"'{classes_digest(subject)}' AS classes"
    pair_sums = "".join(f",\n  SUM({sql}) AS held_{at}" for at, sql in enumerate(held))
    no_sums = "".join(f", 0 AS held_{at}" for at in range(len(rules)))
    return f"""\
WITH request AS (
  SELECT
    {named.session_id} AS session_id,
    {_micro(named)} AS time_us,
    {named.order or "0"} AS place,
    COALESCE(CAST(ROUND({named.min_score} * {PPM}) AS BIGINT), {OMITTED}) AS score,
    {named.prompt_tokens} AS prompt_tokens,
    {named.completion_tokens} AS completion_tokens,
    {_prefix(named)} AS prefix_tokens,
    {_class(subject, named)} AS class
  FROM {named.table}
),
pair AS (
  SELECT
    session_id, score, class, time_us, prefix_tokens,
    LAG(score) OVER turn AS score_before,
    LAG(class) OVER turn AS class_before,
    LAG(time_us) OVER turn AS time_us_before,
    LAG(prompt_tokens) OVER turn AS prompt_tokens_before
  FROM request
  WHERE session_id IS NOT NULL
  WINDOW turn AS (PARTITION BY session_id ORDER BY time_us, place)
)
SELECT
  'request' AS kind, {marks},
  {OMITTED} AS score_before, 0 AS class_before, score, class, COUNT(*) AS n, 0 AS n_sessions,
  SUM(prompt_tokens) AS prompt_tokens, SUM(completion_tokens) AS completion_tokens{no_sums}
FROM request GROUP BY score, class
UNION ALL
SELECT
  'pair' AS kind, {marks},
  score_before, class_before, score, class, COUNT(*) AS n, 0 AS n_sessions,
  0 AS prompt_tokens, 0 AS completion_tokens{pair_sums}
FROM pair WHERE class_before IS NOT NULL GROUP BY score_before, class_before, score, class
UNION ALL
SELECT
  'session' AS kind, {marks},
  {OMITTED} AS score_before, 0 AS class_before, {OMITTED} AS score, 0 AS class, COUNT(*) AS n,
  COUNT(DISTINCT session_id) + SUM(CASE WHEN session_id IS NULL THEN 1 ELSE 0 END) AS n_sessions,
  0 AS prompt_tokens, 0 AS completion_tokens{no_sums}
FROM request
"""


def classes_digest(subject: TableSubject) -> str:
    """Return what tells the classes and cache rules of two queries apart: 16 digits of a sha256."""
    classes = subject.classes
    stated = (classes.context_limits.tolist(), classes.prompt_limits.tolist(), list(subject.cache_rules))
    return hashlib.sha256(repr(stated).encode()).hexdigest()[:16]


def _refuse_sequences(subject: TableSubject) -> None:
    policy = subject.models.policy
    stated = {
        f"hysteresis of {policy.hysteresis_ppm} ppm": policy.hysteresis_ppm > 0,
        'downgrades "never"': policy.downgrades == "never",
        'price metric "request"': bool(subject.classes.mixes),
    }
    for what, is_stated in stated.items():
        if is_stated:
            raise InputError(
                f"{what} looks at each request in its turn, and a GROUP BY does not",
                where="query of a warehouse",
                way_out="partition the log, or leave it out",
            )


def _micro(named: PullColumns) -> str:
    return named.time if named.time_unit == "us" else f"CAST(ROUND({named.time} * 1000000) AS BIGINT)"


def _prefix(named: PullColumns) -> str:
    return f"LEAST(COALESCE({named.prefix_tokens}, 0), {named.prompt_tokens})" if named.prefix_tokens else "0"


def _class(subject: TableSubject, named: PullColumns) -> str:
    """Return the class of a request: context windows too small for it, and price steps that its prompt passes."""
    classes = subject.classes
    window = _above(f"{named.prompt_tokens} + {named.completion_tokens}", classes.context_limits)
    if not len(classes.prompt_limits):
        return window
    return f"({window}) * {classes.n_prompt_classes} + {_above(named.prompt_tokens, classes.prompt_limits)}"


def _above(value: str, limits: IntColumn | Sequence[int]) -> str:
    """Return how many of the increasing limits lie below a value."""
    if not len(limits):
        return "0"
    whens = " ".join(f"WHEN {value} <= {int(limit)} THEN {at}" for at, limit in enumerate(limits))
    return f"CASE {whens} ELSE {len(limits)} END"


def _held(ttl_us: int, least: int) -> str:
    """Return what a pair's later request finds in a cache of that rule; as `held_tokens`."""
    shared = "LEAST(prefix_tokens, prompt_tokens_before)"
    return f"CASE WHEN time_us - time_us_before <= {ttl_us} AND {shared} >= {least} THEN {shared} ELSE 0 END"
