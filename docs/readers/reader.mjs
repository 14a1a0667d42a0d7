// Which model does a request get? A reader of tier map format 1 for Node 18 or newer, without packages.
// Run `node reader.mjs RELEASE_DIR`: 0 all conformance vectors agree, 1 some differ, 2 the release is refused.
// It checks the map's digest and the rules across its fields; approvals and signatures are left to the host.
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const refuse = (what) => { throw new Error(what); };
const PRICES = ["prompt_micro_usd_per_mtok", "completion_micro_usd_per_mtok", "cache_read_micro_usd_per_mtok"];
const keyOf = (c) => (c.effort ? `${c.model_id}@${c.effort}` : c.model_id);
const byKey = (a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)); // UTF-8 order is code point order
const increases = (edges) => edges.every((edge, i) => Number.isSafeInteger(edge) && (i === 0 || edges[i - 1] < edge));
const WEIGHTS = { prompt: [1, 0, 0], completion: [0, 1, 0], blend_3_1: [3, 1, 0], blend_7_2_1: [2, 1, 7], request: [0, 0, 0] };

// The rules that a JSON schema cannot say (docs/tier_map.md); the first one broken, else undefined.
export function brokenRule(map) {
  const { request_edges_ppm: edges, score_edges_milli: floors, tiers, drift_limits: limits } = map;
  const [names, models] = [tiers.map((t) => t.name), tiers.flatMap((t) => t.candidates)];
  const isOnce = (items) => new Set(items).size === items.length;
  const isCut = (cuts) => cuts.length === tiers.length - 1 && increases(cuts);
  const isDay = (day) => day === null || (!isNaN(new Date(day)) && new Date(day).toISOString().startsWith(day));
  const isGift = (m) => !m.is_free && [m, ...m.price_steps].some((p) => p[PRICES[0]] === 0 || p[PRICES[1]] === 0);
  const expected = [null, ...(floors ?? Array(tiers.length - 1).fill(null))];
  return [
    [isCut(edges), "request_edges_ppm do not increase tier by tier"],
    [floors === null || isCut(floors), "score_edges_milli do not increase tier by tier"],
    [tiers.every((tier, i) => tier.floor_milli === expected[i]), "floor_milli does not repeat score_edges_milli"],
    [isOnce(names) && names.includes(map.default_tier), "the tiers' names do not fit"],
    [edges[0] !== 0 || map.default_tier === names[0], "no request can ask for the lowest tier"],
    [map.policy.eligibility === "tier" || floors !== null, "eligibility by floor needs score edges"],
    [isOnce(models.map(keyOf)), "a model stands twice"],
    [models.every((m) => isOnce(m.price_steps.map((s) => s.min_prompt_tokens))), "a price step stands twice"],
    [!models.some(isGift), "a model costs 0 and is not said to be free"],
    [isDay(map.valid_from) && isDay(map.valid_until), "a day is none of the calendar"],
    [!map.valid_from || !map.valid_until || map.valid_from <= map.valid_until, "valid_until is before valid_from"],
    [limits === null || limits.served_ppm.length === tiers.length, "drift_limits do not fit the tiers"],
    [limits === null || limits.served_ppm.reduce((sum, ppm) => sum + ppm, 0) === 1e6, "drift_limits do not add up"],
  ].find(([isKept]) => !isKept)?.[1];
}

export function load(bytes, expectedSha256) {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== expectedSha256) refuse(`the map's sha256 is ${sha256} and not ${expectedSha256}`);
  const map = JSON.parse(bytes);
  if (map.format !== "paretocode-tier-map" || map.format_version !== 1) refuse("no tier map of format 1");
  const broken = brokenRule(map);
  if (broken) refuse(broken);
  const [names, today] = [map.tiers.map((t) => t.name), new Date().toISOString().slice(0, 10)];
  if (map.valid_from && today < map.valid_from) refuse(`valid from ${map.valid_from} on`);
  if (map.valid_until && today > map.valid_until) refuse(`expired on ${map.valid_until}`);
  const models = map.tiers.flatMap((tier, at) => tier.candidates.map((c) => ({ ...c, tier: at, key: keyOf(c) })));
  return { ...map, names, models, sha256 };
}

