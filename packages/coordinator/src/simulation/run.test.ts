import { concatBytes } from '@tabgrid/protocol/bytes';
import { simulateInPlain } from '@tabgrid/webgpu-kernels/physics/reference-kernel';
import { toPosition } from '@tabgrid/webgpu-kernels/physics/scale';
import { PLACE_WORDS } from '@tabgrid/webgpu-kernels/physics/state';
import { PhysicsParams, physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Run } from './run.js';
import { begin, SUBSTEPS, toTheEnd, VOLUNTEER, world } from './test-run.js';

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

  it('does a window again whose results contradict each other, by several volunteers', async () => {
    const one = await alone;
    const it = await begin(2);
    let lies = 0;
    await it.step((states) => {
      lies++;
      states[PLACE_WORDS * 7 + 4] = (states[PLACE_WORDS * 7 + 4] ?? 0) + 5;
    });
    expect(lies).toBe(1);
    await it.step();
    expect(it.run.state.figures.conflicts).toBe(1);
    expect(it.todo.map(({ verify }) => verify)).toEqual(['replicate', 'replicate']);
    expect(await (await toTheEnd(it)).stateSha256()).toBe(await one.stateSha256());
  });

  it('has a window done again in which energy came from nowhere, and takes what others find too', async () => {
    const one = await alone;
    for (const honest of [true, false]) {
      const it = await begin(2);
      // Higher by 20 m, with the momentum that it had: nothing of it is near a border.
      const lie = (states: Int32Array) => {
        states[1] = (states[1] ?? 0) + 20 * 2 ** 20;
      };
      await it.step(lie);
      await it.step();
      expect(it.run.state.gone).toBe(0);
      expect(it.todo.map(({ verify }) => verify)).toEqual(['replicate', 'replicate']);
      await it.step(honest ? undefined : lie);
      await it.step();
      expect(it.run.state.gone).toBe(SUBSTEPS);
      if (honest) expect(await (await toTheEnd(it)).stateSha256()).toBe(await one.stateSha256());
    }
  });

  it('gives up, and says so, when they always do', async () => {
    const it = await begin(2);
    for (let left = 50; it.run.failed === null && left > 0; left--) {
      await it.step((states) => {
        states[4] = (states[4] ?? 0) + 5;
      });
    }
    expect(it.run.failed).toMatch(/contradict each other again and again: momentum came from nowhere/);
    expect(it.run.standing.places).toEqual((await begin(1)).run.standing.places);
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
