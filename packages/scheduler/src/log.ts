import type { Millis } from '@tabgrid/protocol/ids';
import type { SchedulerEvent } from './events.js';
import type { Snapshot } from './snapshot.js';

/** One change of one thing's state, and the event that caused it. */
export interface Move {
  /** Number of the event that caused it. */
  readonly cause: number;
  readonly at: Millis;
  readonly what: 'task' | 'attempt' | 'volunteer';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** In words, where there is more to say than the event does. */
  readonly why: string;
}

export interface LoggedEvent {
  /** Counted from 1 since the scheduler began. */
  readonly number: number;
  readonly at: Millis;
  readonly event: SchedulerEvent;
}

/** A state and the events since: plain data, so that it can be stored, sent in a report, or replayed. */
export interface Log {
  /** The state that `events` follow on; null for the empty one. */
  readonly base: Snapshot | null;
  readonly events: readonly LoggedEvent[];
  /** The last moves, for people. */
  readonly moves: readonly Move[];
}

export interface LogWriter {
  /** Events ever handled. */
  readonly number: number;
  event(at: Millis, event: SchedulerEvent): void;
  move(at: Millis, what: Move['what'], id: string, from: string, to: string, why: string): void;
  /** Forgets the events before this state when there are more of them than a state of `size` things is worth. */
  trim(size: number, take: () => Snapshot): void;
  read(): Log;
  /** All moves of the things whose id begins so, one a line. */
  story(id: string): string;
}

/**
 * @param limit how many events and, times four, how many moves are kept at least
 * @param from the state to go on from; null for the empty one
 */
export function createLog(limit: number, from: Snapshot | null): LogWriter {
  let base = from;
  let number = from?.events ?? 0;
  let events: LoggedEvent[] = [];
  let moves: Move[] = [];
  return {
    get number() {
      return number;
    },
    event(at, event) {
      events.push({ number: ++number, at, event });
    },
    move(at, what, id, from, to, why) {
      moves.push({ cause: number, at, what, id, from, to, why });
      // Trimmed when twice as long as asked for: a constant cost a move.
      if (moves.length > 8 * limit) moves = moves.slice(-4 * limit);
    },
    trim(size, take) {
      // A snapshot costs as much as the state is large: one for so many events costs each of them a constant.
      if (events.length <= Math.max(limit, 2 * size)) return;
      base = take();
      events = [];
    },
    read: () => ({ base, events: [...events], moves: [...moves] }),
    story(id) {
      const lines = moves
        .filter((m) => m.id.startsWith(id))
        .map((m) => `#${m.cause} at ${m.at} ms: ${m.what} ${m.id} ${m.from} → ${m.to}${m.why ? ` (${m.why})` : ''}`);
      return lines.length > 0 ? lines.join('\n') : '(nothing in the log)';
    },
  };
}
