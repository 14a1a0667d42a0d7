// Where may an edge go? The page's own copy of the rules, so that an edge follows the pointer without asking.
// The kernel keeps the same rules and has the last word.

export const AXIS = 1_000_000;

export function clamped(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

// The lowest and the highest place of an edge between its neighbours.
export function roomOf(places, index, least, most) {
  const low = index > 0 ? places[index - 1] + 1 : least;
  const high = index + 1 < places.length ? places[index + 1] - 1 : most;
  return [low, Math.max(low, high)];
}

// The candidate nearest to a place among those inside the room; where there is none, the place itself.
export function snapped(candidates, place, [low, high]) {
  const at = firstAtLeast(candidates, place);
  const near = [candidates[at - 1], candidates[at]].filter((one) => one !== undefined && one >= low && one <= high);
  if (near.length) {
    return near.reduce((best, one) => (Math.abs(one - place) < Math.abs(best - place) ? one : best));
  }
  const inside = candidates.filter((one) => one >= low && one <= high);
  if (inside.length) {
    return place < inside[0] ? inside[0] : inside[inside.length - 1];
  }
  return clamped(Math.round(place), low, high);
}

// So many candidates up or down from a place; at the last one, the end of the room.
export function stepped(candidates, place, by, [low, high]) {
  const inside = candidates.filter((one) => one >= low && one <= high);
  if (by > 0) {
    const above = inside.filter((one) => one > place);
    return above.length ? above[Math.min(by, above.length) - 1] : high;
  }
  const below = inside.filter((one) => one < place);
  return below.length ? below[Math.max(below.length + by, 0)] : low;
}

export function firstAtLeast(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// From one not-decreasing column to the other, straight between its steps.
export function along(from, to, value) {
  const at = clamped(firstAtLeast(from, value), 1, from.length - 1);
  const wide = from[at] - from[at - 1];
  const share = wide > 0 ? clamped((value - from[at - 1]) / wide, 0, 1) : 1;
  return to[at - 1] + share * (to[at] - to[at - 1]);
}
