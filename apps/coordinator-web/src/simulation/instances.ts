import type { ShownBody, ShownWorld } from '@tabgrid/assets/worlds/shown-world';
import type { FramePoses, Ownership } from '@tabgrid/coordinator/simulation/api';
import { VOLUNTEER_COLOURS } from '@tabgrid/ui/volunteer-colours';

/** Bodies as the graphics card takes them: spheres and boxes apart, each with its place, size and colour. Pure. */

/** Bodies of one shape. */
export interface Group {
  /** Which of the world's bodies. */
  readonly bodies: Uint32Array;
  /** Half extents, m: 3 a body. */
  readonly halves: Float32Array<ArrayBuffer>;
}

export function groupsOf({ bodies }: Pick<ShownWorld, 'bodies'>): { readonly spheres: Group; readonly boxes: Group } {
  const of = (kind: ShownBody['shape']['kind']): Group => {
    const indices = bodies.flatMap(({ shape }, i) => (shape.kind === kind ? [i] : []));
    const halves = new Float32Array(3 * indices.length);
    indices.forEach((body, k) => {
      const shape = bodies[body]?.shape;
      if (shape) halves.set(shape.kind === 'sphere' ? [shape.radius, shape.radius, shape.radius] : shape.half, 3 * k);
    });
    return { bodies: Uint32Array.from(indices), halves };
  };
  return { spheres: of('sphere'), boxes: of('box') };
}

/** Of a body in `posesOf`: its position and a 0, then its rotation. */
export const POSE_FLOATS = 8;

/** A group's places in a frame, a body's numbers together. */
export function posesOf({ bodies }: Group, { positions, rotations }: FramePoses): Float32Array<ArrayBuffer> {
  const out = new Float32Array(POSE_FLOATS * bodies.length);
  for (let k = 0; k < bodies.length; k++) {
    const body = bodies[k] ?? 0;
    const at = POSE_FLOATS * k;
    for (let c = 0; c < 3; c++) out[at + c] = positions[3 * body + c] ?? 0;
    for (let c = 0; c < 4; c++) out[at + 4 + c] = rotations[4 * body + c] ?? 0;
  }
  return out;
}

/** The places that a world's bodies have at first. */
export function firstPoses({ bodies }: Pick<ShownWorld, 'bodies'>): FramePoses {
  const positions = new Float32Array(3 * bodies.length);
  const rotations = new Float32Array(4 * bodies.length);
  bodies.forEach(({ position, rotation }, i) => {
    positions.set(position, 3 * i);
    rotations.set(rotation, 4 * i);
  });
  return { frame: 0, positions, rotations };
}

export type ColourBy = 'owner' | 'body';

type Rgb = readonly [number, number, number];

/** Of what nobody has computed, and of bodies without a colour: as bytes of sRGB. */
export const NEUTRAL: Rgb = [150, 156, 154];

const OWNER_RGB: readonly Rgb[] = VOLUNTEER_COLOURS.map((hex) => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
});

/** Bytes of sRGB, about, of a linear colour. */
export function bytesOfLinear(colour: Rgb): Rgb {
  const byte = (c: number) => Math.round(255 * Math.max(0, Math.min(1, c)) ** (1 / 2.2));
  return [byte(colour[0]), byte(colour[1]), byte(colour[2])];
}

/**
 * A group's colours: red, green and blue as bytes of sRGB, and 255 for bodies that are in a neighbour's ghost zone.
 * @param ownership null: nothing is known of it, and bodies have their own colours
 */
export function coloursOf(
  { bodies }: Group,
  world: Pick<ShownWorld, 'bodies'>,
  ownership: Ownership | null,
  by: ColourBy,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 * bodies.length);
  for (let k = 0; k < bodies.length; k++) {
    const body = bodies[k] ?? 0;
    const own = world.bodies[body]?.color;
    const rgb = by === 'owner' && ownership ? ownerRgb(ownership, body) : own ? bytesOfLinear(own) : NEUTRAL;
    out.set(rgb, 4 * k);
    out[4 * k + 3] = ownership?.ghosts[body] ? 255 : 0;
  }
  return out;
}

function ownerRgb({ owners, volunteers }: Ownership, body: number): Rgb {
  const volunteer = volunteers[owners[body] ?? 0] ?? -1;
  return volunteer < 0 ? NEUTRAL : (OWNER_RGB[volunteer % OWNER_RGB.length] ?? NEUTRAL);
}

export interface Share {
  /** Ordinal of the volunteer; -1 for nobody yet. */
  readonly volunteer: number;
  readonly bodies: number;
  readonly regions: number;
}

/** How many bodies each volunteer has, by their ordinals. */
export function sharesOf({ owners, volunteers }: Ownership): readonly Share[] {
  const shares = new Map<number, { bodies: number; regions: Set<number> }>();
  for (const region of owners) {
    const volunteer = volunteers[region] ?? -1;
    const share = shares.get(volunteer) ?? { bodies: 0, regions: new Set<number>() };
    share.bodies++;
    share.regions.add(region);
    shares.set(volunteer, share);
  }
  return [...shares]
    .map(([volunteer, { bodies, regions }]) => ({ volunteer, bodies, regions: regions.size }))
    .sort((a, b) => a.volunteer - b.volunteer);
}
