import type { JobId, VolunteerId } from '@tabgrid/protocol/ids';
import { filmRgb } from '@tabgrid/splitters/render/film';
import type { Link } from '@tabgrid/transport/link';
import type { OwnerStatus } from '@tabgrid/transport/source';
import { createAnnouncer } from './announcer.js';
import { type Coordinator, type GridView, type TileView, UserError } from './api.js';
import { cutView } from './cut-view.js';
import type { CoordinatorDeps } from './deps.js';
import { createGrid } from './grid.js';
import { gridView } from './grid-view.js';
import type { Job } from './job.js';
import { createJobActions, hasPicture, shownJob } from './job-actions.js';
import { checkSharing } from './launch.js';
import type { Origin } from './member.js';
import { NO_LEARNING, NOTHING_LEARNED } from './no-learning.js';
import { createOpenings } from './openings.js';
import { createReport } from './report.js';
import { createScenes } from './scenes.js';
import { createThrottle } from './throttle.js';

/**
 * The job side's runtime: it carries events to the scheduler, does what the scheduler's effects say, and shows the state of
 * things. It decides nothing about who does what.
 *
 * 1. A result is folded into the film only by an `accept` effect, and acknowledged only after the store has it and all
 *    events up to it – or has failed, which is said.
 * 2. The bytes of a result are held from its arrival until the scheduler has ended it, and no longer.
 * 3. Nobody joins and nothing is launched before the store has been asked for what an earlier page left behind.
 */
export interface CoordinatorRuntime extends Coordinator {
  /** Takes a link of this page on: the dashboard's own volunteer, whose results are believed. */
  addLink(link: Link): void;
}

