// Which buttons are there? What cannot be done now is off, and its title says why.

import { htmlElement } from "./svg.js";

export class Controls {
  constructor(bar, scene, act) {
    this.act = act;
    this.undo = this.button("↶", "Undo (Ctrl+Z)", () => act({ ask: "undo" }));
    this.redo = this.button("↷", "Redo (Shift+Ctrl+Z)", () => act({ ask: "redo" }));
    this.add = this.button("+ Edge", "Add an edge in the middle of the widest tier; double-click adds one where you point", () => act({ ask: "add" }));
    this.remove = this.button("− Edge", "Remove the selected edge (Delete)", () => act({ ask: "remove" }));
    this.pin = this.button("Pin", "Hold the selected edge where it is (P)", () => act({ ask: "pin" }));
    this.pin.setAttribute("aria-pressed", "false");
    this.coupled = this.button("Coupled", "", () => act({ ask: "couple" }));
    this.measure = htmlElement("select", { class: "pc-select", "aria-label": "least of what" });
    this.measure.append(...scene.measures.map(({ name, text }) => htmlElement("option", { value: name }, text.replace(/ \[.*/, "").replace(/, .*/, ""))));
    this.best = this.button("Best map from here", "", () => act({ ask: "best", measure: this.measure.value }));
    this.compare = this.button("Compare", "", () => act({ ask: "compare" }));
    this.name = htmlElement("input", { class: "pc-input", type: "text", placeholder: "name", "aria-label": "name of the candidate", spellcheck: "false", size: "12" });
    this.save = this.button("Save as candidate", "", () => act({ ask: "save", name: this.name.value.trim() }));
    this.name.addEventListener("keydown", (event) => event.key === "Enter" && !this.save.disabled && this.save.click());
    this.name.addEventListener("input", () => this.showSave());
    bar.append(
      group("history", this.undo, this.redo),
      group("edges", this.add, this.remove, this.pin, this.coupled),
      group("best map", this.best, htmlElement("span", { class: "pc-word" }, "least"), this.measure),
      group("maps", this.compare),
      group("candidate", this.name, this.save),
    );
  }

  button(text, title, press) {
    const button = htmlElement("button", { type: "button", class: "pc-button", title }, text);
    button.addEventListener("click", press);
    return button;
  }

  show({ can, edges }, selected, isBusy) {
    this.can = can;
    enable(this.undo, can.undo && !isBusy, "Undo (Ctrl+Z)", "Nothing to undo");
    enable(this.redo, can.redo && !isBusy, "Redo (Shift+Ctrl+Z)", "Nothing to redo");
    const isHeld = selected && (selected.rail === "score" ? edges.pinned_score : edges.pinned_request)[selected.index];
    enable(this.remove, selected && !isHeld, "Remove the selected edge (Delete)", isHeld ? "The edge is pinned" : "Select an edge first");
    enable(this.pin, Boolean(selected), "Hold the selected edge where it is (P)", "Select an edge first");
    this.pin.setAttribute("aria-pressed", isHeld ? "true" : "false");
    const isCoupled = edges.score === null;
    this.coupled.setAttribute("aria-pressed", String(isCoupled));
    this.coupled.title = isCoupled ? "One edge cuts requests and models; press to let them stand apart" : "Requests and models have edges of their own; press to cut both at one place";
    enable(this.best, can.search && !isBusy, "The exact search over all maps of so many tiers that keep the pinned edges and the limits", can.search ? "Working" : "There is no log to search on");
    enable(this.compare, can.search && !isBusy, "This map, the incumbent and the candidates, replayed", can.search ? "Working" : "There is no log to compare on");
    this.measure.disabled = !can.search;
    this.showSave();
  }

  showSave() {
    const hasName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(this.name.value.trim());
    const why = this.can?.save ? "Give a name of letters, digits, dots and dashes" : "Opened without an experiment, or the map cannot be written down";
    enable(this.save, this.can?.save && hasName, "Write the map into the experiment as a candidate", why);
    this.name.disabled = !this.can?.save;
  }
}

function group(name, ...children) {
  return htmlElement("span", { class: "pc-group", role: "group", "aria-label": name }, ...children);
}

function enable(button, isOn, title, why) {
  if (button.disabled === Boolean(isOn)) {
    button.disabled = !isOn;
  }
  const said = isOn ? title : why;
  if (button.title !== said) {
    button.title = said;
  }
}
