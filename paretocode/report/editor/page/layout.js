// Where is what on the screen? Sizes and scales for one width; everything that draws asks here.

import { AXIS, along, clamped } from "./places.js";

const LEFT = 58;
const RIGHT = 18;
const OMITTED = 74;
const TOP = 44;
const TRAFFIC = 112;
const BOTTOM = 42;

export class Layout {
  constructor(scene, width, isCoupled) {
    this.scene = scene;
    this.width = Math.max(width, 300);
    this.isNarrow = this.width < 620;
    this.left = this.isNarrow ? 46 : LEFT;
    this.omitted = scene.traffic.omitted > 0 ? (this.isNarrow ? 46 : OMITTED) : 0;
    this.right = this.width - (this.isNarrow ? 12 : RIGHT) - this.omitted;
    this.modelsTop = TOP;
    this.modelsBottom = TOP + clamped(this.width * 0.3, 190, 330);
    this.gap = isCoupled ? 46 : 86;
    this.railHeight = 24;
    this.scoreRail = this.modelsBottom + (isCoupled ? 11 : 8);
    this.requestRail = this.modelsBottom + this.gap - this.railHeight - (isCoupled ? 11 : 8);
    this.trafficTop = this.modelsBottom + this.gap;
    this.trafficBottom = this.trafficTop + (scene.has_stream ? TRAFFIC : 26);
    this.height = this.trafficBottom + BOTTOM;
    this.setPrices(scene.models.usd);
    this.mostShare = Math.max(0.001, scene.traffic.omitted, ...scene.traffic.bins, ...shares(scene)) * 1.1;
  }

  setPrices(usd) {
    const low = usd.length ? Math.min(...usd) : 0.1;
    const high = usd.length ? Math.max(...usd) : 10;
    this.lowPrice = Math.log10(low / 1.35);
    this.highPrice = Math.log10(high * 1.35);
  }

  x(ppm) {
    return this.left + ((this.right - this.left) * ppm) / AXIS;
  }

  ppmAt(x) {
    return clamped(((x - this.left) / (this.right - this.left)) * AXIS, 0, AXIS);
  }

  xOfScore(milli) {
    return this.x(along(this.scene.ladder.milli, this.scene.ladder.ppm, milli));
  }

  scoreAt(x) {
    return along(this.scene.ladder.ppm, this.scene.ladder.milli, this.ppmAt(x));
  }

  y(usd) {
    const share = (Math.log10(usd) - this.lowPrice) / (this.highPrice - this.lowPrice);
    return this.modelsBottom - share * (this.modelsBottom - this.modelsTop);
  }

  // Shares stand on a square-root scale, so that a spike of a third and a whisper of a thousandth are both seen.
  yOfShare(share) {
    return this.trafficBottom - Math.sqrt(share / this.mostShare) * (this.trafficBottom - this.trafficTop - 16);
  }

  priceTicks() {
    const ticks = [];
    for (let power = Math.floor(this.lowPrice); power <= Math.ceil(this.highPrice); power += 1) {
      for (const digit of [1, 2, 5]) {
        const log = power + Math.log10(digit);
        if (log >= this.lowPrice && log <= this.highPrice) {
          ticks.push(Number((digit * 10 ** power).toPrecision(3)));
        }
      }
    }
    return ticks.length > 9 ? ticks.filter((tick) => /^[0.]*10*$/.test(String(tick))) : ticks;
  }

  shareTicks() {
    return [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1].filter((share) => share <= this.mostShare);
  }
}

function shares(scene) {
  return scene.traffic.stems.map((stem) => stem.share);
}
