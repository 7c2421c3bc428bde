import type { VolunteerId } from '@tabgrid/protocol/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Verdict } from './events.js';
import {
  aid,
  capabilities,
  type Fixture,
  jid,
  createFixture as plainFixture,
  stats,
  taskSpec,
  tid,
  vid,
} from './fixture.js';
import { createHostileOracle } from './hostile-oracle.js';
import { createPlainOracle } from './oracle.js';
import { earliestFinish } from './policies/earliest-finish.js';
import { restoreScheduler } from './scheduler.js';
import { NOBODY } from './state.js';

type Comparison = Extract<Effect, { type: 'compare' }>;

/**
 * Random histories against a model of what volunteers hold. The model knows nothing of the scheduler's state: it plays
 * honest, slow, dead, repeating and lying volunteers from the effects alone.
 */

const VOLUNTEERS = ['a', 'b', 'c', 'd', 'e'];
const JOBS = ['job', 'other', 'urgent'];

/** `a` and `b` share a network, `c` and `d` an owner; `own` is the owner's machine, and never lies. */
const TAGS = {
  a: { ...NOBODY, network: 'n' },
  b: { ...NOBODY, network: 'n' },
  c: { ...NOBODY, network: 'm', owner: 'o' },
  d: { ...NOBODY, network: 'k', owner: 'o', invited: true },
  e: { ...NOBODY, network: 'l', invited: true },
};

/** A scheduler that trusts early, so that draws and audits happen, and is advised at random. */
const CONFIG = {
  policy: earliestFinish,
  trustAfter: 1,
  checkFloor: 0.3,
  untouchedShare: 0.3,
  oracles: (hash: string) =>
    hash === 'slow' ? createPlainOracle(() => 10) : hash === 'hostile' ? createHostileOracle() : null,
  advice: {
    share: (volunteers: readonly { readonly id: VolunteerId }[], pending: number, u: { next(): number }) =>
      new Map(volunteers.map(({ id }) => [id, { attempts: u.next() * (pending + 3) - 1, probability: u.next() }])),
  },
};
const createFixture = () => plainFixture(CONFIG);

interface Model {
  readonly present: Set<string>;
  /** Every attempt that a volunteer was ever sent: it may speak of any of them at any time. */
  readonly sent: { readonly volunteer: string; readonly attempt: string; readonly task: string }[];
  readonly accepted: Map<string, string>;
  readonly failed: Set<string>;
  /** What wrong results say, of all parts or of every other one; every other result of a task says the same. */
  readonly wrong: Map<string, { readonly says: string; readonly partly: boolean }>;
  /** Comparisons that were asked for and are not answered. */
  comparing: Comparison[];
  /** Tasks of each job. */
  readonly jobs: Map<string, string[]>;
  /** Whether each job has come to rest, as far as the effects told. */
  readonly settled: Set<string>;
  oracle: number;
  added: number;
}

type Step =
  | {
      readonly kind: 'add';
      readonly count: number;
      readonly after: boolean;
      readonly job: string;
      readonly verify: 'none' | 'spot' | 'replicate';
      readonly units: number;
    }
  | { readonly kind: 'join' | 'leave' | 'suspect' | 'open' | 'pause' | 'resume'; readonly who: number }
  | { readonly kind: 'hide' | 'trusted'; readonly who: number }
  | { readonly kind: 'bandwidth' | 'trip' | 'link' | 'battery'; readonly who: number; readonly value: number }
  | { readonly kind: 'oracle'; readonly hash: string }
  | { readonly kind: 'compare'; readonly which: number }
  | { readonly kind: 'dropCompare'; readonly which: number }
  | { readonly kind: 'forget'; readonly job: string }
  | { readonly kind: 'settings'; readonly job: string; readonly deadline: boolean; readonly extraShare: number | null }
  | { readonly kind: 'pass'; readonly ms: number }
  | {
      readonly kind:
        | 'start'
        | 'progress'
        | 'result'
        | 'lie'
        | 'halfLie'
        | 'collude'
        | 'badResult'
        | 'wrongTask'
        | 'fail'
        | 'stopped'
        | 'foreign';
      readonly which: number;
    }
  | { readonly kind: 'hold'; readonly share: number }
  | { readonly kind: 'release' }
  | { readonly kind: 'withdraw' | 'retract' | 'question' | 'cancelTree' | 'gone'; readonly which: number }
  | { readonly kind: 'pauseJob' | 'resumeJob' | 'urgent' | 'cancelJob'; readonly job: string };

