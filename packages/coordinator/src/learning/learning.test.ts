import type { Brain } from '@tabgrid/ml/brain';
import { createLearner } from '@tabgrid/ml/learner';
import { readLearningFile } from '@tabgrid/ml/learning-file';
import { createModels } from '@tabgrid/ml/models';
import type { Trainer } from '@tabgrid/ml/nn/trainer';
import type { Observation } from '@tabgrid/ml/observation';
import type { Start } from '@tabgrid/ml/worker-api';
import type { LearnerClient } from '@tabgrid/ml/worker-client';
import { createMemoryRecordStore } from '@tabgrid/store/memory';
import type { RecordStore } from '@tabgrid/store/ports';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../api.js';
import { createTestGrid, ONLINE } from '../test-kit.js';
import type { LearningPort } from './learning.js';

const IDLE: Trainer = {
  backend: 'none',
  open() {
    throw new Error('nobody trains here');
  },
  memory: () => ({ tensors: 0, bytes: 0 }),
};

/** Brains one after the other, each of another hash. */
let brains: readonly Brain[] = [];
beforeAll(async () => {
  const learner = await createLearner({ models: createModels(1), context: { wallAtZero: 0, timeZoneMinutes: 0 } });
  const made = [learner.brain()];
  for (let i = 0; i < 40; i++) {
    learner.observe([{ type: 'departure', at: i, others: [] }]);
    made.push(await learner.round(IDLE));
  }
  brains = made;
});

/** A Worker that learns nothing, and remembers what it was told. */
function fakeWorker(change: Partial<LearnerClient> = {}) {
  const seen: Observation[] = [];
  const starts: Start[] = [];
  let rounds = 0;
  const next = () => {
    const brain = brains[Math.min(rounds++, brains.length - 1)];
    if (!brain) throw new Error('no brain');
    return brain;
  };
  const client: LearnerClient = {
    async start(start) {
      starts.push(start);
      return { brain: start.brain ?? next(), backend: 'cpu', measured: [{ backend: 'cpu', stepMs: 3 }] };
    },
    async learn(observations) {
      seen.push(...observations);
      const score = { samples: 7, learned: 0.5, baseline: 1, measure: 'a loss' };
      const scores = { time: score, assignment: score, balance: score, failure: score, latency: score };
      return { brain: next(), scores, backend: 'cpu', roundMs: 1, tensors: 0 };
    },
    close() {},
    ...change,
  };
  const port: LearningPort = { client, machine: async () => 'this machine', timeZoneMinutes: 0 };
  return { port, seen, starts };
}

type Grid = ReturnType<typeof createTestGrid>;

async function rendering(grid: Grid): Promise<void> {
  grid.status(ONLINE);
  await grid.volunteer();
  await grid.volunteer();
  await grid.launch();
}

async function rendered(grid: Grid): Promise<void> {
  await rendering(grid);
  await grid.until(() => grid.state() === 'done');
}

/** The oracles that the stored events name. */
async function named(records: RecordStore): Promise<string[]> {
  const texts = (await records.range('journal', 'events/')).map(({ value }) => JSON.stringify(value));
  return texts.flatMap((text) =>
    [...text.matchAll(/"oracleChanged","revision":\d+,"hash":"(\w+)"/g)].map((m) => m[1] ?? ''),
  );
}

describe('a coordinator without a Worker to learn in', () => {
  it('says so', async () => {
    const { coordinator } = createTestGrid();
    expect(coordinator.learning()).toMatchObject({ mode: 'off', outcomes: 0 });
    await expect(coordinator.exportLearning()).rejects.toThrow(UserError);
    await expect(coordinator.importLearning(new Uint8Array(3))).rejects.toThrow(UserError);
  });
});

