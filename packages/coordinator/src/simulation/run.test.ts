import { type BlobRef, nameBlob } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes, equalBytes, wordsOf } from '@tabgrid/protocol/bytes';
import { AttemptId, type BlobId, JobId, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { applyPatch } from '@tabgrid/protocol/patch';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import type { PhysicsJob } from '@tabgrid/splitters/physics/planner';
import { standingOf } from '@tabgrid/splitters/physics/standing';
import { simulateInPlain } from '@tabgrid/webgpu-kernels/physics/reference-kernel';
import { toPosition } from '@tabgrid/webgpu-kernels/physics/scale';
import {
  decodeWorld,
  encodeWorld,
  MARK_WORDS,
  MARKS,
  PLACE_WORDS,
  placesOf,
} from '@tabgrid/webgpu-kernels/physics/state';
import { PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { type Body, type World, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Arrival } from '../job.js';
import type { Enclosure } from '../outbound.js';
import type { Said } from '../probes.js';
import { createRun, type Run } from './run.js';

const VOLUNTEER = v.parse(VolunteerId, 'v1');
const SUBSTEPS = 4;
const SURFACE = { friction: 0.4, restitution: 0.4 };

/** Balls in a row that is longer than the ghosts' margin, thrown at each other. */
function world(apart = 0.35): World {
  const bodies = Array.from({ length: 16 }, (_, i): Body => {
    const velocity = [i % 2 === 0 ? 1.5 : -1.5, 0, 0.1 * (i % 3)] as const;
    const place = { position: [apart * i, 0.11, 0] as const, rotation: [0, 0, 0, 1] as const };
    return {
      shape: { kind: 'sphere', radius: 0.1 },
      mass: 1 + (i % 3),
      ...SURFACE,
      ...place,
      velocity,
      spin: [0, 0, 0],
    };
  });
  return { bodies, planes: [{ normal: [0, 1, 0], offset: 0, ...SURFACE }], statics: [], gravity: [0, -9.81, 0] };
}

/** A run, and volunteers that do its tasks when they are asked to. */
async function begin(regions: number, frames = 6, rest: Partial<PhysicsJob> = {}, of = world()) {
  const words = worldWords(of, 1 / (60 * SUBSTEPS));
  const named = await nameBlob(encodeWorld(words));
  const job: PhysicsJob = {
    ...{
      id: v.parse(JobId, 'p1'),
      world: named.ref,
      frames,
      substeps: SUBSTEPS,
      regions,
      margin: 0,
      merge: 'owner',
      boxes: false,
    },
    ...{ verify: 'spot', window: SUBSTEPS, ...rest },
  };
  const todo: TaskSpec[] = [];
  const specs = new Map<TaskId, TaskSpec>();
  const questioned: TaskId[] = [];
  const cancelled = new Set<TaskId>();
  const served = new Map<TaskId, Bytes>();
  let at = 0;
  const run = createRun({
    job,
    standing: standingOf(decodeWorld(named.bytes), placesOf(words)),
    clock: { now: () => at++ },
    gridState: () => ({ volunteers: regions, unitsPerSecond: null }),
    tell(event: SchedulerEvent) {
      if (event.type === 'tasksAdded') todo.push(...event.tasks.map(({ spec }) => spec));
      if (event.type === 'tasksAdded') for (const { spec } of event.tasks) specs.set(spec.id, spec);
      if (event.type === 'questioned') questioned.push(...event.tasks);
      if (event.type === 'tasksCancelled') for (const task of event.tasks) cancelled.add(task);
    },
    serve: (task, [part]) => void (part && served.set(task, part.bytes)),
    unserve: (task) => void served.delete(task),
  });
  run.begin();
  const done: TaskId[] = [];
  const told: Told[] = [];
  const has = new Map<BlobId, Bytes>();
  const step = async (lie: Lie = () => {}): Promise<TaskId | null> => {
    const spec = todo.shift();
    if (!spec) return null;
    if (cancelled.has(spec.id)) return spec.id;
    const { enclosed } = await run.whole(spec, VOLUNTEER)();
    const part = served.get(spec.id);
    if (!part || !enclosed?.[0]) throw new Error('no part was served');
    told.push(await takenOut(enclosed[0], has, part));
    has.set(enclosed[0].blob, part);
    const outputs = simulateInPlain([named.bytes, part], v.parse(PhysicsParams, spec.params));
    const [marks, poses, seen, states, stays] = outputs.map((bytes) => bytes.slice());
    if (!marks || !poses || !seen || !states || !stays) throw new Error('a result without its outputs');
    lie(new Int32Array(states.buffer), new Int32Array(marks.buffer));
    const kept = await nameBlob(stays);
    has.set(kept.ref.id, stays);
    run.accept(spec.id, arrivalOf(spec, [marks, poses, seen, states], kept.ref));
    done.push(spec.id);
    return spec.id;
  };
  /** Somebody honest computes what is questioned, whole. @returns tasks whose results were lies, which are to be done again */
  const look = async (): Promise<readonly TaskId[]> => {
    const lies: TaskId[] = [];
    for (let task = questioned.shift(); task; task = questioned.shift()) {
      const spec = specs.get(task);
      const [part, made] = [served.get(task), run.resultOf(task)];
      if (!spec || !part || !made) throw new Error('nothing is kept of what is questioned');
      const params = v.parse(PhysicsParams, spec.params);
      const outputs = simulateInPlain([named.bytes, part], params).slice(0, physicsTask.outputs(params).length);
      const [told, right] = [made.body, concatBytes(outputs)].map((body) => ({ body, secret: null })) as [Said, Said];
      if (run.compare(task, [told, right], { sameClass: true, secret: null }) === 'equal') {
        run.confirm(task);
      } else {
        lies.push(task);
        run.retract(task);
        todo.unshift(spec);
      }
    }
    return lies;
  };
  /** Everybody comes to the same, whatever it is. */
  const nod = (): void => {
    for (let task = questioned.shift(); task; task = questioned.shift()) run.confirm(task);
  };
  return { run, todo, done, served, step, look, nod, questioned, cancelled, told, world: named.bytes };
}

type Lie = (states: Int32Array, marks: Int32Array) => void;

interface Told {
  readonly bases: number;
  readonly bytes: number;
  readonly whole: number;
}

/** A volunteer's part, by what it has. @throws Error where that is not the one that is served */
async function takenOut({ bases, patch }: Enclosure, has: ReadonlyMap<BlobId, Bytes>, part: Bytes): Promise<Told> {
  const words = bases.map(({ id }) => wordsOf(has.get(id) ?? new Uint8Array(0)));
  const made = await applyPatch(patch, words, part.byteLength);
  // Where a result was a lie, what is kept is not what it seems: the hash says so, and the part is asked for.
  const right = equalBytes(made, part);
  return { bases: bases.length, bytes: right ? patch.byteLength : part.byteLength, whole: part.byteLength };
}

function arrivalOf(spec: TaskSpec, outputs: readonly Bytes[], kept: BlobRef): Arrival {
  const names = physicsTask.outputs(v.parse(PhysicsParams, spec.params)).map(({ name }) => name);
  const head = {
    type: 'result',
    ref: { attempt: v.parse(AttemptId, 'a1'), task: spec.id, job: spec.job },
    outputs: outputs.map(({ byteLength }, i) => ({ name: names[i] ?? '', bytes: byteLength })),
    stats: { kernelMs: 1, wallMs: 2, submissions: 1 },
    kept,
  };
  // Of a member and its adapter only the names are looked at here.
  const member = { id: VOLUNTEER, ordinal: 0 };
  return {
    attempt: head.ref.attempt,
    member,
    adapter: {},
    software: true,
    head,
    body: concatBytes(outputs),
  } as unknown as Arrival;
}

async function toTheEnd({ run, step, look }: Awaited<ReturnType<typeof begin>>): Promise<Run> {
  for (let left = 1000; !run.done && run.failed === null; left--) {
    if (left === 0 || (await step()) === null) throw new Error('it does not end');
    await look();
  }
  return run;
}

describe('a world on its way', () => {
  const alone = begin(1).then(toTheEnd);

  it('has all frames at its end, whatever the regions', async () => {
    const one = await alone;
    const many = await toTheEnd(await begin(3));
    expect(many.frames.count).toBe(7);
    expect(many.energies).toHaveLength(7);
    expect(many.drift).toBe(0);
    expect(await many.stateSha256()).toBe(await one.stateSha256());
    expect(many.frames.get(3)).toEqual(one.frames.get(3));
    expect(many.frames.get(7)).toBeNull();
    // Something happened on the way.
    expect(many.frames.get(6)?.positions).not.toEqual(many.frames.get(0)?.positions);
  });

  it('goes on with the mean of what regions say where that is asked for, and loses no momentum', async () => {
    const close = world(0.205);
    const one = await toTheEnd(await begin(1, 6, {}, close));
    const sent = ({ run }: { readonly run: Run }) => run.state.figures.ghosts;
    const exact = await begin(3, 6, { window: 2 * SUBSTEPS }, close);
    await toTheEnd(exact);
    const it = await begin(3, 6, { window: 2 * SUBSTEPS, merge: 'average' }, close);
    const { state, drift, frames, energies } = await toTheEnd(it);
    expect(state.figures.conflicts).toBeGreaterThan(0);
    expect(sent(it)).toBeLessThan(sent(exact));
    expect(drift).toBe(0);
    expect(energies).toHaveLength(7);
    expect(await it.run.stateSha256()).not.toBe(await one.stateSha256());
    // Frames within a window, too, and everything about where it is in truth.
    for (const frame of [3, 4]) {
      const [mean, right] = [frames.get(frame)?.positions ?? [], one.frames.get(frame)?.positions ?? []];
      expect(mean).toHaveLength(3 * 16);
      expect(Math.max(...right.map((x, k) => Math.abs(x - (mean[k] ?? 0))))).toBeLessThan(0.02);
    }
  });

  it('waits for a result that is not believed any more', async () => {
    const it = await begin(3);
    const task = await it.step();
    if (!task) throw new Error('no task');
    it.run.retract(task);
    await it.step();
    await it.step();
    expect(it.run.state.gone).toBe(0);
    expect(it.run.has(task)).toBe(true);
    expect(it.run.resultOf(task)).toBeNull();
  });

  it('goes back before a window of which a result was wrong, and ends the same', async () => {
    const one = await alone;
    for (const late of [0, 7]) {
      const it = await begin(3);
      while (it.run.state.gone < 4 * SUBSTEPS) await it.step();
      const task = it.done[late];
      if (!task) throw new Error('no such task');
      it.run.retract(task);
      expect(it.run.state.gone).toBe(Math.floor(late / 3) * SUBSTEPS);
      expect(it.run.frames.count).toBe(1 + Math.floor(late / 3));
      const run = await toTheEnd(it);
      expect(await run.stateSha256()).toBe(await one.stateSha256());
      expect(run.state.figures.conflicts).toBe(1);
      expect(new Set(it.done).size).toBe(it.done.length);
    }
  });

  it('asks others about results that contradict each other, and goes on without the one that was a lie', async () => {
    const one = await alone;
    const it = await begin(2);
    const liar = await it.step((states) => {
      states[PLACE_WORDS * 7 + 4] = (states[PLACE_WORDS * 7 + 4] ?? 0) + 5;
    });
    await it.step();
    expect(it.run.state.figures.conflicts).toBe(1);
    expect(it.questioned).toHaveLength(2);
    expect(it.todo).toEqual([]);
    expect(await it.look()).toEqual([liar]);
    expect(await (await toTheEnd(it)).stateSha256()).toBe(await one.stateSha256());
  });

  it('has others look at a window in which energy came from nowhere, and takes what they find too', async () => {
    const one = await alone;
    for (const honest of [true, false]) {
      const it = await begin(2);
      // Higher by 20 m, with the momentum that it had: nothing of it is near a border.
      await it.step((states) => {
        states[1] = (states[1] ?? 0) + 20 * 2 ** 20;
      });
      await it.step();
      expect(it.run.state.gone).toBe(0);
      expect(it.questioned).toHaveLength(2);
      if (honest) expect(await it.look()).toHaveLength(1);
      else it.nod();
      if (honest) await it.step();
      expect(it.run.state.gone).toBe(SUBSTEPS);
      if (honest) expect(await (await toTheEnd(it)).stateSha256()).toBe(await one.stateSha256());
    }
  });

  it('gives up, and says so, when they always do and everybody agrees', async () => {
    const it = await begin(2);
    for (let left = 50; it.run.failed === null && left > 0; left--) {
      await it.step((states) => {
        states[4] = (states[4] ?? 0) + 5;
      });
      it.nod();
    }
    expect(it.run.failed).toMatch(/contradict each other again and again: momentum came from nowhere.*start again/);
    expect(it.run.standing.places).toEqual((await begin(1)).run.standing.places);
  });

  /** What a liar tells beside its states, of a window of one frame. */
  const LIES: readonly (readonly [string, Lie])[] = [
    ['something was too fast', (_, marks) => marks.set([2 ** 31 - 1, 1], MARKS.fastest)],
    ['its frame was too coarse', (_, marks) => marks.set([1], MARK_WORDS)],
    ['its neighbour stood elsewhere', (_, marks) => marks.set([7], MARK_WORDS + 1)],
    ['its surroundings gave it more', (_, marks) => marks.set([(marks[MARKS.around] ?? 0) + 1], MARKS.around)],
  ];

  it.each(LIES)(
    'is not made to do anything again by somebody who says, window after window, that %s',
    async (_, lie) => {
      const one = await alone;
      const it = await begin(2);
      let caught = 0;
      for (let left = 100; !it.run.done; left--) {
        if (left === 0) throw new Error('it does not end');
        await it.step(lie);
        await it.step();
        caught += (await it.look()).length;
        // It is done again by somebody else.
        if (it.todo.length === 1) await it.step();
      }
      expect(caught).toBe(6);
      expect(it.run.state.made).toBe(2 * 6);
      expect(it.run.state.figures.resimulated).toBe(0);
      expect(await it.run.stateSha256()).toBe(await one.stateSha256());
    },
  );

  it('ends with the same bits where everybody agrees that bodies are faster than they are', async () => {
    const one = await alone;
    const it = await begin(3, 6, { verify: 'none' });
    const sizes = new Set<number>();
    for (let left = 200; !it.run.done; left--) {
      if (left === 0) throw new Error('it does not end');
      const [next] = it.todo;
      const params = next && v.parse(PhysicsParams, next.params);
      if (params) sizes.add(params.bodies);
      await it.step((_, marks) => marks.set([Math.min(2 ** 31 - 1, 2 * (params?.fastest ?? 0)), 1], MARKS.fastest));
      it.nod();
    }
    // Until everybody has all of the world.
    expect(Math.max(...sizes)).toBe(16);
    expect(await it.run.stateSha256()).toBe(await one.stateSha256());
  });

  it('has nobody compute once more what is taken back of a window that is over and forgotten', async () => {
    const it = await begin(2);
    await it.step((_, marks) => marks.set([1], MARK_WORDS));
    await it.step();
    it.nod();
    const [dropped] = it.done;
    if (!dropped) throw new Error('no task');
    expect(it.cancelled.has(dropped)).toBe(true);
    it.cancelled.clear();
    const before = it.run.state;
    it.run.retract(dropped);
    expect([...it.cancelled]).toEqual([dropped]);
    expect(it.run.state).toBe(before);
  });

  it('can be checked a while after a window is over, and blames nobody after that', async () => {
    const it = await begin(2, 20);
    const spec = it.todo[0];
    const task = await it.step();
    await it.step();
    await it.step();
    if (!spec || !task) throw new Error('no task');
    expect(it.run.state.gone).toBe(SUBSTEPS);
    const secret = 5;
    const params = v.parse(PhysicsParams, spec.params);
    const probe = physicsTask.probe(params, secret);
    expect((await it.run.whole(spec, VOLUNTEER)()).task.inputs).toHaveLength(2);
    const part = it.served.get(task);
    const made = it.run.resultOf(task);
    if (!part || !made) throw new Error('nothing is kept');
    const outputs = simulateInPlain([it.world, part], probe);
    const refs = outputs.map(({ byteLength }, k) => ({
      name: physicsTask.outputs(probe)[k]?.name ?? '',
      bytes: byteLength,
    }));
    const said = { body: concatBytes(outputs), secret };
    const whole = { body: made.body, secret: null };
    expect(it.run.fault(task, refs, said)).toBeNull();
    expect(it.run.compare(task, [whole, said], { sameClass: true, secret })).toBe('equal');
    const wrong = { ...said, body: said.body.slice() };
    new DataView(wrong.body.buffer).setInt32(wrong.body.byteLength - 4, 77, true);
    expect(it.run.compare(task, [whole, wrong], { sameClass: true, secret })).toBe('different');
    await toTheEnd(it);
    await expect(it.run.whole(spec, VOLUNTEER)()).rejects.toThrow('long over');
    expect(it.run.fault(task, [], said)).toBeNull();
    expect(it.run.compare(task, [whole, wrong], { sameClass: true, secret })).toBe('within');
  });

  it('tells a part by what its volunteer has: the last one of its region, and what became of it', async () => {
    const it = await begin(3);
    await toTheEnd(it);
    const [first, later] = [it.told.slice(0, 3), it.told.slice(3)];
    expect(first[0]?.bases).toBe(0);
    expect(later.every(({ bases }) => bases === 4)).toBe(true);
    const share = (told: typeof first) =>
      told.reduce((sum, { bytes }) => sum + bytes, 0) / told.reduce((sum, { whole }) => sum + whole, 0);
    expect(share(first)).toBeLessThan(0.8);
    expect(share(later)).toBeLessThan(0.4);
  });

  it('names the same thing for a region’s parts to the scheduler, window by window, so that who had the last gets the next', async () => {
    const it = await begin(3);
    const names = () => it.todo.map(({ inputs }) => inputs[1]?.id);
    const first = names();
    expect(new Set(first).size).toBe(3);
    // What it takes deflated, for who has nothing of it.
    const [task] = it.todo;
    const part = task && it.run.parts.get(task.id)?.part;
    const whole = 4 * ((part?.places.length ?? 0) + (part?.contacts.length ?? 0));
    expect(whole).toBeGreaterThan(500);
    expect(task?.inputs[1]?.bytes).toBe(Math.ceil(whole / 7));
    for (let k = 0; k < 3; k++) await it.step();
    expect(names()).toEqual(first);
  });

  it('serves a part while it is wanted, and no longer', async () => {
    const it = await begin(3, 20);
    await toTheEnd(it);
    // Checks of the last windows may still come.
    expect(it.served.size).toBe(16 * 3);
    it.run.close();
    expect(it.served.size).toBe(0);
  });

  it('keeps fewer frames where they would fill the memory', async () => {
    const { createFrames } = await import('./frames.js');
    const frames = createFrames(10, 10 * 28 * 6);
    const places = new Int32Array(10 * PLACE_WORDS);
    for (let k = 0; k <= 32; k++) {
      places[0] = toPosition(k);
      frames.addPlaces(k, places);
    }
    expect(frames.count).toBe(33);
    expect(frames.every).toBe(8);
    expect(frames.get(16)?.positions[0]).toBe(16);
    expect(frames.get(19)?.frame).toBe(16);
  });
});
