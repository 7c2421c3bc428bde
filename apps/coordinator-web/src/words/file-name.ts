import type { JobView } from '@tabgrid/coordinator/api';

/** A file name that says what the picture is: `bunny-480x270-16spp.png`. */
export function fileNameOf(job: Pick<JobView, 'title' | 'spec' | 'spp'>, format: 'png' | 'exr'): string {
  const name = job.title
    .toLowerCase()
    .replace(/\.(glb|gltf)$/, '')
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${name === '' ? 'picture' : name}-${job.spec.width}x${job.spec.height}-${job.spp}spp.${format}`;
}
