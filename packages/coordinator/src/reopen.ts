import { TaskId } from '@tabgrid/protocol/ids';
import type { JobRecord } from '@tabgrid/protocol/records';
import type { RenderJob } from '@tabgrid/splitters/render/planner';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { UserError } from './api.js';
import type { Job, RestoreHow } from './job.js';
import { firstSamples, makeFilm } from './launch.js';
import { createPicture, type Picture } from './picture.js';
import type { Results } from './results.js';
import type { AcceptedResult } from './tally.js';

/** Jobs from what the store has of them. */

const Base = v.omit(v.object(PathtraceParams.pipe[0].entries), ['tile', 'samples']);

/** @throws UserError when another version of the page made it */
export function renderJobOf(record: JobRecord): RenderJob {
  const { id, base, kernelVersion, spec } = record;
  const parsed = v.safeParse(Base, base);
  if (!parsed.success || kernelVersion !== pathtraceTask.version) {
    throw new UserError('This picture was made by another version of this page and cannot be shown by this one.');
  }
  return { id, base: parsed.output, spp: firstSamples(spec), tile: spec.tile, verify: spec.verify };
}

export interface PicturesDeps {
  readonly results: Results;
  /** A result of a running round had to go, because its bytes are gone. */
  redo(task: TaskId): void;
  changed(): void;
}

export interface Pictures {
  /** An empty one for the job. @throws UserError when there is no memory for it */
  give(job: Job): Picture;
  /**
   * Fills the job's picture from the store. Results that are accepted meanwhile are in it too.
   * @returns what the job's tally had not counted before
   */
  fill(job: Job, how: RestoreHow): Promise<readonly AcceptedResult[]>;
}

export function createPictures({ results, redo, changed }: PicturesDeps): Pictures {
  return {
    give(job) {
      const picture = createPicture({
        film: makeFilm(job.spec.width, job.spec.height),
        bytesOf: async (task) => (await results.get(job.id, task))?.result ?? null,
        lost(task, part) {
          results.remove(job.id, task);
          if (job.ledger.has(task)) redo(task);
          else job.miss(part);
        },
        changed,
      });
      job.picture = picture;
      return picture;
    },
    async fill(job, how) {
      const seen = new Set<string>();
      const given: AcceptedResult[] = [];
      for (;;) {
        const names = (await results.tasks(job.id)).filter((name) => !seen.has(name));
        if (names.length === 0) return given;
        for (const name of names) {
          seen.add(name);
          const result = await fillOne(job, name, how);
          if (result) given.push(result);
        }
      }
    },
  };

  async function fillOne(job: Job, name: string, how: RestoreHow): Promise<AcceptedResult | null> {
    const task = v.safeParse(TaskId, name);
    if (!task.success) return null;
    const record = await results.get(job.id, task.output);
    // It may have been retracted while it was read.
    const open = job.ledger.has(task.output) && !job.ledger.isAccepted(task.output);
    return record === null || open ? null : job.restore(record, how);
  }
}

/** Whether everything that was accepted is in the picture. */
export function isWhole(job: Job): boolean {
  return job.picture !== null && job.picture.parts().length >= job.ledger.progress.accepted;
}

/**
 * A number for task names that no page before used: one that could not write any more may have gone beyond its record, and
 * volunteers may still hold what it asked for.
 */
export function freshGeneration({ generation }: JobRecord, random: () => number): number {
  return generation + 1 + Math.floor(random() * 1000);
}
