// What does not move? Axes, scales, the frontier's staircase, the traffic and the incumbent's edges.

import { emptied, svgElement } from "./svg.js";

// The corners of the frontier's staircase: all up to a place on the axis costs at least so much.
export function frontierCorners(layout, scene) {
  let left = layout.left;
  return scene.frontier.flatMap(([ppm, usd]) => {
    const [start, y] = [left, layout.y(usd)];
    left = layout.x(ppm);
    return [[start, y], [left, y]];
  });
}

export function drawFrame(group, layout, scene) {
  emptied(group);
  drawPriceScale(group, layout, scene);
  drawScoreScale(group, layout, scene);
  drawRequestScale(group, layout, scene);
  drawFrontier(group, layout, scene);
  drawTraffic(group, layout, scene);
  drawIncumbent(group, layout, scene);
}

function label(group, x, y, text, attributes = {}) {
  group.append(svgElement("text", { x, y, class: "pc-note", ...attributes }, text));
}

function line(group, x1, y1, x2, y2, kind) {
  group.append(svgElement("line", { x1, y1, x2, y2, class: kind }));
}

function drawPriceScale(group, layout, scene) {
  for (const tick of layout.priceTicks()) {
    const y = layout.y(tick);
    line(group, layout.left, y, layout.right, y, "pc-grid");
    label(group, layout.left - 8, y + 4, String(tick), { "text-anchor": "end" });
  }
  const middle = (layout.modelsTop + layout.modelsBottom) / 2;
  const turned = `rotate(-90 13 ${middle})`;
  const name = layout.isNarrow ? scene.price_name : `${scene.price_name} [USD per Mtok]`;
  label(group, 13, middle, name, { "text-anchor": "middle", transform: turned, class: "pc-axis" });
}

// Labels that would touch the one before are left out; on a percentile scale scores crowd where models do.
function drawScoreScale(group, layout, scene) {
  const y = layout.modelsTop - 6;
  line(group, layout.left, layout.modelsTop, layout.right, layout.modelsTop, "pc-rule");
  let free = -Infinity;
  for (const [ppm, text] of scene.score_ticks) {
    const x = layout.x(ppm);
    const half = text.length * 3.6 + 4;
    if (x - half < free || x < layout.left - 1 || x > layout.right + 1) {
      continue;
    }
    line(group, x, layout.modelsTop, x, layout.modelsTop - 4, "pc-rule");
    label(group, x, y - 2, text, { "text-anchor": "middle" });
    free = x + half;
  }
  label(group, layout.left, 14, `coding score [${scene.score_definition}]`, { class: "pc-axis" });
  if (!layout.isNarrow) {
    const hidden = scene.models.left_out;
    const note = hidden ? `${hidden} not shown: no score, or no price above 0 · ` : "";
    label(group, layout.right, 14, `${note}filled: on the frontier`, { "text-anchor": "end" });
  }
}

function drawRequestScale(group, layout, scene) {
  const y = layout.trafficBottom;
  line(group, layout.left, y, layout.right, y, "pc-rule");
  for (let tenth = 0; tenth <= 10; tenth += layout.isNarrow ? 2 : 1) {
    const x = layout.x(tenth * 100_000);
    line(group, x, y, x, y + 4, "pc-rule");
    label(group, x, y + 17, String(tenth / 10), { "text-anchor": "middle" });
  }
  const note = scene.scale === "percentile" ? ", a score's percentile" : `, ${scene.scale} of the score`;
  const text = layout.isNarrow ? "min score" : `min score of the request [0..1${note}]`;
  label(group, (layout.left + layout.right) / 2, y + 35, text, { "text-anchor": "middle", class: "pc-axis" });
}

function drawFrontier(group, layout, scene) {
  if (!scene.frontier.length) {
    return;
  }
  const corners = frontierCorners(layout, scene);
  const path = `M${corners.map((corner) => corner.join(",")).join("L")}V${layout.modelsTop}`;
  group.append(svgElement("path", { d: path, class: "pc-frontier" }));
}

function drawTraffic(group, layout, scene) {
  const { traffic } = scene;
  if (!scene.has_stream) {
    label(group, layout.left, layout.trafficTop + 17, "no log: open the editor with a stream to see traffic here");
    return;
  }
  for (const share of layout.shareTicks()) {
    const y = layout.yOfShare(share);
    line(group, layout.left, y, layout.right, y, "pc-grid");
    label(group, layout.left - 8, y + 4, `${share * 100} %`, { "text-anchor": "end" });
  }
  const wide = 1_000_000 / traffic.bins.length;
  traffic.bins.forEach((share, at) => {
    if (share > 0) {
      const [x, y] = [layout.x(at * wide), layout.yOfShare(share)];
      const width = Math.max(layout.x((at + 1) * wide) - x - 1, 1);
      group.append(svgElement("rect", { x, y, width, height: layout.trafficBottom - y, class: "pc-bin" }));
    }
  });
  drawStems(group, layout, traffic);
  drawOmitted(group, layout, traffic);
  if (traffic.rest && !layout.isNarrow) {
    label(group, layout.left, layout.trafficBottom + 35, traffic.rest);
  }
}

function drawStems(group, layout, traffic) {
  const taken = [];
  const least = layout.isNarrow ? 0.05 : 0;
  for (const stem of [...traffic.stems].sort((one, other) => other.share - one.share)) {
    const [x, y] = [layout.x(stem.ppm), layout.yOfShare(stem.share)];
    line(group, x, layout.trafficBottom, x, y, "pc-stem");
    const half = stem.text.length * 3.1 + 3;
    if (stem.share >= least && taken.every(([low, high, top]) => x + half < low || x - half > high || Math.abs(top - y) > 13)) {
      label(group, x, y - 5, stem.text, { "text-anchor": "middle", class: "pc-note pc-strong" });
      taken.push([x - half, x + half, y]);
    }
  }
}

function drawOmitted(group, layout, traffic) {
  if (!(traffic.omitted > 0)) {
    return;
  }
  const [x, y] = [layout.right + layout.omitted / 2 + 6, layout.yOfShare(traffic.omitted)];
  group.append(svgElement("rect", { x: x - 9, y, width: 18, height: layout.trafficBottom - y, class: "pc-omitted" }));
  label(group, x, y - 5, traffic.omitted_text, { "text-anchor": "middle", class: "pc-note pc-strong" });
  label(group, x, layout.trafficBottom + 17, "omitted", { "text-anchor": "middle" });
  if (!layout.isNarrow) {
    label(group, x, layout.trafficBottom + 31, `to ${traffic.omitted_to}`, { "text-anchor": "middle" });
  }
}

function drawIncumbent(group, layout, scene) {
  if (!scene.incumbent) {
    return;
  }
  for (const ppm of scene.incumbent.request) {
    line(group, layout.x(ppm), layout.trafficTop, layout.x(ppm), layout.trafficBottom, "pc-incumbent");
  }
  for (const ppm of scene.incumbent.score ?? []) {
    line(group, layout.x(ppm), layout.modelsTop, layout.x(ppm), layout.modelsBottom, "pc-incumbent");
  }
}
