import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Oracle, VolunteerView } from '@tabgrid/scheduler/oracle';
import type { FeatureContext } from '../context.js';
import type { Observation } from '../observation.js';

/** What each part of the recorder sees and gives. */
export interface Recording {
  /** The scheduler's, as they are after the event that is being recorded; also of somebody who has just left. */
  view(id: VolunteerId): VolunteerView | null;
  views(): readonly VolunteerView[];
  /** What everything is held against. */
  readonly plain: Oracle;
  /** What was learned so far, as an oracle, whether or not it decides; the plain one before there is any. */
  learned(): Oracle;
  context(): FeatureContext;
  emit(observation: Observation): void;
}

/** ms since 1970 at a time of the scheduler. */
export function wallAt({ wallAtZero }: FeatureContext, now: Millis): number {
  return wallAtZero + now;
}
