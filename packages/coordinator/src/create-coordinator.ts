import { type BlobRef, chunkCount } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { type AttemptId, JobId, type VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import type { JobInfo } from '@tabgrid/protocol/link';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect } from '@tabgrid/scheduler/events';
import { createPlainOracle, speedKey } from '@tabgrid/scheduler/oracle';
import { createScheduler, DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import type { GridState } from '@tabgrid/splitters/planner';
import { filmRgb } from '@tabgrid/splitters/render/film';
import type { Link } from '@tabgrid/transport/link';
import type { OwnerStatus } from '@tabgrid/transport/source';
import { PathtraceParams, pathtraceTask, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { type Coordinator, type GridView, type TileView, UserError } from './api.js';
import { createBlobServer, memoryBlobSource, storedBlobSource } from './blob-server.js';
import type { CoordinatorDeps } from './deps.js';
import { createDispatcher } from './dispatcher.js';
import { createHold } from './hold.js';
import { createJob, type Job } from './job.js';
import { createJobStore } from './job-store.js';
import { checkSamples, checkSpec, renderJob } from './launch.js';
import { createReport } from './report.js';
import { createRoster, type Member, type ResultHead } from './roster.js';
import { createScenes } from './scenes.js';
import { createThrottle } from './throttle.js';
import { type Contribution, jobView, volunteerView } from './view.js';

/**
 * The job side's runtime: it carries events to the scheduler, does what the scheduler's effects say, and shows the state of
 * things. It decides nothing about who does what.
 *
 * 1. A result is folded into the film only by an `accept` effect, and acknowledged only after the store has it – or has
 *    failed, which is said.
 * 2. The bytes of a result are held from its arrival until the scheduler has answered, and no longer.
 * 3. At most one job runs; the scheduler knows no other.
 */
export interface CoordinatorRuntime extends Coordinator {
  /** Takes a link of this page on: the dashboard's own volunteer. */
  addLink(link: Link): void;
}

const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

/** Work units a second to assume before the first result: see `workUnits`, and what adapters were measured to reach. */
const SOFTWARE_UNITS_PER_SECOND = 500_000;
const HARDWARE_UNITS_PER_SECOND = 20_000_000;

/** A dashboard holds so many direct links. */
const MOST_VOLUNTEERS = 100;
/** Volunteers that are gone and gave nothing are shown no longer; of the others so many. */
const MOST_GONE_SHOWN = 100;

export function createCoordinator(deps: CoordinatorDeps): CoordinatorRuntime {
  const { clock, source, random } = deps;
  const throttle = createThrottle(clock);
  const prior = (software: boolean) => (software ? SOFTWARE_UNITS_PER_SECOND : HARDWARE_UNITS_PER_SECOND);
  const oracle = createPlainOracle(({ capabilities }) => prior(capabilities.software));
  const scheduler = createScheduler({ ...DEFAULT_CONFIG, oracle }, Math.floor(random() * 2 ** 32));
  const store = createJobStore({
    blobs: deps.blobs,
    records: deps.records,
    problem: deps.storeProblem ?? null,
    changed: () => changed(),
  });
  const scenes = createScenes(deps.prepare, () => changed());
  const blobServer = createBlobServer();
  const incoming = new Map<AttemptId, { readonly member: Member; readonly head: ResultHead; readonly body: Bytes }>();
  const storing = new Map<AttemptId, Promise<void>>();
  const contributions = new Map<VolunteerId, Contribution>();
  let job: Job | null = null;
  let signaling: OwnerStatus = { kind: 'connecting' };
  let room: GridView['room'] = null;
  let open = false;
  let announced = '';
  let closed = false;
  let cached: GridView | null = null;

  const dispatcher = createDispatcher({
    scheduler,
    clock,
    perform,
    settled() {
      incoming.clear();
      changed();
    },
  });
  const hold = createHold((event) => dispatcher.tell(event));
  const roster = createRoster({
    clock,
    owner: deps.name.slice(0, MAX_NAME_LENGTH),
    blobs: blobServer,
    kernels: [KERNEL],
    tell: (event) => dispatcher.tell(event),
    result(member, head, body) {
      const { attempt, task } = head.ref;
      if (!incoming.has(attempt)) incoming.set(attempt, { member, head, body });
      dispatcher.tell({ type: 'returned', volunteer: member.id, attempt, task, stats: head.stats });
    },
    changed: () => changed(),
  });

  function changed(): void {
    cached = null;
    throttle.touch();
    announce();
  }

  /** Tells the server when what pool volunteers should know has changed. */
  function announce(): void {
    if (closed) return;
    const hasWork = job?.state === 'running';
    const present = roster.members().filter(({ link }) => link !== null).length;
    const waiting = job ? (scheduler.job(job.id)?.open ?? 0) : 0;
    const wanted = hasWork ? Math.max(0, Math.min(MOST_VOLUNTEERS - present, Math.ceil(waiting / 4))) : 0;
    const next = { open, hasWork, wanted };
    if (JSON.stringify(next) === announced) return;
    announced = JSON.stringify(next);
    source.announce(next);
  }

  function perform(effect: Exclude<Effect, { type: 'wake' }>): void {
    switch (effect.type) {
      case 'sendTask':
        sendTask(effect.volunteer, effect.attempt, effect.task);
        return;
      case 'cancelAttempt':
        say(effect.volunteer, { type: 'cancel', attempt: effect.attempt, reason: effect.reason });
        return;
      case 'reject':
        say(effect.volunteer, { type: 'rejected', attempt: effect.attempt, reason: effect.reason });
        return;
      case 'check': {
        const got = incoming.get(effect.attempt);
        const fault = got && job ? job.fault(effect.task, got.head, got.body) : 'the result is gone';
        dispatcher.tell({ type: 'checked', attempt: effect.attempt, fault });
        return;
      }
      case 'accept':
        accept(effect);
        return;
      case 'acknowledge':
        acknowledge(effect.volunteer, effect.attempt);
        return;
      case 'dropVolunteer':
        roster.drop(effect.volunteer, effect.reason);
        return;
      case 'taskFailed':
        job?.fail(effect.task, effect.reasons.map(withName));
        settleJob();
        return;
      case 'holdReached':
        hold.reached();
        return;
      case 'withdrawn':
      case 'tooLate':
        // The render planner withdraws nothing.
        return;
    }
  }

  function say(to: VolunteerId, head: Parameters<typeof roster.send>[1]): void {
    roster.send(to, head).catch(() => {});
  }

  function sendTask(volunteer: VolunteerId, attempt: AttemptId, task: TaskSpec): void {
    const info: JobInfo = { job: task.job, kind: 'render', title: job?.title ?? '' };
    roster.send(volunteer, { type: 'task', attempt, task, info }).then(
      () => dispatcher.tell({ type: 'sent', attempt }),
      (error: unknown) => {
        // A closed link is told of by the link itself.
        if (!(error instanceof RangeError)) return;
        const failure = { code: 'badTask', message: error.message.slice(0, 200) } as const;
        dispatcher.tell({ type: 'failed', volunteer, attempt, failure });
      },
    );
  }

  function accept({ attempt, task, volunteer }: Extract<Effect, { type: 'accept' }>): void {
    const got = incoming.get(attempt);
    const record = got && job ? job.accept(task, got.member, got.head, got.body) : null;
    if (!got || !record) return;
    const given = contributions.get(volunteer) ?? { tiles: 0, kernelMs: 0 };
    given.tiles++;
    given.kernelMs += got.head.stats.kernelMs;
    contributions.set(volunteer, given);
    const stored = store.problem === null ? store.saveResult(record) : Promise.resolve();
    storing.set(
      attempt,
      stored.finally(() => storing.delete(attempt)),
    );
    acknowledge(volunteer, attempt);
    settleJob();
  }

  function acknowledge(volunteer: VolunteerId, attempt: AttemptId): void {
    const stored = storing.get(attempt) ?? Promise.resolve();
    void stored.then(() => say(volunteer, { type: 'accepted', attempt }));
  }

  /** A reason names the volunteer by its id; people know it by its name. */
  function withName(reason: string): string {
    const [id = '', ...rest] = reason.split(': ');
    const name = roster.members().find((member) => member.id === id)?.name;
    return name === undefined ? reason : [name, ...rest].join(': ');
  }

  /** After a task of the job has become final. */
  function settleJob(): void {
    if (job && job.state !== 'running') endRound(job, 'the job is over');
  }

  /** Clears the scheduler and the volunteers of a job that has come to rest. */
  function endRound(ended: Job, reason: string): void {
    dispatcher.tell({ type: 'jobCancelled', job: ended.id, reason });
    const counted = scheduler.job(ended.id);
    ended.attempts += counted?.attempts ?? 0;
    ended.retries += counted?.retries ?? 0;
    dispatcher.tell({ type: 'jobForgotten', job: ended.id });
    // Behind the last acknowledgements, which volunteers count.
    void Promise.allSettled(storing.values()).then(() => {
      if (job !== ended || ended.state !== 'running') roster.broadcast({ type: 'jobOver', job: ended.id });
    });
    void store.saveJob(ended.record()).then(() => store.prune());
    changed();
  }

  function beginRound(started: Job, tasks: readonly TaskSpec[]): void {
    started.tally.start();
    void store.saveJob(started.record());
    dispatcher.tell({ type: 'tasksAdded', tasks: tasks.map((spec) => ({ spec })) });
    changed();
  }

  function gridState(): GridState {
    const able = scheduler.volunteers().filter(({ state }) => state.kind !== 'gone' && state.kind !== 'quarantined');
    const speeds = able.map(({ id, speeds, hidden }) => {
      const measured = speeds.get(speedKey(KERNEL, hidden)) ?? speeds.get(speedKey(KERNEL, !hidden));
      return measured ?? prior(roster.member(id)?.capabilities.software ?? true);
    });
    speeds.sort((a, b) => a - b);
    return { volunteers: Math.max(1, able.length), unitsPerSecond: speeds[speeds.length >> 1] ?? null };
  }

  function present(): Job {
    if (!job) throw new UserError('There is no picture yet: launch a job first.');
    return job;
  }

  function mustRest(): void {
    if (job?.state === 'running') throw new UserError('A job is running: wait until it is done, or cancel it first.');
  }

  /** Makes volunteers able to fetch what the job reads. @throws UserError when the bytes are gone */
  async function serveInputs(of: Job): Promise<void> {
    const refs = taskInputs(of.job.base);
    const inMemory = new Map((scenes.prepared?.blobs ?? []).map((blob) => [blob.ref.id, blob]));
    const sources = await Promise.all(
      refs.map(async (ref) => {
        const blob = inMemory.get(ref.id);
        return blob ? memoryBlobSource(blob) : (await stored(ref)) ? storedBlobSource(ref, deps.blobs) : null;
      }),
    );
    if (sources.some((found) => found === null)) {
      throw new UserError('The scene of this picture is not in this browser any more: load it and launch a new job.');
    }
    blobServer.serve(sources.filter((found) => found !== null));
  }

  async function stored(ref: BlobRef): Promise<boolean> {
    try {
      const chunks = await deps.blobs.chunksOf(ref.id);
      return chunks?.length === chunkCount(ref.bytes) && (await deps.blobs.readList(ref.id)) !== null;
    } catch {
      return false;
    }
  }

  function gridView(): GridView {
    const standings = new Map(scheduler.volunteers().map((standing) => [standing.id, standing]));
    const running = new Map<VolunteerId, number>();
    for (const { volunteer } of scheduler.outstanding()) running.set(volunteer, (running.get(volunteer) ?? 0) + 1);
    const bounces = job?.spec.bounces ?? 0;
    const views = roster
      .members()
      .map((m) => volunteerView(m, standings.get(m.id), contributions.get(m.id), running.get(m.id) ?? 0, bounces));
    const gone = views.filter((x) => x.state === 'gone' && x.tilesAccepted > 0).slice(-MOST_GONE_SHOWN);
    const notices: string[] = [];
    if (store.problem !== null) {
      notices.push(
        `Nothing is kept when this page is closed: ${store.problem}. Download pictures that you want to keep.`,
      );
    }
    if (roster.violations > 0) {
      const links = roster.violations === 1 ? 'One link was' : `${roster.violations} links were`;
      notices.push(`${links} closed for breaking the protocol. The work is done again by others.`);
    }
    if (signaling.kind === 'offline')
      notices.push(`The server is away: ${signaling.why}. Volunteers that are linked directly work on.`);
    return {
      room,
      signaling: signaling.kind,
      open,
      scene: scenes.view,
      preparing: scenes.preparing,
      volunteers: views.filter((x) => x.state !== 'gone' || gone.includes(x)),
      job: job && jobView(job, scheduler, hold.held),
      notices,
    };
  }

  const unsubscribes = [
    source.onVolunteer((link) => roster.attach(link)),
    source.onStatus((status) => {
      signaling = status;
      if (status.kind === 'online') room = { id: status.room.id, publicUrl: status.publicUrl };
      changed();
    }),
  ];
  // Time goes on without events: rates fall, estimates change.
  let cancelTick = () => {};
  const tick = () => {
    cancelTick = clock.after(1000, () => {
      if (job?.state === 'running') changed();
      tick();
    });
  };
  tick();

  return {
    view() {
      cached ??= gridView();
      return cached;
    },
    subscribe: (listener) => throttle.subscribe(listener),
    setOpen(next) {
      open = next;
      changed();
    },
    loadScene: (input) => scenes.load(input),
    loadEnvironment: (file) => scenes.loadEnvironment(file),
    async launch(spec) {
      checkSpec(spec);
      mustRest();
      if (scenes.preparing !== null) throw new UserError(`${scenes.preparing} is still being read: wait a moment.`);
      const scene = scenes.prepared;
      if (!scene) throw new UserError('There is no scene yet: pick a built-in one or drop a .glb file.');
      const id = v.parse(JobId, `j${Math.floor(random() * 2 ** 48).toString(36)}`);
      const title = scene.name.slice(0, MAX_NAME_LENGTH);
      const startedAt = deps.wallClock();
      const next = createJob({
        clock,
        members: roster.members,
        job: renderJob(id, scene, spec),
        title,
        spec,
        startedAt,
      });
      blobServer.serve(scene.blobs.map(memoryBlobSource));
      void store.saveBlobs(scene.blobs);
      job = next;
      beginRound(next, next.begin(gridState()));
      return id;
    },
    cancel() {
      if (job?.state !== 'running') return;
      job.stop();
      endRound(job, 'the owner cancelled the job');
    },
    async addSamples(spp) {
      const of = present();
      mustRest();
      checkSamples(spp, of.spp());
      await serveInputs(of);
      // Somebody else may have launched while the store was asked.
      mustRest();
      beginRound(of, of.extend(spp, gridState()));
    },
    film() {
      if (!job) return null;
      const { film, revision } = job;
      return { width: film.width, height: film.height, rgb: filmRgb(film), revision };
    },
    tiles(): readonly TileView[] {
      if (!job) return [];
      const running = scheduler.outstanding().flatMap(({ task, volunteer }) => {
        const tile = job?.tileOf(task);
        const ordinal = roster.member(volunteer)?.ordinal ?? 0;
        return tile ? [{ ...tile, state: 'running', volunteer: ordinal } as const] : [];
      });
      return [...job.acceptedTiles(), ...running];
    },
    async export(format) {
      const { film } = present();
      return await deps.encode.encode(format, film.width, film.height, filmRgb(film).slice());
    },
    async report() {
      const standings = new Map(scheduler.volunteers().map(({ id, state }) => [id, state.kind]));
      return await createReport(present(), roster.members(), ({ id }) => standings.get(id) ?? 'gone');
    },
    async pastJobs() {
      try {
        return (await store.jobs())
          .filter(({ id }) => !(id === job?.id && job.state === 'running'))
          .map(({ id, title, state, spec, runs, startedAt, wallMs }) => ({
            id,
            title,
            state: state === 'running' ? 'cancelled' : state,
            width: spec.width,
            height: spec.height,
            spp: runs.reduce((sum, { samples }) => sum + samples.count, 0),
            startedAt,
            wallMs,
          }));
      } catch {
        return [];
      }
    },
    async openPast(id) {
      mustRest();
      if (job?.id === id) return;
      const record = await store.job(id);
      const results = await store.results(id);
      const base = v.safeParse(v.omit(v.object(PathtraceParams.pipe[0].entries), ['tile', 'samples']), record.base);
      if (!base.success || record.kernelVersion !== KERNEL.version) {
        throw new UserError('This picture was made by another version of this page and cannot be shown by this one.');
      }
      const { spec, title, startedAt } = record;
      const kept = { id, base: base.output, spp: spec.spp, tile: spec.tile, verify: spec.verify };
      const past = createJob({ clock, members: roster.members, job: kept, title, spec, startedAt, before: record });
      const whole = results.filter((result) => past.restore(result)).length;
      if (whole === 0) throw new UserError('The results of this picture are not in this browser any more.');
      mustRest();
      job = past;
      changed();
    },
    hold: hold.control,
    addLink: (link) => roster.attach(link),
    async close() {
      if (closed) return;
      if (job?.state === 'running') {
        job.stop();
        endRound(job, 'the dashboard is closed');
      }
      closed = true;
      cancelTick();
      for (const unsubscribe of unsubscribes) unsubscribe();
      await roster.close('the dashboard is closed');
      dispatcher.close();
      throttle.close();
      await source.close();
    },
  };
}
