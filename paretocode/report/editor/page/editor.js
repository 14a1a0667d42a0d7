// The editor of one view: it puts the parts together, moves edges at once and asks the kernel what that comes to.

import { Asking } from "./asking.js";
import { Controls } from "./controls.js";
import { EdgeLines } from "./draw_edges.js";
import { drawFrame } from "./draw_frame.js";
import { ModelMarks, ModelNote } from "./draw_models.js";
import { roomFor, watchHands, watchModels } from "./hands.js";
import { Layout } from "./layout.js";
import { Findings, NumberTable, TierTable, showComparison } from "./numbers.js";
import { htmlElement, svgElement, withText } from "./svg.js";
import { describeHandle, summary } from "./words.js";

const SAY_MS = 500; // a screen reader hears of a change when the hand rests
const SLOW = { best: "Searching all maps…", compare: "Replaying the maps…" };

class Editor {
  constructor(model, el) {
    this.model = model;
    this.scene = model.get("scene");
    this.view = Math.random().toString(36).slice(2);
    this.selected = null;
    this.looked = -1;
    this.gestures = 0;
    this.root = htmlElement("div", { class: "pc-editor", "data-lm-suppress-shortcuts": "true", role: "region", "aria-label": `band editor ${this.scene.title}` });
    el.append(this.root);
    this.build();
    this.asking = new Asking((message) => model.send(message), (answer, asked) => this.hear(answer, asked), this.view);
    this.heard = (message) => this.asking.answered(message);
    model.on("msg:custom", this.heard);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.root);
    this.asking.ask({ ask: "hello" });
  }

  build() {
    const { scene } = this;
    const head = htmlElement("div", { class: "pc-head" }, htmlElement("strong", {}, scene.title || "Band editor"), htmlElement("span", { class: "pc-unit" }, scene.log));
    if (scene.incumbent) {
      const key = svgElement("svg", { width: 22, height: 10, "aria-hidden": "true" }, svgElement("line", { x1: 0, x2: 22, y1: 5, y2: 5, class: "pc-incumbent" }));
      head.append(htmlElement("span", { class: "pc-legend" }, key, ` edges of ${scene.incumbent.name}, in force`));
    }
    const bar = htmlElement("div", { class: "pc-tools", role: "toolbar", "aria-label": "band editor" });
    // Three sheets: what an edge moves lies behind and before the marks, so that the marks are not painted again.
    this.behind = svgElement("svg", { class: "pc-canvas pc-sheet", "aria-hidden": "true" });
    this.still = svgElement("svg", { class: "pc-canvas", role: "group", "aria-label": "models and traffic over one axis" });
    this.before = svgElement("svg", { class: "pc-canvas pc-sheet", role: "group", "aria-label": "edges" });
    this.stage = htmlElement("div", { class: "pc-stage" }, this.behind, this.still, this.before);
    this.frame = svgElement("g", { "aria-hidden": "true" });
    const models = svgElement("g");
    this.still.append(this.frame, models);
    this.controls = new Controls(bar, scene, (message) => this.act(message));
    this.marks = new ModelMarks(models, scene);
    this.lines = new EdgeLines(this.behind, this.before);
    this.note = new ModelNote(this.before);
    this.status = htmlElement("p", { class: "pc-said", role: "status", "aria-live": "polite" });
    this.spoken = htmlElement("p", { class: "pc-spoken", role: "status", "aria-live": "polite" });
    const [numbers, tiers, findings] = ["numbers", "tiers", "findings"].map((name) => htmlElement("section", { class: `pc-${name}` }));
    this.comparison = htmlElement("section", { class: "pc-comparison", hidden: true, "aria-label": "comparison" });
    const incumbent = scene.incumbent?.name ?? "";
    this.numbers = new NumberTable(numbers, incumbent);
    this.tiers = new TierTable(tiers, incumbent, scene.has_stream);
    this.findings = new Findings(findings);
    this.root.append(head, bar, this.stage, this.status, this.spoken, htmlElement("div", { class: "pc-below" }, numbers, tiers), this.comparison, findings);
    watchHands(this, this.stage);
    watchModels(this, this.stage);
    this.root.addEventListener("keydown", (event) => this.shortcut(event));
  }

  shortcut(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && event.target.tagName !== "INPUT") {
      event.preventDefault();
      event.stopPropagation();
      this.act({ ask: event.shiftKey ? "redo" : "undo" });
    }
  }

  newGesture() {
    this.gestures += 1;
    return `${this.view}-${this.gestures}`;
  }

  resize() {
    const width = this.stage.clientWidth;
    if (width > 0 && Math.abs(width - (this.layout?.width ?? 0)) >= 1 && this.answer) {
      this.lay();
      this.draw();
    }
  }

  lay() {
    this.layout = new Layout(this.scene, this.stage.clientWidth, this.edges.score === null);
    for (const sheet of [this.behind, this.still, this.before]) {
      sheet.setAttribute("viewBox", `0 0 ${this.layout.width} ${this.layout.height}`);
      sheet.setAttribute("height", this.layout.height);
    }
    drawFrame(this.frame, this.layout, this.scene);
    this.marks.lay(this.layout);
  }

  // An edge under the hand: shown at once, then asked about.
  move({ rail, index, to, gesture, isLast }, at) {
    const places = [...this.edges[rail]];
    places[index] = to;
    this.edges = { ...this.edges, [rail]: places };
    this.moveEdges();
    this.asking.ask({ ask: "move", rail, index, to, gesture, is_last: isLast }, at);
  }

  addAt(ppm) {
    this.asking.ask({ ask: "add", at: ppm });
  }

  act(message) {
    const chosen = this.selected;
    if (message.ask === "add") {
      return this.addAt(this.middleOfWidest());
    }
    if (message.ask === "remove" || message.ask === "pin") {
      if (!chosen) {
        return undefined;
      }
      const pins = chosen.rail === "score" ? this.edges.pinned_score : this.edges.pinned_request;
      return this.asking.ask({ ...message, ...chosen, on: !pins[chosen.index] });
    }
    if (message.ask === "couple") {
      return this.asking.ask({ ask: "couple", on: this.edges.score !== null });
    }
    if (SLOW[message.ask]) {
      this.say(SLOW[message.ask]);
      this.root.setAttribute("aria-busy", "true");
    }
    this.asking.ask(message);
    this.showControls();
    return undefined;
  }

  middleOfWidest() {
    const ends = [0, ...this.edges.request, 1_000_000];
    const widths = ends.slice(1).map((end, at) => end - ends[at]);
    const at = widths.indexOf(Math.max(...widths));
    return Math.round((ends[at] + ends[at + 1]) / 2);
  }

  hear(answer, asked) {
    if (asked && SLOW[asked.ask]) {
      this.root.removeAttribute("aria-busy");
    }
    if (answer.kind === "answer") {
      this.show(answer, asked);
    } else if (asked) {
      this.say(answer.said ?? "", answer.kind === "refused");
      if (answer.kind === "comparison") {
        showComparison(this.comparison, answer);
      }
      if (answer.kind === "refused" && this.answer) {
        this.edges = this.answer.edges;
        this.draw();
      }
      this.showControls();
    }
  }

  show(answer, asked) {
    this.answer = answer;
    // A hand that has moved on keeps its own edges; the numbers still tell the newest that is known.
    const isBehind = this.asking.waiting.some(({ message }) => message.ask === "move") || this.isDragging();
    if (!isBehind || !this.edges || answer.edges.request.length !== this.edges.request.length) {
      this.edges = answer.edges;
    }
    if (this.selected && this.selected.index >= this.edges.request.length) {
      this.selected = null;
    }
    if (this.selected?.rail === "score" && !this.edges.score) {
      this.selected = { rail: "request", index: this.selected.index };
    }
    if (!this.layout || (this.layout.gap > 60) !== (this.edges.score !== null) || this.layout.width !== Math.max(this.stage.clientWidth, 300)) {
      this.lay();
    }
    this.draw();
    if (asked) {
      this.root.dataset.answered = String(answer.seq);
      performance.measure("band-editor", { start: asked.at, end: performance.now(), detail: asked.ask });
    }
    if (answer.said || asked?.ask !== "hello") {
      this.say(answer.said);
    }
    this.speakLater();
  }

  draw() {
    const { answer } = this;
    this.drawEdges();
    this.marks.show(answer.cuts, answer.tiers);
    this.numbers.show(answer.rows);
    this.tiers.show(answer.tiers);
    this.findings.show(answer.findings, answer.notes);
    this.showControls();
  }

  moveEdges() {
    this.lines.show(this.layout, this.edges, this.answer.tiers.map((tier) => tier.name), this.selected);
  }

  drawEdges() {
    const { tiers, rows } = this.answer;
    this.moveEdges();
    for (const part of this.lines.parts) {
      describeHandle(part.handle, part, this.edges, tiers, roomFor(this, part), rows);
    }
  }

  showControls() {
    if (this.answer) {
      this.controls.show(this.answer, this.selected, this.root.getAttribute("aria-busy") === "true");
    }
  }

  select(edge) {
    this.selected = edge;
    if (this.answer) {
      this.drawEdges();
      this.showControls();
    }
  }

  lookAt(at) {
    if (at === this.looked) {
      return;
    }
    this.looked = at;
    this.marks.lookAt(at);
    const tier = at < 0 ? "" : (this.answer.tiers[this.marks.tier[at]]?.name ?? "");
    this.note.show(this.marks, at, tier);
  }

  say(text, isRefusal = false) {
    withText(this.status, text);
    this.status.classList.toggle("pc-refused", isRefusal);
  }

  speakLater() {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => withText(this.spoken, summary(this.answer)), SAY_MS);
  }

  close() {
    clearTimeout(this.speaking);
    this.watcher.disconnect();
    this.model.off("msg:custom", this.heard);
    this.root.remove();
  }
}

function render({ model, el }) {
  const editor = new Editor(model, el);
  return () => editor.close();
}

export default { render };