// Whole pico-USD as BigInt: tokens times prices may exceed 2^53.
function price(model, metric, prompt, completion) {
  let own = PRICES.map((name) => model[name]);
  if (metric === "request") {
    const steps = model.price_steps.filter((s) => s.min_prompt_tokens < prompt); // strictly longer prompts only
    const step = steps.sort((a, b) => b.min_prompt_tokens - a.min_prompt_tokens)[0] ?? {};
    own = PRICES.map((name, i) => step[name] ?? own[i]);
    return BigInt(prompt) * BigInt(own[0]) + BigInt(completion) * BigInt(own[1]);
  }
  own[2] ??= own[0]; // no price for cache reads: the prompt price
  return own.reduce((sum, usd, i) => sum + BigInt(WEIGHTS[metric][i]) * BigInt(usd), 0n);
}

export function route(map, { min_score_ppm = null, prompt_tokens = 0, completion_tokens = 0, unavailable = [] }) {
  const isWhole = Number.isInteger(min_score_ppm) && min_score_ppm >= 0 && min_score_ppm <= 1e6;
  if (min_score_ppm !== null && !isWhole) throw new RangeError(`min_score_ppm is ${min_score_ppm}`);
  const { ranking, price_metric, eligibility, empty_tier, n_fallbacks } = map.policy;
  const able = map.models
    .filter((m) => m[PRICES[0]] !== null && m[PRICES[1]] !== null) // unknown price: never ranked
    .filter((m) => m.context_tokens !== null && m.context_tokens >= prompt_tokens + completion_tokens)
    .filter((m) => !unavailable.includes(m.key))
    .map((m) => ({ ...m, price: price(m, price_metric, prompt_tokens, completion_tokens) }));
  const faster = (a, b) => (ranking === "throughput" ? (b.throughput_milli_tps_p50 ?? 0) - (a.throughput_milli_tps_p50 ?? 0) : 0);
  const cheaper = (a, b) => (a.price < b.price ? -1 : a.price > b.price ? 1 : 0);
  const better = (a, b) => (a.score_milli === null) - (b.score_milli === null) || b.score_milli - a.score_milli;
  able.sort((a, b) => faster(a, b) || cheaper(a, b) || better(a, b) || byKey(a, b));
  const asked = min_score_ppm === null
    ? map.names.indexOf(map.default_tier)
    : map.request_edges_ppm.filter((edge) => edge <= min_score_ppm).length; // equal to an edge: the tier above
  const step = { up: 1, down: -1, refuse: map.tiers.length }[empty_tier];
  for (let tier = asked; tier >= 0 && tier < map.tiers.length; tier += step) {
    const floor = map.tiers[tier].floor_milli;
    const isEligible = (m) => (eligibility === "tier" ? m.tier === tier : floor === null || (m.score_milli ?? -Infinity) >= floor);
    const [primary, ...others] = able.filter(isEligible).map((m) => m.key);
    if (primary !== undefined) return { tier: map.names[tier], primary, fallbacks: others.slice(0, n_fallbacks) };
  }
  return { tier: null, primary: null, fallbacks: [] };
}

function agrees(map, { is_malformed, tier, primary, fallbacks, ...request }) {
  try {
    const found = JSON.stringify(route(map, request));
    return !is_malformed && found === JSON.stringify({ tier, primary, fallbacks });
  } catch (error) {
    return is_malformed && error instanceof RangeError;
  }
}

function checkRules(path) {
  const { format, cases } = JSON.parse(readFileSync(path));
  if (format !== "paretocode-rule-vectors-1") refuse("no rule vectors");
  const differing = cases.filter((one) => (brokenRule(one.map) === undefined) !== one.is_valid);
  console.log(`${cases.length - differing.length} of ${cases.length} rule vectors agree`);
  differing.forEach((one) => console.log(`differs: ${one.rule}`));
  return differing.length || !cases.length ? 1 : 0;
}

function main(folder, rules) {
  if (folder === "--rules") return checkRules(rules);
  const statement = JSON.parse(readFileSync(join(folder, "evidence.json")));
  const released = (name) => statement.subject.find((subject) => subject.name === name)?.digest.sha256;
  const map = load(readFileSync(join(folder, "tier_map.json")), released("tier_map.json"));
  const vectors = JSON.parse(readFileSync(join(folder, "vectors.json")));
  if (vectors.format !== "paretocode-vectors-2" || vectors.tier_map_sha256 !== map.sha256) refuse("not this map's vectors");
  const differing = vectors.cases.flatMap((vector, i) => (agrees(map, vector) ? [] : [i]));
  console.log(`${vectors.cases.length - differing.length} of ${vectors.cases.length} vectors agree`);
  differing.forEach((i) => console.log(`case ${i} differs`));
  return differing.length || !vectors.cases.length ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    process.exitCode = main(process.argv[2] ?? refuse("usage: node reader.mjs RELEASE_DIR, or --rules FILE"), process.argv[3]);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 2;
  }
}
