// Which mark has a tier? A shape and a colour each, so that nothing hangs on colour alone.

const UNIT = {
  circle: "M-1,0A1,1 0 1,0 1,0A1,1 0 1,0 -1,0Z",
  square: "M-.89,-.89H.89V.89H-.89Z",
  up: "M0,-1.2L1.1,.8H-1.1Z",
  diamond: "M0,-1.25L1.25,0L0,1.25L-1.25,0Z",
  down: "M0,1.2L1.1,-.8H-1.1Z",
  plus: "M-.4,-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
};
const SHAPES = Object.keys(UNIT);

export function shapeOf(tier) {
  return UNIT[SHAPES[tier % SHAPES.length]];
}

export function tierClass(tier) {
  return `pc-tier-${tier % SHAPES.length}`;
}
