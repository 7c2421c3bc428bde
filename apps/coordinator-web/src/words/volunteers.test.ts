import type { VolunteerView } from '@tabgrid/coordinator/api';
import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { countHere, gpuText, volunteerRows } from './volunteers.js';

const someone = (ordinal: number, more: Partial<VolunteerView> = {}): VolunteerView => ({
  id: v.parse(VolunteerId, `v${ordinal}`),
  ordinal,
  name: '',
  state: 'ready',
  reason: '',
  adapter: { vendor: 'nvidia', architecture: 'ampere', description: '', browser: 'chromium-156' },
  software: false,
  hidden: false,
  path: 'direct',
  roundTripMs: 12.3,
  samplesPerSecond: 1_500_000,
  tilesAccepted: 7,
  tilesRunning: 0,
  kernelMs: 100,
  bytesTo: 0,
  bytesFrom: 0,
  ...more,
});

describe('volunteerRows', () => {
  it('shows a volunteer', () => {
    expect(volunteerRows([someone(0)])).toEqual([
      {
        id: 'v0',
        ordinal: 0,
        name: 'Volunteer 1',
        gpu: 'nvidia ampere',
        state: 'ready',
        stateText: 'Ready',
        speed: '1.5 M/s',
        roundTrip: '12 ms',
        path: 'direct',
        pathText: 'Direct',
        pathHint: 'The two browsers talk to each other directly.',
        tiles: 7,
        tilesRunning: 0,
      },
    ]);
  });

  it('calls this page’s own helper by its place', () => {
    const [row] = volunteerRows([someone(0, { path: 'local', name: 'whatever' })]);
    expect(row).toMatchObject({ name: 'This computer', pathText: 'In this page' });
  });

  it('has dashes for what nobody knows yet', () => {
    const [row] = volunteerRows([
      someone(0, { adapter: null, path: null, roundTripMs: null, samplesPerSecond: null, state: 'joining' }),
    ]);
    expect(row).toMatchObject({ gpu: '–', pathText: '–', roundTrip: '–', speed: '–', stateText: 'Joining' });
  });

  it('says what a ready one does, where it hides, and why one is out', () => {
    const rows = volunteerRows([
      someone(0, { tilesRunning: 2 }),
      someone(1, { hidden: true }),
      someone(2, { state: 'quarantined', reason: 'wrong result' }),
      someone(3, { state: 'paused', hidden: true }),
    ]);
    expect(rows.map((r) => r.stateText)).toEqual([
      'Rendering',
      'Ready, in the background',
      'Excluded: wrong result',
      'Paused',
    ]);
  });

  it('keeps those who left at the end, and the order of arrival otherwise', () => {
    const rows = volunteerRows([someone(2), someone(0, { state: 'gone' }), someone(1)]);
    expect(rows.map((r) => r.ordinal)).toEqual([1, 2, 0]);
  });
});

it('gpuText prefers what the browser calls it, and admits software', () => {
  const adapter = { vendor: 'google', architecture: '', description: 'SwiftShader', browser: 'chromium-156' };
  expect(gpuText({ adapter, software: true })).toBe('SwiftShader, in software');
  expect(gpuText({ adapter: { ...adapter, description: '' }, software: false })).toBe('google');
  expect(gpuText({ adapter: { ...adapter, description: '', vendor: '' }, software: false })).toBe('GPU (not named)');
});

it('countHere leaves out who left or is excluded, and tells this computer from the others', () => {
  expect(
    countHere([
      someone(0, { path: 'local' }),
      someone(1),
      someone(2, { path: null, state: 'joining' }),
      someone(3, { state: 'gone' }),
      someone(4, { state: 'quarantined' }),
    ]),
  ).toEqual({ own: 1, others: 2 });
});
