// How does the page talk to the kernel without ever lagging behind the hand? One question on its way at a time; pointer
// positions that come meanwhile replace each other, clicks are kept in order.

const PATIENCE_MS = 60_000; // a search on a large log takes seconds; a kernel that died never answers

export class Asking {
  constructor(send, hear, view) {
    this.send = send;
    this.hear = hear;
    this.view = view;
    this.seq = 0;
    this.waiting = [];
    this.onItsWay = null;
  }

  // `at` is when the hand moved [ms of the page's clock]; it is not sent.
  ask(message, at = performance.now()) {
    const last = this.waiting[this.waiting.length - 1];
    if (last && message.ask === "move" && last.message.ask === "move" && last.message.gesture === message.gesture) {
      this.waiting.pop();
    }
    this.waiting.push({ message, at });
    this.next();
  }

  next() {
    if (this.onItsWay && performance.now() - this.onItsWay.since > PATIENCE_MS) {
      this.onItsWay = null;
    }
    if (this.onItsWay || !this.waiting.length) {
      return;
    }
    const { message, at } = this.waiting.shift();
    this.seq += 1;
    this.onItsWay = { seq: this.seq, at, since: performance.now(), ask: message.ask };
    this.send({ ...message, view: this.view, seq: this.seq });
  }

  answered(answer) {
    const isMine = answer.view === this.view;
    if (isMine && (!this.onItsWay || answer.seq !== this.onItsWay.seq)) {
      return; // the answer to an older question
    }
    const asked = isMine ? this.onItsWay : null;
    if (isMine) {
      this.onItsWay = null;
    }
    this.hear(answer, asked);
    this.next();
  }

  get isIdle() {
    return !this.onItsWay && !this.waiting.length;
  }
}
