import type { VolunteerView } from '@tabgrid/scheduler/oracle';
import { bondsOf } from './bonds.js';
import type { AssignmentPart } from './part.js';

/** How much likelier than by chance two volunteers are to be gone within a minute of each other: `Oracle.together`. */
export function createTogether({ lifts }: AssignmentPart): (a: VolunteerView, b: VolunteerView) => number {
  return (a, b) => lifts[bondsOf(a, b)] ?? 1;
}
