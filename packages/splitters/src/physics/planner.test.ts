import { nameBlob } from '@tabgrid/protocol/blob';
import { JobId } from '@tabgrid/protocol/ids';
import { PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { squareOf } from './fixture.js';
import {
  beginPhysics,
  FROM_THE_START,
  type Heard,
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

/** All results of the window come in. */
function answered(
  state: PhysicsState,
  change: (region: RegionTask) => Partial<Heard>,
): readonly [PhysicsState, PhysicsStep] {
  let [next, step]: [PhysicsState, PhysicsStep | null] = [state, null];
  for (const region of state.round.regions) {
    const event = { type: 'accepted', task: region.task, heard: heard(region, change(region)), now: 1 } as const;
    [next, step] = resumePhysics(next, event, standing, grid);
  }
  if (!step) throw new Error('a window without regions');
  return [next, step];
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

  it('that is done again for one reason keeps what was found out before for another', () => {
    const [begun] = beginPhysics(job, standing, grid, 0);
    const fastest = 50_000;
    const [faster, again] = answered(begun, () => ({ fastest }));
    expect(paramsOf(again).every((params) => params.fastest >= fastest)).toBe(true);
    const hot = { fastest, energyGained: 1e9 };
    const [doubted, apart] = answered(faster, () => hot);
    expect(apart.add.map(({ spec }) => spec.verify)).toEqual(['replicate', 'replicate']);
    expect(paramsOf(apart).every((params) => params.fastest >= fastest)).toBe(true);
    // Others found the same: it is what happened.
    expect(answered(doubted, () => hot)[1].keep).toBe(true);
  });

  it('is doubted where momentum comes from nowhere, and given up after some tries', () => {
    let [state] = beginPhysics(job, standing, grid, 0);
    let step: PhysicsStep | null = null;
    for (let tries = 0; tries < 4; tries++) {
      [state, step] = answered(state, (region) => (first(region) ? { gained: [1, 0, 0] } : {}));
      expect(step.keep).toBe(false);
    }
    expect(step?.failed).toContain('momentum came from nowhere');
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
    expect(answered(state, apart)[0].round.doubt).toBe(1);
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
    expect(answered(begun, (region) => gain(region, 1))[0].round.doubt).toBe(1);
    const much = (region: RegionTask) => ({ ...apart(region), sharedMass: 1e9, ...gain(region, 1e10) });
    expect(answered(begun, much)[0].round.doubt).toBe(1);
  });

  const gain = (region: RegionTask, much: number) => (first(region) ? { gained: [much, 0, 0] as const } : {});
});
