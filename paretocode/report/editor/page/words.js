// How is it said? Numbers of edges as people write them, and what a screen reader tells of a slider.

export function valueText(ppm) {
  const text = (ppm / 1_000_000).toFixed(6).replace(/0+$/, "").replace(/\.$/, "");
  return text.length > 7 ? (ppm / 1_000_000).toFixed(5) : text;
}

export function scoreText(milli) {
  return String(milli / 1000);
}

function told(handle, name, value) {
  if (handle.getAttribute(name) !== String(value)) {
    handle.setAttribute(name, value);
  }
}

export function describeHandle(handle, { rail, index }, edges, tiers, [low, high], rows) {
  const isScore = rail === "score";
  const places = isScore ? edges.score : edges.request;
  const say = isScore ? scoreText : valueText;
  const [below, above] = [tiers[index], tiers[index + 1]];
  const isPinned = (isScore ? edges.pinned_score : edges.pinned_request)[index];
  const what = isScore ? "score edge" : edges.score ? "request edge" : "edge";
  told(handle, "aria-label", `${what} between ${below?.name} and ${above?.name}`);
  told(handle, "aria-valuemin", low / (isScore ? 1e3 : 1e6));
  told(handle, "aria-valuemax", high / (isScore ? 1e3 : 1e6));
  told(handle, "aria-valuenow", places[index] / (isScore ? 1e3 : 1e6));
  const parts = [say(places[index])];
  if (!isScore && !edges.score && edges.score_cut.length) {
    parts.push(`cuts models at score ${scoreText(edges.score_cut[index])}`);
  }
  if (below && above) {
    parts.push(`below: ${below.name} served by ${below.pick}`, `above: ${above.name} served by ${above.pick}`);
  }
  if (rows.length) {
    parts.push(`cost ${rows[0].now} ${rows[0].unit}`);
  }
  told(handle, "aria-valuetext", `${parts.join("; ")}${isPinned ? "; pinned" : ""}`);
  told(handle, "aria-disabled", isPinned ? "true" : "false");
}

// One sentence after a change has settled.
export function summary(answer) {
  const edges = answer.edges.request.map(valueText).join(" and ");
  const start = answer.edges.request.length ? `Edges at ${edges}.` : "No edges.";
  const numbers = answer.rows
    .filter((row) => ["cost", "shortfall", "tier_jumps", "unserved"].includes(row.key))
    .map((row) => `${row.label} ${row.now} ${row.unit}${row.was === "–" ? "" : `, ${row.change} against the incumbent`}`);
  const errors = (answer.findings ?? []).filter((finding) => finding.severity === "error").length;
  return `${start} ${numbers.join("; ")}${numbers.length ? "." : ""}${errors ? ` ${errors} errors in this map.` : ""}`;
}
