import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from './events.js';
import { aid, capabilities, createFixture, type Fixture, jid, stats, taskSpec, tid, vid } from './fixture.js';

/**
 * Random histories against a model of what volunteers hold. The model knows nothing of the scheduler's state: it plays
 * honest, slow, dead, repeating and lying volunteers from the effects alone.
 */

const VOLUNTEERS = ['a', 'b', 'c', 'd'];

interface Model {
  readonly present: Set<string>;
  /** Every attempt that a volunteer was ever sent: it may speak of any of them at any time. */
  readonly sent: { readonly volunteer: string; readonly attempt: string; readonly task: string }[];
  readonly accepted: Map<string, string>;
  readonly failed: Set<string>;
  added: number;
}

type Step =
  | { readonly kind: 'add'; readonly count: number; readonly after: boolean }
  | { readonly kind: 'join' | 'leave' | 'suspect' | 'open' | 'pause' | 'resume'; readonly who: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | {
      readonly kind: 'start' | 'progress' | 'result' | 'badResult' | 'wrongTask' | 'fail' | 'stopped' | 'foreign';
      readonly which: number;
    }
  | { readonly kind: 'hold'; readonly share: number }
  | { readonly kind: 'release' }
  | { readonly kind: 'withdraw' | 'retract'; readonly which: number };

const who = fc.nat({ max: VOLUNTEERS.length - 1 });
const which = fc.nat({ max: 1000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('add'), count: fc.integer({ min: 1, max: 6 }), after: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('join', 'leave'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('suspect', 'open', 'pause', 'resume'), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(1, 100, 2_000, 40_000, 1_000_000) }),
  },
  { weight: 10, arbitrary: fc.record({ kind: fc.constantFrom('start', 'progress', 'result', 'result'), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('badResult', 'wrongTask', 'fail', 'stopped', 'foreign'), which }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hold'), share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('withdraw', 'retract'), which }) },
) as fc.Arbitrary<Step>;

/** Lets one step happen, where it can. */
function play(f: Fixture, model: Model, s: Step): readonly Effect[] {
  const volunteer = 'who' in s ? (VOLUNTEERS[s.who] ?? 'a') : 'a';
  const known = 'which' in s && model.sent.length > 0 ? model.sent[s.which % model.sent.length] : undefined;
  // The last words of a closed link may come after the word that it is closed.
  const speaker = known;
  switch (s.kind) {
    case 'add': {
      const specs = Array.from({ length: s.count }, () => taskSpec(`t${model.added++}`));
      const before = model.added - s.count - 1;
      const after = s.after && before >= 0 && f.scheduler.task(tid(`t${before}`)) ? [tid(`t${before}`)] : [];
      return f.tell({ type: 'tasksAdded', tasks: specs.map((spec) => ({ spec, after })) });
    }
    case 'join':
      if (model.present.has(volunteer)) return [];
      model.present.add(volunteer);
      return f.join(volunteer);
    case 'leave':
      if (!model.present.delete(volunteer)) return [];
      return f.leave(volunteer);
    case 'suspect':
      if (!model.present.has(volunteer)) return [];
      return f.tell({ type: 'linkSuspect', volunteer: vid(volunteer), reason: 'silent' });
    case 'open':
      if (!model.present.has(volunteer)) return [];
      return f.tell({ type: 'linkOpen', volunteer: vid(volunteer) });
    case 'pause':
    case 'resume':
      if (!model.present.has(volunteer)) return [];
      return f.tell({ type: 'volunteerTold', volunteer: vid(volunteer), paused: s.kind === 'pause', hidden: false });
    case 'pass':
      f.now += s.ms;
      return f.tell({ type: 'woken' });
    case 'start':
    case 'progress': {
      if (!speaker) return [];
      const about = { volunteer: vid(speaker.volunteer), attempt: aid(speaker.attempt) };
      return f.tell(s.kind === 'start' ? { type: 'started', ...about } : { type: 'progressed', ...about, share: 0.5 });
    }
    case 'result':
    case 'badResult':
      if (!speaker) return [];
      return result(f, speaker, speaker.volunteer, speaker.task, s.kind === 'result' ? null : 'not finite');
    case 'wrongTask':
      if (!speaker) return [];
      return result(f, speaker, speaker.volunteer, 't-none', null);
    case 'foreign': {
      const other = [...model.present].find((p) => p !== known?.volunteer);
      if (!known || !other) return [];
      return result(f, known, other, known.task, null);
    }
    case 'fail':
    case 'stopped': {
      if (!speaker) return [];
      const code = s.kind === 'fail' ? 'kernelError' : 'stopped';
      const { attempt } = speaker;
      const failure = { code, message: '' } as const;
      return f.tell({ type: 'failed', volunteer: vid(speaker.volunteer), attempt: aid(attempt), failure });
    }
    case 'hold':
      return f.tell({ type: 'held', share: s.share });
    case 'release':
      return f.tell({ type: 'released' });
    case 'withdraw':
      if (!known) return [];
      return f.tell({ type: 'withdraw', tasks: [tid(known.task)] });
    case 'retract':
      if (!known || !f.scheduler.task(tid(known.task))) return [];
      model.accepted.delete(known.task);
      return f.tell({ type: 'retracted', task: tid(known.task), reason: 'test' });
  }
}

function result(
  f: Fixture,
  sent: { readonly attempt: string },
  volunteer: string,
  task: string,
  fault: string | null,
): readonly Effect[] {
  const attempt = aid(sent.attempt);
  const first = f.tell({ type: 'returned', volunteer: vid(volunteer), attempt, task: tid(task), stats: stats(10) });
  if (!first.some((e) => e.type === 'check')) return first;
  return [...first, ...f.tell({ type: 'checked', attempt, fault })];
}

/** Books what the effects say, and checks what must hold of them whatever the history. */
function follow(f: Fixture, model: Model, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.type === 'sendTask') {
      expect(model.present.has(effect.volunteer)).toBe(true);
      expect(model.sent.some((x) => x.attempt === effect.attempt)).toBe(false);
      expect(model.accepted.has(effect.task.id)).toBe(false);
      model.sent.push({ volunteer: effect.volunteer, attempt: effect.attempt, task: effect.task.id });
    } else if (effect.type === 'accept') {
      expect(model.accepted.has(effect.task)).toBe(false);
      model.accepted.set(effect.task, effect.attempt);
    } else if (effect.type === 'taskFailed') {
      expect(model.accepted.has(effect.task)).toBe(false);
      model.failed.add(effect.task);
    } else if (effect.type === 'dropVolunteer' && model.present.delete(effect.volunteer)) {
      follow(f, model, f.leave(effect.volunteer));
    }
  }
}

