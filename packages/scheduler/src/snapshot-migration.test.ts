import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aid, capabilities, createFixture, of, vid } from './fixture.js';
import { restoreScheduler } from './scheduler.js';
import { SNAPSHOT_VERSION, SnapshotError } from './snapshot.js';

/** As version 1 wrote it: a job under way, advised, with an open check and somebody gone. */
const ONE: unknown = JSON.parse(readFileSync(new URL('./snapshot-v1.json', import.meta.url), 'utf8'));

/** As version 2 wrote it: results done, being compared and lost, replicas under way, somebody gone. */
const TWO: unknown = JSON.parse(readFileSync(new URL('./snapshot-v2.json', import.meta.url), 'utf8'));

describe('a snapshot of version 2', () => {
  it('becomes one of this version, with nothing looked at in parts', () => {
    const restored = restoreScheduler(createFixture().config, TWO);
    restored.validateState();
    const snapshot = restored.snapshot();
    expect(snapshot.version).toBe(SNAPSHOT_VERSION);
    expect(snapshot.jobs[0]).toMatchObject({ spot: { seen: 0, planned: 0, spent: 0 }, unseen: 0, made: { probe: 0 } });
    expect(snapshot.tasks.flatMap(({ attempts }) => attempts).every(({ probe }) => probe === null)).toBe(true);
    expect(snapshot.tasks.find(({ check }) => check?.open)?.check).toMatchObject({ parts: [], confirmed: [] });
    expect(restoreScheduler(createFixture().config, snapshot).snapshot()).toEqual(snapshot);
  });

  it('is gone on from, the open comparison first, with the draws that it would have made', () => {
    const open = Object(TWO).tasks.find((task: { check: { pending: string[] } | null }) => task.check?.pending.length);
    const [attempt, other] = open.check.pending[0].split('|').map(aid);
    const event = { type: 'compared', attempt, with: other, verdict: 'equal' } as const;
    const drawn = [1, 2].map(() => {
      const restored = restoreScheduler(createFixture().config, TWO);
      const effects = restored.handle(event, 2000);
      restored.validateState();
      expect(of(effects, 'accept').map(({ task }) => task)).toEqual([open.spec.id]);
      return restored.snapshot().random;
    });
    expect(drawn[0]).toBe(drawn[1]);
    expect(restoreScheduler(createFixture().config, TWO).snapshot().secret).toBeNull();
  });
});

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
