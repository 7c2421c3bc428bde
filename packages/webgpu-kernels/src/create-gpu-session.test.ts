import { createManualClock } from '@tabgrid/protocol/clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnedGpuSession, requestGpuSession } from './create-gpu-session.js';
import { GpuLostError, NoGpuError } from './gpu-session.js';
import { nodeGpu } from './node-gpu.js';
import { realClock, testSession } from './test-gpu.js';

const gpu = await nodeGpu();
const reason = 'no WebGPU adapter for Node here';

/** A GPU that has no adapter for the first `misses` requests. */
function reluctant(real: GPU | null, misses: number) {
  let asked = 0;
  const proxy = {
    requestAdapter: async (options?: GPURequestAdapterOptions) =>
      asked++ < misses || !real ? null : real.requestAdapter(options),
    getPreferredCanvasFormat: () => 'rgba8unorm' as const,
    wgslLanguageFeatures: Object.create(null),
    asked: () => asked,
  };
  return Object.assign(proxy, { __brand: 'GPU' as const });
}

it('asks a few times, then says what to do', async () => {
  const clock = createManualClock();
  const none = reluctant(null, 0);
  const session = requestGpuSession(none, { clock, browser: 'firefox-145' });
  const outcome = session.then(
    () => null,
    (error: unknown) => error,
  );
  await clock.advance(10_000);
  const error = await outcome;
  expect(error).toBeInstanceOf(NoGpuError);
  expect(String(error)).toContain('about:support');
  expect(none.asked()).toBe(5);
});

const DOUBLE = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> words: array<u32>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) { words[id.x] = words[id.x] * 2u + 1u; }
`;

async function doubler(session: OwnedGpuSession) {
  const pipeline = await session.pipeline('double', (device) =>
    device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code: DOUBLE }), entryPoint: 'main' },
    }),
  );
  const buffer = await session.resource('words', 16, (device) =>
    device.createBuffer({
      size: 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    }),
  );
  const group = session.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const slicer = session.slicer('double', 4);
  const submit = () =>
    session.submit(slicer, 4, (encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(4);
      pass.end();
    });
  return { submit, buffer, slicer };
}

describe.skipIf(!gpu)(`on a real adapter (else skipped: ${reason})`, () => {
  let session: OwnedGpuSession;
  beforeAll(async () => {
    const made = await testSession();
    if (!made) throw new Error(reason);
    session = made;
  });
  afterAll(() => session.close());

  it('finds an adapter that is missing at first', async () => {
    const late = reluctant(gpu, 2);
    const found = await requestGpuSession(late, { clock: realClock, browser: 'node-dawn' });
    expect(late.asked()).toBe(3);
    found.close();
  });

  it('tells its class, and asks for the adapter’s own limits', () => {
    expect(session.adapterClass.browser).toBe('node-dawn');
    expect(session.adapterClass.vendor.length).toBeGreaterThan(0);
    expect(session.device.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 2 ** 20);
  });

  it('submits in order and reads back what was computed', async () => {
    const { submit, buffer } = await doubler(session);
    const before = session.busyMs();
    const handles = [await submit(), await submit(), await submit()];
    const words = new Uint32Array((await session.readBuffer(buffer, 16)).buffer);
    expect([...words]).toEqual([7, 7, 7, 7]);
    const times = await Promise.all(handles.map(({ done }) => done));
    expect(session.busyMs() - before).toBeCloseTo(
      times.reduce((a, b) => a + b),
      6,
    );
  });

  it('compiles a key once, and tries again after a failure', async () => {
    let made = 0;
    const make = async (device: GPUDevice) => {
      made++;
      if (made === 1) throw new Error('not yet');
      return device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: device.createShaderModule({ code: DOUBLE }), entryPoint: 'main' },
      });
    };
    await expect(session.pipeline('again', make)).rejects.toThrow('not yet');
    const [a, b] = await Promise.all([session.pipeline('again', make), session.pipeline('again', make)]);
    expect(a).toBe(b);
    expect(made).toBe(2);
  });

  it('rejects a resource that the device refuses, and can make it smaller later', async () => {
    const make = (size: number) => (device: GPUDevice) => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
    const limit = session.device.limits.maxBufferSize;
    await expect(session.resource('huge', limit * 4, make(limit * 4))).rejects.toThrow(/huge/);
    await expect(session.resource('huge', 16, make(16))).resolves.toBeDefined();
  });

  it('does not count a submission whose encoding threw', async () => {
    const slicer = session.slicer('throws', 1);
    const throwing = () =>
      session.submit(slicer, 1, () => {
        throw new Error('bad encode');
      });
    for (let i = 0; i < 5; i++) await expect(throwing()).rejects.toThrow('bad encode');
    const { submit } = await doubler(session);
    await (await submit()).done;
  });
});

describe.skipIf(!gpu)('a lost device', () => {
  it('rejects what is pending and everything after, quarters the slicers, and a new session works', async () => {
    const session = await testSession();
    if (!session) throw new Error(reason);
    const { submit, buffer, slicer } = await doubler(session);
    await (await submit()).done;
    const budget = slicer.units();
    const reading = session.readBuffer(buffer, 16);
    const making = session.resource('never', 1, () => new Promise<{ destroy(): void }>(() => {}));
    const outcomes = Promise.allSettled([reading, making]);
    session.device.destroy();
    expect(typeof (await session.lost)).toBe('string');
    const [, made] = await outcomes;
    expect(made).toMatchObject({ status: 'rejected' });
    await expect(making).rejects.toBeInstanceOf(GpuLostError);
    await expect(submit()).rejects.toBeInstanceOf(GpuLostError);
    await expect(session.readBuffer(buffer, 16)).rejects.toBeInstanceOf(GpuLostError);
    await expect(session.resource('words', 16, () => ({ destroy() {} }))).rejects.toBeInstanceOf(GpuLostError);
    await expect(session.pipeline('double', () => Promise.reject(new Error('x')))).rejects.toBeInstanceOf(GpuLostError);
    expect(session.slicerFigures()['double']).toBe(Math.max(1, Math.floor(budget / 4)));

    const next = await testSession();
    if (!next) throw new Error(reason);
    const again = await doubler(next);
    await (await again.submit()).done;
    expect((await next.readBuffer(again.buffer, 16))[0]).toBe(1);
    next.close();
  });

  it('keeps its slicers’ figures when it was closed on purpose', async () => {
    const session = await testSession();
    if (!session) throw new Error(reason);
    session.slicer('k', 100);
    session.close();
    await session.lost;
    expect(session.slicerFigures()).toEqual({ k: 100 });
  });
});