const emptyModel = (): Model => ({ present: new Set(), sent: [], accepted: new Map(), failed: new Set(), added: 0 });

describe('any history', () => {
  it('keeps the invariants, and ends with every task final once honest volunteers are left to themselves', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const f = createFixture();
        const model = emptyModel();
        for (const s of steps) follow(f, model, play(f, model, s));
        finishHonestly(f, model);
        const job = f.scheduler.job(jid('job'));
        if (job) expect(job.done + job.failed + job.cancelled).toBe(job.tasks);
        expect(model.accepted.size).toBe(job?.done ?? 0);
        expect(model.failed.size).toBe(job?.failed ?? 0);
      }),
      { numRuns: 300 },
    );
  });

  it('replays to the same effects and state', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const f = createFixture();
        const model = emptyModel();
        for (const s of steps) follow(f, model, play(f, model, s));
        const again = createFixture();
        for (const { event, now } of f.events) {
          again.now = now;
          again.tell(event);
        }
        expect(again.effects).toEqual(f.effects);
        expect(again.scheduler.snapshot()).toEqual(f.scheduler.snapshot());
      }),
      { numRuns: 60 },
    );
  });
});

/** Two honest newcomers finish what is there; nobody else is left. */
function finishHonestly(f: Fixture, model: Model): void {
  follow(f, model, f.tell({ type: 'released' }));
  for (const id of [...model.present]) {
    model.present.delete(id);
    follow(f, model, f.leave(id));
  }
  for (const id of ['x', 'y']) {
    model.present.add(id);
    const joined = { type: 'volunteerJoined', volunteer: vid(id), capabilities: capabilities() } as const;
    follow(f, model, f.tell({ ...joined, paused: false, hidden: false }));
  }
  for (let i = 0; i < 2000; i++) {
    const next = f.scheduler.outstanding()[0];
    if (!next) return;
    f.now += 10;
    follow(f, model, result(f, { attempt: next.attempt }, next.volunteer, next.task, null));
  }
  throw new Error('two thousand results were not enough');
}
