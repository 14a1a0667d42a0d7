"""The event engine as one loop over arrays, for numba to compile. `twin.py` says what it does and why.

Names and rules are those of the twin. Here an event is two whole numbers: its time, and a code that packs kind,
request, round and position. Logged arrivals come from a sorted column; only what arises on the way goes through the
heap. The loop asks for no memory: it stops where the heap is full, and is called again with a larger one. Every
function gets the world, the outcome and the scratch whole, which is free only because helpers are written into the
loop: handing a hundred arrays on costs more than most requests do.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.sim.events.scratch import Scratch
from paretocode.sim.events.world import JITTER_DRAW, MINUTE_US, NEVER, Outcome, World

TRY = 1 << 60
ROW_SHIFT, ROUND_SHIFT = 18, 12
ROW_MASK, ROUND_MASK, POSITION_MASK = (1 << 42) - 1, 63, 4095
OK, ERROR, OUTAGE, RATE_LIMIT, BUSY = 0, 1, 2, 3, 4
AT, SIZE = 0, 1
ROOM = 4
"""Events that one step may add, and some more."""


def run_kernel(world: World, out: Outcome, scratch: Scratch, order: IndexColumn) -> bool:
    """Take events until there is none (False) or the heap is full (True); `order` lists the first arrivals."""
    place, n_arrivals = scratch.place, len(order)
    while place[AT] < n_arrivals or place[SIZE] > 0:
        if place[SIZE] + ROOM > len(scratch.heap_time):
            return True
        time, code = NEVER, 0
        if place[AT] < n_arrivals:
            row = int(order[place[AT]])
            time, code = out.arrival_us[row], TRY | (row << ROW_SHIFT)
        if place[SIZE] > 0 and _is_before(scratch.heap_time[0], scratch.heap_code[0], time, code):
            time, code = scratch.heap_time[0], scratch.heap_code[0]
            _pop(scratch)
        else:
            place[AT] += 1
        row = (code >> ROW_SHIFT) & ROW_MASK
        if not code & TRY:
            _end_call(world, out, scratch, row, time)
            continue
        round_, position = (code >> ROUND_SHIFT) & ROUND_MASK, code & POSITION_MASK
        if round_ == 0 and position == 0:
            out.primary[row] = _primary(world, out, row)
        _ask_in_turn(world, out, scratch, row, time, round_, position)
    return False


def _ask_in_turn(world: World, out: Outcome, scratch: Scratch, row: int, time: int, round_: int, position: int) -> None:
    model, tier, length = int(out.primary[row]), int(world.served_tier[world.state[row]]), 1
    if model < 0:
        length = 0
    elif position > 0:
        length = _candidates(world, out, scratch, row)
    while True:
        if position > 0 and position < length:
            model, tier = scratch.chain[position], scratch.chain_tier[position]
        if position >= length:
            _wait_or_give_up(world, out, scratch, row, time, round_, length)
            return
        failure, takes = _ask(world, out, scratch, row, model, time)
        if failure == OK:
            _take_call(world, out, scratch, row, model, tier, time)
            return
        if position == 0:
            length = _candidates(world, out, scratch, row)
        position += 1
        if out.failure[row] == OK:
            out.failure[row] = failure
        if takes > 0:
            _push(scratch, time + takes, TRY | (row << ROW_SHIFT) | (round_ << ROUND_SHIFT) | position)
            return


def _wait_or_give_up(
    world: World, out: Outcome, scratch: Scratch, row: int, time: int, round_: int, length: int
) -> None:
    let_in = NEVER
    if round_ < world.n_retries:
        for i in range(length):
            let_in = min(let_in, _let_in(world, scratch, row, scratch.chain[i], time))
    if let_in == NEVER:
        _schedule_next(world, out, scratch, row, time)
        return
    half = min(world.backoff_us << round_, world.longest_backoff_us) // 2
    jitter = int(np.int64(_mixed(world.bits[row], JITTER_DRAW + round_) >> np.uint64(48)))
    wait = max(half + (half * jitter >> 16), let_in)
    _push(scratch, time + wait, TRY | (row << ROW_SHIFT) | ((round_ + 1) << ROUND_SHIFT))


def _is_before(time: int, code: int, other_time: int, other_code: int) -> bool:
    return time < other_time or (time == other_time and code < other_code)


def _push(scratch: Scratch, time: int, code: int) -> None:
    times, codes, child = scratch.heap_time, scratch.heap_code, scratch.place[SIZE]
    while child > 0:
        parent = (child - 1) >> 1
        if _is_before(times[parent], codes[parent], time, code):
            break
        times[child], codes[child] = times[parent], codes[parent]
        child = parent
    times[child], codes[child] = time, code
    scratch.place[SIZE] += 1


def _pop(scratch: Scratch) -> None:
    times, codes = scratch.heap_time, scratch.heap_code
    scratch.place[SIZE] -= 1
    size = scratch.place[SIZE]
    time, code = times[size], codes[size]
    parent = 0
    while 2 * parent + 1 < size:
        child = 2 * parent + 1
        if child + 1 < size and _is_before(times[child + 1], codes[child + 1], times[child], codes[child]):
            child += 1
        if _is_before(time, code, times[child], codes[child]):
            break
        times[parent], codes[parent] = times[child], codes[child]
        parent = child
    times[parent], codes[parent] = time, code


def _mixed(bits: np.uint32, draw: int) -> np.uint64:
    z = np.uint64(bits) + np.uint64(draw + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _primary(world: World, out: Outcome, row: int) -> int:
    before = row
    while world.is_sticky and not world.is_first[before]:
        gap = out.arrival_us[before] - out.arrival_us[before - 1]
        if gap >= world.sticky_ttl_us or (world.needs_prefix and world.prefix_tokens[before] == 0):
            break
        before -= 1
        if out.model[before] >= 0:
            if world.is_listed[world.state[row], out.model[before]]:
                return int(out.model[before])
            break
    return int(world.ranked[row])


def _candidates(world: World, out: Outcome, scratch: Scratch, row: int) -> int:
    chain, chain_tier, ranking = scratch.chain, scratch.chain_tier, scratch.ranking
    state = world.state[row]
    chain[0], chain_tier[0], length = out.primary[row], world.served_tier[state], 1
    for i in range(_rank(world, ranking, row, state)):
        if length <= world.n_fallbacks and ranking[i] != chain[0]:
            chain[length], chain_tier[length] = ranking[i], world.served_tier[state]
            length += 1
    there, n_own = world.next_state[state], length
    if there < 0:
        return length
    for i in range(_rank(world, ranking, row, there)):
        is_new = length - n_own <= world.n_fallbacks
        for j in range(n_own):
            is_new = is_new and chain[j] != ranking[i]
        if is_new:
            chain[length], chain_tier[length] = ranking[i], world.served_tier[there]
            length += 1
    return length


def _rank(world: World, ranking: IntColumn, row: int, state: int) -> int:
    start = world.list_start[state]
    n = world.list_start[state + 1] - start
    for i in range(n):
        model, j = int(world.list_models[start + i]), i
        while world.ranks_by_request and j > 0 and _is_better(world, row, model, ranking[j - 1]):
            ranking[j] = ranking[j - 1]
            j -= 1
        ranking[j] = model
    return int(n)


def _is_better(world: World, row: int, model: int, other: int) -> bool:
    if world.speed[model] != world.speed[other]:
        return bool(world.speed[model] > world.speed[other])
    return _list_price(world, row, model) < _list_price(world, row, other)


def _price_row(world: World, row: int, model: int) -> int:
    found = world.price_row[model]
    for i in range(world.step_start[model], world.step_start[model + 1]):
        if world.step_tokens[i] < world.prompt_tokens[row]:
            found += 1
    return int(found)


def _list_price(world: World, row: int, model: int) -> int:
    at = _price_row(world, row, model)
    prompt = world.prompt_tokens[row] * world.row_prompt[at]
    return int(prompt + world.completion_tokens[row] * world.row_completion[at])


def _ask(world: World, out: Outcome, scratch: Scratch, row: int, model: int, time: int) -> tuple[int, int]:
    if scratch.since[model] <= time < scratch.until[model]:
        return OUTAGE, 0
    out.n_attempts[row] += np.uint16(1)
    for i in range(world.outage_start[model], world.outage_start[model + 1], 2):
        if world.outage_us[i] <= time < world.outage_us[i + 1]:
            if time >= scratch.until[model] or scratch.since[model] == NEVER:
                scratch.since[model] = time + world.failure_us
                scratch.until[model] = time + world.failure_us + world.avoid_us
            return OUTAGE, world.failure_us
    if _is_full(world, scratch, model):
        return BUSY, 0
    if world.requests_per_minute[model] != 0 or world.tokens_per_minute[model] != 0:
        if _let_in(world, scratch, row, model, time) > 0:
            return RATE_LIMIT, 0
        if world.requests_per_minute[model] != 0:
            scratch.held_requests[model] -= MINUTE_US
        if world.tokens_per_minute[model] != 0:
            scratch.held_tokens[model] -= (world.prompt_tokens[row] + world.completion_tokens[row]) * MINUTE_US
    if world.error_threshold[model] > 0:
        draw = int(np.int64(_mixed(world.bits[row], int(out.n_attempts[row])) >> np.uint64(32)))
        if draw < world.error_threshold[model]:
            return ERROR, world.failure_us
    return OK, 0


def _is_full(world: World, scratch: Scratch, model: int) -> bool:
    if world.concurrency[model] != 0:
        return bool(scratch.in_progress[model] >= world.concurrency[model])
    if world.slots[model] == 0 or world.longest_queue[model] < 0:
        return False
    if scratch.in_progress[model] < world.slots[model]:
        return False
    return bool(scratch.line_length[model] >= world.longest_queue[model])


def _let_in(world: World, scratch: Scratch, row: int, model: int, time: int) -> int:
    requests, tokens = world.requests_per_minute[model], world.tokens_per_minute[model]
    passed = min(time - scratch.filled[model], MINUTE_US)
    scratch.filled[model] = time
    held_requests = min(scratch.held_requests[model] + requests * passed, requests * MINUTE_US)
    held_tokens = min(scratch.held_tokens[model] + tokens * passed, tokens * MINUTE_US)
    scratch.held_requests[model], scratch.held_tokens[model] = held_requests, held_tokens
    longest = 0
    if requests != 0:
        longest = max(longest, -((held_requests - MINUTE_US) // requests))
    if tokens != 0:
        need = world.prompt_tokens[row] + world.completion_tokens[row]
        if need > tokens:
            return NEVER
        longest = max(longest, -((held_tokens - need * MINUTE_US) // tokens))
    return longest


def _take_call(world: World, out: Outcome, scratch: Scratch, row: int, model: int, tier: int, time: int) -> None:
    out.model[row], out.tier[row] = model, tier
    if world.slots[model] == 0 or scratch.in_progress[model] < world.slots[model]:
        _answer(world, out, scratch, row, model, time)
        return
    if scratch.line_length[model] == 0:
        scratch.line_first[model] = row
    else:
        scratch.line_next[scratch.line_last[model]] = row
    scratch.line_last[model] = row
    scratch.line_length[model] += 1


def _answer(world: World, out: Outcome, scratch: Scratch, row: int, model: int, time: int) -> None:
    cached = _cached(world, out, row, model)
    out.cached_tokens[row] = cached
    takes = 0
    if world.is_timed[model]:
        takes = world.ttft_us[model, world.ttft_level[row]]
        takes += world.us_per_uncached_token * (world.prompt_tokens[row] - cached)
        takes += world.completion_tokens[row] * world.token_ns[model, world.throughput_level[row]] // 1000
        out.latency_us[row] = time + takes - out.arrival_us[row]
    if world.concurrency[model] != 0 or world.slots[model] != 0:
        scratch.in_progress[model] += 1
        _push(scratch, time + takes, row << ROW_SHIFT)
    _schedule_next(world, out, scratch, row, time + takes)


def _cached(world: World, out: Outcome, row: int, model: int) -> int:
    if world.cache_ttl_us[model] == 0 or not world.row_has_cache[_price_row(world, row, model)]:
        return 0
    shared, before = NEVER, row
    while not world.is_first[before]:
        shared = min(shared, world.prefix_tokens[before])
        before -= 1
        if out.arrival_us[row] - out.arrival_us[before] > world.cache_ttl_us[model]:
            return 0
        if out.model[before] == model:
            shared = min(shared, world.prompt_tokens[before])
            return shared if shared >= world.cache_min_tokens[model] else 0
    return 0


def _end_call(world: World, out: Outcome, scratch: Scratch, row: int, time: int) -> None:
    model = int(out.model[row])
    scratch.in_progress[model] -= 1
    if scratch.line_length[model] > 0:
        first = scratch.line_first[model]
        scratch.line_first[model] = scratch.line_next[first]
        scratch.line_length[model] -= 1
        _answer(world, out, scratch, first, model, time)


def _schedule_next(world: World, out: Outcome, scratch: Scratch, row: int, time: int) -> None:
    follows = row + 1
    if len(world.think_us) > 0 and follows < len(world.is_first) and not world.is_first[follows]:
        out.arrival_us[follows] = time + world.think_us[follows]
        _push(scratch, out.arrival_us[follows], TRY | (follows << ROW_SHIFT))


HELPERS = (
    _mixed, _is_before, _push, _pop, _price_row, _list_price, _is_better, _rank, _candidates, _primary, _is_full,
    _let_in, _ask, _cached, _schedule_next, _answer, _take_call, _end_call, _wait_or_give_up, _ask_in_turn,
)  # fmt: skip
COLD = (_candidates, _wait_or_give_up)
