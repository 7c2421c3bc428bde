import { createMemoryRecordStore } from '@tabgrid/store/memory';
import { type RecordStore, StoreUnavailableError } from '@tabgrid/store/ports';
import type { VariantOwner } from '@tabgrid/webgpu-kernels/variant-memory';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from './test-kit.js';
import { createVariantStore } from './variant-store.js';

const owner: VariantOwner = { kind: 'pathtrace', version: 'abc', adapter: CAPABILITIES.adapter };
const newer: VariantOwner = { ...owner, version: 'def' };

describe('a variant', () => {
  it('is remembered by the next page, for this adapter, browser and kernel alone', async () => {
    const records = createMemoryRecordStore();
    await createVariantStore(async () => records).keep(owner, 'squares');
    const next = createVariantStore(async () => records);
    expect(await next.recall(owner)).toBe('squares');
    const { adapter } = owner;
    for (const other of [
      { ...owner, kind: 'gbuffer' },
      { ...owner, adapter: { ...adapter, description: 'Other GPU' } },
      { ...owner, adapter: { ...adapter, browser: 'chromium-157' } },
    ])
      expect(await next.recall(other)).toBeNull();
  });

  it('is forgotten with a new version of the kernel, whose choice replaces it', async () => {
    const records = createMemoryRecordStore();
    const store = createVariantStore(async () => records);
    await store.keep(owner, 'squares');
    expect(await store.recall(newer)).toBeNull();
    await store.keep(newer, 'base');
    expect(await store.recall(newer)).toBe('base');
    expect(await records.keys('settings')).toHaveLength(1);
  });

  it('is kept for the page alone where nothing can be stored, and damaged records do not count', async () => {
    let asked = 0;
    const store = createVariantStore(() => {
      asked++;
      return Promise.reject(new StoreUnavailableError('private window'));
    });
    expect(await store.recall(owner)).toBeNull();
    await store.keep(owner, 'squares');
    expect(await store.recall(owner)).toBe('squares');
    expect(asked).toBe(1);
    const memory = createMemoryRecordStore();
    const damaged: RecordStore = { ...memory, get: async () => ({ version: 'abc', variant: 7 }) };
    expect(await createVariantStore(async () => damaged).recall(owner)).toBeNull();
  });
});
