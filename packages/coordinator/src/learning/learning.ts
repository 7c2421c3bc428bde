import type { Brain } from '@tabgrid/ml/brain';
import { contextOf } from '@tabgrid/ml/context';
import { createHistory, type History, type Kept } from '@tabgrid/ml/history';
import { createCandidateOracle, createLearnedOracle } from '@tabgrid/ml/learned-oracle';
import { LearningFileError, readLearningFile, writeLearningFile } from '@tabgrid/ml/learning-file';
import { MODEL_NAMES, type ModelName, type Score } from '@tabgrid/ml/model';
import type { Observation } from '@tabgrid/ml/observation';
import { createRecorder, type Recorder } from '@tabgrid/ml/recorder';
import type { LearnerClient } from '@tabgrid/ml/worker-client';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Oracle } from '@tabgrid/scheduler/oracle';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { RecordStore } from '@tabgrid/store/ports';
import { type LearningMode, type LearningView, UserError } from '../api.js';
import { readLearning, writeBackend, writeBrain, writeMode } from './learning-store.js';
import { createRunning } from './running.js';
import { createTracks } from './tracks.js';

/**
 * Learning beside the coordinator: it watches, hands what it saw to the Worker that learns, and tells the scheduler of what came
 * of it.
 *
 * 1. An oracle is told of only after its brain is stored, so that a page after this one can replay the journal; brains that a
 *    journal refers to are kept.
 * 2. A round is one message of a bounded number of observations and one answer; the next begins when it is back.
 * 3. Whatever fails here says so in `problem`; nothing of it reaches the grid, which goes on with the plain oracle.
 */
