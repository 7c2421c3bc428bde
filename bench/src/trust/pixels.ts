import type { Bytes } from '@tabgrid/protocol/bytes';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Probe } from '@tabgrid/scheduler/core';
import type { Claim, Judge } from '@tabgrid/simulator/driver';
import { RIGHT } from '@tabgrid/simulator/lies';
import { cutResult, PIXEL_FLOATS, resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { type PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { FORGERIES, type Forgery, forge } from './forge.js';
import type { Tile } from './tiles.js';

/** Simulated results as bytes, and the kernel's own words on them. */
export interface Pixels {
  readonly judge: Judge;
  /** For the scheduler's config. */
  probe(task: TaskSpec, secret: number): Probe;
  /** Share of a result's pixels that are not as the volunteer's own machine would have rendered them. */
  wrongShare(task: TaskSpec, claim: Claim): number;
  /** Results that the judge looked at, and comparisons by their verdicts. */
  readonly looks: { whole: number; parts: number; equal: number; within: number; different: number };
}

export interface Renders {
  /** The same tiles by each class of adapters. */
  readonly classes: readonly (readonly Tile[])[];
  /** Tiles of an earlier job. */
  readonly old: readonly Tile[];
}

/** A pixel that is off by as much as nobody sees is not wrong. */
const SEEN = 1e-3;

/** The tile that a simulated task stands for: names end in a number. */
const tileOf = ({ id }: Pick<TaskSpec, 'id'>, tiles: number): number => Number(id.split('-').at(-1)) % tiles;

export function createPixels({ classes, old }: Renders): Pixels {
  const [plain = []] = classes;
  const { length } = plain;
  const looks = { whole: 0, parts: 0, equal: 0, within: 0, different: 0 };

  const machineOf = ({ session }: Claim): readonly Tile[] => classes[session.adapter % classes.length] ?? plain;
  const tile = (task: TaskSpec, tiles: readonly Tile[] = plain): Tile => {
    const found = tiles[tileOf(task, length)];
    if (!found) throw new RangeError(`no tile for ${task.id}`);
    return found;
  };
  const paramsOf = (task: TaskSpec, secret: number | null): PathtraceParams => {
    const { params } = tile(task);
    return secret === null ? params : pathtraceTask.probe(params, secret);
  };

  const bytesOf = (task: TaskSpec, claim: Claim): Bytes => {
    const right = machineOf(claim);
    if (claim.says === RIGHT) return tile(task, right).result;
    const [how = '', ...about] = claim.says.split(':');
    // What colluders agree upon is one of the others, the same for all of them.
    const forgery = isForgery(how) ? how : 'dim';
    return forge(
      forgery,
      tileOf(task, length),
      { right: how === 'agreed' ? plain : right, old },
      hash(about.join(':')),
    );
  };
  const partOf = (task: TaskSpec, claim: Claim, secret: number | null): Bytes => {
    const whole = bytesOf(task, claim);
    return secret === null ? whole : cutResult(tile(task).params, whole, paramsOf(task, secret));
  };

  return {
    looks,
    judge: {
      fault(task, claim, secret) {
        looks[secret === null ? 'whole' : 'parts']++;
        return pathtraceTask.fault(paramsOf(task, secret), [partOf(task, claim, secret)]);
      },
      compare(task, a, b, secret) {
        const [left, right] = [partOf(task, a, secret), partOf(task, b, secret)];
        const { kind } = pathtraceTask.compare([left], [right], a.session.adapter === b.session.adapter);
        looks[kind]++;
        return kind;
      },
    },
    probe(task, secret) {
      const whole = tile(task).params;
      const part = pathtraceTask.probe(whole, secret);
      const share = pathtraceTask.workUnits(part) / pathtraceTask.workUnits(whole);
      return { params: { secret }, workUnits: share * task.workUnits, outputBytes: resultBytes(part) };
    },
    wrongShare(task, claim) {
      if (claim.says === RIGHT) return 0;
      return farShare(bytesOf(task, claim), tile(task, machineOf(claim)).result);
    },
  };
}

const isForgery = (how: string): how is Forgery => FORGERIES.some((known) => known === how);

/** Share of pixel sums that lie further apart than is seen. */
export function farShare(a: Bytes, b: Bytes): number {
  const [left, right] = [new DataView(a.buffer, a.byteOffset), new DataView(b.buffer, b.byteOffset)];
  const pixels = (a.byteLength - 4) / (4 * PIXEL_FLOATS);
  let far = 0;
  for (let i = 0; i < pixels; i++) {
    const sum = (view: DataView) =>
      [0, 4, 8].reduce((total, channel) => total + view.getFloat32(4 * PIXEL_FLOATS * i + channel, true), 0);
    const [x, y] = [sum(left), sum(right)];
    if (Math.abs(x - y) > SEEN * Math.max(x, y)) far++;
  }
  return far / pixels;
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x0100_0193);
  return h >>> 0;
}
