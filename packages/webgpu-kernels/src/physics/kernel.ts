import { type GpuSession, InvalidTaskError, OutOfMemoryError } from '../gpu-session.js';
import type { Kernel, RunControl, TaskInput } from '../kernel.js';
import { compile } from '../pathtrace/bindings.js';
import { physicsAnswer } from './known-answer.js';
import { finer, type Local, localOf } from './local.js';
import { outputsOf, type Simulated } from './outputs.js';
import { CONTACT_WORDS, decodePart, decodeWorld, type Part, POSE_WORDS, type WorldHeader } from './state.js';
import { framesBefore, type PhysicsParams, physicsTask } from './task.js';
import { PAIRS_A_BODY, type Pass, passesOf, WORLD_BYTES, WORLD_WORDS } from './wgsl/substep.js';
import { GPU_MARK_WORDS, GPU_MARKS, MOVING_WORDS, SUM_HEADER, SUM_WORDS, WORKGROUP } from './wgsl/world.wgsl.js';
import { FIXED, FIXED_WORDS, STATE_WORDS } from './world.js';

/** The simulation's GPU side: a part's bodies are taken through their substeps, a few in a submission. */

/** Steps of a body in the first submission on an adapter that nothing is known of. */
const FIRST_UNITS = 4096;
/** Contacts with bodies of higher numbers that there is room for at first. */
const SLOTS = { spheres: 16, boxes: 40 };
const MOST_ROOM = 2 ** 24;

export const physicsKernel: Kernel<PhysicsParams> = {
  task: physicsTask,
  knownAnswer: physicsAnswer,
  async run(gpu, params, inputs, control) {
    const begun = gpu.now();
    control.signal.throwIfAborted();
    const { world, part } = await readInputs(gpu, params, inputs);
    const local = rangeChecked(() => localOf(world, part, params));
    const passes = await Promise.all(
      passesOf(params.boxes).map(async (pass) => {
        const { wgsl, entryPoint } = pass;
        const key = `physics ${pass.name}`;
        const pipeline = await gpu.pipeline(key, (device) => compile(device, { wgsl, key }, entryPoint));
        return { ...pass, pipeline };
      }),
    );
    const times: Promise<number>[] = [];
    let room = roomFor(world, local, params);
    for (;;) {
      const made = await simulate(gpu, { world, local, params, room, passes, control, times });
      if (made.kind === 'made') {
        const outputs = outputsOf(world, local, params, made);
        const kernelMs = (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
        return { outputs, stats: { kernelMs, wallMs: gpu.now() - begun, submissions: times.length } };
      }
      // More of them than there was room for: the same once more, with room.
      room = { slots: Math.max(room.slots, 2 * made.slots), pairs: Math.max(room.pairs, 2 * made.pairs) };
    }
  },
};

async function readInputs(
  gpu: GpuSession,
  params: PhysicsParams,
  [worldInput, partInput, ...more]: readonly TaskInput[],
): Promise<{ readonly world: WorldHeader; readonly part: Part }> {
  if (!worldInput || !partInput || more.length > 0) {
    throw new InvalidTaskError('the inputs are not a world and a part of it');
  }
  const key = `physics world ${worldInput.ref.id} ${params.halvings}`;
  const [{ world }, part] = await Promise.all([
    gpu.resource(key, worldInput.ref.bytes, async () => {
      const bytes = await worldInput.bytes();
      return {
        world: finer(
          rangeChecked(() => decodeWorld(bytes)),
          params.halvings,
        ),
        destroy() {},
      };
    }),
    partInput.bytes(),
  ]);
  return { world, part: rangeChecked(() => decodePart(part)) };
}

function rangeChecked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidTaskError(error.message);
    throw error;
  }
}

interface Room {
  /** Contacts of a body with those of higher numbers. */
  readonly slots: number;
  readonly pairs: number;
}

function roomFor({ statics }: WorldHeader, { starts, movers }: Local, { boxes }: PhysicsParams): Room {
  let most = 0;
  for (let i = 0; i < movers; i++) most = Math.max(most, (starts[i + 1] ?? 0) - (starts[i] ?? 0));
  return {
    slots: Math.max(boxes ? SLOTS.boxes : SLOTS.spheres, most + 8),
    pairs: PAIRS_A_BODY * (movers + statics),
  };
}

interface ReadyPass extends Pass {
  readonly pipeline: GPUComputePipeline;
}

interface Simulation {
  readonly world: WorldHeader;
  readonly local: Local;
  readonly params: PhysicsParams;
  readonly room: Room;
  readonly passes: readonly ReadyPass[];
  readonly control: RunControl;
  readonly times: Promise<number>[];
}

interface Made extends Simulated {
  readonly kind: 'made';
}

