import { concatBytes } from '@tabgrid/protocol/bytes';
import { simulateInPlain } from '@tabgrid/webgpu-kernels/physics/reference-kernel';
import { toPosition } from '@tabgrid/webgpu-kernels/physics/scale';
import { MARK_WORDS, MARKS, PLACE_WORDS } from '@tabgrid/webgpu-kernels/physics/state';
import { PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Run } from './run.js';
import { begin, type Lie, SUBSTEPS, toTheEnd, VOLUNTEER, world } from './test-run.js';

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
    const frames = createFrames(10, { every: 1, poses: [] }, 10 * 28 * 6);
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
