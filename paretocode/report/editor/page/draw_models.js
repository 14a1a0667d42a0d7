// Which models are there, and who serves whom? Marks by tier, picks ringed and named, the rest named on demand.

import { frontierCorners } from "./draw_frame.js";
import { shapeOf, tierClass } from "./marks.js";
import { emptied, svgElement, withText } from "./svg.js";

const CROWD = 40; // more models than this have small marks, and only picks are named
const NAMED = 25;

export class ModelMarks {
  constructor(group, scene) {
    this.scene = scene;
    this.intervals = svgElement("g");
    this.marks = svgElement("g", {
      role: "listbox",
      tabindex: "0",
      class: "pc-models",
      "aria-label": "models by score; arrow keys go through them",
    });
    this.rings = svgElement("g");
    this.names = svgElement("g", { class: "pc-names" });
    group.append(this.intervals, this.marks, this.rings, this.names);
    const { models } = scene;
    this.isCrowd = models.usd.length > CROWD;
    this.paths = models.usd.map((_, at) => {
      const text = `${models.name[at]}, score ${models.score[at]}, ${models.price[at]} USD per million tokens`;
      const id = `pc-model-${Math.random().toString(36).slice(2)}`;
      return svgElement("path", { role: "option", "aria-label": text, id, "aria-selected": "false" });
    });
    this.marks.append(...this.paths);
    this.tier = models.usd.map(() => -1);
  }

  lay(layout) {
    this.layout = layout;
    this.tier.fill(-1);
    this.staircase = segments(frontierCorners(layout, this.scene));
    this.points = this.scene.models.usd.map((usd, at) => [layout.x(this.scene.models.ppm[at]), layout.y(usd)]);
  }

