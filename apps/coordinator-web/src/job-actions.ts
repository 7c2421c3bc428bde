import type { ToneOptions } from '@tabgrid/assets/tonemap';
import type { Coordinator, JobView, PastJob, PictureForm } from '@tabgrid/coordinator/api';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { JobId } from '@tabgrid/protocol/ids';
import type { Actions } from './actions.js';
import { fileNameOf } from './words/file-name.js';
import { problemOf } from './words/settings.js';
import { sharingChoiceOf } from './words/sharing.js';

/** What a person can do with jobs that are there: running, cut off, or over. */
export interface JobActions {
  /** Shows another of the jobs that run or are paused. */
  showJob(id: JobId): Promise<void>;
  stop(id: JobId): Promise<void>;
  pause(id: JobId): Promise<void>;
  resume(id: JobId): Promise<void>;
  /** @param choice a `SharingChoice`; anything else changes nothing */
  share(id: JobId, choice: string): Promise<void>;
  takeUp(id: JobId): Promise<void>;
  giveUp(id: JobId): Promise<void>;
  /** @returns whether it is shown now */
  openPast(id: PastJob['id']): Promise<boolean>;
  /** More samples on the picture shown. */
  addSamples(count: string): Promise<void>;
  /** Saves the picture shown. */
  download(format: 'png' | 'exr'): Promise<void>;
}

/** What `busy` says while a cut-off job is being taken up. */
export const takingUp = (id: JobId): string => `take up ${id}`;

export function createJobActions(deps: {
  readonly coordinator: Coordinator;
  readonly actions: Actions;
  readonly shown: () => JobView | null;
  /** How the picture is shown: a PNG looks the same. */
  readonly tone: () => ToneOptions;
  /** Which form of a denoised picture is shown: files are of the same. */
  readonly form: () => PictureForm;
  readonly save: (bytes: Bytes, name: string, type: string) => void;
}): JobActions {
  const { coordinator, actions } = deps;
  /** The job's own place for the shown one, the list's for the others. */
  const at = (id: JobId) => (deps.shown()?.id === id ? 'job' : 'jobs');
  return {
    async showJob(id) {
      await actions.run('jobs', () => coordinator.showJob(id));
    },
    async stop(id) {
      await actions.run(at(id), () => coordinator.cancel(id));
    },
    async pause(id) {
      await actions.run(at(id), () => coordinator.pause(id));
    },
    async resume(id) {
      await actions.run(at(id), () => coordinator.resume(id));
    },
    async share(id, choice) {
      const chosen = sharingChoiceOf(choice);
      if (chosen !== null) await actions.run('jobs', () => coordinator.setSharing(id, chosen.sharing));
    },
    async takeUp(id) {
      await actions.run('unfinished', () => coordinator.takeUp(id), takingUp(id));
    },
    async giveUp(id) {
      await actions.run('unfinished', () => coordinator.giveUp(id), 'give up');
    },
    openPast: (id) => actions.run('past', () => coordinator.openPast(id), 'past'),
    async addSamples(count) {
      const wrong = problemOf('spp', count);
      if (wrong !== null) return actions.refuse('job', wrong);
      await actions.run('job', () => coordinator.addSamples(Number(count)), 'more');
    },
    async download(format) {
      const job = deps.shown();
      if (job === null) return;
      const write = async () => {
        const type = format === 'png' ? 'image/png' : 'image/x-exr';
        deps.save(await coordinator.export(format, deps.tone(), deps.form()), fileNameOf(job, format), type);
      };
      await actions.run('job', write, format);
    },
  };
}
