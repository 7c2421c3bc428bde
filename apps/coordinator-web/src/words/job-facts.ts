import type { JobView } from '@tabgrid/coordinator/api';
import { plural } from './format.js';

/** What tells a render from the others: its size and samples, and its seed where these are the same for another one. */
export function jobFacts(job: JobView, jobs: readonly JobView[]): string {
  const alike = jobs.some((other) => other.id !== job.id && other.title === job.title && sizeOf(other) === sizeOf(job));
  return alike ? `${sizeOf(job)}, seed ${job.spec.seed}` : sizeOf(job);
}

function sizeOf({ spec, spp }: JobView): string {
  return `${spec.width} × ${spec.height}, ${plural(spp, 'sample')}`;
}
