"""What does a router remember of a session? Stickiness, hysteresis and "never downgrade", on top of `reader.Router`.

Needs nothing but a router of ``reader.py`` handed in: copy both files, or only the other one.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from paretocode.release.reader import Router

__all__ = ["Session"]


class Session:
    """The stateful half of a policy for one session.

    Not for several threads at once: a session's requests come one after the other. It survives a reload of the map:
    the kept model and the level of the min score stay, the highest tier so far counts for one map only.
    """

    def __init__(self) -> None:
        self._model: str | None = None
        self._level_ppm: int | None = None
        self._last_s: float = 0
        self._highest_tier, self._map = 0, ""

    def route(
        self,
        router: Router,
        min_score: float | None = None,
        *,
        now_s: float,
        min_score_ppm: int | None = None,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        is_same_conversation: bool = True,
        is_available: Callable[[str], bool] | None = None,
    ) -> Any:
        """Return the decision for the session's next request and remember it.

        Parameters
        ----------
        now_s
            Any clock that does not run backwards [s].
        is_same_conversation
            Counts under stickiness ``implicit``: whether the request shares leading tokens with the one before.
        router, min_score, min_score_ppm, prompt_tokens, completion_tokens, is_available
            As for `Router.route`, whose refusals come before anything is remembered.
        """
        request = (prompt_tokens, completion_tokens)
        router.route(min_score, min_score_ppm=min_score_ppm, prompt_tokens=request[0], completion_tokens=request[1])
        policy = router.policy
        tier = self._tier(router, router.asked_ppm(min_score, min_score_ppm))
        is_other = policy["stickiness"] == "implicit" and not is_same_conversation
        if is_other or now_s - self._last_s >= policy["sticky_ttl_s"]:
            self._model = None
        served, models = router.shortlist(tier, *request, is_available)
        if policy["stickiness"] != "none" and self._model in models:
            models = [self._model, *(model for model in models if model != self._model)]
        self._model = models[0] if models else self._model
        self._last_s = now_s
        return router.decision(served, models)

    def _tier(self, router: Router, asked: int | None) -> int:
        """Return the tier to ask for, and remember the level and the highest tier.

        The level is that of the play operator, L = max(q - h, min(q + h, L before)). Source: M. A. Krasnosel'skii and
        A. V. Pokrovskii, Systems with Hysteresis (1989).
        """
        tier = router.tier_of(asked)
        if asked is not None:
            h, level = router.policy["hysteresis_ppm"], self._level_ppm
            self._level_ppm = asked if level is None else max(asked - h, min(asked + h, level))
            tier = router.tier_of(self._level_ppm)
        highest = self._highest_tier if self._map == router.sha256 else 0
        if router.policy["downgrades"] == "never":
            tier = max(tier, highest)
        self._highest_tier, self._map = max(tier, highest), router.sha256
        return tier