async function simulate(gpu: GpuSession, it: Simulation): Promise<Made | ({ readonly kind: 'cramped' } & Room)> {
  const { local, params, room, control } = it;
  const buffers = await createBuffers(gpu, it);
  try {
    await submitAll(gpu, it, buffers);
    control.submitted();
    const words = async (buffer: GPUBuffer | undefined, length: number) => {
      if (!buffer || length === 0) return new Int32Array(0);
      const bytes = await gpu.readBuffer(buffer, 4 * length);
      return new Int32Array(bytes.buffer, bytes.byteOffset, length);
    };
    const stride = 1 + CONTACT_WORDS * room.slots;
    const frame = POSE_WORDS * local.movers;
    const [told, states, contacts, poses] = await Promise.all([
      words(buffers.marks, gpuMarkWords(params)),
      words(buffers.states, STATE_WORDS * local.movers),
      words(buffers.contacts[(params.substeps - 1) % 2], stride * local.movers),
      words(buffers.poses, frame * framesBefore(params)),
    ]);
    const marks = new Uint32Array(told);
    const cramped = { pairs: marks[GPU_MARKS.pairs] ?? 0, slots: marks[GPU_MARKS.slots] ?? 0 };
    if (cramped.pairs > 0 || cramped.slots > 0) {
      if (Math.max(cramped.pairs, cramped.slots * local.movers) > MOST_ROOM) {
        throw new OutOfMemoryError('more bodies touch each other than this GPU has room for');
      }
      return { kind: 'cramped', ...cramped };
    }
    return {
      kind: 'made',
      fastest: marks[GPU_MARKS.fastest] ?? 0,
      told: marks.subarray(GPU_MARK_WORDS),
      states,
      contactsOf(body) {
        const at = stride * body;
        return contacts.subarray(at + 1, at + 1 + CONTACT_WORDS * (contacts[at] ?? 0));
      },
      frames: Array.from({ length: framesBefore(params) }, (_, k) => poses.subarray(k * frame, (k + 1) * frame)),
    };
  } finally {
    for (const buffer of buffers.all) buffer.destroy();
  }
}

interface Buffers {
  readonly states: GPUBuffer;
  readonly contacts: readonly GPUBuffer[];
  readonly marks: GPUBuffer;
  /** Workgroups over the pairs. */
  readonly groups: GPUBuffer;
  readonly poses: GPUBuffer;
  /** By the parity of the substep, by binding. */
  readonly turns: readonly (readonly GPUBuffer[])[];
  readonly all: readonly GPUBuffer[];
}

const gpuMarkWords = (params: PhysicsParams): number =>
  GPU_MARK_WORDS + framesIn(params) + 2 * params.substeps * params.neighbours;

const framesIn = ({ substeps, every }: PhysicsParams): number => Math.ceil(substeps / every);

/** @throws OutOfMemoryError */
async function createBuffers(gpu: GpuSession, it: Simulation): Promise<Buffers> {
  const { device } = gpu;
  const largest = Math.max(...Object.values(sizesOf(it)));
  const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  if (largest > limit)
    throw new OutOfMemoryError(`the bodies need ${largest} bytes in one piece, this GPU gives ${limit}`);
  device.pushErrorScope('out-of-memory');
  const buffers = makeBuffers(device, it);
  const error = await device.popErrorScope();
  if (error) {
    for (const buffer of buffers.all) buffer.destroy();
    throw new OutOfMemoryError(`the bodies do not fit this GPU's memory: ${error.message}`);
  }
  return buffers;
}

/** Bytes of what is only written. */
function sizesOf({ world, local, params, room }: Simulation) {
  const { movers } = local;
  const all = movers + world.statics;
  return {
    contacts: 4 * (1 + CONTACT_WORDS * room.slots) * movers,
    marks: 4 * gpuMarkWords(params),
    poses: 4 * POSE_WORDS * movers * framesBefore(params),
    movings: 4 * MOVING_WORDS * all,
    sums: 4 * (SUM_HEADER + SUM_WORDS * all),
    heads: 4 * headsOf(movers),
    nexts: 4 * all,
    pairs: 8 * room.pairs,
  };
}

const headsOf = (movers: number): number => 2 ** Math.ceil(Math.log2(2 * movers + 2));

