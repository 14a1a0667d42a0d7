// Which model does a request get? A reader of tier map format 1 in one file of Rust, standard library only.
// `rustc --edition 2021 -O reader.rs && ./reader RELEASE_DIR`: 0 all vectors agree, 1 some differ, 2 the release is refused.
// It has no sha256 (the standard library has none): check the folder's digests with `sha256sum` first.
use std::cmp::Reverse;
use std::{env, fs, process};

// --- JSON, as far as a tier map and its vectors need it: no numbers with a point, no escaped characters beyond \uXXXX.
#[derive(Debug, PartialEq)]
enum Json {
    Null,
    Bool(bool),
    Whole(i128),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}
use Json::*;

impl Json {
    fn get(&self, key: &str) -> &Json {
        let Object(pairs) = self else { return &Null };
        pairs.iter().find(|(name, _)| name == key).map_or(&Null, |(_, value)| value)
    }
    fn whole(&self) -> Option<i128> {
        if let Whole(number) = self { Some(*number) } else { None }
    }
    fn text(&self) -> Option<&str> {
        if let Text(text) = self { Some(text) } else { None }
    }
    fn list(&self) -> &[Json] {
        if let List(items) = self { items } else { &[] }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}
type Parsed<T> = Result<T, String>;

impl Parser<'_> {
    fn skip_space(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at].is_ascii_whitespace() {
            self.at += 1;
        }
    }
    fn take(&mut self, word: &str) -> bool {
        self.skip_space();
        let is_next = self.bytes[self.at..].starts_with(word.as_bytes());
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }
    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.take(word) { Ok(()) } else { Err(format!("no {word} at byte {}", self.at)) }
    }
    fn value(&mut self, depth: usize) -> Parsed<Json> {
        if depth > 16 {
            return Err("nested too deeply".into());
        }
        for (word, value) in [("null", Null), ("true", Bool(true)), ("false", Bool(false))] {
            if self.take(word) {
                return Ok(value);
            }
        }
        if self.take("[") {
            let mut items = vec![];
            while !self.take("]") {
                if !items.is_empty() { self.expect(",")? }
                items.push(self.value(depth + 1)?);
            }
            Ok(List(items))
        } else if self.take("{") {
            let mut pairs: Vec<(String, Json)> = vec![];
            while !self.take("}") {
                if !pairs.is_empty() { self.expect(",")? }
                self.expect("\"")?;
                let key = self.string()?;
                self.expect(":")?;
                if pairs.iter().any(|(name, _)| *name == key) { return Err(format!("key {key} stands twice")) }
                pairs.push((key, self.value(depth + 1)?));
            }
            Ok(Object(pairs))
        } else if self.take("\"") {
            self.string().map(Text)
        } else {
            let rest = &self.bytes[self.at..];
            let length = rest.iter().take_while(|byte| !b",]} \n\r\t".contains(byte)).count();
            let digits = std::str::from_utf8(&rest[..length]).unwrap_or("");
            self.at += length;
            digits.parse().map(Whole).map_err(|_| format!("{digits:?} is no whole number"))
        }
    }
    fn string(&mut self) -> Parsed<String> {
        let (mut units, mut out) = (vec![], vec![]); // UTF-16 units of \uXXXX in a row; bytes
        loop {
            let byte = *self.bytes.get(self.at).ok_or("an unfinished text")?;
            let escape = *self.bytes.get(self.at + 1).unwrap_or(&0);
            if byte == b'\\' && escape == b'u' {
                let digits = self.bytes.get(self.at + 2..self.at + 6).ok_or("an unfinished text")?;
                let digits = std::str::from_utf8(digits).map_err(|_| "a bad escape")?;
                units.push(u16::from_str_radix(digits, 16).map_err(|_| "a bad escape")?);
                self.at += 6;
                continue;
            }
            out.extend(String::from_utf16(&units).map_err(|_| "half a surrogate pair")?.bytes());
            units.clear();
            self.at += 1;
            match byte {
                b'"' => return String::from_utf8(out).map_err(|_| "no UTF-8".into()),
                b'\\' => {
                    let known = b"\"\\/bfnrt".iter().position(|&c| c == escape).ok_or("a bad escape")?;
                    out.push(b"\"\\/\x08\x0c\n\r\t"[known]);
                    self.at += 1;
                }
                _ => out.push(byte),
            }
        }
    }
}

fn read(path: &str) -> Parsed<Json> {
    let bytes = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let mut parser = Parser { bytes: &bytes, at: 0 };
    let value = parser.value(0).map_err(|error| format!("{path}: {error}"))?;
    parser.skip_space();
    if parser.at == bytes.len() { Ok(value) } else { Err(format!("{path}: more than one value")) }
}

// --- routing
fn key(model: &Json) -> String {
    let (id, effort) = (model.get("model_id").text().unwrap_or(""), model.get("effort").text().unwrap_or(""));
    if effort.is_empty() { id.to_string() } else { format!("{id}@{effort}") }
}

