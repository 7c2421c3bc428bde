import type { VolunteerView } from '@tabgrid/volunteer/api';
import { expect, it } from 'vitest';
import { helperWords } from './helper.js';

const helper = (status: VolunteerView['status'], more: Partial<VolunteerView> = {}): VolunteerView => ({
  status,
  settings: { intensity: 0.5, pauseOnBattery: false, name: '' },
  adapter: null,
  software: false,
  path: null,
  contributed: { tasks: 0, gpuMs: 0, bytesIn: 0, bytesOut: 0 },
  ...more,
});

const linked = { kind: 'linked' } as const;

it('is off with the reason when this browser cannot, although the person wants it', () => {
  expect(
    helperWords(helper({ kind: 'failed', message: 'No WebGPU in this browser: use Chrome 113 or newer.' }), true),
  ).toEqual({
    checked: false,
    failed: true,
    text: 'No WebGPU in this browser: use Chrome 113 or newer. Other computers can still help.',
  });
});

it('is off when the person does not want it, even while it still stops', () => {
  expect(helperWords(helper({ kind: 'running', source: linked, now: null }), false)).toEqual({
    checked: false,
    failed: false,
    text: 'Only others render.',
  });
});

it.each([
  [helper({ kind: 'idle' }), 'Starting…'],
  [helper({ kind: 'starting' }), 'Starting…'],
  [helper({ kind: 'paused', why: 'battery', source: linked }), 'Paused: this computer runs on battery.'],
  [helper({ kind: 'paused', why: 'person', source: linked }), 'Paused.'],
  [helper({ kind: 'running', source: linked, now: null }), 'Ready'],
  [
    helper(
      { kind: 'running', source: linked, now: null },
      { adapter: { vendor: 'apple', architecture: 'metal-3', description: 'Apple M3', browser: 'chromium-156' } },
    ),
    'Apple M3',
  ],
])('is on otherwise, and says how it stands', (view, text) => {
  expect(helperWords(view, true)).toEqual({ checked: true, failed: false, text });
});
