// How does the page talk to the kernel without ever lagging behind the hand? Few questions on their way at a time;
// pointer positions that come meanwhile replace each other, clicks are kept in order.

const PATIENCE_MS = 60_000; // a search on a large log takes seconds; a kernel that died never answers
const BRISK_MS = 120;

// The kernel needs a few milliseconds, the way there and back many more. So while answers come briskly a second question
// may follow the first before it is answered; behind a slow answer it would only wait in the kernel.
const MOST_ON_THEIR_WAY = 2;

export class Asking {
  constructor(send, hear, view) {
    this.send = send;
    this.hear = hear;
    this.view = view;
    this.seq = 0;
    this.waiting = [];
    this.onTheirWay = [];
    this.lastTook = Infinity;
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
    const now = performance.now();
    this.onTheirWay = this.onTheirWay.filter(({ since }) => now - since < PATIENCE_MS);
    while (this.waiting.length && this.onTheirWay.length < this.room(this.waiting[0].message)) {
      const { message, at } = this.waiting.shift();
      this.seq += 1;
      this.onTheirWay.push({ seq: this.seq, at, since: now, ask: message.ask });
      this.send({ ...message, view: this.view, seq: this.seq });
    }
  }

  // Only movements overtake: a click waits until all before it is answered.
  room(message) {
    const areMoves = message.ask === "move" && this.onTheirWay.every(({ ask }) => ask === "move");
    return areMoves && this.lastTook < BRISK_MS ? MOST_ON_THEIR_WAY : 1;
  }

  answered(answer) {
    if (answer.view !== this.view) {
      this.hear(answer, null);
      return;
    }
    const asked = this.onTheirWay.find(({ seq }) => seq === answer.seq);
    if (!asked) {
      return; // the answer to an older question
    }
    this.onTheirWay = this.onTheirWay.filter(({ seq }) => seq > answer.seq);
    this.lastTook = performance.now() - asked.since;
    this.hear(answer, asked);
    this.next();
  }
}