  // `cuts` says how many models of the order of score stand below each edge.
  show(cuts, tiers) {
    const { models } = this.scene;
    this.paths.forEach((path, at) => {
      const tier = cuts.filter((cut) => cut <= models.place[at]).length;
      if (tier !== this.tier[at]) {
        this.tier[at] = tier;
        const [x, y] = this.points[at];
        const size = this.isCrowd ? (models.on[at] ? 4.2 : 2.8) : 5.2;
        path.setAttribute("d", shapeOf(tier));
        path.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${size})`);
        path.setAttribute("class", `pc-mark ${tierClass(tier)} ${models.on[at] ? "pc-on" : "pc-dominated"}`);
      }
    });
    this.showPicks(tiers);
  }

  showPicks(tiers) {
    const { models } = this.scene;
    emptied(this.rings);
    const named = [];
    tiers.forEach((tier, number) => {
      tier.rows.forEach((row, order) => {
        const at = models.row.indexOf(row);
        if (at >= 0) {
          const [cx, cy] = this.points[at];
          const kind = order ? "pc-ring pc-fallback" : "pc-ring";
          this.rings.append(svgElement("circle", { cx, cy, r: order ? 9 : 10.5, class: `${kind} ${tierClass(number)}` }));
          if (!order) {
            named.push([at, "pc-name pc-strong"]);
          }
        }
      });
    });
    const key = named.map(([at]) => at).join();
    if (key !== this.namedKey || this.namedLayout !== this.layout) {
      this.namedKey = key;
      this.namedLayout = this.layout;
      this.showNames(named);
    }
  }

  // Picks are named first; others only where they are few and there is room.
  showNames(named) {
    const { models } = this.scene;
    const others = models.usd.length <= NAMED && !this.layout.isNarrow ? models.usd.map((_, at) => at) : [];
    const wanted = [...named, ...others.filter((at) => !named.some(([one]) => one === at)).map((at) => [at, "pc-name"])];
    const taken = [...this.points.map(([x, y]) => [x - 5, y - 5, x + 5, y + 5]), ...this.staircase];
    emptied(this.names);
    for (const [at, kind] of wanted) {
      const text = models.name[at];
      const spot = freeSpot(this.points[at], text.length * 6.1 + 4, taken, this.layout, kind.includes("strong"));
      if (spot) {
        taken.push(spot.box);
        const attributes = { x: spot.x, y: spot.y, "text-anchor": spot.anchor, class: kind };
        this.names.append(svgElement("text", attributes, text));
      }
    }
  }

  nearest(x, y, reach) {
    let best = -1;
    let least = reach;
    this.points.forEach(([px, py], at) => {
      const far = Math.hypot(px - x, py - y);
      if (far < least) {
        [best, least] = [at, far];
      }
    });
    return best;
  }

  // The interval of one model, while it is looked at.
  lookAt(at) {
    emptied(this.intervals);
    this.paths.forEach((path) => path.getAttribute("aria-selected") === "true" && path.setAttribute("aria-selected", "false"));
    this.marks.removeAttribute("aria-activedescendant");
    if (at < 0) {
      return;
    }
    this.paths[at].setAttribute("aria-selected", "true");
    this.marks.setAttribute("aria-activedescendant", this.paths[at].id);
    const { models } = this.scene;
    if (models.has_interval[at]) {
      const y = this.points[at][1];
      const [x1, x2] = [this.layout.x(models.low[at]), this.layout.x(models.high[at])];
      this.intervals.append(svgElement("line", { x1, x2, y1: y, y2: y, class: `pc-interval ${tierClass(this.tier[at])}` }));
      for (const x of [x1, x2]) {
        const ends = { x1: x, x2: x, y1: y - 4, y2: y + 4, class: `pc-interval ${tierClass(this.tier[at])}` };
        this.intervals.append(svgElement("line", ends));
      }
    }
  }
}

// Thin boxes around the staircase, so that no name is struck through.
function segments(corners) {
  return corners.slice(1).map(([x, y], at) => {
    const [px, py] = corners[at];
    return [Math.min(x, px) - 1, Math.min(y, py) - 2, Math.max(x, px) + 1, Math.max(y, py) + 2];
  });
}

function freeSpot([x, y], wide, taken, layout, isNeeded) {
  const spots = [
    { x: x + 13, y: y + 4, anchor: "start", left: x + 12 },
    { x: x - 13, y: y + 4, anchor: "end", left: x - 12 - wide },
    { x, y: y - 13, anchor: "middle", left: x - wide / 2 },
    { x, y: y + 21, anchor: "middle", left: x - wide / 2 },
    { x: x + 9, y: y - 10, anchor: "start", left: x + 8 },
    { x: x - 9, y: y - 10, anchor: "end", left: x - 8 - wide },
    { x: x + 9, y: y + 19, anchor: "start", left: x + 8 },
    { x: x - 9, y: y + 19, anchor: "end", left: x - 8 - wide },
  ].map((spot) => ({ ...spot, box: [spot.left, spot.y - 11, spot.left + wide, spot.y + 3] }));
  const fits = spots.filter(({ box }) => box[0] >= layout.left && box[2] <= layout.width - 4 && box[1] >= layout.modelsTop && box[3] <= layout.modelsBottom);
  const count = ({ box }) => taken.filter((other) => overlap(box, other)).length;
  const free = fits.find((spot) => count(spot) === 0);
  if (free || !isNeeded) {
    return free;
  }
  return [...(fits.length ? fits : spots)].sort((one, other) => count(one) - count(other))[0];
}

function overlap(one, other) {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

export class ModelNote {
  constructor(group) {
    this.box = svgElement("rect", { rx: 4, class: "pc-note-box" });
    this.lines = [svgElement("text", { class: "pc-note pc-strong" }), svgElement("text", { class: "pc-note" })];
    this.group = svgElement("g", { class: "pc-tip", visibility: "hidden", "aria-hidden": "true" }, this.box, ...this.lines);
    group.append(this.group);
  }

  show(marks, at, tierName) {
    if (at < 0) {
      this.group.setAttribute("visibility", "hidden");
      return;
    }
    const { models } = marks.scene;
    const [x, y] = marks.points[at];
    const texts = [models.name[at], `score ${models.score[at]} · ${models.price[at]} USD · ${tierName}`];
    const wide = Math.max(...texts.map((text) => text.length)) * 6 + 16;
    const left = x + 16 + wide < marks.layout.width ? x + 14 : Math.max(2, x - 14 - wide);
    const top = Math.max(2, y - 44);
    texts.forEach((text, at_) => {
      withText(this.lines[at_], text);
      this.lines[at_].setAttribute("x", left + 8);
      this.lines[at_].setAttribute("y", top + 16 + 15 * at_);
    });
    for (const [key, value] of Object.entries({ x: left, y: top, width: wide, height: 39 })) {
      this.box.setAttribute(key, value);
    }
    this.group.setAttribute("visibility", "visible");
  }
}
