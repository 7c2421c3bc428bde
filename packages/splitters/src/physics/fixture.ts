import { decodeWorld, encodeWorld, placesOf } from '@tabgrid/webgpu-kernels/physics/state';
import { type Body, type Triple, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import { type Standing, standingOf } from './standing.js';

/** For tests: balls of 0.1 m at rest at these places, without gravity. */
export function ballsAt(places: readonly Triple[], velocity: Triple = [0, 0, 0]): Standing {
  const bodies = places.map((position): Body => {
    const surface = { friction: 0.5, restitution: 0.1 };
    const shape = { kind: 'sphere', radius: 0.1 } as const;
    return { shape, mass: 1, ...surface, position, rotation: [0, 0, 0, 1], velocity, spin: [0, 0, 0] };
  });
  const words = worldWords({ bodies, planes: [], statics: [], gravity: [0, 0, 0] }, 1 / 480);
  return standingOf(decodeWorld(encodeWorld(words)), placesOf(words));
}

/** A square of so many by so many balls, so far apart. */
export const squareOf = (side: number, spacing: number): Standing =>
  ballsAt(
    Array.from({ length: side * side }, (_, i) => [(i % side) * spacing, 0, Math.floor(i / side) * spacing] as const),
  );
