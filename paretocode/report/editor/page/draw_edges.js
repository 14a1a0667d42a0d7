// What moves? Edges through the panels, their handles on the rails, and the tiers between them.

import { tierClass } from "./marks.js";
import { emptied, svgElement, withText } from "./svg.js";
import { scoreText, valueText } from "./words.js";

export class EdgeLines {
  constructor(behind, before) {
    this.bands = svgElement("g");
    behind.append(this.bands);
    this.lines = svgElement("g");
    this.handles = svgElement("g");
    before.append(this.lines, this.handles);
    this.shape = "";
  }

  // Handles are made anew only where their number or their rails changed, so that focus stays where it is.
  show(layout, edges, names, selected) {
    const shape = `${edges.request.length}/${edges.score ? "apart" : "coupled"}`;
    if (shape !== this.shape) {
      this.shape = shape;
      this.make(edges);
      this.makeBands(edges);
    }
    this.showBands(layout, edges, names);
    this.moveHandles(layout, edges, names, selected);
  }

  make(edges) {
    emptied(this.lines);
    emptied(this.handles);
    this.rails = edges.score ? ["score", "request"] : ["request"];
    this.parts = this.rails.flatMap((rail) => edges.request.map((_, index) => this.part(rail, index)));
    this.ties = edges.score ? edges.request.map(() => svgElement("line", { class: "pc-tie" })) : [];
    this.lines.append(...this.ties, ...this.parts.map((part) => part.line));
    this.handles.append(...this.parts.map((part) => part.handle));
  }

  part(rail, index) {
    const line = svgElement("line", { class: "pc-edge" });
    const text = svgElement("text", { class: "pc-value", "text-anchor": "middle", y: 4 });
    const lock = svgElement("path", { class: "pc-lock", transform: "translate(20 -1)", d: "M-3.5,-1h7v6h-7zM-2,-1v-2a2,2 0 0 1 4,0v2" });
    const handle = svgElement(
      "g",
      { role: "slider", tabindex: "0", class: "pc-handle", "aria-orientation": "horizontal", "data-rail": rail, "data-index": index },
      svgElement("rect", { class: "pc-hit", x: -30, y: -20, width: 60, height: 40 }),
      svgElement("rect", { class: "pc-focus", x: -31, y: -16, width: 62, height: 32, rx: 9 }),
      svgElement("rect", { class: "pc-grip", x: -27, y: -12, width: 54, height: 24, rx: 6 }),
      text,
      lock,
    );
    return { rail, index, line, handle, text };
  }

  makeBands(edges) {
    emptied(this.bands);
    const n = edges.request.length + 1;
    const panels = ["models", "traffic", "request", ...(edges.score ? ["score"] : [])];
    this.rects = panels.map((panel) => {
      const kind = panel === "models" || panel === "traffic" ? "pc-band" : "pc-rail";
      return { panel, rects: Array.from({ length: n }, (_, tier) => svgElement("rect", { class: `${kind} ${tierClass(tier)}` })) };
    });
    this.names = Array.from({ length: n }, () => svgElement("text", { "text-anchor": "middle", class: "pc-tier-name" }));
    this.railNames = ["scores", "requests"].map((text) => svgElement("text", { "text-anchor": "end", class: "pc-note" }, text));
    this.bands.append(...this.rects.flatMap(({ rects }) => rects), ...this.names, ...this.railNames);
  }

  showBands(layout, edges, names) {
    const request = [layout.left, ...edges.request.map((ppm) => layout.x(ppm)), layout.right];
    const score = edges.score ? [layout.left, ...edges.score.map((milli) => layout.xOfScore(milli)), layout.right] : request;
    const places = {
      models: [score, layout.modelsTop, layout.modelsBottom - layout.modelsTop],
      traffic: [request, layout.trafficTop, layout.trafficBottom - layout.trafficTop],
      request: [request, layout.requestRail, layout.railHeight],
      score: [score, layout.scoreRail, layout.railHeight],
    };
    for (const { panel, rects } of this.rects) {
      const [ends, y, height] = places[panel];
      rects.forEach((rect, tier) => setAll(rect, { x: ends[tier], width: Math.max(ends[tier + 1] - ends[tier], 0), y, height }));
    }
    this.names.forEach((text, tier) => {
      const room = request[tier + 1] - request[tier] - 60;
      withText(text, room > (names[tier] ?? "").length * 6.4 ? names[tier] : "");
      setAll(text, { x: (request[tier] + request[tier + 1]) / 2, y: layout.requestRail + 16.5 });
    });
    this.railNames.forEach((text, at) => {
      const isShown = edges.score && !layout.isNarrow;
      setAll(text, { x: layout.left - 8, y: (at ? layout.requestRail : layout.scoreRail) + 16 });
      setAll(text, { visibility: isShown ? "visible" : "hidden" });
    });
  }

  moveHandles(layout, edges, names, selected) {
    for (const { rail, index, line, handle, text } of this.parts) {
      const isScore = rail === "score";
      const x = isScore ? layout.xOfScore(edges.score[index]) : layout.x(edges.request[index]);
      const top = isScore || !edges.score ? layout.modelsTop : layout.requestRail;
      const bottom = isScore ? layout.scoreRail + layout.railHeight : layout.trafficBottom;
      setAll(line, { x1: x, x2: x, y1: top, y2: bottom });
      const rest = (isScore ? layout.scoreRail : layout.requestRail) + layout.railHeight / 2;
      const isPinned = (isScore ? edges.pinned_score : edges.pinned_request)[index];
      const state = `${isPinned ? " pc-pinned" : ""}${isSame(selected, rail, index) ? " pc-selected" : ""}`;
      setAll(handle, { transform: `translate(${x.toFixed(2)} ${rest})`, class: `pc-handle${state}` });
      setAll(text, { x: isPinned ? -4 : 0 });
      withText(text, isScore ? scoreText(edges.score[index]) : valueText(edges.request[index]));
    }
    this.ties.forEach((tie, index) => {
      const [x1, x2] = [layout.xOfScore(edges.score[index]), layout.x(edges.request[index])];
      setAll(tie, { x1, x2, y1: layout.scoreRail + layout.railHeight, y2: layout.requestRail });
    });
  }
}

function setAll(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    const text = typeof value === "number" ? value.toFixed(2) : value;
    if (element.getAttribute(key) !== text) {
      element.setAttribute(key, text);
    }
  }
}

export function isSame(selected, rail, index) {
  return Boolean(selected) && selected.rail === rail && selected.index === index;
}
