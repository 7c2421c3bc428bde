import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { capabilities, createFixture, of, vid } from './fixture.js';
import { restoreScheduler } from './scheduler.js';
import { SNAPSHOT_VERSION, SnapshotError } from './snapshot.js';

/** As version 1 wrote it: a job under way, advised, with an open check and somebody gone. */
const ONE: unknown = JSON.parse(readFileSync(new URL('./snapshot-v1.json', import.meta.url), 'utf8'));

describe('a snapshot of version 1', () => {
  it('becomes one of this version, with nothing known of what was not noted then', () => {
    const restored = restoreScheduler(createFixture().config, ONE);
    restored.validateState();
    const snapshot = restored.snapshot();
    expect(snapshot.version).toBe(SNAPSHOT_VERSION);
    const [a] = snapshot.volunteers;
    expect(a).toMatchObject({ id: 'a', telemetry: null, link: null, rhythm: null, visits: null });
    expect(a).toMatchObject({ record: { success: 1, ended: 0 }, advised: { attempts: 3, probability: 1 } });
    expect(snapshot.tasks.flatMap(({ attempts }) => attempts).every(({ untouched }) => !untouched)).toBe(true);
    expect(restoreScheduler(createFixture().config, snapshot).snapshot()).toEqual(snapshot);
  });

  it('is gone on from', () => {
    const restored = restoreScheduler(createFixture().config, ONE);
    const waiting = restored.view(vid('a'))?.grid.waiting ?? 0;
    expect(waiting).toBeGreaterThan(0);
    const join = { type: 'volunteerJoined', volunteer: vid('z'), capabilities: capabilities() } as const;
    const effects = restored.handle({ ...join, paused: false, hidden: false }, 2000);
    restored.validateState();
    expect(of(effects, 'sendTask')).not.toEqual([]);
    expect(restored.view(vid('z'))?.grid.waiting).toBeLessThan(waiting);
  });

  it('that is damaged is none', () => {
    const { config } = createFixture();
    const damaged = { ...Object(ONE), volunteers: [{}] };
    expect(() => restoreScheduler(config, damaged)).toThrow(SnapshotError);
    expect(() => restoreScheduler(config, { ...Object(ONE), version: 0 })).toThrow(SnapshotError);
  });
});
