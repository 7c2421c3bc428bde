import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TIME_FEATURES } from '@tabgrid/ml/time/features';
import { volunteerView } from '@tabgrid/ml/view-kit';
import type { Effect } from '@tabgrid/scheduler/events';
import { aid, taskSpec, tid, vid } from '@tabgrid/scheduler/fixture';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { expect, it } from 'vitest';
import { readRecording, writeRecording } from './recorded.js';
import { type Sight, sightsIn } from './sights.js';
import { sightsOf } from './simulated.js';
import { streamOf } from './stream.js';

const volunteer = vid('a');
const speeds = new Map([['test@v1', { units: 1000, ms: 500, samples: 3, error: 0.1, recent: [0.5, 0.4] }]]);
const view = volunteerView({ id: volunteer, inFlight: 2, speeds });
const send = (id: string): Effect => ({
  ...{ type: 'sendTask', volunteer, attempt: aid(`${id}.1`), task: taskSpec(id), purpose: 'first' },
  ...{ backups: [], untouched: false },
});
const ran = (id: string, end: 'returned' | 'lost', ms = 250): Effect => ({
  ...{ type: 'ran', attempt: aid(`${id}.1`), volunteer, task: tid(id), end, ms },
  said: { p025: 1, median: 2, p975: 3 },
});
const see = (at: number, ...effects: Effect[]): Sight[] => [...sightsIn(effects, at, 's', () => view)];
const PLAIN = createPlainOracle(() => 1);

it('sees everybody as they were when each task was chosen for them', () => {
  const [first, second] = see(100_000, send('t1'), send('t2'));
  expect([first, second].map((s) => s?.type === 'assigned' && s.view.inFlight)).toEqual([0, 1]);
});

it('keeps what was seen, whatever becomes of the scheduler’s own maps', () => {
  const [first] = see(100_000, send('t1'));
  speeds.set('test@v1', { units: 9, ms: 9, samples: 9, error: 9, recent: [] });
  expect(first?.type === 'assigned' && first.view.speeds.get('test@v1')).toMatchObject({ samples: 3 });
  speeds.set('test@v1', { units: 1000, ms: 500, samples: 3, error: 0.1, recent: [0.5, 0.4] });
});

it('asks with features of that moment, and tells what came of it', () => {
  const stream = [
    ...streamOf(
      [...see(200_000, send('t1'), send('t2')), ...see(200_250, ran('t2', 'lost'), ran('t1', 'returned'))],
      PLAIN,
    ),
  ];
  expect(stream).toMatchObject([
    { kind: 'asked', id: 0, plain: { median: 500 }, results: 3, scene: 's', kernel: 'test@v1' },
    { kind: 'asked', id: 1 },
    { kind: 'ended', id: 1, at: 200_250, ms: 250, end: 'cut' },
    { kind: 'ended', id: 0, end: 'done' },
  ]);
  const [asked] = stream;
  expect(asked?.kind === 'asked' && asked.features).toHaveLength(TIME_FEATURES.length);
});

it('passes over ends of what it saw no beginning of', () => {
  expect([...streamOf(see(5, ran('t9', 'returned')), PLAIN)]).toEqual([]);
});

it('is the same out of a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tabgrid-')), 'r.gz');
  const sights = [...see(1_800_000_000_000.25, send('t1')), ...see(1_800_000_000_250, ran('t1', 'returned', 1 / 3))];
  writeFileSync(file, writeRecording(sights));
  const read = readRecording(file);
  expect(read[0]).toEqual(sights[0]);
  expect(read[1]).toMatchObject({ ms: 0.3333333 });
  writeFileSync(file, gzipSync('{"type":"ended"}\n'));
  expect(() => readRecording(file)).toThrow();
});

it('sees every result of a simulated job', () => {
  const sights = sightsOf('browser', 3);
  const assigned = new Set(sights.flatMap((s) => (s.type === 'assigned' ? [s.attempt] : [])));
  const done = sights.filter((s) => s.type === 'ended' && s.end === 'done');
  expect(done.length).toBeGreaterThanOrEqual(600);
  expect(done.every(({ attempt }) => assigned.has(attempt))).toBe(true);
  expect(sights.map(({ at }) => at)).toEqual(sights.map(({ at }) => at).sort((a, b) => a - b));
});
