import type { Bytes } from '@tabgrid/protocol/bytes';
import { finer, type Local, localOf } from './local.js';
import { outputsOf } from './outputs.js';
import { type Cache, createReference } from './reference.js';
import {
  CONTACT_WORDS,
  decodePart,
  decodeWorld,
  hashOfPlace,
  joined,
  type Part,
  PLACE_WORDS,
  POSE_WORDS,
  putPlace,
} from './state.js';
import { framesBefore, type PhysicsParams } from './task.js';
import { STATE, STATE_WORDS } from './world.js';

/** A whole task in plain JavaScript, as the kernel does it: slow, and the measure of what is right. */
export function simulateInPlain([world, part]: readonly Bytes[], params: PhysicsParams): readonly Bytes[] {
  if (!world || !part) throw new RangeError('the inputs are not a world and a part of it');
  const header = finer(decodeWorld(world), params.halvings);
  const whole = decodePart(part);
  const local = localOf(header, whole, params);
  const { movers, fixed, states, own } = local;
  const reference = createReference({ ...header, bodies: movers, fixed, states }, cachesOf(local));
  const owns = new Set(own);
  const around = new Int32Array(3 * movers);
  const frames: Int32Array[] = [];
  const told = new Uint32Array(Math.ceil(params.substeps / params.every) + 2 * params.substeps * params.neighbours);
  let fastest = 0;
  for (let substep = 0; substep < params.substeps; substep++) {
    const step = reference.substep();
    fastest = Math.max(fastest, step.fastest);
    step.around.forEach((impulse, i) => {
      for (let axis = 0; axis < 3; axis++) around[3 * i + axis] = (around[3 * i + axis] ?? 0) + (impulse[axis] ?? 0);
    });
    if (step.coarse.some((coarse, i) => coarse && owns.has(i))) told[Math.floor(substep / params.every)] = 1;
    if (params.only === null) addHashes(told, whole, reference.states, params, substep);
    const ended = (substep + 1) / params.every;
    if (Number.isInteger(ended) && ended <= framesBefore(params)) frames.push(posesOf(reference.states, movers));
  }
  const after = reference.states.slice();
  for (let i = 0; i < movers; i++) {
    [STATE.momentum, STATE.spin, STATE.warm].forEach((at, axis) => {
      after[STATE_WORDS * i + at + 3] = around[3 * i + axis] ?? 0;
    });
  }
  const contactsOf = (body: number): Int32Array =>
    joined(
      [...(reference.cache[body] ?? [])].map(([key, impulse]) => {
        const [other = 0, feature = 0] = key.split(':').map(Number);
        return Int32Array.of(other, feature, ...impulse);
      }),
    );
  return outputsOf(header, local, params, { states: after, contactsOf, frames, fastest, told });
}

function posesOf(states: Int32Array, movers: number): Int32Array {
  const poses = new Int32Array(POSE_WORDS * movers);
  for (let i = 0; i < movers; i++) {
    const at = STATE_WORDS * i;
    poses.set(states.subarray(at, at + 3), POSE_WORDS * i);
    poses.set(states.subarray(at + STATE.rotation, at + STATE.rotation + 4), POSE_WORDS * i + 3);
  }
  return poses;
}

function cachesOf({ starts, contacts, movers }: Local): Cache[] {
  return Array.from({ length: movers }, (_, i) => {
    const [from = 0, to = 0] = starts.subarray(i, i + 2);
    return new Map(
      Array.from({ length: to - from }, (__, k) => {
        const [other = 0, feature = 0, x = 0, y = 0, z = 0] = contacts.subarray(CONTACT_WORDS * (from + k));
        return [`${other >>> 0}:${feature >>> 0}`, [x, y, z] as const];
      }),
    );
  });
}

function addHashes(
  told: Uint32Array,
  { ids, watches }: Part,
  states: Int32Array,
  params: PhysicsParams,
  substep: number,
) {
  const frames = Math.ceil(params.substeps / params.every);
  for (const { body, neighbour, until } of watches) {
    if (substep + 1 > until) continue;
    const at = frames + 2 * (substep * params.neighbours + neighbour);
    const place = new Int32Array(PLACE_WORDS);
    putPlace(place, 0, states, STATE_WORDS * body, 0);
    const [first, second] = hashOfPlace(ids[body] ?? 0, place);
    told[at] = (told[at] ?? 0) + first;
    told[at + 1] = (told[at + 1] ?? 0) + second;
  }
}
