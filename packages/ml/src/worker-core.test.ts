import { describe, expect, it } from 'vitest';
import { BackendError } from './nn/backend-error.js';
import { type Backend, createTfjsTrainer } from './nn/tfjs-trainer.js';
import type { NetTrainer, Trainer } from './nn/trainer.js';
import { watchedTrainer } from './nn/watched-trainer.js';
import type { Observation } from './observation.js';
import type { Start } from './worker-api.js';
import { createWorkerCore } from './worker-core.js';

const START: Start = {
  seed: 1,
  context: { wallAtZero: 0, timeZoneMinutes: 0 },
  brain: null,
  kept: [],
  backend: null,
};

const NEVER = () => new Promise<void>(() => {});

/** Backends whose steps take as long as told on a clock of their own, until they are broken. */
function bench(stepMs: Partial<Record<Backend, number>>) {
  let time = 0;
  const broken = new Set<Backend>();
  const created: Backend[] = [];
  const createTrainer = async (backend: Backend): Promise<Trainer> => {
    created.push(backend);
    const ms = stepMs[backend];
    if (ms === undefined) throw new BackendError(`no ${backend}`);
    return {
      backend,
      memory: () => ({ tensors: 7, bytes: 0 }),
      open: (_, weights): NetTrainer => ({
        step() {
          if (broken.has(backend)) throw new Error('lost');
          time += ms;
        },
        weights: async () => Float32Array.from(weights),
        close() {},
      }),
    };
  };
  const core = createWorkerCore({
    ...{ createTrainer, backends: ['wasm', 'cpu', 'webgpu'], now: () => time, after: NEVER },
  });
  return { core, created, broken };
}

const balance: Observation = { type: 'departure', at: 1, others: [{ bonds: 1, left: true }] };

describe('the choice of a backend', () => {
  it('is the fastest in a probe of real steps', async () => {
    const { core } = bench({ cpu: 5, wasm: 2, webgpu: 9 });
    const started = await core.start(START);
    expect(started.backend).toBe('wasm');
    expect(started.measured).toEqual([
      { backend: 'wasm', stepMs: 2 },
      { backend: 'cpu', stepMs: 5 },
      { backend: 'webgpu', stepMs: 9 },
    ]);
  });

  it('passes over what is not there', async () => {
    const { core } = bench({ cpu: 5 });
    const started = await core.start(START);
    expect(started.backend).toBe('cpu');
    expect(started.measured).toContainEqual({ backend: 'webgpu', stepMs: null });
  });

  it('is remembered by who asks, and not measured again', async () => {
    const { core, created } = bench({ cpu: 5, wasm: 2 });
    expect(await core.start({ ...START, backend: 'cpu' })).toMatchObject({ backend: 'cpu', measured: [] });
    expect(created).toEqual(['cpu']);
  });

  it('is measured when what was remembered is gone', async () => {
    const { core } = bench({ cpu: 5, wasm: 2 });
    expect(await core.start({ ...START, backend: 'webgpu' })).toMatchObject({ backend: 'wasm' });
  });

  it('fails when nothing works', async () => {
    await expect(bench({}).core.start(START)).rejects.toThrow(BackendError);
  });
});

describe('a round', () => {
  it('gives a brain, its scores and what it cost', async () => {
    const { core } = bench({ cpu: 5 });
    const { brain } = await core.start(START);
    const learned = await core.learn([balance]);
    expect(learned.brain.revision).toBe(brain.revision + 1);
    expect(Object.keys(learned.scores)).toHaveLength(5);
    expect(learned.tensors).toBe(7);
  });

  it('is not to be had before the start', async () => {
    await expect(bench({ cpu: 1 }).core.learn([])).rejects.toThrow(/started/);
  });
});

/** Enough runs that the time model takes real steps. */
async function outcomes(count: number): Promise<Observation[]> {
  const { timeFeatures } = await import('./time/features.js');
  const { CONTEXT, volunteerView } = await import('./view-kit.js');
  const view = volunteerView();
  const task = { kernel: { kind: 'k', version: '1' }, workUnits: 5000, inputBytes: 100, outputBytes: 1000 };
  const plain = { p025: 2000, median: 4000, p975: 8000 };
  return Array.from({ length: count }, (_, i) => ({
    ...{ type: 'run', at: i + 1, volunteer: view.id, kernel: 'k@1', features: timeFeatures(view, task, CONTEXT) },
    ...{ plain, said: plain, ms: 9000 + i, end: 'done', results: 5, ageMs: 60_000 },
  }));
}

describe('a backend that dies', () => {
  it('is replaced in the middle by the next one, and nothing is lost', async () => {
    const { core, broken } = bench({ cpu: 5, wasm: 2, webgpu: 9 });
    await core.start(START);
    const runs = await outcomes(80);
    expect((await core.learn(runs.slice(0, 60))).backend).toBe('wasm');
    broken.add('wasm');
    const learned = await core.learn(runs.slice(60));
    expect(learned.backend).toBe('cpu');
    expect(learned.brain.time.samples).toBe(80);
    broken.add('cpu');
    expect((await core.learn(runs)).backend).toBe('webgpu');
  });

  it('is the end when it was the last', async () => {
    const { core, broken } = bench({ cpu: 5 });
    await core.start(START);
    broken.add('cpu');
    await expect(core.learn(await outcomes(80))).rejects.toThrow(BackendError);
  });
});

describe('watchedTrainer', () => {
  const spec = { shape: { inputs: 1, hidden: [], outputs: 1 }, loss: 'logistic', learningRate: 0.1, l2: 0 } as const;
  const net = (changes: Partial<NetTrainer>): Trainer => ({
    ...{ backend: 'x', memory: () => ({ tensors: 0, bytes: 0 }) },
    open: () => ({ step() {}, weights: async () => new Float32Array(2), close() {}, ...changes }),
  });
  const batch = { size: 0, inputs: new Float32Array(0), targets: new Float32Array(0), weights: new Float32Array(0) };

  it('tells a backend’s failures from a bad batch', async () => {
    const broken = watchedTrainer(
      net({
        step() {
          throw new Error('device lost');
        },
      }),
      NEVER,
    );
    expect(() => broken.open(spec, new Float32Array(2)).step(batch)).toThrow(BackendError);
    const real = watchedTrainer(await createTfjsTrainer('cpu'), NEVER).open(spec, new Float32Array(2));
    expect(() => real.step(batch)).toThrow(RangeError);
    real.close();
  });

  it('does not wait for ever, nor take what is no number', async () => {
    const silent = watchedTrainer(net({ weights: () => new Promise(() => {}) }), () => Promise.resolve());
    await expect(silent.open(spec, new Float32Array(2)).weights()).rejects.toThrow(/does not answer/);
    const mad = watchedTrainer(net({ weights: async () => Float32Array.of(1, Number.NaN) }), NEVER);
    await expect(mad.open(spec, new Float32Array(2)).weights()).rejects.toThrow(BackendError);
    const rejecting = watchedTrainer(net({ weights: () => Promise.reject(new Error('gone')) }), NEVER);
    await expect(rejecting.open(spec, new Float32Array(2)).weights()).rejects.toThrow(BackendError);
  });
});
