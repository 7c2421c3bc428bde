import type { Bytes } from '@tabgrid/protocol/bytes';
import type { VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import { type KernelVersion, sameKernel } from '@tabgrid/protocol/task';
import type { SchedulerConfig } from '@tabgrid/scheduler/core';
import { speedKey } from '@tabgrid/scheduler/oracle';
import { createScheduler, restoreScheduler } from '@tabgrid/scheduler/scheduler';
import type { VolunteerStanding } from '@tabgrid/scheduler/views';
import type { GridState } from '@tabgrid/splitters/planner';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { createBlobServer } from './blob-server.js';
import { type Contributions, createContributions } from './contributions.js';
import type { CoordinatorDeps } from './deps.js';
import { createDispatcher, type Dispatcher } from './dispatcher.js';
import { createHeldResults } from './held-results.js';
import { createHold, type Hold } from './hold.js';
import { createInputs, type Inputs } from './inputs.js';
import { createJobStore, type JobStore } from './job-store.js';
import { createJobs, type Jobs } from './jobs.js';
import { createJournal, type Journal } from './journal.js';
import { MEMBERS, type MemberRecord } from './journal-records.js';
import { createLearning, type Learning } from './learning/learning.js';
import type { Member } from './member.js';
import { createOutbound } from './outbound.js';
import { createPerformer, type Perform } from './performer.js';
import { createPictures, type Pictures } from './reopen.js';
import { createResults, type Results } from './results.js';
import { createRoster, type Roster } from './roster.js';
import { createRounds, type Rounds } from './rounds.js';
import type { Scenes } from './scenes.js';
import { priorUnitsPerSecond, SCHEDULER_CONFIG } from './scheduler-config.js';
import { createKept } from './simulation/kept.js';
import { createSimulations, type SimulationsDriver } from './simulation/simulations.js';
import { createTakeUp, type TakeUp } from './take-up.js';
import { unpacked } from './unpack.js';
import { createViewport, type ViewportDriver } from './viewport/viewport.js';

/** The coordinator's parts, put together. What they do is theirs; who hears of what is decided here. */
export interface Grid {
  readonly dispatcher: Dispatcher;
  readonly journal: Journal;
  readonly roster: Roster;
  readonly jobs: Jobs;
  readonly rounds: Rounds;
  readonly results: Results;
  readonly pictures: Pictures;
  readonly inputs: Inputs;
  readonly store: JobStore;
  readonly hold: Hold;
  readonly contributions: Contributions;
  readonly takeUp: TakeUp;
  readonly viewport: ViewportDriver;
  readonly simulations: SimulationsDriver;
  /** null where nothing learns. */
  readonly learning: Learning | null;
  /** Of the moment at which it is looked at first: planners that do not ask cost nothing. */
  gridState(): GridState;
}

const KERNEL: KernelVersion = { kind: pathtraceTask.kind, version: pathtraceTask.version };

export interface GridDeps extends CoordinatorDeps {
  scenes(): Scenes;
  /** Resolves once the store has been asked for what an earlier page left behind. */
  opened(): Promise<unknown>;
  /** Something moved: the view is old. */
  touched(): void;
  /** A job or a volunteer came, went, or is in another state. */
  changed(): void;
}

export function createGrid(deps: GridDeps): Grid {
  const { clock, records, blobs, scenes, changed } = deps;
  const contributions = createContributions();
  const store = createJobStore({ blobs, records, changed });
  const server = createBlobServer(clock);
  const inputs = createInputs({ server, store: blobs, loaded: () => scenes().prepared?.blobs ?? [] });

  const journal = createJournal({
    records,
    clock,
    wallClock: deps.wallClock,
    problem: deps.storeProblem ?? null,
    base: () => ({ snapshot: dispatcher.scheduler.snapshot(), ...held.open() }),
    beside: () => [...jobs.known().flatMap((job) => rounds.recordsOf(job)), ...roster.members().map(memberPut)],
    // Each task has an attempt, most of them one.
    weight: () => jobs.known().reduce((sum, { ledger }) => sum + 2 * ledger.progress.tasks, roster.members().length),
    changed,
  });
  const results = createResults({ records, journal });
  const jobs = createJobs(() => journal.problem !== null);

  const word = () => Math.floor(deps.random() * 2 ** 32);
  let perform: Perform = () => {};
  const config: SchedulerConfig = { ...SCHEDULER_CONFIG, oracles: (hash) => learning?.oracle(hash) ?? null };
  const dispatcher = createDispatcher({
    scheduler: createScheduler(config, word(), [word(), word(), word(), word()]),
    clock,
    handled(at, event, effects) {
      journal.append(at, event, effects);
      viewport.handled(event);
      learning?.handled(at, event, effects);
    },
    perform: (effect) => perform(effect),
    settled() {
      held.settled();
      deps.touched();
    },
  });
  const { tell } = dispatcher;
  const learning = deps.learning
    ? createLearning({
        port: deps.learning,
        ...{ records, clock, tell, changed },
        wallClock: deps.wallClock,
        seed: word(),
        plain: SCHEDULER_CONFIG.oracle,
        scheduler: () => dispatcher.scheduler,
        now: dispatcher.now,
        async referred() {
          await journal.durable();
          return journal.oracles();
        },
      })
    : null;
  const held = createHeldResults({ results, tell });
  const hold = createHold(tell);
  const roster = createRoster({
    clock,
    owner: deps.name.slice(0, MAX_NAME_LENGTH),
    blobs: server,
    kernels: [KERNEL],
    tell,
    joined(member) {
      const { collection, key, make } = memberPut(member);
      journal.put(collection, key, make);
    },
    result(member, head, body) {
      const { attempt, task } = head.ref;
      const { adapter, software } = member.capabilities;
      const arrived = (whole: Bytes): void => {
        held.arrived({ attempt, member, adapter, software, head, body: whole });
        tell({ type: 'returned', volunteer: member.id, attempt, task, stats: head.stats });
      };
      if (head.packed) void unpacked(head, body, server.read).then(arrived);
      else arrived(body);
    },
    changed,
  });
  const outbound = createOutbound({ journal, roster, tell });
  const rounds = createRounds({
    ...{ dispatcher, journal, jobs, held, inputs, outbound, store, changed },
    gridState: () => gridState(),
  });
  const pictures = createPictures({
    results,
    redo: (task) => tell({ type: 'retracted', task, reason: 'its bytes are gone' }),
    changed,
  });
  const viewport = createViewport({
    ...{ clock, dispatcher, inputs, opened: deps.opened, random: deps.random, changed: deps.touched },
    scene: () => scenes().prepared,
  });

  const simulations = createSimulations({
    ...{ clock, dispatcher, inputs, outbound, opened: deps.opened, random: deps.random, changed },
    wallClock: deps.wallClock,
    ...{ worlds: deps.worlds, journal, kept: createKept(records) },
    gridState: (kernel) => gridStateOf(kernel),
    offered: () => dispatcher.scheduler.volunteers().flatMap((one) => (isHere(one) ? [kernelsOf(one.id)] : [])),
  });

  const kernelsOf = (id: VolunteerId): readonly KernelVersion[] => roster.member(id)?.capabilities.kernels ?? [];
  const gridState = () => gridStateOf(KERNEL);
  const gridStateOf = (kernel: KernelVersion): GridState => {
    let found: Required<GridState> | null = null;
    const look = () => {
      found ??= lookAround(kernel);
      return found;
    };
    return {
      get volunteers() {
        return look().volunteers;
      },
      get unitsPerSecond() {
        return look().unitsPerSecond;
      },
      get speeds() {
        return look().speeds;
      },
    };
  };

  const lookAround = (kernel: KernelVersion): Required<GridState> => {
    const able = dispatcher.scheduler
      .volunteers()
      .filter((one) => isHere(one) && kernelsOf(one.id).some((has) => sameKernel(has, kernel)));
    const speeds = able.map(({ id, speeds: measured, hidden }) => {
      const speed = measured.get(speedKey(kernel, hidden)) ?? measured.get(speedKey(kernel, !hidden));
      return speed ?? priorUnitsPerSecond(roster.member(id)?.capabilities.software ?? true);
    });
    speeds.sort((a, b) => b - a);
    return { volunteers: Math.max(1, able.length), unitsPerSecond: speeds[speeds.length >> 1] ?? null, speeds };
  };

  perform = createPerformer({
    jobs,
    roster,
    outbound,
    held,
    results,
    rounds,
    contributions,
    hold,
    viewport,
    simulations,
    inputs,
    gridState,
  });

  const takeUp = createTakeUp({
    ...deps,
    ...{ dispatcher, journal, jobs, roster, results, pictures, held, inputs, rounds, store, contributions },
    restore: (snapshot) => restoreScheduler(config, snapshot),
    gridState,
    changed,
  });

  return {
    ...{ dispatcher, journal, roster, jobs, rounds, results, pictures, inputs, store, hold, contributions, takeUp },
    viewport,
    simulations,
    learning,
    gridState,
  };
}

const isHere = ({ state }: VolunteerStanding): boolean => state.kind !== 'gone' && state.kind !== 'quarantined';

function memberPut({ id, session, ordinal, name, invited, capabilities }: Member) {
  const record: MemberRecord = { version: RECORDS_VERSION, id, session, ordinal, name, invited, capabilities };
  return { collection: 'journal', key: MEMBERS + id, make: () => record } as const;
}