const who = fc.nat({ max: VOLUNTEERS.length - 1 });
const which = fc.nat({ max: 1000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('add'),
      count: fc.integer({ min: 1, max: 6 }),
      after: fc.boolean(),
      job: fc.constantFrom(...JOBS),
      verify: fc.constantFrom('none', 'spot', 'spot', 'replicate'),
      units: fc.constantFrom(100, 1000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('join', 'leave'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('suspect', 'open', 'pause', 'resume'), who }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('compare', 'compare', 'compare', 'dropCompare'), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('hide', 'trusted'), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('bandwidth', 'trip', 'link', 'battery'),
      who,
      value: fc.double({ min: 1, max: 1e6, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('oracle'), hash: fc.constantFrom('slow', 'hostile', 'lost') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget'), job: fc.constantFrom(...JOBS) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('settings'),
      job: fc.constantFrom(...JOBS),
      deadline: fc.boolean(),
      extraShare: fc.constantFrom(null, 0, 0.5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(1, 100, 2_000, 40_000, 1_000_000) }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom('start', 'progress', 'result', 'result', 'result', 'lie', 'halfLie', 'collude'),
      which,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('badResult', 'wrongTask', 'fail', 'stopped', 'foreign'), which }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hold'), share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('withdraw', 'retract', 'question', 'cancelTree', 'gone'), which }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('pauseJob', 'resumeJob', 'resumeJob', 'urgent', 'cancelJob'),
      job: fc.constantFrom(...JOBS),
    }),
  },
) as fc.Arbitrary<Step>;

/** Lets one step happen, where it can. */
function play(f: Fixture, model: Model, s: Step): readonly Effect[] {
  const volunteer = 'who' in s ? (VOLUNTEERS[s.who] ?? 'a') : 'a';
  const known = 'which' in s && model.sent.length > 0 ? model.sent[s.which % model.sent.length] : undefined;
  // The last words of a closed link may come after the word that it is closed.
  const speaker = known;
  switch (s.kind) {
    case 'add': {
      const change = { job: jid(s.job), verify: s.verify, workUnits: s.units } as const;
      const specs = Array.from({ length: s.count }, () => taskSpec(`t${model.added++}`, change));
      const before = model.added - s.count - 1;
      const after = s.after && before >= 0 && f.scheduler.task(tid(`t${before}`)) ? [tid(`t${before}`)] : [];
      model.jobs.set(s.job, [...(model.jobs.get(s.job) ?? []), ...specs.map(({ id }) => id)]);
      model.settled.delete(s.job);
      return f.tell({ type: 'tasksAdded', tasks: specs.map((spec) => ({ spec, after })) });
    }
    case 'join':
    case 'trusted': {
      const id = s.kind === 'trusted' ? 'own' : volunteer;
      if (model.present.has(id)) return [];
      model.present.add(id);
      const tags = id === 'own' ? { ...NOBODY, trusted: true } : TAGS[id as keyof typeof TAGS];
      return f.join(id, {}, { tags });
    }
    case 'hide':
      if (!model.present.has(volunteer)) return [];
      return f.told(volunteer, { hidden: true });
    case 'bandwidth':
      if (!model.present.has(volunteer)) return [];
      return f.tell({ type: 'bandwidthMeasured', volunteer: vid(volunteer), bytesPerSecond: s.value });
    case 'trip':
      if (!model.present.has(volunteer)) return [];
      return f.tell({ type: 'roundTripMeasured', volunteer: vid(volunteer), ms: s.value });
    case 'link': {
      if (!model.present.has(volunteer)) return [];
      const quality = { path: 'turn', jitterMs: s.value, lateShare: 0.5, congestion: 1, silentMs: 0 } as const;
      return f.tell({ type: 'linkMeasured', volunteer: vid(volunteer), quality });
    }
    case 'battery': {
      if (!model.present.has(volunteer)) return [];
      const telemetry = { intensity: 1, battery: { level: 1 / s.value, charging: false } };
      return f.told(volunteer, { telemetry });
    }
    case 'oracle':
      return f.tell({ type: 'oracleChanged', revision: ++model.oracle, hash: s.hash });
    case 'compare': {
      // In any order.
      const [comparison] = model.comparing.splice(s.which % Math.max(1, model.comparing.length), 1);
      return comparison ? compare(f, model, comparison) : [];
    }
    case 'dropCompare': {
      // The driver has the bytes of one of the two no more, and answers nothing.
      const [comparison] = model.comparing.splice(s.which % Math.max(1, model.comparing.length), 1);
      if (!comparison) return [];
      return f.tell({ type: 'resultGone', attempt: s.which % 2 === 0 ? comparison.attempt : comparison.with });
    }
    case 'forget': {
      const progress = f.scheduler.job(jid(s.job));
      if (!progress || progress.done + progress.failed + progress.cancelled < progress.tasks) return [];
      // Nobody else may need its outputs.
      const mine = new Set(model.jobs.get(s.job));
      const open = f.scheduler.snapshot().tasks.filter(({ state }) => !FINAL.includes(state.kind));
      if (open.some(({ after }) => after.some((id) => mine.has(id)))) return [];
      for (const id of mine) {
        model.accepted.delete(id);
        model.failed.delete(id);
      }
      model.jobs.delete(s.job);
      model.settled.delete(s.job);
      return f.tell({ type: 'jobForgotten', job: jid(s.job) });
    }
    case 'settings':
      return f.set(s.job, {
        deadlineMs: s.deadline ? 100 : null,
        extraShare: s.extraShare,
        priority: s.deadline ? 1 : 0,
      });
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
    case 'lie':
    case 'halfLie':
    case 'collude':
      if (!speaker) return [];
      if (speaker.volunteer !== 'own') {
        const says = s.kind === 'collude' ? 'what was agreed upon' : speaker.attempt;
        model.wrong.set(speaker.attempt, { says, partly: s.kind === 'halfLie' });
      }
      return result(f, speaker, speaker.volunteer, speaker.task, null);
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
      return f.tell({ type: 'retracted', task: tid(known.task), reason: 'test' });
    case 'question':
      return known ? question(f, model, known.task) : [];
    case 'cancelTree':
      if (!known) return [];
      return f.tell({ type: 'tasksCancelled', tasks: [tid(known.task)], reason: 'test' });
    case 'gone':
      if (!known) return [];
      return f.tell({ type: 'resultGone', attempt: aid(known.attempt) });
    case 'pauseJob':
      return f.tell({ type: 'jobPaused', job: jid(s.job) });
    case 'resumeJob':
      return f.tell({ type: 'jobResumed', job: jid(s.job) });
    case 'cancelJob':
      return f.tell({ type: 'jobCancelled', job: jid(s.job), reason: 'test' });
    case 'urgent': {
      const settings = { weight: 2, priority: 0, deadlineMs: 100, extraShare: null };
      return f.tell({ type: 'jobSet', job: jid(s.job), settings });
    }
  }
}

