// How do hands reach an edge? Mouse, pen and finger by pointer events; keys by the slider's own rules.

import { clamped, roomOf, snapped, stepped } from "./places.js";

const REST_MS = 120; // a hand that rests wants to hear all that can be said
const RAW_MS = 6; // a mouse may tell its place a thousand times a second
const FAR = 5; // candidates that a larger step passes
const LEAST_FAR = 0.02; // of the axis, where candidates lie dense

// What a rail is made of: its edges, its candidates, its ends, and the place under a pointer.
export function railOf(editor, rail) {
  const { scene, edges, layout } = editor;
  const isScore = rail === "score";
  const { milli } = scene.ladder;
  return {
    places: isScore ? edges.score : edges.request,
    pins: isScore ? edges.pinned_score : edges.pinned_request,
    candidates: isScore ? scene.snaps.score : edges.score ? scene.snaps.request : scene.snaps.coupled,
    least: isScore ? milli[0] : 1,
    most: isScore ? milli[milli.length - 1] : 1_000_000,
    at: (x) => (isScore ? layout.scoreAt(x) : layout.ppmAt(x)),
  };
}

export function roomFor(editor, { rail, index }) {
  const { places, least, most } = railOf(editor, rail);
  return roomOf(places, index, least, most);
}

export function watchHands(editor, stage) {
  let drag = null;
  let resting = 0;
  let lastRaw = 0;

  stage.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest?.(".pc-handle");
    if (!handle || event.button !== 0) {
      return;
    }
    const [rail, index] = [handle.dataset.rail, Number(handle.dataset.index)];
    editor.select({ rail, index });
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const here = handle.transform.baseVal[0].matrix.e;
    drag = { rail, index, handle, id: event.pointerId, gesture: editor.newGesture(), grip: pointOf(editor, event)[0] - here, moved: false };
    event.preventDefault();
  });

  const follow = (event) => {
    if (!drag || event.pointerId !== drag.id) {
      return;
    }
    const own = railOf(editor, drag.rail);
    if (own.pins[drag.index]) {
      return;
    }
    const room = roomOf(own.places, drag.index, own.least, own.most);
    const place = own.at(pointOf(editor, event)[0] - drag.grip);
    const to = event.altKey ? clamped(Math.round(place), ...room) : snapped(own.candidates, place, room);
    if (to !== own.places[drag.index] || !drag.moved) {
      drag.moved = true;
      drag.to = to;
      editor.move({ ...drag, to, isLast: false }, event.timeStamp);
      clearTimeout(resting);
      resting = setTimeout(() => drag && editor.move({ ...drag, isLast: true }, performance.now()), REST_MS);
    }
  };
  stage.addEventListener("pointermove", follow);
  // A browser holds pointermove back for the next frame. Where it tells the raw positions too, the kernel is asked at once.
  stage.addEventListener("pointerrawupdate", (event) => {
    if (event.timeStamp - lastRaw >= RAW_MS) {
      lastRaw = event.timeStamp;
      follow(event);
    }
  });

  const drop = (event) => {
    if (drag && event.pointerId === drag.id) {
      const last = drag;
      drag = null;
      clearTimeout(resting);
      if (last.moved) {
        editor.move({ ...last, to: last.to, isLast: true }, event.timeStamp);
      }
    }
  };
  stage.addEventListener("pointerup", drop);
  stage.addEventListener("pointercancel", drop);
  editor.isDragging = () => drag !== null;

  stage.addEventListener("dblclick", (event) => {
    if (!event.target.closest(".pc-handle")) {
      editor.addAt(Math.round(railOf(editor, "request").at(pointOf(editor, event)[0])));
    }
  });

  stage.addEventListener("focusin", (event) => {
    const handle = event.target.closest?.(".pc-handle");
    if (handle) {
      editor.select({ rail: handle.dataset.rail, index: Number(handle.dataset.index) });
    }
  });

  stage.addEventListener("keydown", (event) => {
    const handle = event.target.closest?.(".pc-handle");
    if (handle && !event.ctrlKey && !event.metaKey) {
      const done = pressed(editor, { rail: handle.dataset.rail, index: Number(handle.dataset.index) }, event);
      if (done) {
        event.preventDefault();
        event.stopPropagation();
      }
    }
  });
}

// Where an event is on the drawing.
function pointOf(editor, event) {
  const box = editor.still.getBoundingClientRect();
  const scale = editor.layout.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

const DIRECTION = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: FAR, PageDown: -FAR };

function pressed(editor, edge, event) {
  if (event.key === "Delete" || event.key === "Backspace") {
    editor.act({ ask: "remove" });
    return true;
  }
  if (event.key === "p" || event.key === "P") {
    editor.act({ ask: "pin" });
    return true;
  }
  const to = keyedPlace(editor, edge, event);
  if (to === null) {
    return false;
  }
  const own = railOf(editor, edge.rail);
  if (!own.pins[edge.index] && to !== own.places[edge.index]) {
    editor.move({ ...edge, to, gesture: editor.newGesture(), isLast: true }, event.timeStamp);
  }
  return true;
}

function keyedPlace(editor, { rail, index }, { key, shiftKey, altKey }) {
  const own = railOf(editor, rail);
  const room = roomOf(own.places, index, own.least, own.most);
  const here = own.places[index];
  if (key === "Home" || key === "End") {
    return room[key === "Home" ? 0 : 1];
  }
  const by = DIRECTION[key];
  if (by === undefined) {
    return null;
  }
  if (altKey) {
    return clamped(here + by * (shiftKey ? 10_000 : 1_000) * (rail === "score" ? 0.1 : 1), ...room);
  }
  const isFar = shiftKey || Math.abs(by) > 1;
  if (!isFar) {
    return stepped(own.candidates, here, by, room);
  }
  const sign = Math.sign(by);
  const near = stepped(own.candidates, here, sign * FAR, room);
  const wide = (own.most - own.least) * LEAST_FAR;
  return Math.abs(near - here) >= wide ? near : snapped(own.candidates, here + sign * wide, room);
}

// While models are looked at, by pointer or by keys.
export function watchModels(editor, stage) {
  stage.addEventListener("pointermove", (event) => {
    if (editor.isDragging()) {
      return;
    }
    const [x, y] = pointOf(editor, event);
    editor.lookAt(y <= editor.layout.modelsBottom ? editor.marks.nearest(x, y, 18) : -1);
  });
  stage.addEventListener("pointerleave", () => editor.lookAt(-1));
  const { marks } = editor.marks;
  marks.addEventListener("blur", () => editor.lookAt(-1));
  marks.addEventListener("focus", () => marks.matches(":focus-visible") && editor.lookAt(Math.max(editor.looked, 0)));
  marks.addEventListener("keydown", (event) => {
    const by = DIRECTION[event.key];
    if (by !== undefined) {
      const last = editor.scene.models.usd.length - 1;
      editor.lookAt(clamped(editor.looked + Math.sign(by) * (event.shiftKey || Math.abs(by) > 1 ? FAR : 1), 0, last));
      event.preventDefault();
      event.stopPropagation();
    }
  });
}
