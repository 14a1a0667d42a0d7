"""How does a request fare, told in SimPy's own notions? An independent model of the replay of events.

A process a request (open arrivals) or a session (closed), a `Resource` for the calls in progress and the line before
them, a process for the weather of each model (its outages) and one for what the router has learned of it. Shortlists
come from the reference router. Shared with the engine are only the tables of latency, the draws, and the order of
events at one microsecond: the weather, then ends of calls, then tries, each in the order of requests.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import simpy

from oracles.simpy_asked import MICRO, NOBODY, Asked, asked_rows
from oracles.simpy_parts import ENDS, WEATHER, At, Conversation, Endpoint, Steps
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.cache import PrefixCache
from paretocode.sim.events.world import JITTER_DRAW, Failure
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN, latency_tables
from paretocode.sim.luck import mixed_bits
from paretocode.sim.operations import Operations
from paretocode.tiermap import TierMap

__all__ = ["Asked", "Scene", "asked_rows"]


class Scene:
    """Everything that happens, as processes."""

    def __init__(
        self,
        rows: list[Asked],
        tier_map: TierMap,
        catalogue: Catalogue,
        operations: Operations,
        cache: PrefixCache,
        *,
        is_closed: bool,
        us_per_uncached_token: int = UNCACHED_US_PER_TOKEN,
    ) -> None:
        self.env = simpy.Environment(initial_time=min(row.time_us for row in rows))  # type: ignore[arg-type]
        self.rows, self.policy, self.operations = rows, tier_map.policy, operations
        self.catalogue, self.uncached_us = catalogue, us_per_uncached_token
        self.rules = [cache.of(key) for key in catalogue.keys]
        tables = latency_tables(catalogue)
        self.ttft_us, self.token_ns = tables.ttft_us.tolist(), tables.token_ns.tolist()
        self.is_timed = tables.is_known.tolist()
        self.endpoints = [Endpoint(self.env, operations.of(key)) for key in catalogue.keys]
        self.talks: dict[int, Conversation] = {}
        self.tries = ENDS + len(rows)
        n = len(rows)
        self.arrival_us = [row.time_us for row in rows]
        self.primary, self.model, self.tier = ([NOBODY] * n for _ in range(3))
        self.cached_tokens, self.n_attempts, self.failure = ([0] * n for _ in range(3))
        self.latency_us = [-1] * n
        sessions: dict[int, list[Asked]] = {}
        for row in rows:
            sessions.setdefault(row.session if is_closed else row.row, []).append(row)
        for chain in sessions.values():
            self.env.process(self.caller(chain))

    def columns(self) -> dict[str, list[int]]:
        """Let everything happen and return the columns of `Outcome`."""
        self.env.run()
        names = ("arrival_us", "primary", "model", "tier", "cached_tokens", "latency_us", "n_attempts", "failure")
        return {name: getattr(self, name) for name in names}

    def wait(self, us: int, asked: Asked) -> At:
        """Return the request's next try after some time."""
        return At(self.env, self.env.now + us, self.tries + asked.row)  # type: ignore[arg-type]

    def caller(self, chain: list[Asked]) -> Steps:
        """Send one request after the other; each is served before the next pause begins."""
        for asked in chain:
            pause_us = asked.time_us - self.env.now if asked is chain[0] else asked.pause_us
            yield self.wait(pause_us, asked)  # type: ignore[arg-type]
            self.arrival_us[asked.row] = self.env.now  # type: ignore[call-overload]
            yield from self.serve(asked)

    def serve(self, asked: Asked) -> Steps:
        """Go round the candidates until one answers, nobody ever can, or patience ends."""
        candidates, tokens = self.candidates(asked), asked.prompt + asked.completion
        for round_ in range(self.operations.n_retries + 1):
            for model, tier in candidates:
                failure, takes_us = self.ask(asked, self.endpoints[model])
                if failure == Failure.NONE:
                    yield from self.call(asked, model, tier)
                    return
                self.failure[asked.row] = self.failure[asked.row] or failure
                if takes_us:
                    yield self.wait(takes_us, asked)
            opens_at = min((self.endpoints[model].opens_at(tokens) for model, _ in candidates), default=math.inf)
            if round_ == self.operations.n_retries or opens_at == math.inf:
                return
            yield self.wait(max(self.backoff_us(asked, round_), opens_at - self.env.now), asked)  # type: ignore[arg-type]

    def backoff_us(self, asked: Asked, round_: int) -> int:
        """Return a wait that doubles each round up to its limit, half of it at random."""
        grown = round(self.operations.backoff_s * MICRO) * 2**round_
        half = min(grown, round(self.operations.longest_backoff_s * MICRO)) // 2
        return half + half * (mixed_bits(asked.bits, JITTER_DRAW + round_) >> 48) // 2**16

    def candidates(self, asked: Asked) -> list[tuple[int, int]]:
        """Return (model, tier) in the order asked, and note the first."""
        kept, n = self.kept(asked), self.policy.n_fallbacks
        if not asked.own:
            return []
        first = kept if kept in asked.own else asked.own[0]
        self.primary[asked.row] = first
        own = [first, *[model for model in asked.own if model != first][:n]]
        more = [model for model in asked.others if model not in own][: n + 1] if self.operations.crosses_tiers else []
        return [(model, asked.own_tier) for model in own] + [(model, asked.others_tier) for model in more]

    def kept(self, asked: Asked) -> int:
        """Return the model that the session keeps."""
        is_first = asked.session not in self.talks
        talk = self.talks.setdefault(asked.session, Conversation())
        gap_us = 0 if is_first else self.arrival_us[asked.row] - self.arrival_us[asked.row - 1]
        is_known = not is_first and gap_us < self.policy.sticky_ttl_s * MICRO
        if self.policy.stickiness == "implicit" and asked.prefix == 0:
            is_known = False
        kept = talk.arrive(asked.row, is_known=is_known)
        return kept if self.policy.stickiness != "none" else NOBODY

    def ask(self, asked: Asked, endpoint: Endpoint) -> tuple[int, int]:
        """Return why the model does not take the call, and how long that takes to show."""
        failure_us = round(self.operations.failure_s * MICRO)
        if endpoint.is_avoided:
            return Failure.OUTAGE, 0
        self.n_attempts[asked.row] += 1
        if endpoint.is_out:
            if not endpoint.is_suspect:
                self.env.process(self.learn(endpoint, failure_us))
            return Failure.OUTAGE, failure_us
        if endpoint.is_full:
            return Failure.BUSY, 0
        tokens = asked.prompt + asked.completion
        if endpoint.opens_at(tokens) > self.env.now:
            return Failure.RATE_LIMIT, 0
        endpoint.pay(tokens, self.env.now)  # type: ignore[arg-type]
        if mixed_bits(asked.bits, self.n_attempts[asked.row]) >> 32 < endpoint.threshold:
            return Failure.ERROR, failure_us
        return Failure.NONE, 0

    def learn(self, endpoint: Endpoint, failure_us: int) -> Steps:
        """Know of an outage once it has shown, and forget it after a while."""
        endpoint.is_suspect = True
        yield At(self.env, self.env.now + failure_us, WEATHER)  # type: ignore[arg-type]
        endpoint.is_avoided = True
        yield At(self.env, self.env.now + round(self.operations.avoid_s * MICRO), WEATHER)  # type: ignore[arg-type]
        endpoint.is_suspect = endpoint.is_avoided = False

    def call(self, asked: Asked, model: int, tier: int) -> Steps:
        """Wait for a line where there are lines, then be answered."""
        row, lines = asked.row, self.endpoints[model].lines
        self.model[row], self.tier[row] = model, tier
        self.talks[asked.session].answered(row, model)
        line: Any = None
        if lines is not None:
            line = lines.request()
            yield line
        self.cached_tokens[row] = self.cached(asked, model)
        takes_us = self.answer_us(asked, model) if self.is_timed[model] else 0
        if self.is_timed[model]:
            self.latency_us[row] = self.env.now + takes_us - self.arrival_us[row]  # type: ignore[call-overload]
        yield At(self.env, self.env.now + takes_us, ENDS + row)  # type: ignore[arg-type]
        if lines is not None:
            lines.release(line)

    def answer_us(self, asked: Asked, model: int) -> int:
        """Return the time to the last token."""
        uncached_us = self.uncached_us * (asked.prompt - self.cached_tokens[asked.row])
        tokens_us = asked.completion * self.token_ns[model][asked.levels[1]] // 1000
        return int(self.ttft_us[model][asked.levels[0]] + uncached_us + tokens_us)

    def cached(self, asked: Asked, model: int) -> int:
        """Return what the model still has of the prompt."""
        rules, before = self.rules[model], self.talks[asked.session].row_before(asked.row, model)
        if before is None or rules.ttl_s == 0 or not self.has_cache(model, asked.prompt):
            return 0
        if self.arrival_us[asked.row] - self.arrival_us[before] > round(rules.ttl_s * MICRO):
            return 0
        length = min(self.rows[before].prompt, *(r.prefix for r in self.rows[before + 1 : asked.row + 1]))
        return length if length >= rules.min_tokens else 0

    def has_cache(self, model: int, prompt: int) -> bool:
        """Return whether a price of reading from the cache is known for a prompt of this length."""
        own = self.catalogue.cache_read_usd_per_mtok[model]
        steps = [s for s in self.catalogue.price_steps if s.model_index == model and s.min_prompt_tokens < prompt]
        in_force = max(steps, key=lambda step: step.min_prompt_tokens, default=None)
        return not (np.isnan(own) and (in_force is None or math.isnan(in_force.cache_read_usd_per_mtok)))
