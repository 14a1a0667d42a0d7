// What does the map come to? Tables of numbers, of tiers and of maps; cells change in place, so nothing jumps.

import { shapeOf, tierClass } from "./marks.js";
import { emptied, htmlElement, svgElement, withText } from "./svg.js";

const ARROWS = { better: "▼", worse: "▲", same: "=", "": "" };

function changed(cell, text, verdict) {
  cell.className = `pc-change ${verdict ? `pc-${verdict}` : ""}`;
  withText(cell, `${text} ${ARROWS[verdict]}`.trim());
  cell.setAttribute("aria-label", verdict && verdict !== "same" ? `${text}, ${verdict}` : text);
}

function headed(table, headings) {
  const row = htmlElement("tr");
  for (const heading of headings) {
    row.append(htmlElement("th", { scope: "col", class: `pc-h-${heading.split(" ").pop()}` }, heading));
  }
  table.append(htmlElement("thead", {}, row));
  const body = htmlElement("tbody");
  table.append(body);
  return body;
}

export class NumberTable {
  constructor(section, incumbent) {
    this.section = section;
    this.incumbent = incumbent;
    this.rows = new Map();
    this.made = null;
  }

  show(rows) {
    const keys = rows.map((row) => row.key).join();
    if (keys !== this.made) {
      this.made = keys;
      this.make(rows);
    }
    for (const row of rows) {
      const cells = this.rows.get(row.key);
      withText(cells.now, row.now);
      withText(cells.unit, row.unit);
      if (this.incumbent) {
        withText(cells.was, row.was);
        changed(cells.change, row.change, row.verdict);
      }
    }
  }

  make(rows) {
    emptied(this.section);
    this.rows.clear();
    if (!rows.length) {
      this.section.append(htmlElement("p", { class: "pc-empty" }, "Without a log there are no totals; picks and findings speak of models alone."));
      return;
    }
    const table = htmlElement("table", {}, htmlElement("caption", {}, "On this log, exactly"));
    const headings = ["", "this map", ...(this.incumbent ? [this.incumbent, "change"] : [])];
    const body = headed(table, headings);
    for (const row of rows) {
      const unit = htmlElement("span", { class: "pc-unit" });
      const cells = { unit, now: htmlElement("td", { class: "pc-now" }), was: htmlElement("td"), change: htmlElement("td") };
      const name = htmlElement("th", { scope: "row" }, row.label, " ", unit);
      const line = htmlElement("tr", {}, name, cells.now, ...(this.incumbent ? [cells.was, cells.change] : []));
      this.rows.set(row.key, cells);
      body.append(line);
    }
    const account = "Caches by the lag-1 rule, no stickiness. Compare replays both.";
    this.section.append(table, htmlElement("p", { class: "pc-empty pc-small" }, account));
  }
}

export class TierTable {
  constructor(section, incumbent, hasLog) {
    this.section = section;
    this.incumbent = incumbent;
    this.hasLog = hasLog;
    this.lines = [];
  }

  show(tiers) {
    if (tiers.length !== this.lines.length) {
      this.make(tiers.length);
    }
    tiers.forEach((tier, at) => this.fill(this.lines[at], tier));
  }

  make(n) {
    emptied(this.section);
    const table = htmlElement("table", {}, htmlElement("caption", {}, "Tiers, and who serves them"));
    const shares = this.hasLog ? ["requests"] : [];
    const body = headed(table, ["", ...shares, "pick", "next costs", ...(this.incumbent ? [`${this.incumbent} picks`] : [])]);
    table.classList.add("pc-tier-table");
    this.lines = Array.from({ length: n }, (_, tier) => this.line(tier));
    body.append(...this.lines.map((line) => line.row));
    this.section.append(table);
  }

