import type { VolunteerView } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { aVolunteer } from '../testing/samples.js';
import { countHere, gpuText, volunteerRows } from './volunteers.js';

const someone = (ordinal: number, more: Partial<VolunteerView> = {}): VolunteerView =>
  aVolunteer(ordinal, { roundTripMs: 12.3, samplesPerSecond: 1_500_000, tilesAccepted: 7, tilesRunning: 0, ...more });

describe('volunteerRows', () => {
  it('shows a volunteer', () => {
    expect(volunteerRows([someone(0)])).toEqual([
      {
        id: 'v-0',
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
        standsBy: '',
        trustText: 'new: every result is checked',
        trustHint: 'None of its results was compared with somebody else’s yet.',
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

  it('says until when one is out, and for whom another stands by', () => {
    const rows = volunteerRows([
      someone(0, { state: 'quarantined', reason: 'two others agreed on another result', quarantineMs: 61_000 }),
      someone(1, { backupFor: 3 }),
    ]);
    expect(rows.map((r) => [r.stateText, r.standsBy])).toEqual([
      ['Excluded for 1 min 5 s: two others agreed on another result', ''],
      ['Ready', 'stands by for 3'],
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
