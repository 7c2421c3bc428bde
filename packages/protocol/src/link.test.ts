import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MAX_CHUNKS_A_REQUEST, MAX_OUTPUT_BYTES, MAX_TEXT_LENGTH } from './limits.js';
import { FromCoordinator, FromVolunteer } from './link.js';

const BLOB = 'ab'.repeat(32);
const ref = { attempt: 'a1', task: 't1', job: 'j1' };
const task = {
  id: 't1',
  job: 'j1',
  kernel: { kind: 'pathtrace', version: 'v1' },
  params: { film: { width: 4, height: 4 } },
  inputs: [{ id: BLOB, bytes: 10 }],
  requires: { features: ['subgroups'], memoryBytes: 1e6 },
  workUnits: 64,
  outputBytes: 256,
  verify: 'none',
};
const telemetry = {
  visibility: 'hidden',
  paused: false,
  intensity: 0.5,
  battery: { level: 0.4, charging: true },
  gpuBusyMs: 12,
};

const fits = (schema: v.GenericSchema, value: unknown) => v.safeParse(schema, value).success;

describe('what a volunteer may say', () => {
  it('takes each message of the family', () => {
    for (const head of [
      { type: 'telemetry', telemetry },
      { type: 'need', blob: BLOB, list: true, chunks: [0, 1] },
      { type: 'started', attempt: 'a1' },
      { type: 'progress', attempt: 'a1', share: 0.5 },
      {
        type: 'result',
        ref,
        outputs: [{ name: 'blocks', bytes: 256 }],
        stats: { kernelMs: 1, wallMs: 2, submissions: 3 },
      },
      { type: 'failed', ref, failure: { code: 'deviceLost', message: 'reset' } },
      { type: 'goodbye', reason: 'stop' },
    ]) {
      expect(fits(FromVolunteer, head), head.type).toBe(true);
    }
  });

  it.each([
    ['an unknown type', { type: 'pwn' }],
    ['an extra key', { type: 'started', attempt: 'a1', extra: 1 }],
    ['a blob id that is none', { type: 'need', blob: '../etc', list: true, chunks: [] }],
    ['too many chunks', { type: 'need', blob: BLOB, list: true, chunks: Array(MAX_CHUNKS_A_REQUEST + 1).fill(0) }],
    ['a chunk index that is none', { type: 'need', blob: BLOB, list: true, chunks: [-1] }],
    ['a share above one', { type: 'progress', attempt: 'a1', share: 1.5 }],
    ['a share that is no number', { type: 'progress', attempt: 'a1', share: Number.NaN }],
    ['negative time', { type: 'result', ref, outputs: [], stats: { kernelMs: -1, wallMs: 0, submissions: 0 } }],
    [
      'an output over the bound',
      {
        type: 'result',
        ref,
        outputs: [{ name: 'x', bytes: MAX_OUTPUT_BYTES + 1 }],
        stats: { kernelMs: 0, wallMs: 0, submissions: 0 },
      },
    ],
    ['an unknown failure', { type: 'failed', ref, failure: { code: 'bored', message: '' } }],
    ['a long text', { type: 'goodbye', reason: 'x'.repeat(MAX_TEXT_LENGTH + 1) }],
    ['an id with markup', { type: 'started', attempt: '<script>' }],
    ['an intensity of nothing', { type: 'telemetry', telemetry: { ...telemetry, intensity: 0 } }],
  ])('refuses %s', (_, head) => {
    expect(fits(FromVolunteer, head)).toBe(false);
  });
});

describe('what a coordinator may say', () => {
  it('takes each message of the family', () => {
    for (const head of [
      { type: 'welcome', protocol: 1, volunteer: 'v1', owner: 'Ada' },
      { type: 'refused', reason: 'old page' },
      { type: 'task', attempt: 'a1', task, info: { job: 'j1', kind: 'pathtrace', title: 'Bunny' } },
      { type: 'cancel', attempt: 'a1', reason: 'done elsewhere' },
      { type: 'accepted', attempt: 'a1' },
      { type: 'rejected', attempt: 'a1', reason: 'not finite' },
      { type: 'list', blob: { id: BLOB, bytes: 5 } },
      { type: 'chunk', blob: BLOB, index: 3 },
      { type: 'noBlob', blob: BLOB },
      { type: 'jobOver', job: 'j1' },
      { type: 'goodbye', reason: 'closing' },
    ]) {
      expect(fits(FromCoordinator, head), head.type).toBe(true);
    }
  });

  it.each([
    ['parameters that JSON cannot carry', { ...task, params: { f: () => 1 } }],
    ['parameters nested without end', { ...task, params: nested(40) }],
    ['a hundred inputs', { ...task, inputs: Array(100).fill({ id: BLOB, bytes: 1 }) }],
    ['outputs over the bound', { ...task, outputBytes: MAX_OUTPUT_BYTES + 1 }],
    ['work that is infinite', { ...task, workUnits: Number.POSITIVE_INFINITY }],
  ])('refuses a task with %s', (_, bad) => {
    expect(
      fits(FromCoordinator, { type: 'task', attempt: 'a1', task: bad, info: { job: 'j1', kind: 'k', title: 't' } }),
    ).toBe(false);
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}