export interface Learning {
  /** Reads what is stored. Before the scheduler is restored. Never rejects. */
  open(): Promise<void>;
  /** The scheduler's time has begun. */
  begin(): void;
  /** For the scheduler's configuration. */
  oracle(hash: string): Oracle | null;
  handled(now: Millis, event: SchedulerEvent, effects: readonly Effect[]): void;
  view(names: (id: VolunteerId) => string): LearningView;
  /** 95 % interval of the time until so many more tasks of `units` each are done; null while nobody knows. */
  eta(waiting: number, units: number): { readonly low: Millis; readonly high: Millis } | null;
  setMode(mode: LearningMode): void;
  export(): Promise<Bytes>;
  /** @throws UserError */
  import(file: Bytes): Promise<void>;
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** What learns, and on what machine. */
export interface LearningPort {
  readonly client: LearnerClient;
  /** Names browser and adapter: the choice of a backend holds for these. */
  machine(): Promise<string>;
  /** As `Date.getTimezoneOffset`. */
  readonly timeZoneMinutes: number;
}

export interface LearningDeps {
  readonly port: LearningPort;
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly wallClock: () => number;
  readonly seed: number;
  readonly plain: Oracle;
  scheduler(): Scheduler;
  /** The scheduler's time. */
  now(): Millis;
  tell(event: SchedulerEvent): void;
  /** Hashes of the oracles that what is stored of a journal refers to. */
  referred(): Promise<ReadonlySet<string>>;
  changed(): void;
}

const TICK_MS: Millis = 1_000;
const ROUND_MS: Millis = 2_000;
/** A new oracle makes the scheduler look at everybody anew, and its brain is stored: not more often. */
const TELL_MS: Millis = 5_000;
const FLUSH_MS: Millis = 2_000;
const MOST_A_MESSAGE = 500;
const MOST_WAITING = 10_000;
/** No brain has this hash: the scheduler falls back to its own oracle. */
const PLAIN = 'plain';

const NOTHING: Kept = { run: [], presence: [], trip: [], conditions: [] };

export function createLearning(deps: LearningDeps): Learning {
  const { port, records, clock, plain } = deps;
  const history: History = createHistory(records);
  const tracks = createTracks();
  let mode: LearningMode = 'on';
  let brain: Brain | null = null;
  let backend: LearningView['backend'] = null;
  let measured: LearningView['measured'] = [];
  let scores: Readonly<Record<ModelName, Score>> | null = null;
  let problem: string | null = null;
  let note: string | null = null;
  let brains = new Map<string, Brain>();
  const oracles = new Map<string, Oracle>();
  let candidate: Oracle = plain;
  let told: string = PLAIN;
  /** The newest brain that the store has. */
  let stored: string | null = null;
  let toldAt: Millis = Number.NEGATIVE_INFINITY;
  let recorder: Recorder | null = null;
  let waiting: Observation[] = [];
  let wallAtZero = 0;
  let machine = '';
  let remembered: Awaited<ReturnType<typeof readLearning>>['backend'] = null;
  let opened = false;
  let started = false;
  let closed = false;
  /** Grows with every start of the learner: answers to what was asked before it are of no account. */
  let era = 0;
  let busy = false;
  let timers: (() => void)[] = [];

  const oracle = (hash: string): Oracle | null => {
    // A scheduler that is restored asks for the oracle that it had.
    if (!opened) told = hash;
    const known = oracles.get(hash);
    if (known) return known;
    const found = brains.get(hash);
    if (!found) return null;
    const made = createLearnedOracle(found, plain);
    oracles.set(hash, made);
    return made;
  };

  const running = createRunning({
    view: (id) => deps.scheduler().view(id),
    views: () => deps.scheduler().views(),
    oracle: () => (mode === 'on' && brain ? (oracle(brain.hash) ?? plain) : plain),
  });

  const failed = (error: unknown): void => {
    problem = `Learning has stopped: ${error instanceof Error ? error.message : String(error)}`;
    deps.changed();
  };

  const adopt = (next: Brain): void => {
    brain = next;
    brains.set(next.hash, next);
    candidate = createCandidateOracle(next, plain);
  };

  /** Tells the scheduler who answers, once that is stored. */
  const announce = async (): Promise<void> => {
    const hash = mode === 'on' && brain ? brain.hash : PLAIN;
    if (closed || !opened) return;
    const mine = brain;
    toldAt = clock.now();
    // In shadow as well: what was learned is to outlive the page.
    if (mine && mine.hash !== stored) await keep(mine);
    if (hash === told || closed || brain !== mine || hash !== (mode === 'on' && mine ? mine.hash : PLAIN)) return;
    told = hash;
    deps.tell({ type: 'oracleChanged', revision: mine?.revision ?? 0, hash });
  };

  const keep = async (mine: Brain): Promise<void> => {
    const kept = new Set([...(await deps.referred()), told, mine.hash]);
    try {
      await writeBrain(records, mine, kept);
      stored = mine.hash;
    } catch {
      // The store said elsewhere that it keeps nothing.
    }
    brains = new Map([...brains].filter(([hash]) => kept.has(hash)));
    for (const hash of oracles.keys()) if (!kept.has(hash)) oracles.delete(hash);
  };

  const start = async (): Promise<void> => {
    const mine = ++era;
    busy = true;
    try {
      const answer = await port.client.start({
        seed: deps.seed,
        context: { wallAtZero, timeZoneMinutes: port.timeZoneMinutes },
        brain,
        kept: history.kept().run.slice(-4_000),
        backend: remembered,
      });
      if (mine !== era || closed) return;
      backend = answer.backend;
      if (answer.measured.length > 0) {
        measured = answer.measured;
        remembered = answer.backend;
        await writeBackend(records, machine, answer.backend).catch(() => {});
      }
      adopt(answer.brain);
      started = true;
      deps.changed();
    } catch (error) {
      if (mine === era) failed(error);
    } finally {
      if (mine === era) busy = false;
    }
  };

  const round = async (): Promise<void> => {
    if (busy || !started || closed || mode === 'off' || problem !== null || waiting.length === 0) return;
    const mine = era;
    busy = true;
    const observations = waiting.slice(0, MOST_A_MESSAGE);
    waiting = waiting.slice(MOST_A_MESSAGE);
    try {
      const learned = await port.client.learn(observations);
      if (mine !== era || closed) return;
      if (backend !== learned.backend) {
        backend = learned.backend;
        remembered = learned.backend;
        await writeBackend(records, machine, learned.backend).catch(() => {});
      }
      scores = learned.scores;
      adopt(learned.brain);
    } catch (error) {
      if (mine === era) failed(error);
    } finally {
      if (mine === era) busy = false;
    }
  };

  const every = (ms: Millis, work: () => void): void => {
    let cancel = () => {};
    const again = () => {
      cancel = clock.after(ms, () => {
        work();
        again();
      });
    };
    again();
    timers.push(() => cancel());
  };

  const watch = (): void => {
    if (recorder || mode === 'off' || !opened) return;
    recorder = createRecorder({
      view: (id) => deps.scheduler().view(id),
      views: () => deps.scheduler().views(),
      plain,
      learned: () => candidate,
      context: () =>
        brain
          ? contextOf({ ...brain.context, wallAtZero })
          : { wallAtZero, ...NO_CONTEXT, timeZoneMinutes: port.timeZoneMinutes },
      emit(observation) {
        tracks.add(observation);
        history.add([observation]);
        waiting.push(observation);
        if (waiting.length > MOST_WAITING) waiting = waiting.slice(-MOST_WAITING / 2);
      },
    });
  };

  const unwatch = (): void => {
    recorder?.close(deps.now());
    recorder = null;
  };

  /** Everything learned goes; what comes takes its place. */
  const replace = async (next: Brain | null, kept: Kept): Promise<void> => {
    era++;
    started = false;
    waiting = [];
    scores = null;
    problem = null;
    note = null;
    brain = null;
    candidate = plain;
    if (next) adopt(next);
    tracks.replace(kept);
    await history.replace(kept);
    // Before the brain that decides goes, somebody else has to decide.
    await announce();
    if (!next) await writeBrain(records, null, await deps.referred()).catch(() => {});
    if (mode !== 'off') await start();
    await announce();
    deps.changed();
  };

  return {
    async open() {
      try {
        machine = await port.machine();
        const found = await readLearning(records, machine);
        mode = found.mode;
        remembered = found.backend;
        brains = new Map(found.brains);
        await history.open();
        if (found.newest) adopt(found.newest);
        if (found.afresh || history.afresh) {
          note =
            'What was learned before has another meaning in this version of the page: learning has started afresh.';
        }
        tracks.replace(history.kept());
      } catch (error) {
        note = `What was learned before cannot be read (${String(error)}): learning has started afresh.`;
      }
    },
    begin() {
      if (opened || closed) return;
      opened = true;
      wallAtZero = deps.wallClock() - deps.now();
      watch();
      every(TICK_MS, () => recorder?.tick(deps.now()));
      every(ROUND_MS, () => {
        void round().then(() => {
          if (clock.now() - toldAt < TELL_MS) return;
          return announce();
        });
      });
      every(FLUSH_MS, () => void history.flush());
      if (mode !== 'off') void start().then(announce);
      else void announce();
    },
    oracle,
    handled(now, event, effects) {
      running.handled(now, event, effects);
      if (event.type !== 'oracleChanged') recorder?.handled(now, event, effects);
    },
    view(names) {
      const { run } = history.kept();
      return {
        mode,
        problem:
          problem ?? note ?? (history.problem === null ? null : `What is learned is not kept: ${history.problem}`),
        backend,
        measured,
        outcomes: run.length,
        revision: brain?.revision ?? 0,
        models: MODEL_NAMES.map((name) => ({
          name,
          deciding: mode === 'on' ? (brain?.deciding[name] ?? 'baseline') : 'baseline',
          samples: scores?.[name].samples ?? 0,
          learned: scores?.[name].learned ?? null,
          baseline: scores?.[name].baseline ?? null,
          measure: scores?.[name].measure ?? '',
        })),
        ...tracks.view(),
        running: running.predictions(deps.now(), names),
      };
    },
    eta: (tasks, units) => running.eta(deps.now(), tasks, units),
    setMode(next) {
      if (next === mode) return;
      mode = next;
      writeMode(records, next).catch(() => {});
      if (next === 'off') {
        unwatch();
        waiting = [];
      } else if (opened) {
        watch();
        // An end that there was is tried again by whoever switches it on again.
        problem = null;
        if (!started && !busy) void start().then(announce);
      }
      void announce();
      deps.changed();
    },
    async export() {
      await history.flush();
      return writeLearningFile({ brain, kept: history.kept() });
    },
    async import(file) {
      try {
        const { brain: next, kept } = readLearningFile(file);
        await replace(next, kept);
      } catch (error) {
        throw error instanceof LearningFileError ? new UserError(error.message) : error;
      }
    },
    forget: () => replace(null, NOTHING),
    async close() {
      if (closed) return;
      unwatch();
      closed = true;
      for (const cancel of timers) cancel();
      timers = [];
      port.client.close();
      if (brain && brain.hash !== stored) await keep(brain);
      await history.flush();
    },
  };
}

const NO_CONTEXT = { usualLoad: () => null };
