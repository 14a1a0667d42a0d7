"""How do records become a stream? Columns that grow row by row, one sort, and notes on what the log leaves open."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from pathlib import Path

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.stream._reading import sessions_of
from paretocode.stream.logged import Logged, logged_columns
from paretocode.stream.readers._log_record import EARLIEST_S, LATEST_S, LogRecord
from paretocode.stream.stream import RequestStream, request_stream

NO_KEY = 0
_MICROSECONDS = 10**6


class LogRows:
    """Requests of one log, as columns of plain numbers, however long the records were.

    Parameters
    ----------
    path
        The log, for errors and the stream's name.
    min_score_key
        Name under which the log was asked for the min score, for the notes.
    """

    def __init__(self, path: Path | str, *, min_score_key: str) -> None:
        self.path, self.min_score_key = Path(path), min_score_key
        self.left_out: Counter[str] = Counter()
        self.remarks: Counter[str] = Counter()
        self.session_code: dict[str, int] = {}
        self.model_code: dict[str, int] = {}
        self.whole = {name: array("q") for name in ("time_us", "prompt", "completion", "session", "model", "key")}
        self.whole |= {name: array("q") for name in ("parent", "attempts", "failed", "uncounted")}
        self.real = {name: array("d") for name in ("cached", "min_score", "answer_s", "cost_usd")}

    def add(
        self,
        record: LogRecord,
        *,
        time_us: int | None,
        prompt: int | None,
        completion: int | None,
        session: str = "",
        cached: int | None = None,
        min_score: float = math.nan,
        model: str = "",
        answer_s: float = math.nan,
        cost_usd: float = math.nan,
        is_failed: bool = False,
        n_attempts: int = 0,
        key: str = "",
        parent: str = "",
    ) -> None:
        """Add a request; `key` names it, `parent` the row it is a part of.

        Raises
        ------
        InputError
            No time, no tokens although it did not fail, or more cached tokens than the prompt has.
        """
        if time_us is None:
            raise record.refusal(f"there is no time among {_names(record)}", "give each request its time")
        if not EARLIEST_S * _MICROSECONDS <= time_us < LATEST_S * _MICROSECONDS:
            # Some logs give a moment and how long it took to get there.
            what = "the times and durations put its start outside the years 2015 to 2099"
            raise record.refusal(what, "correct them, or drop the row")
        is_uncounted = is_failed and (prompt is None or completion is None)
        if is_uncounted:
            prompt, completion = prompt or 0, completion or 0
        if prompt is None or completion is None:
            missing = "prompt" if prompt is None else "completion"
            raise record.refusal(
                f"there are no {missing} tokens among {_names(record)}", "export the token counts, or drop the row"
            )
        if cached is not None and cached > prompt:
            raise record.refusal(
                f"{cached} tokens were read from a cache and the prompt has {prompt}",
                "count the cached tokens within the prompt",
            )
        self._append(self.whole, time_us=time_us, prompt=prompt, completion=completion, failed=int(is_failed))
        self._append(
            self.whole, uncounted=int(is_uncounted), attempts=n_attempts, key=_hashed(key), parent=_hashed(parent)
        )
        self.whole["session"].append(self.session_code.setdefault(session, len(self.session_code)))
        self.whole["model"].append(self.model_code.setdefault(model, len(self.model_code)))
        self.real["cached"].append(math.nan if cached is None else cached)
        self._append(self.real, min_score=min_score, answer_s=answer_s, cost_usd=cost_usd)

    @staticmethod
    def _append(columns: dict[str, array[int]] | dict[str, array[float]], **values: float) -> None:
        for name, value in values.items():
            columns[name].append(value)  # type: ignore[arg-type]

    def stream(self, *, name: str | None, assume_growth: bool) -> RequestStream:
        """Return the rows as a stream.

        Parameters
        ----------
        name
            What to call it; None takes the file's name.
        assume_growth
            Whether each prompt is taken to start with all of the one before it in its session.

        Raises
        ------
        InputError
            No request is left; the sentence says what was left out.
        """
        whole, real = self._columns()
        time_s = (whole["time_us"] - whole["time_us"].min()) / 1e6
        session, ids = sessions_of(np.array(list(self.session_code), dtype=object)[whole["session"]], time_s)
        prefix = _grown(session, time_s, whole["prompt"]) if assume_growth else np.nan_to_num(real["cached"])
        stream = request_stream(
            session=session,
            time_s=time_s,
            prompt_tokens=whole["prompt"],
            completion_tokens=whole["completion"],
            prefix_tokens=prefix,
            min_score=real["min_score"],
            name=name if name is not None else self.path.name.split(".")[0],
            where=str(self.path),
            notes=self._notes(ids, real, n_uncounted=int(whole["uncounted"].sum()), assume_growth=assume_growth),
            logged=self._logged(whole, real),
        )
        return stream.replace(session_ids=ids)

    def _columns(self) -> tuple[dict[str, IntColumn], dict[str, FloatColumn]]:
        rows = self._kept()
        if len(rows) == 0:
            reasons = ", ".join(f"{reason}: {n:,}" for reason, n in self.left_out.items() if n) or "no record at all"
            raise InputError(
                f"there is no request in it ({reasons})", where=str(self.path), way_out="check what the file is"
            )
        which = slice(None) if len(rows) == len(self.whole["key"]) else rows
        return (
            {name: np.frombuffer(column, dtype=np.int64)[which] for name, column in self.whole.items()},
            {name: np.frombuffer(column, dtype=np.float64)[which] for name, column in self.real.items()},
        )

    def _kept(self) -> IntColumn:
        """Return the rows that are requests of their own: not seen before, and not the sum of other rows."""
        key, parent = (np.frombuffer(self.whole[name], dtype=np.int64) for name in ("key", "parent"))
        is_first = np.zeros(len(key), dtype=np.bool_)
        is_first[np.unique(key, return_index=True)[1]] = True
        is_first |= key == NO_KEY
        prompt, completion = (np.frombuffer(self.whole[name], dtype=np.int64) for name in ("prompt", "completion"))
        is_empty = prompt + completion == 0
        is_sum = (key != NO_KEY) & np.isin(key, parent[~is_empty])
        is_attempt = is_empty & (parent != NO_KEY) & np.isin(parent, key)
        self.left_out["rows whose id stood before"] += int((~is_first).sum())
        self.left_out["spans whose child spans count the same tokens"] += int((is_first & is_sum).sum())
        self.left_out["failed attempts within another request"] += int((is_first & is_attempt & ~is_sum).sum())
        return np.flatnonzero(is_first & ~is_sum & ~is_attempt)

    def _logged(self, whole: dict[str, IntColumn], real: dict[str, FloatColumn]) -> Logged | None:
        models = np.array(list(self.model_code), dtype=object)
        known = {name: column for name, column in real.items() if name != "min_score" and not np.isnan(column).all()}
        return logged_columns(
            model=models[whole["model"]] if set(self.model_code) - {""} else None,
            cached_tokens=known.get("cached"),
            answer_s=known.get("answer_s"),
            cost_usd=known.get("cost_usd"),
            is_failed=whole["failed"] != 0,
            n_attempts=whole["attempts"] if whole["attempts"].any() else None,
            where=str(self.path),
        )

    def _notes(
        self, ids: tuple[str, ...], real: dict[str, FloatColumn], *, n_uncounted: int, assume_growth: bool
    ) -> tuple[str, ...]:
        notes = [f"left out, {reason}: {n:,}" for reason, n in self.left_out.items() if n]
        notes += [f"{remark}: {n:,}" for remark, n in self.remarks.items() if n]
        if n_uncounted:
            notes.append(f"failed requests without token counts, kept with 0 tokens: {n_uncounted:,}")
        if not ids:
            notes.append("the log names no sessions, so every request is one of its own")
        elif "" in ids:
            notes.append(f"requests without a session id, each a session of its own: {ids.count(''):,}")
        if np.isnan(real["min_score"]).all():
            notes.append(f"no request states {self.min_score_key}, so every min score is omitted")
        return (*notes, *_prefix_notes(np.isnan(real["cached"]), assume_growth=assume_growth))


def _prefix_notes(is_unknown: BoolColumn, *, assume_growth: bool) -> list[str]:
    if assume_growth:
        return ["prefix_tokens is an assumption: each prompt starts with all of its predecessor, or is a part of it"]
    if is_unknown.all():
        return ["the log counts no cached tokens, so prefix_tokens is 0 throughout: no cache can help"]
    notes = ["prefix_tokens is what a cache served, a lower bound of what a prompt shares with its predecessor"]
    if is_unknown.any():
        notes.append(f"requests without a count of cached tokens, prefix_tokens 0: {int(is_unknown.sum()):,}")
    return notes


def _grown(session: IntColumn, time_s: FloatColumn, prompt: IntColumn) -> IntColumn:
    """Return min(previous prompt, this prompt) within each session, 0 for its first; O(n log n)."""
    order = np.lexsort((time_s, session))
    prefix = np.zeros(len(prompt), dtype=np.int64)
    prefix[order[1:]] = np.minimum(prompt[order[:-1]], prompt[order[1:]])
    return prefix


def _hashed(key: str) -> int:
    """Return 64 bits that stand for a key: a million ids collide with a chance of 3 in 100 million."""
    return hash(key) if key else NO_KEY


def _names(record: LogRecord) -> str:
    return ", ".join(list(record.fields)[:30]) or "nothing"
