"""How does a request fare, event by event? The definition, with a heap, meant to be read.

The compiled engine is held to this file by property tests, column by column. Speed is no concern here.

A request comes, is asked of one model after the other, and is answered, waits, or is given up. Three things are shared
between sessions and make the order of events matter: the buckets of rate limits, the calls in progress, and what the
router knows of outages. Events are taken in order of (time, kind, request), where the end of a call comes before a try.
"""

from __future__ import annotations

import heapq
from collections import deque

from paretocode.sim.events.world import JITTER_DRAW, MINUTE_US, NEVER, NONE, UNLIMITED, Failure, Outcome, World
from paretocode.sim.luck import mixed_bits
from paretocode.sim.plan import UNSERVED

__all__ = ["Twin", "run_twin"]

END, TRY = 0, 1

_Event = tuple[int, int, int, int, int]
"""Time, kind, request, round, position in the round's candidates."""


def run_twin(world: World, outcome: Outcome) -> None:
    """Let everything happen, and write what happened into the outcome."""
    Twin(world, outcome).run()


class Twin:
    """The state of the router and of the models, and the rules by which it changes."""

    def __init__(self, world: World, outcome: Outcome) -> None:
        n_models = len(world.error_threshold)
        self.world, self.out = world, outcome
        self.is_closed = len(world.think_us) > 0
        self.events: list[_Event] = []
        self.in_progress = [0] * n_models
        self.waiting: list[deque[int]] = [deque() for _ in range(n_models)]
        self.avoided = [(NEVER, NEVER)] * n_models
        self.bucket_requests = (world.requests_per_minute * MINUTE_US).tolist()
        self.bucket_tokens = (world.tokens_per_minute * MINUTE_US).tolist()
        self.filled_us = [-NEVER] * n_models

    def run(self) -> None:
        """Take one event after the other until there is none."""
        world, out = self.world, self.out
        for request, is_first in enumerate(world.is_first.tolist()):
            if is_first or not self.is_closed:
                heapq.heappush(self.events, (int(out.arrival_us[request]), TRY, request, 0, 0))
        while self.events:
            time, kind, request, round_, position = heapq.heappop(self.events)
            if kind == END:
                self.end_call(request, time)
            else:
                if round_ == position == 0:
                    out.primary[request] = self.primary(request)
                self.ask_in_turn(request, time, round_, position)

    def ask_in_turn(self, request: int, time: int, round_: int, position: int) -> None:
        """Ask the candidates from `position` on until one takes the call or takes its time to fail."""
        candidates = self.candidates(request)
        while position < len(candidates):
            model, tier = candidates[position]
            failure, takes_us = self.ask(request, model, time)
            position += 1
            if failure == Failure.NONE:
                self.take_call(request, model, tier, time)
                return
            if self.out.failure[request] == Failure.NONE:
                self.out.failure[request] = failure
            if takes_us > 0:
                heapq.heappush(self.events, (time + takes_us, TRY, request, round_, position))
                return
        self.wait_or_give_up(request, time, round_, candidates)

    def wait_or_give_up(self, request: int, time: int, round_: int, candidates: list[tuple[int, int]]) -> None:
        """Try all again after backing off, at the earliest when some limit lets the request in."""
        let_in_us = min((self.let_in_us(request, model, time) for model, _ in candidates), default=NEVER)
        if round_ == self.world.n_retries or let_in_us == NEVER:
            self.schedule_next(request, time)
            return
        wait_us = max(self.backoff_us(request, round_), let_in_us)
        heapq.heappush(self.events, (time + wait_us, TRY, request, round_ + 1, 0))

    def backoff_us(self, request: int, round_: int) -> int:
        """Return the wait after a round: half of it fixed, a random part of the other half."""
        half = min(self.world.backoff_us << round_, self.world.longest_backoff_us) // 2
        jitter = mixed_bits(int(self.world.bits[request]), JITTER_DRAW + round_) >> 48
        return half + (half * jitter >> 16)

    def primary(self, request: int) -> int:
        """Return the model asked first: the one that the session keeps, else the first of the ranking."""
        world = self.world
        state = int(world.state[request])
        kept = self.remembered(request) if world.is_sticky else UNSERVED
        return kept if kept != UNSERVED and world.is_listed[state, kept] else int(world.ranked[request])

    def remembered(self, request: int) -> int:
        """Return the model that last answered the session, as far back as the router knows it without a break."""
        world, out = self.world, self.out
        while not world.is_first[request]:
            gap_us = out.arrival_us[request] - out.arrival_us[request - 1]
            if gap_us >= world.sticky_ttl_us or (world.needs_prefix and world.prefix_tokens[request] == 0):
                return UNSERVED
            request -= 1
            if out.model[request] != UNSERVED:
                return int(out.model[request])
        return UNSERVED

    def candidates(self, request: int) -> list[tuple[int, int]]:
        """Return (model, tier) in the order asked: the primary, its fallbacks, then those of the next tier."""
        world = self.world
        primary, state = int(self.out.primary[request]), int(world.state[request])
        if primary == UNSERVED:
            return []
        fallbacks = [model for model in self.ranking(request, state) if model != primary][: world.n_fallbacks]
        own = [primary, *fallbacks]
        found = [(model, int(world.served_tier[state])) for model in own]
        there = int(world.next_state[state])
        if there != NONE:
            others = [model for model in self.ranking(request, there) if model not in own]
            found += [(model, int(world.served_tier[there])) for model in others[: 1 + world.n_fallbacks]]
        return found

    def ranking(self, request: int, state: int) -> list[int]:
        """Return a state's shortlist, best first for this request."""
        world = self.world
        models: list[int] = world.list_models[world.list_start[state] : world.list_start[state + 1]].tolist()
        if world.ranks_by_request:
            models.sort(key=lambda model: (-int(world.speed[model]), self.list_price(request, model)))
        return models

    def price_row(self, request: int, model: int) -> int:
        """Return the model's price row for a prompt of this length; a step counts when the prompt is longer."""
        world = self.world
        steps = world.step_tokens[world.step_start[model] : world.step_start[model + 1]]
        return int(world.price_row[model]) + sum(int(tokens) < int(world.prompt_tokens[request]) for tokens in steps)

    def list_price(self, request: int, model: int) -> int:
        """Return what the request costs without a cache [pico-USD]."""
        world, row = self.world, self.price_row(request, model)
        prompt = int(world.prompt_tokens[request]) * int(world.row_prompt[row])
        return prompt + int(world.completion_tokens[request]) * int(world.row_completion[row])

    def ask(self, request: int, model: int, time: int) -> tuple[int, int]:
        """Return why the model does not take the call, and how long that takes to show [microseconds]."""
        world, out = self.world, self.out
        since, until = self.avoided[model]
        if since <= time < until:
            return Failure.OUTAGE, 0
        out.n_attempts[request] += 1
        if self.is_out(model, time):
            if time >= until or since == NEVER:
                shown = time + world.failure_us
                self.avoided[model] = (shown, shown + world.avoid_us)
            return Failure.OUTAGE, world.failure_us
        if self.is_full(model):
            return Failure.BUSY, 0
        if self.let_in_us(request, model, time) > 0:
            return Failure.RATE_LIMIT, 0
        self.pay_limits(request, model)
        draw = mixed_bits(int(world.bits[request]), int(out.n_attempts[request])) >> 32
        if draw < world.error_threshold[model]:
            return Failure.ERROR, world.failure_us
        return Failure.NONE, 0

    def is_out(self, model: int, time: int) -> bool:
        """Return whether an outage is on."""
        windows = self.world.outage_us[self.world.outage_start[model] : self.world.outage_start[model + 1]]
        return any(start <= time < stop for start, stop in windows.reshape(-1, 2))

    def is_full(self, model: int) -> bool:
        """Return whether a further call is refused: all lines busy, and nowhere to wait."""
        world = self.world
        if world.concurrency[model] != UNLIMITED:
            return bool(self.in_progress[model] >= world.concurrency[model])
        has_queue_limit = world.slots[model] != UNLIMITED and world.longest_queue[model] != NONE
        if not has_queue_limit or self.in_progress[model] < world.slots[model]:
            return False
        return len(self.waiting[model]) >= int(world.longest_queue[model])

    def let_in_us(self, request: int, model: int, time: int) -> int:
        """Return how long until the model's limits let the request in: 0 for now, `NEVER` if it is too large."""
        world = self.world
        self.refill(model, time)
        tokens = int(world.prompt_tokens[request]) + int(world.completion_tokens[request])
        longest = 0
        for rate, held, amount in (
            (int(world.requests_per_minute[model]), self.bucket_requests[model], 1),
            (int(world.tokens_per_minute[model]), self.bucket_tokens[model], tokens),
        ):
            if rate == UNLIMITED:
                continue
            if amount > rate:
                return NEVER
            longest = max(longest, -((held - amount * MINUTE_US) // rate))
        return longest

    def refill(self, model: int, time: int) -> None:
        """Let the buckets run full; they hold one minute's allowance, in units of a 60-millionth."""
        since = min(time - self.filled_us[model], MINUTE_US)
        self.filled_us[model] = time
        for bucket, rates in (
            (self.bucket_requests, self.world.requests_per_minute),
            (self.bucket_tokens, self.world.tokens_per_minute),
        ):
            rate = int(rates[model])
            bucket[model] = min(bucket[model] + rate * since, rate * MINUTE_US)

    def pay_limits(self, request: int, model: int) -> None:
        """Take a call out of the buckets."""
        world = self.world
        tokens = int(world.prompt_tokens[request]) + int(world.completion_tokens[request])
        if world.requests_per_minute[model] != UNLIMITED:
            self.bucket_requests[model] -= MINUTE_US
        if world.tokens_per_minute[model] != UNLIMITED:
            self.bucket_tokens[model] -= tokens * MINUTE_US

    def take_call(self, request: int, model: int, tier: int, time: int) -> None:
        """Answer the call at once, or when a slot becomes free."""
        self.out.model[request], self.out.tier[request] = model, tier
        slots = int(self.world.slots[model])
        if slots != UNLIMITED and self.in_progress[model] >= slots:
            self.waiting[model].append(request)
        else:
            self.answer(request, model, time)

    def answer(self, request: int, model: int, time: int) -> None:
        """Work out the cache and the time, and say when the call ends."""
        world, out = self.world, self.out
        cached = self.cached(request, model)
        out.cached_tokens[request] = cached
        takes_us = self.answer_us(request, model, cached) if world.is_timed[model] else 0
        if world.is_timed[model]:
            out.latency_us[request] = time + takes_us - out.arrival_us[request]
        if world.concurrency[model] != UNLIMITED or world.slots[model] != UNLIMITED:
            self.in_progress[model] += 1
            heapq.heappush(self.events, (time + takes_us, END, request, 0, 0))
        self.schedule_next(request, time + takes_us)

    def answer_us(self, request: int, model: int, cached: int) -> int:
        """Return TTFT, the time of the prompt tokens that no cache holds, and that of the completion."""
        world = self.world
        tokens_ns = int(world.completion_tokens[request]) * int(world.token_ns[model, world.throughput_level[request]])
        uncached_us = world.us_per_uncached_token * (int(world.prompt_tokens[request]) - cached)
        return int(world.ttft_us[model, world.ttft_level[request]]) + uncached_us + tokens_ns // 1000

    def cached(self, request: int, model: int) -> int:
        """Return the prompt tokens that the model still has: the least prefix shared since it last answered."""
        world, out = self.world, self.out
        if not world.row_has_cache[self.price_row(request, model)] or world.cache_ttl_us[model] == 0:
            return 0
        shared, before = NEVER, request
        while not world.is_first[before]:
            shared = min(shared, int(world.prefix_tokens[before]))
            before -= 1
            if out.arrival_us[request] - out.arrival_us[before] > world.cache_ttl_us[model]:
                return 0
            if out.model[before] == model:
                shared = min(shared, int(world.prompt_tokens[before]))
                return shared if shared >= world.cache_min_tokens[model] else 0
        return 0

    def end_call(self, request: int, time: int) -> None:
        """Free the line, and answer who waits first."""
        model = int(self.out.model[request])
        self.in_progress[model] -= 1
        if self.waiting[model]:
            self.answer(self.waiting[model].popleft(), model, time)

    def schedule_next(self, request: int, time: int) -> None:
        """In a closed loop the session's next request comes after a pause."""
        follows = request + 1
        if self.is_closed and follows < len(self.world.is_first) and not self.world.is_first[follows]:
            arrival_us = time + int(self.world.think_us[follows])
            self.out.arrival_us[follows] = arrival_us
            heapq.heappush(self.events, (arrival_us, TRY, follows, 0, 0))
