import * as Comlink from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from './api.js';
import { createSceneWorker, type SceneWorker } from './scene-client.js';
import type { SceneWorkerApi } from './scene-reader.js';
import { preparedCornell } from './test-kit.js';

/** A Worker of this thread: real messages over a real channel, and a crash on demand. */
function fakeWorker(api: SceneWorkerApi) {
  const { port1, port2 } = new MessageChannel();
  Comlink.expose(api, port2);
  const crashes: ((event: Event) => void)[] = [];
  let ended = false;
  const end = () => {
    ended = true;
    port1.close();
    port2.close();
  };
  const worker: SceneWorker = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer ?? []),
    addEventListener(type, listener) {
      if (type === 'error' && typeof listener === 'function') crashes.push(listener);
      else port1.addEventListener(type, listener);
    },
    removeEventListener: (type, listener) => port1.removeEventListener(type, listener),
    start: () => port1.start(),
    terminate: end,
  };
  ends.push(end);
  return {
    worker,
    crash: (text: string) => crashes.map((f) => f(Object.assign(new Event('error'), { message: text }))),
    ended: () => ended,
  };
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const never = () => new Promise<never>(() => {});
const NEVER: SceneWorkerApi = { prepare: never, encode: never, world: never, writeTrajectory: never };

describe('the scene Worker’s client', () => {
  it('hands a scene and its bytes over', async () => {
    const scene = await preparedCornell();
    const { worker } = fakeWorker({ ...NEVER, prepare: async () => ({ kind: 'scene', scene }) });
    const client = createSceneWorker(() => worker);
    const got = await client.prepare({ kind: 'builtin', name: 'cornell' }, { environment: null, time: null });
    expect(got.manifest).toEqual(scene.manifest);
    expect(got.blobs.map((b) => b.bytes)).toEqual(scene.blobs.map((b) => b.bytes));
  });

  it('makes a refusal a UserError with its words', async () => {
    const refused = { kind: 'refused', message: 'The file is truncated. Download it again.' } as const;
    const { worker } = fakeWorker({ ...NEVER, prepare: async () => refused });
    const failure = createSceneWorker(() => worker).prepare(
      { kind: 'builtin', name: 'bunny' },
      { environment: null, time: null },
    );
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow('Download it again');
  });

  it('makes a world that is refused a UserError too', async () => {
    const refused = { kind: 'refused', message: 'Body 3 is too heavy.' } as const;
    const { worker } = fakeWorker({ ...NEVER, world: async () => refused });
    const failure = createSceneWorker(() => worker).read({ kind: 'builtin', name: 'pile' });
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow('Body 3 is too heavy.');
  });

  it('gives the film away to be encoded', async () => {
    const { worker } = fakeWorker({
      ...NEVER,
      encode: async ({ width, height, rgb }, as) =>
        new TextEncoder().encode(`${JSON.stringify(as)} ${width} ${height} ${rgb.length}`),
    });
    const rgb = new Float32Array(12);
    const bytes = await createSceneWorker(() => worker).encode(
      { width: 2, height: 2, rgb },
      { format: 'png', tone: { exposure: 1 } },
    );
    expect(new TextDecoder().decode(bytes)).toBe('{"format":"png","tone":{"exposure":1}} 2 2 12');
    expect(rgb.byteLength).toBe(0);
  });

  it('fails what was under way when the Worker dies, and starts another for the next question', async () => {
    const first = fakeWorker(NEVER);
    const second = fakeWorker({ ...NEVER, encode: async () => new Uint8Array([1]) });
    const workers = [first.worker, second.worker];
    const client = createSceneWorker(() => workers.shift() ?? first.worker);
    const lost = client.prepare({ kind: 'builtin', name: 'bunny' }, { environment: null, time: null });
    first.crash('out of memory');
    await expect(lost).rejects.toThrow(/failed \(out of memory\)/);
    expect(first.ended()).toBe(true);
    expect(await client.encode({ width: 1, height: 1, rgb: new Float32Array(3) }, { format: 'exr' })).toEqual(
      new Uint8Array([1]),
    );
    client.close();
    expect(second.ended()).toBe(true);
  });
});