export function createCoordinator(deps: CoordinatorDeps): CoordinatorRuntime {
  const { clock, source } = deps;
  const throttle = createThrottle(clock);
  const scenes = createScenes(deps.prepare, () => changed());
  const grid = createGrid({
    ...deps,
    scenes: () => scenes,
    opened: () => opened,
    touched: () => touched(),
    changed: () => changed(),
  });
  const { dispatcher, journal, roster, jobs, rounds, hold, learning, viewport } = grid;
  const openings = createOpenings({ records: deps.records, journal });
  const announcer = createAnnouncer(source, () => dispatcher.scheduler);
  let signaling: OwnerStatus = { kind: 'connecting' };
  let room: GridView['room'] = null;
  let open = false;
  let closed = false;
  let cached: GridView | null = null;

  function touched(): void {
    cached = null;
    throttle.touch();
  }

  function changed(): void {
    viewport.sceneChanged();
    touched();
    announce();
  }

  function announce(): void {
    if (closed) return;
    const present = roster.members().filter(({ link }) => link !== null).length;
    const watching = viewport.isOpen() || grid.simulations.isOpen();
    announcer.announce({ open, jobs: jobs.running(), watching, present });
  }

  const opened = Promise.all([openGrid(), openings.load()]);

  /** What was learned first: a scheduler is restored with the oracle that it had. */
  async function openGrid(): Promise<void> {
    await learning?.open();
    await grid.takeUp.open();
    // Another page may be simulating.
    if (grid.takeUp.problem === null) await grid.simulations.open();
    changed();
    learning?.begin();
  }

  const nameOf = (id: VolunteerId): string => roster.member(id)?.name ?? id;

  const actions = createJobActions({ ...deps, grid, scenes, opened, changed });

  const attach = (link: Link, origin: () => Origin): void => {
    void opened.then(() => roster.attach(link, origin()));
  };

  function runningJob(id: JobId | undefined): Job {
    const job = id === undefined ? jobs.shown : jobs.get(id);
    if (!job || !jobs.isRunning(job.id)) throw new UserError('This job does not run any more.');
    return job;
  }

  const unsubscribes = [
    throttle.subscribe(announce),
    source.onVolunteer((link, { networkTag: network, region, provider, pool }) =>
      attach(link, () => ({ kind: 'room', network, region, provider, invited: !pool && !openings.everOpen })),
    ),
    source.onStatus((status) => {
      signaling = status;
      if (status.kind === 'online') {
        room = { id: status.room.id, publicUrl: status.publicUrl };
        openings.room(status.room.id);
      }
      changed();
    }),
  ];
  // Time goes on without events: rates fall, estimates change.
  let cancelTick = () => {};
  const tick = () => {
    cancelTick = clock.after(1000, () => {
      if (jobs.running().length > 0 || grid.simulations.isOpen()) changed();
      tick();
    });
  };
  tick();

  return {
    view() {
      cached ??= gridView({ grid, scenes, signaling, room, open });
      return cached;
    },
    subscribe: (listener) => throttle.subscribe(listener),
    setOpen(next) {
      open = next;
      if (next) openings.opened();
      changed();
    },
    loadScene: (input) => scenes.load(input),
    loadEnvironment: (file) => scenes.loadEnvironment(file),
    setTime: (seconds) => scenes.setTime(seconds),
    launch: actions.launch,
    showJob(id) {
      jobs.show(runningJob(id));
      changed();
    },
    cancel(id) {
      const job = id === undefined ? jobs.shown : jobs.get(id);
      if (job && jobs.isRunning(job.id)) rounds.cancel(job, 'the owner cancelled the job');
    },
    pause(id) {
      rounds.pause(runningJob(id));
    },
    resume(id) {
      const job = runningJob(id);
      if (job.state === 'paused') rounds.resume(job);
    },
    setSharing(id, sharing) {
      checkSharing(sharing);
      rounds.share(runningJob(id), sharing);
    },
    async takeUp(id) {
      await opened;
      await grid.takeUp.takeUp(id);
    },
    async giveUp(id) {
      await opened;
      await grid.takeUp.giveUp(id);
    },
    addSamples: actions.addSamples,
    viewport,
    simulations: grid.simulations,
    film(form = 'denoised') {
      const { shown } = jobs;
      if (!hasPicture(shown)) return null;
      const { film, revision } = shown.picture;
      const denoised = form === 'denoised' ? (shown.stage?.rgb ?? null) : null;
      const rgb = denoised ?? filmRgb(film);
      return { width: film.width, height: film.height, rgb, revision, form: denoised ? 'denoised' : 'rendered' };
    },
    tiles(): readonly TileView[] {
      const { shown } = jobs;
      if (!shown) return [];
      const running = dispatcher.scheduler.outstanding().flatMap(({ task, volunteer, purpose }) => {
        // Who looks at a few pixels of a tile is not at work on it.
        const tile = purpose === 'probe' ? null : shown.tileOf(task);
        const ordinal = roster.member(volunteer)?.ordinal ?? 0;
        return tile ? [{ ...tile, state: 'running', volunteer: ordinal } as const] : [];
      });
      return [...shown.tiles(), ...running];
    },
    cuts() {
      const { shown } = jobs;
      return shown && cutView(shown);
    },
    async export(format, tone = {}, form = 'denoised') {
      const { picture, stage } = shownJob(jobs);
      await picture.settled();
      const denoised = form === 'denoised' ? stage?.rgb : null;
      const { film } = picture;
      const linear = { width: film.width, height: film.height, rgb: (denoised ?? filmRgb(film)).slice() };
      return await deps.encode.encode(linear, format === 'exr' ? { format } : { format, tone });
    },
    async report() {
      return await createReport(shownJob(jobs), roster.members(), dispatcher.scheduler);
    },
    learning: () => learning?.view(nameOf) ?? NOTHING_LEARNED,
    setLearning: (mode) => learning?.setMode(mode),
    async exportLearning() {
      if (!learning) throw new UserError(NO_LEARNING);
      await opened;
      return await learning.export();
    },
    async importLearning(file) {
      if (!learning) throw new UserError(NO_LEARNING);
      await opened;
      await learning.import(file);
    },
    async forgetLearning() {
      await opened;
      await learning?.forget();
    },
    pastJobs: actions.pastJobs,
    openPast: actions.openPast,
    hold: hold.control,
    addLink: (link) => attach(link, () => ({ kind: 'own' })),
    async close() {
      if (closed) return;
      closed = true;
      cancelTick();
      for (const unsubscribe of unsubscribes) unsubscribe();
      viewport.close();
      await grid.simulations.close();
      // What runs stays as it is, to be taken up by a page after this one: nothing more is accepted, what was is stored.
      dispatcher.close();
      await journal.close();
      await learning?.close();
      await roster.close('the dashboard is closed');
      throttle.close();
      await source.close();
    },
  };
}
