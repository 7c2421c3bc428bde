import { GHOST, joined, OWN, type Part, SHARED, type Watch } from '@tabgrid/webgpu-kernels/physics/state';
import { contactsOf, placeIn, positionOf, type Standing } from './standing.js';

/** What each region gets: its own bodies, those around them, and which of these it tells its neighbours of. */

export interface RegionPart {
  readonly region: number;
  readonly part: Part;
  /** Regions that it is compared with, by the numbers that its watches use. */
  readonly neighbours: readonly number[];
  /** Of its bodies, those that are others'. */
  readonly ghosts: number;
}

export interface Window {
  readonly substeps: number;
  /** Units of position that an influence crosses in a substep. */
  readonly hop: number;
  /** Between two regions. */
  margin(one: number, other: number): number;
  /** Units of position: as near as this to a region, others' bodies are asked for too. */
  readonly shared?: number;
}

interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** @returns of each region that owns anything */
export function partsOf(standing: Standing, owners: Uint8Array, window: Window): readonly RegionPart[] {
  const boxes = boxesOf(standing, owners);
  const bodies: { id: number; kind: number; watches: Omit<Watch, 'body'>[] }[][] = boxes.map(() => []);
  const neighbours: number[][] = boxes.map(() => []);
  const neighbour = (of: number, other: number): number => {
    const list = neighbours[of] ?? [];
    const known = list.indexOf(other);
    return known >= 0 ? known : list.push(other) - 1;
  };
  for (let id = 0; id < standing.world.bodies; id++) {
    const owner = owners[id] ?? 0;
    const own: Omit<Watch, 'body'>[] = [];
    boxes.forEach((box, region) => {
      if (region === owner || !box) return;
      const distance = distanceTo(standing, id, box);
      if (distance > window.margin(owner, region)) return;
      const until = window.substeps + 1 - Math.ceil(distance / window.hop);
      const watched = until > 0;
      if (watched) own.push({ neighbour: neighbour(owner, region), until });
      const kind = window.shared !== undefined && distance <= window.shared ? SHARED : GHOST;
      bodies[region]?.push({ id, kind, watches: watched ? [{ neighbour: neighbour(region, owner), until }] : [] });
    });
    bodies[owner]?.push({ id, kind: OWN, watches: own });
  }
  return bodies.flatMap((list, region) => {
    if (!boxes[region]) return [];
    const owned = Uint8Array.from(list, ({ kind }) => kind);
    const part: Part = {
      owned,
      ids: Int32Array.from(list, ({ id }) => id),
      places: joined(list.map(({ id }) => placeIn(standing, id))),
      contacts: joined(list.map(({ id }) => contactsOf(standing, id))),
      watches: list.flatMap(({ watches }, body) => watches.map((watch) => ({ body, ...watch }))),
    };
    return [
      { region, part, neighbours: neighbours[region] ?? [], ghosts: owned.filter((kind) => kind !== OWN).length },
    ];
  });
}

/** Around what each region owns; undefined where that is nothing. */
function boxesOf(standing: Standing, owners: Uint8Array): readonly (Box | undefined)[] {
  const regions = owners.reduce((most, owner) => Math.max(most, owner), 0) + 1;
  const boxes = Array.from({ length: regions }, () => ({
    low: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    high: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  }));
  owners.forEach((owner, body) => {
    const box = boxes[owner];
    for (let axis = 0; box && axis < 3; axis++) {
      const x = positionOf(standing, body, axis);
      box.low[axis] = Math.min(box.low[axis] ?? x, x);
      box.high[axis] = Math.max(box.high[axis] ?? x, x);
    }
  });
  return boxes.map((box) => ((box.low[0] ?? 0) <= (box.high[0] ?? 0) ? box : undefined));
}

/** The largest distance along an axis. */
function distanceTo(standing: Standing, body: number, { low, high }: Box): number {
  let distance = 0;
  for (let axis = 0; axis < 3; axis++) {
    const x = positionOf(standing, body, axis);
    distance = Math.max(distance, (low[axis] ?? 0) - x, x - (high[axis] ?? 0));
  }
  return distance;
}