function makeBuffers(device: GPUDevice, it: Simulation): Buffers {
  const { local } = it;
  const all: GPUBuffer[] = [];
  const buffer = (bytes: number, usage = GPUBufferUsage.STORAGE): GPUBuffer => {
    const size = Math.max(16, bytes);
    const one = device.createBuffer({ size, usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC });
    all.push(one);
    return one;
  };
  const filled = (words: Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, usage?: number): GPUBuffer => {
    const one = buffer(words.byteLength, usage);
    device.queue.writeBuffer(one, 0, words);
    return one;
  };
  const sizes = sizesOf(it);
  const uniform = filled(uniformOf(it), GPUBufferUsage.UNIFORM);
  const states = filled(local.states);
  const contacts = [buffer(sizes.contacts), filled(slotted(local, it.room.slots))];
  const marks = buffer(sizes.marks);
  const poses = buffer(sizes.poses);
  const fixed = filled(local.fixed);
  const movings = buffer(sizes.movings);
  const lists = [buffer(sizes.sums), buffer(sizes.heads), buffer(sizes.nexts), buffer(sizes.pairs)];
  const watches = filled(local.watches);
  const groups = buffer(32, GPUBufferUsage.STORAGE | GPUBufferUsage.INDIRECT);
  const turns = [contacts, [...contacts].reverse()].map((pair) => {
    const [now, before] = pair as [GPUBuffer, GPUBuffer];
    return [uniform, fixed, states, movings, now, before, ...lists, marks, watches, groups, poses];
  });
  return { states, contacts, marks, groups, poses, turns, all };
}

function uniformOf({ world, local, params, room }: Simulation): Int32Array<ArrayBuffer> {
  const { movers } = local;
  const { massShift, spinShift, leverShift } = world.scale;
  const words = new Int32Array(WORLD_BYTES / 4);
  words.set([
    ...[movers, movers + world.statics, world.planes, headsOf(movers), room.slots, massShift, spinShift, leverShift],
    ...[world.cellShift, world.reach, world.near, world.slop, world.bounceFrom, room.pairs],
    ...[params.neighbours, local.watches.length / 2, params.every, framesIn(params), widestOf(local)],
  ]);
  words.set(world.ground, WORLD_WORDS);
  return words;
}

function widestOf({ fixed, movers }: Local): number {
  let widest = 0;
  for (let i = 0; i < movers; i++) widest = Math.max(widest, fixed[FIXED_WORDS * i + FIXED.bounds] ?? 0);
  return widest;
}

/** Each body's contacts in its own slots. */
function slotted({ starts, contacts, movers }: Local, slots: number): Int32Array<ArrayBuffer> {
  const stride = 1 + CONTACT_WORDS * slots;
  const out = new Int32Array(stride * movers);
  for (let i = 0; i < movers; i++) {
    const [from = 0, to = 0] = starts.subarray(i, i + 2);
    out[stride * i] = to - from;
    out.set(contacts.subarray(CONTACT_WORDS * from, CONTACT_WORDS * to), stride * i + 1);
  }
  return out;
}

/** All substeps, as many in a submission as the adapter takes in its stride. */
async function submitAll(gpu: GpuSession, it: Simulation, buffers: Buffers): Promise<void> {
  const { world, local, params, passes, control, times } = it;
  const bodies = local.movers + world.statics;
  const groups = passes.map(({ pipeline, binds }) =>
    buffers.turns.map((turn) =>
      gpu.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: binds.map((binding) => ({ binding, resource: { buffer: turn[binding] as GPUBuffer } })),
      }),
    ),
  );
  const slicer = gpu.slicer(`physics ${params.boxes ? 'boxes' : 'spheres'}`, FIRST_UNITS);
  for (let done = 0; done < params.substeps; ) {
    const from = done;
    // Rounded down to one again and again it would never grow.
    const some = Math.max(1, Math.min(params.substeps - from, Math.round(slicer.units() / bodies)));
    done += some;
    const { done: ran } = await gpu.submit(slicer, some * bodies, (encoder) => {
      for (let substep = from; substep < from + some; substep++) encodeSubstep(encoder, it, buffers, groups, substep);
    });
    times.push(ran);
    control.signal.throwIfAborted();
    control.progress(done / params.substeps);
  }
}

function encodeSubstep(
  encoder: GPUCommandEncoder,
  { world, local, params, passes }: Simulation,
  buffers: Buffers,
  groups: readonly (readonly GPUBindGroup[])[],
  substep: number,
): void {
  const { movers } = local;
  const threads = { bodies: movers + world.statics, watches: local.watches.length / 2 };
  const frame = (substep + 1) / params.every;
  const keeps = Number.isInteger(frame) && frame <= framesBefore(params);
  const pass = encoder.beginComputePass();
  passes.forEach(({ pipeline, size, seldom }, k) => {
    if (seldom && !keeps) return;
    const workgroups = typeof size === 'function' ? Math.ceil(size(threads) / WORKGROUP) : size;
    if (workgroups === 0) return;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, groups[k]?.[substep % 2]);
    if (typeof workgroups === 'number') pass.dispatchWorkgroups(workgroups);
    else pass.dispatchWorkgroupsIndirect(buffers.groups, workgroups.at);
  });
  pass.end();
}
