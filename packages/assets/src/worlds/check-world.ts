import { MOST_MASS_RATIO } from '@tabgrid/webgpu-kernels/physics/scale';
import { boundsOf, inertiaOf, type Surface, type Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { AssetError } from '../asset-error.js';
import {
  FARTHEST_M,
  LEAST_SIZE_M,
  MASSES,
  MOST_ASPECT,
  MOST_BODIES,
  MOST_BOUNDS_M,
  MOST_FRICTION,
  MOST_GRAVITY,
  MOST_INERTIA_RATIO,
  MOST_PLANES,
  MOST_SPEED,
  MOST_SPIN,
  MOST_STATICS,
} from './limits.js';
import { checkOverlaps } from './overlaps.js';
import { called, type Look, type Rotation, type ShownBody, type ShownWorld } from './shown-world.js';

/** Lengths of rotations and normals may be off by this share; they are made 1. */
const NEARLY_UNIT = 0.01;
/** Nearer than this to 1 they stay as they are. */
const ROUNDING = 1e-9;

/**
 * Whether the kernel can compute it. Costs about a microsecond a body, and ten with many neighbours.
 * @returns the world, its rotations and normals made of length 1
 * @throws AssetError that names the body and says what to change
 */
export function checkWorld(world: ShownWorld): ShownWorld {
  checkCounts(world);
  checkVector('The gravity', 'the world', world.gravity, MOST_GRAVITY, 'm/s²');
  const bodies = world.bodies.map((body, i) => {
    const what = called('body', i, body.name);
    checkBody(body, what);
    return unitRotation(body, what);
  });
  const statics = world.statics.map((box, i) => {
    const what = called('static', i, box.name);
    checkSize(box.half, what, 'half');
    checkPlace(box.position, Math.hypot(...box.half), what);
    checkLook(box, what);
    return unitRotation(box, what);
  });
  const planes = world.planes.map((plane, i) => {
    const what = called('plane', i, plane.name);
    checkRange(plane.offset, what, 'offset', -FARTHEST_M, FARTHEST_M, 'm');
    checkLook(plane, what);
    const normal = unit(plane.normal, what, 'normal');
    return normal === plane.normal ? plane : { ...plane, normal };
  });
  checkRatio(bodies, ({ mass }) => mass, MOST_MASS_RATIO, 'is heavier than', 'masses or densities');
  checkInertias(bodies);
  const checked = { ...world, bodies, statics, planes };
  checkOverlaps(checked);
  return checked;
}

function checkCounts({ bodies, planes, statics }: ShownWorld): void {
  if (bodies.length === 0) {
    throw new AssetError('The world is empty: it has no bodies that move. Add at least one to its "bodies".');
  }
  checkBodyCount(bodies.length);
  checkCount(planes.length, MOST_PLANES, 'planes');
  checkCount(statics.length, MOST_STATICS, 'static boxes');
}

/** @throws AssetError for more bodies than can be */
export function checkBodyCount(count: number): void {
  checkCount(count, MOST_BODIES, 'bodies');
}

function checkCount(count: number, limit: number, what: string): void {
  if (count <= limit) return;
  const [has, can] = [count.toLocaleString('en'), limit.toLocaleString('en')];
  throw new AssetError(`The world has ${has} ${what}; there can be ${can}. Leave some out.`);
}

function checkBody(body: ShownBody, what: string): void {
  const { shape } = body;
  if (shape.kind === 'sphere') checkSize([shape.radius], what, 'radius');
  else checkSize(shape.half, what, 'half');
  if (shape.kind === 'box' && Math.max(...shape.half) > MOST_ASPECT * Math.min(...shape.half)) {
    throw problem(what, `is more than ${MOST_ASPECT} times as long as it is thin`, 'make it thicker or shorter');
  }
  checkPlace(body.position, boundsOf(shape), what);
  checkRange(body.mass, what, 'mass', ...MASSES, 'kg');
  checkVector('its velocity', what, body.velocity, MOST_SPEED, 'm/s');
  checkVector('its spin', what, body.spin, MOST_SPIN, 'rad/s');
  checkLook(body, what);
}

function checkSize(sides: readonly number[], what: string, name: 'radius' | 'half'): void {
  const shown = name === 'half' ? `half is [${sides.join(', ')}]` : `radius is ${sides[0]}`;
  if (sides.some((side) => !Number.isFinite(side))) throw notFinite(what, shown);
  if (sides.some((side) => side <= 0)) throw problem(what, `has no size: its ${shown} m`, 'make it larger than 0');
  if (sides.some((side) => side < LEAST_SIZE_M)) {
    throw problem(what, `is too small: its ${shown} m`, `it has to be ${LEAST_SIZE_M} m or more; scale the world up`);
  }
}

function checkPlace(position: Triple, bounds: number, what: string): void {
  checkVector('its position', what, position, FARTHEST_M, 'm');
  if (bounds > MOST_BOUNDS_M) {
    const reason = `is too large: it reaches ${bounds.toPrecision(4)} m from its middle`;
    throw problem(what, reason, `keep within ${MOST_BOUNDS_M} m; scale the world down`);
  }
}

function checkLook({ friction, restitution, color }: Surface & Look, what: string): void {
  checkRange(friction, what, 'friction', 0, MOST_FRICTION);
  checkRange(restitution, what, 'restitution', 0, 1);
  for (const channel of color ?? []) checkRange(channel, what, 'color', 0, 1);
}

function checkRange(value: number, what: string, name: string, from: number, to: number, unitName = ''): void {
  if (!Number.isFinite(value)) throw notFinite(what, `${name} is ${value}`);
  if (value >= from && value <= to) return;
  const range = `${from} to ${to}${unitName && ` ${unitName}`}`;
  throw problem(
    what,
    `has ${name === 'offset' ? 'an' : 'a'} ${name} of ${value}${unitName && ` ${unitName}`}`,
    `it has to be ${range}`,
  );
}

function checkVector(name: string, what: string, vector: Triple, most: number, unitName: string): void {
  const shown = `${name} is [${vector.join(', ')}]`;
  if (vector.some((x) => !Number.isFinite(x))) {
    throw new AssetError(`In ${what}: ${lower(shown)}, which is not finite. Give ordinary numbers.`);
  }
  if (vector.some((x) => Math.abs(x) > most)) {
    throw new AssetError(
      `In ${what}: ${lower(shown)} ${unitName}; each number has to be within ±${most} ${unitName}. ${name === 'its position' ? 'Move it nearer to the origin, or scale the world down.' : 'Make it smaller.'}`,
    );
  }
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function unitRotation<T extends { readonly rotation: Rotation }>(solid: T, what: string): T {
  const rotation = unit(solid.rotation, what, 'rotation');
  return rotation === solid.rotation ? solid : { ...solid, rotation };
}

function unit<T extends Triple | Rotation>(vector: T, what: string, name: 'rotation' | 'normal'): T;
function unit(vector: Triple | Rotation, what: string, name: string): Triple | Rotation {
  const length = Math.hypot(...vector);
  if (!Number.isFinite(length)) throw notFinite(what, `${name} is [${vector.join(', ')}]`);
  if (Math.abs(length - 1) > NEARLY_UNIT) {
    throw problem(
      what,
      `has a ${name} of length ${length.toPrecision(4)}`,
      `its ${vector.length === 4 ? 'four numbers x, y, z, w' : 'three numbers'} have to make the length 1`,
    );
  }
  if (Math.abs(length - 1) <= ROUNDING) return vector;
  const [x, y, z, w] = vector;
  return w === undefined ? [x / length, y / length, z / length] : [x / length, y / length, z / length, w / length];
}

function checkInertias(bodies: readonly ShownBody[]): void {
  const least = (body: ShownBody) => Math.min(...inertiaOf(body));
  const most = (body: ShownBody) => Math.max(...inertiaOf(body));
  checkRatio(bodies, most, MOST_INERTIA_RATIO, 'is harder to turn than', 'sizes and masses', least);
}

/** The largest by the smallest of a measure. */
function checkRatio(
  bodies: readonly ShownBody[],
  large: (body: ShownBody) => number,
  limit: number,
  relation: string,
  subject: string,
  small = large,
): void {
  let [least, most, leastAt, mostAt] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  bodies.forEach((body, i) => {
    const [low, high] = [small(body), large(body)];
    if (low < least) [least, leastAt] = [low, i];
    if (high > most) [most, mostAt] = [high, i];
  });
  // A ratio of exactly the limit may be rounded up when masses come from densities.
  if (most <= least * limit * (1 + ROUNDING)) return;
  const [one, other] = [called('body', mostAt, bodies[mostAt]?.name), called('body', leastAt, bodies[leastAt]?.name)];
  throw new AssetError(
    `${capital(one)} ${relation} ${other} by a factor of ${Math.ceil(most / least).toLocaleString('en')}; it can be ${limit.toLocaleString('en')} within a world. Bring their ${subject} closer together.`,
  );
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function problem(what: string, is: string, advice: string): AssetError {
  return new AssetError(`${capital(what)} ${is}: ${advice}.`);
}

function notFinite(what: string, shown: string): AssetError {
  return new AssetError(`In ${what}: its ${shown}, which is not finite. Give ordinary numbers.`);
}
