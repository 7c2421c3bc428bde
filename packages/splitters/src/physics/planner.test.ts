import { nameBlob } from '@tabgrid/protocol/blob';
import { JobId, type TaskId } from '@tabgrid/protocol/ids';
import { PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { squareOf } from './fixture.js';
import {
  beginPhysics,
  FROM_THE_START,
  type Heard,
  type PhysicsEvent,
  type PhysicsJob,
  type PhysicsState,
  type PhysicsStep,
  type RegionTask,
  resumePhysics,
} from './planner.js';

/** What the planner does with results of which only the numbers are told. */

const standing = squareOf(16, 0.2);
const grid = { volunteers: 2, unitsPerSecond: null };
let job: PhysicsJob;
beforeAll(async () => {
  const { ref } = await nameBlob(new Uint8Array([1]));
  const shape = { frames: 4, substeps: 4, window: 4, regions: 2, margin: 0, boxes: false, version: '1' } as const;
  job = { id: v.parse(JobId, 'p1'), world: ref, merge: 'owner', verify: 'spot', ...shape };
});

/** Nothing moved and nothing was gained, but for what is said. */
function heard({ params }: RegionTask, change: Partial<Heard>): Heard {
  const [slots, zero] = [params.neighbours, [0, 0, 0] as const];
  return {
    ...{
      fastest: 0,
      coarse: [],
      hashes: new Int32Array(2 * slots * params.substeps),
      finals: new Int32Array(2 * slots),
    },
    ...{ around: zero, gained: zero, kinetic: 1e9, energyGained: 0, sharedMass: 0, kernelMs: 1 },
    ...change,
  };
}

/** All results of the window come in, or those that are missing. */
function answered(
  state: PhysicsState,
  change: (region: RegionTask) => Partial<Heard>,
): readonly [PhysicsState, PhysicsStep] {
  let [next, step]: [PhysicsState, PhysicsStep | null] = [state, null];
  for (const region of state.round.regions.filter(({ heard: known }) => !known)) {
    const event = { type: 'accepted', task: region.task, heard: heard(region, change(region)), now: 1 } as const;
    [next, step] = resumePhysics(next, event, standing, grid);
  }
  if (!step) throw new Error('a window without regions');
  return [next, step];
}

/** Others come to the same in all that is questioned, or nobody is there who could look. */
function confirmed(state: PhysicsState, { question }: PhysicsStep): readonly [PhysicsState, PhysicsStep] {
  let [next, step]: [PhysicsState, PhysicsStep | null] = [state, null];
  for (const task of question) [next, step] = resumePhysics(next, { type: 'confirmed', task, now: 2 }, standing, grid);
  if (!step) throw new Error('nothing was questioned');
  return [next, step];
}

/** The window's results come in, and whatever is questioned is confirmed. */
function borneOut(
  state: PhysicsState,
  change: (region: RegionTask) => Partial<Heard>,
): readonly [PhysicsState, PhysicsStep] {
  const [next, step] = answered(state, change);
  return step.question.length > 0 ? confirmed(next, step) : [next, step];
}

const paramsOf = ({ add }: PhysicsStep) => add.map(({ spec }) => v.parse(PhysicsParams, spec.params));
const first = (region: RegionTask) => region.region === 0;

describe('a world that goes on', () => {
  const after = (frame: number) => ({ ...FROM_THE_START, gone: frame * job.substeps, made: 70 });

  it('has new names, and what it found out about frames to come', () => {
    const finer = { frame: 1, halvings: 2 };
    const [state, { add }] = beginPhysics(job, standing, grid, 0, { ...after(1), finer });
    expect(add[0]?.spec.id).toBe(`${job.id}:w70`);
    expect(state).toMatchObject({ gone: job.substeps, finer, round: { halvings: 2 } });
    const [past] = beginPhysics(job, standing, grid, 0, { ...after(1), finer: { frame: 0, halvings: 2 } });
    expect(past).toMatchObject({ finer: null, round: { halvings: 0 } });
  });

  it('is over where all frames are there', () => {
    const [, step] = beginPhysics(job, standing, grid, 0, after(job.frames));
    expect(step).toMatchObject({ done: true, add: [] });
  });
});

describe('a window', () => {
  it('stands when regions saw the same', () => {
    const [state] = beginPhysics(job, standing, grid, 0);
    expect(answered(state, () => ({}))[1]).toMatchObject({ keep: true, add: [] });
  });

  it('whose frame was begun before it has that frame done again from its beginning, which is counted', () => {
    const halves: PhysicsJob = { ...job, window: 2, verify: 'none' };
    const [begun] = beginPhysics(halves, standing, grid, 0);
    const [kept] = answered(begun, () => ({}));
    const [second] = resumePhysics(kept, { type: 'merged', now: 1 }, standing, grid);
    expect(second).toMatchObject({ gone: 2, figures: { resimulated: 0 } });
    const [state, step] = answered(second, () => ({ coarse: [1] }));
    expect(step).toMatchObject({ back: true, drop: second.round.regions.map(({ task }) => task) });
    expect(state).toMatchObject({ gone: 0, finer: { frame: 0, halvings: 1 }, figures: { resimulated: 2 } });
  });

  it('is of one class of tasks to a scheduler, and so are most that follow', () => {
    const [, { add }] = beginPhysics(job, squareOf(15, 0.2), { ...grid, speeds: [3, 1] }, 0);
    const [one, other] = add.map(({ spec }) => spec);
    expect(one?.params['bodies']).not.toBe(other?.params['bodies']);
    expect(other?.requires).toEqual(one?.requires);
    const bytes = one?.requires.limits?.['maxBufferSize'] ?? 0;
    expect(Math.log2(bytes)).toBe(Math.round(Math.log2(bytes)));
  });

  it('that is done again for one reason keeps what was found out before for another', () => {
    const [begun] = beginPhysics(job, standing, grid, 0);
    const fastest = 50_000;
    const [faster, again] = borneOut(begun, () => ({ fastest }));
    expect(paramsOf(again).every((params) => params.fastest >= fastest)).toBe(true);
    const [, redone] = borneOut(faster, () => ({ fastest, gained: [1, 0, 0] }));
    expect(redone.add.map(({ spec }) => spec.verify)).toEqual(['replicate', 'replicate']);
    expect(paramsOf(redone).every((params) => params.fastest >= fastest)).toBe(true);
  });

  it('in which energy came from nowhere is taken if others find the same', () => {
    const [begun] = beginPhysics(job, standing, grid, 0);
    const [doubted, step] = answered(begun, () => ({ energyGained: 1e9 }));
    expect(step).toMatchObject({ keep: false, add: [], drop: [] });
    expect(step.question).toEqual(begun.round.regions.map(({ task }) => task));
    expect(confirmed(doubted, step)[1].keep).toBe(true);
  });

  it('waits for all that was questioned, and for what is done again because it was a lie', () => {
    const [begun] = beginPhysics(job, standing, grid, 0);
    const [one, other] = begun.round.regions.map(({ task }) => task) as [TaskId, TaskId];
    const tell = (state: PhysicsState, event: PhysicsEvent) => resumePhysics(state, event, standing, grid);
    const [, second] = begun.round.regions;
    if (!second) throw new Error('one region');
    let [state, step] = tell(begun, { type: 'accepted', task: other, heard: heard(second, {}), now: 1 });
    // Nobody asked for this.
    [state, step] = tell(state, { type: 'confirmed', task: other, now: 1 });
    expect(step.question).toEqual([]);
    [state, step] = answered(state, (region) => (first(region) ? { gained: [1, 0, 0] } : {}));
    expect(step.question).toEqual([one]);
    [state, step] = tell(state, { type: 'retracted', task: one });
    expect(step).toMatchObject({ keep: false, add: [], question: [] });
    [state, step] = answered(state, () => ({}));
    expect(step).toMatchObject({ keep: true, add: [] });
    expect(state.figures).toMatchObject({ conflicts: 1, resimulated: 0 });
  });
});

/** Each lie as often as it is asked for, though others say that it is true. */
describe('a window about which somebody always lies', () => {
  const lies: readonly (readonly [string, Partial<Heard>, RegExp | null])[] = [
    ['that something was fast', { fastest: 100_000 }, null],
    ['that something was faster than anything can be', { fastest: 2 ** 31 - 1 }, null],
    ['that frames are too coarse', { coarse: [1] }, null],
    ['about momentum', { gained: [1, 0, 0] }, /momentum came from nowhere/],
    ['about what neighbours saw', { hashes: new Int32Array(64).fill(7) }, /hashed|saw different/],
    ['about what it returns', { finals: new Int32Array(8).fill(7) }, /hashed/],
    ['about energy', { energyGained: 1e12 }, null],
  ];

  it.each(
    lies.flatMap(([what, lie, end]) => (['spot', 'none'] as const).map((verify) => [what, verify, lie, end] as const)),
  )('%s (verify %s): it ends', (_, verify, lie, end) => {
    let [state, step]: [PhysicsState, PhysicsStep] = beginPhysics({ ...job, verify }, standing, grid, 0);
    let tries = 0;
    for (; !step.keep && step.failed === null; tries++) {
      if (tries > 40) throw new Error('it is done again for ever');
      for (const { spec } of step.add) expect(() => v.parse(PhysicsParams, spec.params)).not.toThrow();
      [state, step] = borneOut(state, (region) => {
        const told = first(region) ? lie : {};
        return 'fastest' in told && tries > 0 ? { fastest: Math.min(2 ** 31 - 1, 2 * region.params.fastest) } : told;
      });
    }
    if (end) expect(step.failed).toMatch(end);
    else expect(step.failed).toBeNull();
    if (end) expect(step.failed).toMatch(/start again with volunteers whom you know/);
    expect(state.round.halvings).toBeLessThanOrEqual(3);
  });

  it.each(lies.filter(([, { fastest, coarse }]) => fastest || coarse))(
    '%s: nothing is done again before others have said so too',
    (_, lie) => {
      const [begun] = beginPhysics(job, standing, grid, 0);
      const liar = begun.round.regions[0];
      const [state, step] = answered(begun, (region) => (first(region) ? lie : {}));
      expect(step).toMatchObject({ question: [liar?.task], add: [], drop: [], keep: false });
      const [without] = resumePhysics(state, { type: 'retracted', task: liar?.task as TaskId }, standing, grid);
      const [after, kept] = answered(without, () => ({}));
      expect(kept.keep).toBe(true);
      expect(after).toMatchObject({ made: begun.made, finer: null, figures: { resimulated: 0 } });
    },
  );

  it('about how long its kernel took: it is no longer than the window', () => {
    const [begun] = beginPhysics(job, standing, grid, 0);
    expect(answered(begun, () => ({ kernelMs: 1e9 }))[0].figures).toMatchObject({
      kernelMs: 2,
      longestMs: 1,
      roundMs: 1,
    });
  });
});

describe('a margin that may be too small', () => {
  const apart = (region: RegionTask) => (first(region) ? { hashes: differing(region) } : {});
  const differing = ({ params }: RegionTask) => new Int32Array(2 * params.neighbours * params.substeps).fill(7);

  it('is widened until it is wide enough, and from then on it explains nothing', () => {
    let [state, step]: [PhysicsState, PhysicsStep] = beginPhysics({ ...job, daring: true }, standing, grid, 0);
    const narrow = step.add.reduce((sum, { part }) => sum + part.ids.length, 0);
    let tries = 0;
    for (; state.round.narrow.length > 0; tries++) {
      if (tries > 20) throw new Error('it is widened for ever');
      [state, step] = answered(state, apart);
    }
    expect(tries).toBeGreaterThan(1);
    expect(step.add.reduce((sum, { part }) => sum + part.ids.length, 0)).toBeGreaterThan(narrow);
    expect(state.round.doubt).toBe(0);
    expect(borneOut(state, apart)[0].round.doubt).toBe(1);
  });

  it('is widened, too, where the ledger alone tells of it', () => {
    const [begun] = beginPhysics({ ...job, daring: true }, standing, grid, 0);
    const [state] = answered(begun, (region) => (first(region) ? { gained: [1, 0, 0] } : {}));
    expect(state.round.doubt).toBe(0);
    expect(state.widened).toEqual({ '0 1': 1 });
  });

  it('is left as it is where the mean counts: regions that differ are no reason to do it again', () => {
    const [begun, step] = beginPhysics({ ...job, merge: 'average' }, standing, grid, 0);
    const [narrow, wide] = [step, beginPhysics(job, standing, grid, 0)[1]].map(({ add }) =>
      add.reduce((sum, { part }) => sum + part.ids.length, 0),
    );
    expect(narrow).toBeLessThan(wide ?? 0);
    const [state, after] = answered(begun, (region) => ({ ...apart(region), sharedMass: 1e9, ...gain(region, 1) }));
    expect(after.keep).toBe(true);
    expect(state.figures).toMatchObject({ conflicts: 1, resimulated: 0 });
    // Momentum that there is nobody to give back to, and so much of it that it would be worth as much as all movement.
    expect(borneOut(begun, (region) => gain(region, 1))[0].round.doubt).toBe(1);
    const much = (region: RegionTask) => ({ ...apart(region), sharedMass: 1e9, ...gain(region, 1e10) });
    expect(answered(begun, much)[1].question).toHaveLength(2);
  });

  const gain = (region: RegionTask, much: number) => (first(region) ? { gained: [much, 0, 0] as const } : {});
});
