import type { AttemptState, TaskState, VolunteerState } from './state.js';

/**
 * The legal moves. Everything else is a defect of the scheduler or of its driver, never of a volunteer: what
 * volunteers say late or twice is sorted out before a move is tried.
 */

export const TASK_MOVES: Readonly<Record<TaskState['kind'], readonly TaskState['kind'][]>> = {
  waiting: ['ready', 'cancelled'],
  // `checking`: the late result of an attempt that had been given up.
  // `failed`: its accepted result was retracted, and too many volunteers had failed it before.
  // `waiting`: a task whose output it needs was retracted; so below.
  ready: ['running', 'checking', 'waiting', 'failed', 'cancelled'],
  running: ['ready', 'checking', 'waiting', 'failed', 'cancelled'],
  checking: ['done', 'running', 'ready', 'waiting', 'failed', 'cancelled'],
  // Retracted.
  done: ['ready', 'waiting'],
  failed: [],
  cancelled: [],
};

export const ATTEMPT_MOVES: Readonly<Record<AttemptState['kind'], readonly AttemptState['kind'][]>> = {
  reserved: ['sent', 'running', 'returned', 'rejected', 'lost', 'cancelled'],
  sent: ['running', 'returned', 'rejected', 'lost', 'cancelled'],
  running: ['running', 'returned', 'rejected', 'lost', 'cancelled'],
  // `returned`: its structure was found sound. `lost`: the driver's page was reloaded before it was judged.
  returned: ['returned', 'accepted', 'rejected', 'lost', 'cancelled'],
  accepted: ['retracted'],
  rejected: [],
  // A result that comes after all is as good as any; and a volunteer whose link is back may still be at it.
  // `cancelled`: what it was made from was wrong.
  lost: ['running', 'returned', 'cancelled'],
  cancelled: [],
  retracted: [],
};

export const VOLUNTEER_MOVES: Readonly<Record<VolunteerState['kind'], readonly VolunteerState['kind'][]>> = {
  joining: ['ready', 'paused', 'suspect', 'quarantined', 'gone'],
  ready: ['paused', 'suspect', 'quarantined', 'gone'],
  paused: ['ready', 'suspect', 'quarantined', 'gone'],
  suspect: ['ready', 'paused', 'quarantined', 'gone'],
  quarantined: ['ready', 'paused', 'suspect', 'quarantined', 'gone'],
  gone: ['joining'],
};

/** A move that the tables forbid; the message tells everything that is known of the thing that should have moved. */
export class IllegalMoveError extends Error {
  override name = 'IllegalMoveError';
}