  line(tier) {
    const mark = svgElement("svg", { class: "pc-key", viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true" }, svgElement("path", { d: shapeOf(tier), class: tierClass(tier) }));
    const cells = Object.fromEntries(["share", "pick", "margin", "was"].map((key) => [key, htmlElement("td", { class: `pc-${key}` })]));
    const name = htmlElement("b");
    const range = htmlElement("span", { class: "pc-unit" });
    const scores = htmlElement("span", { class: "pc-unit" });
    const parts = { pick: htmlElement("span", { class: "pc-pick" }), price: htmlElement("span", { class: "pc-unit" }), fallbacks: htmlElement("div", { class: "pc-unit" }), share: htmlElement("span"), shareWas: htmlElement("span", { class: "pc-unit" }) };
    cells.pick.append(parts.pick, " ", parts.price, parts.fallbacks);
    cells.share.append(parts.share, parts.shareWas);
    const row = htmlElement("tr", {}, htmlElement("th", { scope: "row" }, mark, name, range, scores), ...(this.hasLog ? [cells.share] : []), cells.pick, cells.margin, ...(this.incumbent ? [cells.was] : []));
    return { row, cells, name, range, scores, parts };
  }

  fill({ cells, name, range, scores, parts }, tier) {
    withText(name, tier.name);
    withText(range, `${tier.from} – ${tier.to}`);
    const models = `${tier.n_models} ${tier.n_models === 1 ? "model" : "models"}`;
    withText(scores, [models, scoreRange(tier)].filter(Boolean).join(", "));
    withText(parts.share, tier.share);
    withText(parts.shareWas, this.incumbent && tier.share_was !== "–" ? ` was ${tier.share_was}` : "");
    withText(parts.pick, tier.pick);
    withText(parts.price, tier.pick === "–" ? "" : `${tier.price} USD`);
    withText(parts.fallbacks, tier.fallbacks.length ? `then ${tier.fallbacks.join(", ")}` : "");
    withText(cells.margin, tier.margin);
    withText(cells.was, tier.is_new ? tier.pick_was : tier.pick_was === "–" ? "–" : "the same");
    cells.was.classList.toggle("pc-quiet", !tier.is_new);
  }
}

function scoreRange({ score_from: from, score_to: to }) {
  if (from && to) {
    return `${from} to ${to}`;
  }
  return from ? `from ${from}` : to ? `below ${to}` : "";
}

const SIGNS = { error: "✖", warning: "▲", note: "●" };

export class Findings {
  constructor(section) {
    this.section = section;
    this.key = null;
  }

  show(findings, notes) {
    this.section.classList.toggle("pc-waiting", findings === null);
    if (findings === null) {
      return; // the edges still move; what is said of the map comes when they rest
    }
    const key = JSON.stringify([findings, notes]);
    if (key === this.key) {
      return;
    }
    this.key = key;
    emptied(this.section);
    const all = [...notes.map((message) => ({ severity: "note", subject: "", message })), ...findings];
    const words = { error: "error", warning: "warning", note: "note" };
    const title = findings.length ? `${findings.length} ${findings.length === 1 ? "finding" : "findings"}` : "No findings";
    this.section.append(htmlElement("h3", {}, title));
    const list = htmlElement("ul");
    for (const { severity, subject, message } of all) {
      const sign = htmlElement("span", { class: `pc-sign pc-is-${severity}`, role: "img", "aria-label": words[severity] }, SIGNS[severity]);
      const text = htmlElement("span", {}, ...(subject ? [htmlElement("b", {}, subject), " "] : []), message);
      list.append(htmlElement("li", {}, sign, text));
    }
    this.section.append(list);
  }
}

export function showComparison(section, { maps, rows, notes }) {
  emptied(section);
  const close = htmlElement("button", { type: "button", class: "pc-button pc-close", "aria-label": "close the comparison" }, "×");
  close.addEventListener("click", () => section.setAttribute("hidden", ""));
  const table = htmlElement("table", { class: "pc-maps" }, htmlElement("caption", {}, "Maps side by side"));
  const body = headed(table, ["", ...maps]);
  for (const row of rows) {
    const cells = row.cells.map(({ now, change, verdict }) => {
      const difference = htmlElement("span");
      changed(difference, change === "–" ? "" : change, verdict);
      return htmlElement("td", {}, htmlElement("span", { class: "pc-now" }, now), " ", difference);
    });
    body.append(htmlElement("tr", {}, htmlElement("th", { scope: "row" }, row.label, " ", htmlElement("span", { class: "pc-unit" }, row.unit)), ...cells));
  }
  section.append(close, htmlElement("div", { class: "pc-scroll" }, table), ...notes.map((note) => htmlElement("p", { class: "pc-empty" }, note)));
  section.removeAttribute("hidden");
}
