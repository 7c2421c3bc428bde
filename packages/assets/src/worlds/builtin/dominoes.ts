import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { EARTH, type ShownBody } from '../shown-world.js';
import { type BuiltinWorld, bodyOf, COLORS, cameraAround, GROUND } from './builtin-world.js';

/** Dominoes along a spiral from the inside out; the first one tips and takes the row with it. */

/** Thin along the row. */
const HALF_M: Triple = [0.12, 0.24, 0.04];
/** Between the middles of two neighbours, along the row. */
const STEP_M = 0.2;
/** An Archimedean spiral: its radius grows by so much a turn. */
const START_M = 1.2;
const TURN_M = 0.6;
/** Twice what it takes to tip one over its edge: ½·I·ω² = m·g·(√(t² + h²) − h) at 0.9 rad/s. */
const TIP_SPIN = 2;
const SURFACE = { friction: 0.4, restitution: 0.05 } as const;
const PALETTE = [COLORS.red, COLORS.orange, COLORS.yellow, COLORS.green, COLORS.blue] as const;
const SAME_COLOR = 12;

export function dominoes(count: number): BuiltinWorld {
  const growth = TURN_M / (2 * Math.PI);
  let angle = 0;
  const bodies = Array.from({ length: count }, (_, i): ShownBody => {
    const radius = START_M + growth * angle;
    const speed = Math.hypot(radius, growth);
    // Along the row, in the plane: how the point moves as the angle grows.
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const along: Triple = [(growth * cos - radius * sin) / speed, 0, (growth * sin + radius * cos) / speed];
    const position: Triple = [radius * cos, HALF_M[1], radius * sin];
    angle += STEP_M / speed;
    const color = PALETTE[Math.floor(i / SAME_COLOR) % PALETTE.length] ?? COLORS.red;
    const stands = { rotation: facing(along), color, ...SURFACE };
    return bodyOf({ kind: 'box', half: HALF_M }, position, i === 0 ? { ...stands, ...tipped(along) } : stands);
  });
  const reach = START_M + growth * angle + HALF_M[1];
  return {
    title: 'Dominoes along a spiral',
    world: { gravity: EARTH, bodies, planes: [GROUND], statics: [] },
    camera: cameraAround([0, 0.1, 0], reach, [0.3, 0.9, 1]),
  };
}

/** About the vertical, so that the box's own z points along the row. */
function facing([x, , z]: Triple): readonly [number, number, number, number] {
  const half = Math.atan2(x, z) / 2;
  return [0, Math.sin(half), 0, Math.cos(half)];
}

/** Turning about its lower edge in front. */
function tipped([x, , z]: Triple): Pick<ShownBody, 'velocity' | 'spin'> {
  // up × along
  const axis: Triple = [z, 0, -x];
  // From the edge to the middle: h up and t back; the middle moves with ω × that.
  const [forward, up] = [TIP_SPIN * HALF_M[1], TIP_SPIN * HALF_M[2]];
  return {
    spin: [axis[0] * TIP_SPIN, 0, axis[2] * TIP_SPIN],
    velocity: [x * forward, up, z * forward],
  };
}