/// The price that ranks a model, whole pico-USD or their multiple; None where prompt or completion price is unknown.
fn price(model: &Json, metric: &str, prompt_tokens: i128, completion_tokens: i128) -> Option<i128> {
    let of = |prices: &Json, name: &str| prices.get(&format!("{name}_micro_usd_per_mtok")).whole();
    let (prompt, completion) = (of(model, "prompt")?, of(model, "completion")?);
    let below = |step: &&Json| step.get("min_prompt_tokens").whole() < Some(prompt_tokens); // strictly longer prompts
    let steps = model.get("price_steps").list().iter();
    let step = steps.filter(below).max_by_key(|step| step.get("min_prompt_tokens").whole()).unwrap_or(&Null);
    Some(match metric {
        "prompt" => prompt,
        "completion" => completion,
        "blend_3_1" => 3 * prompt + completion,
        "blend_7_2_1" => 7 * of(model, "cache_read").unwrap_or(prompt) + 2 * prompt + completion,
        _ => {
            prompt_tokens * of(step, "prompt").unwrap_or(prompt)
                + completion_tokens * of(step, "completion").unwrap_or(completion)
        }
    })
}

/// Tier, primary and fallbacks as JSON values; an error for a min score out of range.
fn route(map: &Json, case: &Json) -> Parsed<(Json, Json, Json)> {
    let (tiers, policy) = (map.get("tiers").list(), map.get("policy"));
    let rule = |name: &str| policy.get(name).text().unwrap_or("");
    let tokens = |name: &str| case.get(name).whole().unwrap_or(0);
    let (prompt, completion) = (tokens("prompt_tokens"), tokens("completion_tokens"));
    let edges = map.get("request_edges_ppm").list();
    let asked = match case.get("min_score_ppm").whole() {
        None => tiers.iter().position(|tier| tier.get("name") == map.get("default_tier")).ok_or("no default tier")?,
        Some(ppm) if (0..=1_000_000).contains(&ppm) => edges.iter().filter(|edge| edge.whole() <= Some(ppm)).count(),
        Some(ppm) => return Err(format!("min_score_ppm is {ppm}")),
    };
    let mut able = vec![];
    for (tier, model) in tiers.iter().enumerate().flat_map(|(t, x)| x.get("candidates").list().iter().map(move |c| (t, c))) {
        let (name, context) = (key(model), model.get("context_tokens").whole().unwrap_or(-1)); // unknown: holds nothing
        let is_unavailable = case.get("unavailable").list().contains(&Text(name.clone()));
        let Some(price) = price(model, rule("price_metric"), prompt, completion) else { continue };
        if !is_unavailable && context >= prompt + completion {
            let measured = model.get("throughput_milli_tps_p50").whole().unwrap_or(0);
            let speed = if rule("ranking") == "throughput" { measured } else { 0 };
            able.push((Reverse(speed), price, Reverse(model.get("score_milli").whole()), name, tier)); // None is below all
        }
    }
    able.sort();
    let step: isize = match rule("empty_tier") { "up" => 1, "down" => -1, _ => tiers.len() as isize };
    let mut place = asked as isize;
    while let Some(tier) = usize::try_from(place).ok().and_then(|at| tiers.get(at)) {
        let floor = tier.get("floor_milli").whole();
        let is_eligible = |score: Option<i128>, home: usize| match rule("eligibility") {
            "tier" => home as isize == place,
            _ => floor.is_none() || (score.is_some() && score >= floor),
        };
        let mut models = able.iter().filter(|m| is_eligible(m.2 .0, m.4)).map(|m| Text(m.3.clone()));
        if let Some(primary) = models.next() {
            let n_fallbacks = policy.get("n_fallbacks").whole().unwrap_or(0) as usize;
            let name = tier.get("name").text().unwrap_or("").to_string();
            return Ok((Text(name), primary, List(models.take(n_fallbacks).collect())));
        }
        place += step;
    }
    Ok((Null, Null, List(vec![])))
}

// --- conformance
fn run(folder: &str) -> Parsed<bool> {
    let (map, vectors) = (read(&format!("{folder}/tier_map.json"))?, read(&format!("{folder}/vectors.json"))?);
    let is_known = map.get("format").text() == Some("paretocode-tier-map") && map.get("format_version").whole() == Some(1);
    if !is_known || vectors.get("format").text() != Some("paretocode-vectors-2") {
        return Err("no tier map of format 1 with vectors of format 2".into());
    }
    let edges: Vec<_> = map.get("request_edges_ppm").list().iter().map(Json::whole).collect();
    if edges.len() + 1 != map.get("tiers").list().len() || edges.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err("request_edges_ppm do not increase tier by tier".into());
    }
    let cases = vectors.get("cases").list();
    let agrees = |case: &Json| match route(&map, case) {
        Err(_) => case.get("is_malformed") == &Bool(true),
        Ok((tier, primary, fallbacks)) => {
            case.get("is_malformed") == &Bool(false)
                && (&tier, &primary, &fallbacks) == (case.get("tier"), case.get("primary"), case.get("fallbacks"))
        }
    };
    let differing: Vec<usize> = (0..cases.len()).filter(|&i| !agrees(&cases[i])).collect();
    println!("{} of {} vectors agree", cases.len() - differing.len(), cases.len());
    differing.iter().for_each(|i| println!("case {i} differs"));
    Ok(differing.is_empty() && !cases.is_empty())
}

fn main() {
    let folder = env::args().nth(1).unwrap_or_default();
    process::exit(match run(&folder) {
        Ok(all_agree) => i32::from(!all_agree),
        Err(what) => {
            eprintln!("error: {what}");
            2
        }
    });
}