function question(f: Fixture, model: Model, task: string): readonly Effect[] {
  const before = f.kind(task);
  if (before === 'none') return [];
  const effects = f.tell({ type: 'questioned', tasks: [tid(task)] });
  const known = effects.some((effect) => effect.type === 'confirmed' && effect.task === task && effect.whole);
  if (before === 'done' && !known) {
    for (const [job, tasks] of model.jobs) if (tasks.includes(task)) model.settled.delete(job);
  }
  return effects;
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

/** Books what the effects say, checks what must hold of them whatever the history, and answers comparisons. */
function follow(f: Fixture, model: Model, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.type === 'sendTask') {
      expect(model.present.has(effect.volunteer)).toBe(true);
      expect(model.sent.some((x) => x.attempt === effect.attempt)).toBe(false);
      expect(effect.backups.includes(effect.volunteer)).toBe(false);
      model.sent.push({ volunteer: effect.volunteer, attempt: effect.attempt, task: effect.task.id });
    } else if (effect.type === 'accept') {
      expect(model.accepted.has(effect.task)).toBe(false);
      model.accepted.set(effect.task, effect.attempt);
    } else if (effect.type === 'retract') {
      expect(model.accepted.get(effect.task)).toBe(effect.attempt);
      model.accepted.delete(effect.task);
      for (const [job, tasks] of model.jobs) if (tasks.includes(effect.task)) model.settled.delete(job);
    } else if (effect.type === 'compare') {
      model.comparing.push(effect);
    } else if (effect.type === 'jobSettled') {
      expect(model.settled.has(effect.job)).toBe(false);
      model.settled.add(effect.job);
    } else if (effect.type === 'taskFailed') {
      expect(model.accepted.has(effect.task)).toBe(false);
      model.failed.add(effect.task);
    } else if (effect.type === 'dropVolunteer' && model.present.delete(effect.volunteer)) {
      follow(f, model, f.leave(effect.volunteer));
    }
  }
}

