import { JobId } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import { restingState } from '@tabgrid/splitters/render/planner';
import * as v from 'valibot';
import { type Coordinator, type JobShare, UserError } from './api.js';
import type { CoordinatorDeps } from './deps.js';
import type { Grid } from './grid.js';
import { blobsOf } from './inputs.js';
import { createJob, type Job } from './job.js';
import { type Jobs, pastView } from './jobs.js';
import { checkSamples, checkSharing, checkSpec, mustHaveRoom, renderJob } from './launch.js';
import type { Picture } from './picture.js';
import { freshGeneration, renderJobOf } from './reopen.js';
import type { Scenes } from './scenes.js';

/** How pictures begin, go on, and come back from the store. */
export type JobActions = Pick<Coordinator, 'launch' | 'addSamples' | 'pastJobs' | 'openPast'>;

export interface JobActionsDeps extends Pick<CoordinatorDeps, 'clock' | 'wallClock' | 'random'> {
  readonly grid: Grid;
  readonly scenes: Scenes;
  /** The store has been asked for what an earlier page left behind. */
  readonly opened: Promise<unknown>;
  changed(): void;
}

const EVEN: JobShare = { weight: 1, priority: 0 };

export function createJobActions(deps: JobActionsDeps): JobActions {
  const { clock, random, grid, scenes, opened, changed } = deps;
  const { roster, jobs, rounds, pictures, inputs, store } = grid;

  return {
    async launch(spec, sharing = EVEN) {
      checkSpec(spec);
      checkSharing(sharing);
      await opened;
      mustHaveRoom(jobs);
      if (scenes.preparing !== null) throw new UserError(`${scenes.preparing} is still being read: wait a moment.`);
      const scene = scenes.prepared;
      if (!scene) throw new UserError('There is no scene yet: pick a built-in one or drop a .glb file.');
      const id = v.parse(JobId, `j${Math.floor(random() * 2 ** 48).toString(36)}`);
      const render = renderJob(id, scene, spec);
      const job = createJob({
        ...{ clock, members: roster.members, spec, sharing },
        title: scene.name.slice(0, MAX_NAME_LENGTH),
        startedAt: deps.wallClock(),
        planner: restingState(render, [], 0),
      });
      pictures.give(job);
      inputs.serveScene(render, scene.blobs);
      const others = [...jobs.running().map((other) => other.job), ...jobs.unfinished().flatMap(unfinishedRender)];
      void store.saveBlobs(scene.blobs, blobsOf(others));
      rounds.begin(job, job.begin(grid.gridState()));
      return id;
    },
    async addSamples(spp) {
      const job = shownJob(jobs);
      const mustRest = () => {
        if (jobs.isRunning(job.id))
          throw new UserError('This job is running: wait until it is done, or cancel it first.');
        mustHaveRoom(jobs);
      };
      mustRest();
      checkSamples(spp, job.spp());
      await inputs.serve(job.job);
      await job.picture.settled();
      // It may have been asked for twice.
      mustRest();
      rounds.begin(job, job.extend(spp, grid.gridState()));
    },
    async pastJobs() {
      await opened;
      // Memory is right about those that it has: the store may have stopped taking records before their end.
      const here = jobs.atRest().map((job) => job.record(null));
      const known = new Set(here.map(({ id }) => id));
      for (const { id } of jobs.running()) known.add(id);
      for (const { record } of jobs.unfinished()) known.add(record.id);
      // One that runs does so in another tab.
      const stored = (await store.jobs().catch(() => [])).filter((one) => !known.has(one.id) && isAtRest(one));
      return [...here, ...stored].sort((a, b) => b.startedAt - a.startedAt).map(pastView);
    },
    async openPast(id) {
      await opened;
      const known = jobs.get(id);
      if (known) {
        jobs.show(known);
        changed();
        return;
      }
      if (jobs.unfinished().some(({ record }) => record.id === id)) {
        throw new UserError('This job was cut off: take it up, or give it up first.');
      }
      const record = await store.job(id);
      if (!isAtRest(record)) throw new UserError('Another tab of this browser works on this job: look at it there.');
      const { spec, title, startedAt, sharing, runs } = record;
      const planner = restingState(renderJobOf(record), runs, freshGeneration(record, random));
      const past = createJob({
        clock,
        members: roster.members,
        title,
        spec,
        sharing,
        startedAt,
        planner,
        before: record,
      });
      const picture = pictures.give(past);
      await pictures.fill(past, { sameIds: false, count: true });
      if (picture.parts().length === 0) {
        throw new UserError('The results of this picture are not in this browser any more.');
      }
      jobs.show(past);
      changed();
    },
  };
}

/** The shown job, which has a picture. @throws UserError when none is shown */
export function shownJob({ shown }: Pick<Jobs, 'shown'>): Job & { readonly picture: Picture } {
  if (!hasPicture(shown)) throw new UserError('There is no picture yet: launch a job first.');
  return shown;
}

export function hasPicture(job: Job | null): job is Job & { readonly picture: Picture } {
  return job !== null && job.picture !== null;
}

function unfinishedRender({ record }: { readonly record: Parameters<typeof renderJobOf>[0] }) {
  try {
    return [renderJobOf(record)];
  } catch {
    return [];
  }
}

function isAtRest({ state }: Pick<Job, 'state'>): boolean {
  return state !== 'running' && state !== 'paused';
}