describe('a coordinator that learns', () => {
  it('hands on what became of the tasks, and shows it', async () => {
    const { port, seen } = fakeWorker();
    const grid = createTestGrid({ learning: port });
    await rendered(grid);
    await grid.pass(5_000);
    const runs = seen.filter(({ type }) => type === 'run');
    const { tasks } = grid.coordinator.view().job ?? { tasks: { total: 0 } };
    expect(runs.length).toBeGreaterThanOrEqual(tasks.total);
    const view = grid.coordinator.learning();
    expect(view).toMatchObject({ mode: 'on', problem: null, backend: 'cpu' });
    expect(view.outcomes).toBe(runs.length);
    expect(view.predicted.saidMs).toHaveLength(view.predicted.tookMs.length);
    expect(view.predicted.tookMs.length).toBeGreaterThan(0);
    expect(view.models.map(({ name, samples }) => [name, samples])).toContainEqual(['latency', 7]);
    expect(view.running).toEqual([]);
  });

  it('predicts what is under way', async () => {
    const grid = createTestGrid({ learning: fakeWorker().port });
    await rendering(grid);
    await grid.until(() => grid.coordinator.learning().running.length > 0);
    const [first] = grid.coordinator.learning().running;
    expect(first?.volunteer).toMatch(/Volunteer|session|Ada|\w/);
    const { p025 = 1, median = 0, p975 = 0 } = first?.finish ?? {};
    expect(p025 <= median && median <= p975).toBe(true);
    expect(first?.risk).toBeGreaterThan(0);
  });

  it('gives the time to go as an interval', async () => {
    const grid = createTestGrid({ learning: fakeWorker().port });
    await rendering(grid);
    await grid.until(() => (grid.coordinator.view().job?.etaMs ?? null) !== null);
    const { etaMs, etaInterval } = grid.coordinator.view().job ?? { etaMs: null, etaInterval: null };
    expect(etaInterval?.low).toBeLessThanOrEqual(etaMs ?? 0);
    expect(etaInterval?.high).toBeGreaterThanOrEqual(etaMs ?? 0);
  });

  it('stores a brain before the scheduler hears of it', async () => {
    const records = createMemoryRecordStore();
    const grid = createTestGrid({ learning: fakeWorker().port, records });
    const hold = grid.coordinator.hold.at(0.5);
    await rendering(grid);
    await grid.settle(hold);
    await grid.pass(20_000);
    const hashes = await named(records);
    expect(hashes.length).toBeGreaterThan(0);
    const stored = await records.keys('models', 'brain/');
    for (const hash of hashes) expect(stored).toContain(`brain/${hash}`);
    expect(brains.map(({ hash }) => hash)).toContain(hashes[0]);
  });

  it('goes on with a job on the next page, with the oracles that it had', async () => {
    const records = createMemoryRecordStore();
    const blobs = createTestGrid().deps.blobs;
    const first = createTestGrid({ learning: fakeWorker().port, records, blobs });
    const hold = first.coordinator.hold.at(0.5);
    await rendering(first);
    await first.settle(hold);
    await first.pass(20_000);
    expect((await named(records)).length).toBeGreaterThan(0);
    first.kill();
    const { port, starts } = fakeWorker();
    const second = createTestGrid({ learning: port, records, blobs }, { clock: first.clock, seed: 5 });
    second.status(ONLINE);
    await second.until(() => second.coordinator.view().unfinished.length > 0);
    const [unfinished] = second.coordinator.view().unfinished;
    if (!unfinished) throw new Error('no job was left');
    expect(unfinished.share).toBeGreaterThanOrEqual(0.5);
    await second.until(() => starts.length > 0);
    expect(starts[0]?.brain?.hash).toBe(await records.get('models', 'newest'));
    expect(starts[0]?.kept.length).toBeGreaterThan(0);
    expect(starts[0]?.backend).toBe('cpu');
    await second.settle(second.coordinator.takeUp(unfinished.id));
    await second.volunteer();
    await second.until(() => second.state() === 'done');
  });

  it('decides nothing in shadow, watches nothing when off, and remembers which', async () => {
    const records = createMemoryRecordStore();
    const shadow = fakeWorker();
    const grid = createTestGrid({ learning: shadow.port, records });
    grid.status(ONLINE);
    await grid.pass(10);
    grid.coordinator.setLearning('shadow');
    const hold = grid.coordinator.hold.at(0.5);
    await rendering(grid);
    await grid.settle(hold);
    await grid.pass(10_000);
    expect(shadow.seen.length).toBeGreaterThan(0);
    expect(await named(records)).toEqual([]);
    expect(new Set(grid.coordinator.learning().models.map(({ deciding }) => deciding))).toEqual(new Set(['baseline']));
    grid.coordinator.setLearning('off');
    grid.coordinator.hold.release();
    const before = shadow.seen.length;
    await grid.until(() => grid.state() === 'done');
    await grid.pass(5_000);
    expect(shadow.seen).toHaveLength(before);
    await grid.coordinator.close();
    const later = fakeWorker();
    const next = createTestGrid({ learning: later.port, records }, { clock: grid.clock });
    await next.pass(5_000);
    expect(next.coordinator.learning().mode).toBe('off');
    expect(later.starts).toEqual([]);
    next.coordinator.setLearning('on');
    await next.pass(5_000);
    expect(later.starts).toHaveLength(1);
  });

  it('renders on when the Worker dies, and says that learning has stopped', async () => {
    const { port } = fakeWorker({ learn: () => Promise.reject(new Error('out of memory')) });
    const grid = createTestGrid({ learning: port });
    await rendered(grid);
    await grid.pass(3_000);
    expect(grid.coordinator.learning().problem).toMatch(/out of memory/);
    expect(grid.state()).toBe('done');
  });

  it('can be taken elsewhere as a file', async () => {
    const grid = createTestGrid({ learning: fakeWorker().port });
    await rendered(grid);
    await grid.pass(5_000);
    const file = await grid.settle(grid.coordinator.exportLearning());
    const before = grid.coordinator.learning();
    const { port, starts } = fakeWorker();
    const other = createTestGrid({ learning: port });
    await other.pass(100);
    await other.settle(other.coordinator.importLearning(file));
    expect(starts.at(-1)?.brain).toEqual(readLearningFile(file).brain);
    const after = other.coordinator.learning();
    expect(after.outcomes).toBe(before.outcomes);
    expect(after.predicted).toEqual(before.predicted);
    await expect(other.coordinator.importLearning(new Uint8Array(9))).rejects.toThrow(UserError);
    expect(other.coordinator.learning().outcomes).toBe(before.outcomes);
  });

  it('can be forgotten, in the store as well', async () => {
    const records = createMemoryRecordStore();
    const { port, starts } = fakeWorker();
    const grid = createTestGrid({ learning: port, records });
    await rendered(grid);
    await grid.pass(10_000);
    await grid.settle(grid.coordinator.forgetLearning());
    expect(grid.coordinator.learning()).toMatchObject({ outcomes: 0, predicted: { saidMs: [] } });
    expect(starts.at(-1)).toMatchObject({ brain: null, kept: [] });
    expect(await records.keys('outcomes')).toEqual([]);
  });

  it('says when what was kept has another meaning now', async () => {
    const records = createMemoryRecordStore();
    await records.put('models', 'brain/abc', { features: 0 });
    const grid = createTestGrid({ learning: fakeWorker().port, records });
    await grid.pass(1_000);
    expect(grid.coordinator.learning().problem).toMatch(/started afresh/);
    expect(await records.keys('models', 'brain/abc')).toEqual([]);
  });
});