const FINAL: readonly string[] = ['done', 'failed', 'cancelled'];

function compare(f: Fixture, model: Model, { attempt, with: other, secret }: Comparison): readonly Effect[] {
  const saysOf = (id: string) => {
    const wrong = model.wrong.get(id);
    return wrong?.partly && secret !== null && secret % 2 === 1 ? undefined : wrong?.says;
  };
  const verdict: Verdict = saysOf(attempt) === saysOf(other) ? 'equal' : 'different';
  return f.tell({ type: 'compared', attempt, with: other, verdict });
}

/** A job that has come to rest has final tasks only (and no open check: `validateState`). */
function checkSettled(f: Fixture, model: Model): void {
  for (const job of model.settled) {
    const kinds = (model.jobs.get(job) ?? []).map((id) => f.kind(id));
    if (!kinds.every((kind) => FINAL.includes(kind))) throw new Error(`${job} is settled: ${kinds}`);
  }
}

const emptyModel = (): Model => ({
  present: new Set(),
  sent: [],
  accepted: new Map(),
  failed: new Set(),
  wrong: new Map(),
  comparing: [],
  jobs: new Map(),
  settled: new Set(),
  oracle: 0,
  added: 0,
});

/** Jobs of the histories that have tasks. */
const jobsOf = (f: Fixture) => JOBS.flatMap((id) => f.scheduler.job(jid(id)) ?? []);

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('any history', () => {
  it('keeps the invariants, and ends with every task final once honest volunteers are left to themselves', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const f = createFixture();
        const model = emptyModel();
        for (const s of steps) {
          follow(f, model, play(f, model, s));
          checkSettled(f, model);
        }
        finishHonestly(f, model);
        const jobs = jobsOf(f);
        // Each has come to rest, audits included.
        expect(model.settled.size).toBe(jobs.filter((job) => job.tasks > 0).length);
        for (const job of jobs) expect(job.done + job.failed + job.cancelled).toBe(job.tasks);
        expect(model.accepted.size).toBe(sum(jobs.map((job) => job.done)));
        expect(model.failed.size).toBe(sum(jobs.map((job) => job.failed)));
      }),
      { numRuns: 200 },
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

  it('goes on from a snapshot as if nothing had been', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 80, size: 'max' }), fc.nat(1000), (steps, cut) => {
        const f = createFixture();
        const model = emptyModel();
        for (const s of steps) follow(f, model, play(f, model, s));
        const at = cut % (f.events.length + 1);
        const first = createFixture();
        for (const { event, now } of f.events.slice(0, at)) first.scheduler.handle(event, now);
        const kept: unknown = JSON.parse(JSON.stringify(first.scheduler.snapshot()));
        const restored = restoreScheduler(first.config, kept);
        restored.validateState();
        for (const { event, now } of f.events.slice(at)) {
          expect(restored.handle(event, now)).toEqual(first.scheduler.handle(event, now));
          restored.validateState();
        }
        expect(restored.snapshot()).toEqual(first.scheduler.snapshot());
      }),
      { numRuns: 120 },
    );
  });
});

/** Three honest newcomers finish what is there; nobody else is left. */
function finishHonestly(f: Fixture, model: Model): void {
  follow(f, model, f.tell({ type: 'released' }));
  for (const job of JOBS) follow(f, model, f.tell({ type: 'jobResumed', job: jid(job) }));
  for (const id of [...model.present]) {
    model.present.delete(id);
    follow(f, model, f.leave(id));
  }
  for (const id of ['x', 'y', 'z']) {
    model.present.add(id);
    const joined = { type: 'volunteerJoined', volunteer: vid(id), capabilities: capabilities() } as const;
    follow(f, model, f.tell({ ...joined, paused: false, hidden: false }));
  }
  for (let i = 0; i < 4000; i++) {
    const comparison = model.comparing.shift();
    if (comparison) follow(f, model, compare(f, model, comparison));
    const next = f.scheduler.outstanding()[0];
    if (!next && model.comparing.length === 0) return;
    if (!next) continue;
    f.now += 10;
    follow(f, model, result(f, { attempt: next.attempt }, next.volunteer, next.task, null));
  }
  throw new Error('four thousand results were not enough');
}
