import { type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import { JobId } from '@tabgrid/protocol/ids';
import { fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import type { RenderJob } from '@tabgrid/splitters/render/planner';
import { createMemoryBlobStore } from '@tabgrid/store/memory';
import { taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BlobServer, BlobSource } from './blob-server.js';
import { blobsOf, createInputs } from './inputs.js';

let job: RenderJob;
let blobs: readonly NamedBlob[];
beforeAll(async () => {
  const scene = await fakeScene();
  blobs = scene.blobs;
  job = fakeJob(scene.manifest, { id: v.parse(JobId, 'j') });
});

function setUp(loaded: readonly NamedBlob[] = []) {
  const served = new Map<string, readonly BlobSource[]>();
  const tasks = new Map<string, readonly BlobSource[]>();
  const server: BlobServer = {
    serve: (id, sources) => void served.set(id, sources),
    drop: (id) => void served.delete(id),
    serveTask: (id, sources) => void tasks.set(id, sources),
    dropTask: (id) => void tasks.delete(id),
    read: async () => null,
    attach: () => ({ ask: () => true, close: () => {} }),
  };
  const store = createMemoryBlobStore();
  return { served, store, inputs: createInputs({ server, store, loaded: () => loaded }) };
}

describe('what a job reads', () => {
  it('is served from the scene in memory, or from the store, whichever has it', async () => {
    const [first, ...rest] = blobs;
    if (!first) throw new Error('a scene has blobs');
    const { inputs, served, store } = setUp([first]);
    for (const blob of rest) {
      await store.putList(blob.ref, blob.chunkHashes);
      await store.putChunk(blob.ref.id, 0, blob.bytes);
    }
    await inputs.serve(job);
    const sources = served.get(job.id) ?? [];
    expect(new Set(sources.map(({ ref }) => ref.id))).toEqual(new Set(taskInputs(job.base).map(({ id }) => id)));
    for (const source of sources) {
      const blob = blobs.find(({ ref }) => ref.id === source.ref.id);
      expect(await source.list()).toEqual(blob?.chunkHashes);
      expect(await source.chunk(0)).toEqual(blob?.bytes);
    }
    inputs.drop(job.id);
    expect(served.size).toBe(0);
  });

  it('is refused, in words, when a part of it is gone or only half there', async () => {
    const [first, ...rest] = blobs;
    if (!first) throw new Error('a scene has blobs');
    const { inputs, served, store } = setUp(rest);
    await expect(inputs.serve(job)).rejects.toThrow('load it and try again');
    await store.putChunk(first.ref.id, 0, first.bytes);
    await expect(inputs.serve(job)).rejects.toThrow('load it and try again');
    store.chunksOf = () => Promise.reject(new Error('closed'));
    await expect(inputs.serve(job)).rejects.toThrow('load it and try again');
    expect(served.size).toBe(0);
  });

  it('is known by name, so that the store keeps it', async () => {
    const other = await nameBlob(new Uint8Array([1]));
    const names = blobsOf([job]);
    expect(names).toEqual(new Set(taskInputs(job.base).map(({ id }) => id)));
    expect(names.has(other.ref.id)).toBe(false);
    expect(blobsOf([])).toEqual(new Set());
  });
});
