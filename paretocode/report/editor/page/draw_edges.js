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
    const lock = svgElement("path", { class: "pc-lock", d: "M-3.5,-1h7v6h-7zM-2,-1v-2a2,2 0 0 1 4,0v2" });
    const handle = svgElement(
      "g",
      { role: "slider", tabindex: "0", class: "pc-handle", "aria-orientation": "horizontal", "data-rail": rail, "data-index": index },
      svgElement("rect", { class: "pc-hit", x: -30, y: -20, width: 60, height: 40 }),
      svgElement("rect", { class: "pc-focus", x: -31, y: -16, width: 62, height: 32, rx: 9 }),
      svgElement("rect", { class: "pc-grip", x: -27, y: -12, width: 54, height: 24, rx: 6 }),
      text,
      lock,
    );
    return { rail, index, line, handle, text, lock };
  }

  showBands(layout, edges, names) {
    emptied(this.bands);
    const request = [layout.left, ...edges.request.map((ppm) => layout.x(ppm)), layout.right];
    const score = edges.score ? [layout.left, ...edges.score.map((milli) => layout.xOfScore(milli)), layout.right] : request;
    names.forEach((name, tier) => {
      const panels = [
        [score, layout.modelsTop, layout.modelsBottom],
        [request, layout.trafficTop, layout.trafficBottom],
      ];
      for (const [ends, top, bottom] of panels) {
        this.bands.append(band(ends[tier], ends[tier + 1], top, bottom, `pc-band ${tierClass(tier)}`));
      }
      this.bands.append(band(request[tier], request[tier + 1], layout.requestRail, layout.requestRail + layout.railHeight, `pc-rail ${tierClass(tier)}`));
      if (edges.score) {
        this.bands.append(band(score[tier], score[tier + 1], layout.scoreRail, layout.scoreRail + layout.railHeight, `pc-rail ${tierClass(tier)}`));
      }
      const room = request[tier + 1] - request[tier] - 60;
      if (room > name.length * 6.4) {
        const at = { x: (request[tier] + request[tier + 1]) / 2, y: layout.requestRail + 16.5, "text-anchor": "middle", class: "pc-tier-name" };
        this.bands.append(svgElement("text", at, name));
      }
    });
    if (edges.score && !layout.isNarrow) {
      const at = { x: layout.left - 8, "text-anchor": "end", class: "pc-note" };
      this.bands.append(svgElement("text", { ...at, y: layout.scoreRail + 16 }, "scores"));
      this.bands.append(svgElement("text", { ...at, y: layout.requestRail + 16 }, "requests"));
    }
  }

  moveHandles(layout, edges, names, selected) {
    for (const { rail, index, line, handle, text, lock } of this.parts) {
      const isScore = rail === "score";
      const x = isScore ? layout.xOfScore(edges.score[index]) : layout.x(edges.request[index]);
      const top = isScore || !edges.score ? layout.modelsTop : layout.requestRail;
      const bottom = isScore ? layout.scoreRail + layout.railHeight : layout.trafficBottom;
      setAll(line, { x1: x, x2: x, y1: top, y2: bottom });
      const rest = (isScore ? layout.scoreRail : layout.requestRail) + layout.railHeight / 2;
      const isPinned = (isScore ? edges.pinned_score : edges.pinned_request)[index];
      handle.setAttribute("transform", `translate(${x.toFixed(2)} ${rest})`);
      handle.setAttribute("class", `pc-handle${isPinned ? " pc-pinned" : ""}${isSame(selected, rail, index) ? " pc-selected" : ""}`);
      lock.setAttribute("transform", "translate(20 -1)");
      text.setAttribute("x", isPinned ? -4 : 0);
      withText(text, isScore ? scoreText(edges.score[index]) : valueText(edges.request[index]));
    }
    this.ties.forEach((tie, index) => {
      const [x1, x2] = [layout.xOfScore(edges.score[index]), layout.x(edges.request[index])];
      setAll(tie, { x1, x2, y1: layout.scoreRail + layout.railHeight, y2: layout.requestRail });
    });
  }
}

function band(from, to, top, bottom, kind) {
  return svgElement("rect", { x: from, y: top, width: Math.max(to - from, 0), height: bottom - top, class: kind });
}

function setAll(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === "number" ? value.toFixed(2) : value);
  }
}

export function isSame(selected, rail, index) {
  return Boolean(selected) && selected.rail === rail && selected.index === index;
}
