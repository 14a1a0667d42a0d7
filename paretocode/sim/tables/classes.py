"""Which requests does every band treat alike? Classes of token counts, so that a log becomes a small table.

A request enters a stateless decision through its band, through which context windows hold it, and, when a request's
own tokens set the price, through the mix of its tokens; it enters the bill through its tokens and the price steps that
its prompt passes. So requests that fit the same windows, passed the same steps and lie between the same two *switch
points* of the mix get the same model from every band at the same prices, and only their sums matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.sim.tables.models import ScoredModels
from paretocode.sim.tables.switch_points import Mix, switch_points

__all__ = ["RequestClasses", "request_classes"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RequestClasses:
    """Classes of token counts; make them with `request_classes`.

    Parameters
    ----------
    context_limits
        Shape (n_windows,): distinct context windows of the models that can serve, increasing [tokens].
    prompt_limits
        Shape (n_steps,): prompts are classed by how many of these they exceed [tokens], increasing.
    mixes
        Switch points of the share theta of prompt tokens in a request, as exact fractions, increasing from 0 to 1;
        empty unless a request's own tokens set the price. Each point is a class of its own between two open intervals,
        and requests without any token are one more.

    Notes
    -----
    A class is the number ``(window x n_prompt_classes + step) x n_mixes + mix``.
    """

    context_limits: IntColumn
    prompt_limits: IntColumn
    mixes: tuple[Mix, ...]

    @property
    def n_prompt_classes(self) -> int:
        """Classes by prompt length."""
        return len(self.prompt_limits) + 1

    @property
    def n_mixes(self) -> int:
        """Classes by mix of tokens."""
        return 2 * len(self.mixes) if self.mixes else 1

    @property
    def n_classes(self) -> int:
        """All combinations, most of them empty."""
        return (len(self.context_limits) + 1) * self.n_prompt_classes * self.n_mixes

    @cached_property
    def _points(self) -> FloatColumn:
        return np.array([mix.numerator / mix.denominator for mix in self.mixes])

    def of(self, prompt_tokens: IntColumn, completion_tokens: IntColumn) -> IntColumn:
        """Return the class of each request. O(n log n_limits).

        Parameters
        ----------
        prompt_tokens, completion_tokens
            Shape (n,), below 2^53. A need equal to a context window fits it; a prompt equal to a limit does not exceed
            it; a share of prompt tokens equal to a switch point is told from both neighbours, exactly.
        """
        need = prompt_tokens + completion_tokens
        number: IntColumn = np.searchsorted(self.context_limits, need, side="left")
        if len(self.prompt_limits):
            number *= self.n_prompt_classes
            number += np.searchsorted(self.prompt_limits, prompt_tokens, side="left")
        if self.mixes:
            number *= self.n_mixes
            number += self._mix_of(prompt_tokens, need)
        return number

    def _mix_of(self, prompt_tokens: IntColumn, need: IntColumn) -> IntColumn:
        """Return 2 k on point k, 2 k + 1 between points k and k + 1, and the last number for no tokens."""
        share = prompt_tokens / np.maximum(need, 1)
        at: IntColumn = np.searchsorted(self._points, share, side="left")
        at[prompt_tokens == need] = len(self.mixes) - 1
        mix = 2 * at - 1
        # Quotients are rounded correctly, so a float that differs tells the truth; equal ones are compared exactly.
        is_end = (prompt_tokens == 0) | (prompt_tokens == need)
        mix[is_end] += 1
        equal = np.flatnonzero((self._points[at] == share) & ~is_end)
        mix[equal] += self._is_on_point(prompt_tokens[equal], need[equal], at[equal])
        for row in equal[mix[equal] == 2 * at[equal] - 1].tolist():
            mix[row] = self._exact_mix(int(prompt_tokens[row]), int(need[row]), int(at[row]))
        mix[need == 0] = self.n_mixes - 1
        return mix

    def _is_on_point(self, prompt_tokens: IntColumn, need: IntColumn, at: IntColumn) -> BoolColumn:
        """Return which shares are exactly the given points: both are compared in lowest terms."""
        shared = np.gcd(prompt_tokens, need)
        lowest = np.array(self.mixes, dtype=np.int64)
        is_on: BoolColumn = (prompt_tokens // shared == lowest[at, 0]) & (need // shared == lowest[at, 1])
        return is_on

    def _exact_mix(self, prompt: int, need: int, at: int) -> int:
        """Return the mix of a share whose nearest float is that of point `at`, compared in whole numbers."""
        while self.mixes[at].numerator * need < prompt * self.mixes[at].denominator:
            at += 1
        is_on = self.mixes[at].numerator * need == prompt * self.mixes[at].denominator
        return 2 * at if is_on else 2 * at - 1

    def parts(self, number: int) -> tuple[int, int, int]:
        """Return context class, prompt class and mix of a class."""
        rest, mix = divmod(number, self.n_mixes)
        window, step = divmod(rest, self.n_prompt_classes)
        return window, step, mix

    def example_prompt(self, step: int) -> int:
        """Return a prompt length of a prompt class: the shortest."""
        return 0 if step == 0 else int(self.prompt_limits[step - 1]) + 1

    def example_mix(self, mix: int) -> tuple[int, int]:
        """Return prompt and completion tokens of a request of a mix: on the point, or the mediant of two of them."""
        if mix == self.n_mixes - 1:
            return 0, 0
        at, is_between = divmod(mix, 2)
        point = self.mixes[at]
        if is_between:
            high = self.mixes[at + 1]
            point = Mix(point.numerator + high.numerator, point.denominator + high.denominator)
        return point.numerator, point.denominator - point.numerator


def request_classes(models: ScoredModels, cuts: IntColumn) -> RequestClasses:
    """Return the classes that bands between the given cuts tell apart.

    Parameters
    ----------
    cuts
        Shape (n_cuts,): places in the order of score at which bands may end, strictly increasing, 0 and n included.

    Raises
    ------
    InputError
        Cuts out of order.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables.models import scored_models
    >>> from paretocode.tiermap import Policy
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> classes = request_classes(models, np.array([0, 5, 9, 13]))
    >>> classes.of(np.array([1_000, 300_000]), np.array([500, 500])).tolist()
    [0, 5]
    """
    if (np.diff(cuts) <= 0).any() or len(cuts) < 2 or cuts[0] != 0 or cuts[-1] != len(models):
        raise InputError(f"the cuts are {cuts.tolist()}", way_out=f"let them increase from 0 to {len(models)}")
    rules = models.cache.rules(models.catalogue)
    served = models.row[models.can_serve]
    rows = set(served.tolist())
    least = {int(n) - 1 for n, ttl in zip(rules.min_tokens[served], rules.ttl_us[served], strict=True) if ttl > 0}
    steps = {step.min_prompt_tokens for step in models.catalogue.price_steps if step.model_index in rows}
    limits = np.array(sorted(n for n in steps | least if n >= 0), dtype=np.int64)
    return RequestClasses(
        context_limits=read_only(np.unique(models.context_tokens[models.can_serve])),
        prompt_limits=read_only(limits),
        mixes=switch_points(models, cuts, limits) if models.policy.price_metric == "request" else (),
    )
