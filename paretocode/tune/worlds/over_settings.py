"""Which setting of the knobs has the most robust map? Each is searched, and regret is counted from the best of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.tune.question import MapQuestion, Setting
from paretocode.tune.worlds._robust_search import Progress
from paretocode.tune.worlds.robust import robust_maps
from paretocode.tune.worlds.robust_answer import RobustAnswer, RobustMap

__all__ = ["RobustSettings", "robust_over_settings"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustSettings:
    """The most robust maps of several settings.

    Parameters
    ----------
    answers
        Setting and answer; at least one. Their `own_best` is that of all settings.
    left_out
        Name of a setting that could not be weighed -> why.
    """

    answers: tuple[tuple[Setting, RobustAnswer], ...]
    left_out: dict[str, str]

    @property
    def best_setting(self) -> tuple[Setting, RobustAnswer]:
        """The setting with the best map, and its answer; the first where no setting has a map."""
        with_map = [(answer.aimed(best), at) for at, (_, answer) in enumerate(self.answers) if (best := answer.best)]
        return self.answers[min(with_map)[1]] if with_map else self.answers[0]

    @property
    def best_answer(self) -> RobustAnswer:
        """The answer with the best map."""
        return self.best_setting[1]

    @property
    def is_proven(self) -> bool:
        """Whether no better map can be left: regret hangs on the best of every world in every setting."""
        with_map = [answer for _, answer in self.answers if len(answer.own_best)]
        return self.best_answer.aim != "regret" or all(answer.is_own_best_proven for answer in with_map)

    @property
    def best(self) -> RobustMap | None:
        """The best map over settings and numbers of tiers; of equal ones that of the first setting."""
        return self.best_answer.best


def robust_over_settings(
    question: MapQuestion,
    settings: Sequence[Setting],
    *,
    aim: str,
    now_weight: int = 1,
    progress: Progress | None = None,
) -> RobustSettings:
    """Find the map that does best over all scenarios and settings.

    Parameters
    ----------
    question, aim, now_weight, progress
        As in `robust_maps`; it is told of each setting anew.
    settings
        At least one. One whose graph of all worlds would be too large is left out and named.

    Raises
    ------
    InputError
        Whatever `robust_maps` refuses, where it refuses every setting.

    Notes
    -----
    All settings are held to one limit on unserved requests: the asked one, or the least that any map of them can keep.
    A setting is searched a second time where another one knows better maps of some world: regret counts from those.
    """
    answers: dict[Setting, RobustAnswer] = {}
    refused: dict[str, InputError] = {}
    for setting in settings:
        try:
            answers[setting] = robust_maps(question, setting, aim=aim, now_weight=now_weight, progress=progress)
        except InputError as error:
            refused[setting.name] = error
    if not answers:
        raise next(iter(refused.values()))
    # A setting without any map within the other limits has no say in what the least is.
    able = [answer for answer in answers.values() if answer.maps]
    least = min((most for answer in able if (most := answer.worlds.most_unserved) is not None), default=None)
    for setting, answer in answers.items():
        if answer.maps and answer.worlds.most_unserved != least:
            answers[setting] = robust_maps(
                question,
                setting,
                aim=aim,
                now_weight=now_weight,
                ready=answer.ready,
                least_unserved=least,
                progress=progress,
            )
    known = _best_of_each_world(list(answers.values()))
    for setting, answer in answers.items():
        if len(known) and len(answer.own_best) and not np.array_equal(answer.own_best, known):
            answers[setting] = robust_maps(
                question,
                setting,
                aim=aim,
                now_weight=now_weight,
                ready=answer.ready,
                known_best=known.tolist(),
                least_unserved=least,
                progress=progress,
            )
    return RobustSettings(
        answers=tuple(answers.items()), left_out={name: error.what for name, error in refused.items()}
    )


def _best_of_each_world(answers: list[RobustAnswer]) -> IntColumn:
    known = [answer.own_best for answer in answers if len(answer.own_best)]
    return np.min(known, axis=0) if known else np.zeros(0, dtype=np.int64)
