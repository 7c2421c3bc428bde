import type { Millis } from '@tabgrid/protocol/ids';
import type { SchedulerEvent } from './events.js';

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

/** The last events and moves; plain data, so that it can be stored, sent in a report, or replayed. */
export interface Log {
  /** Events that are no longer here: a replay is whole only when there are none. */
  readonly dropped: number;
  readonly events: readonly LoggedEvent[];
  readonly moves: readonly Move[];
}

export interface LogWriter {
  event(at: Millis, event: SchedulerEvent): void;
  move(at: Millis, what: Move['what'], id: string, from: string, to: string, why: string): void;
  read(): Log;
  /** All moves of the things whose id begins so, one a line. */
  story(id: string): string;
}

/** @param limit how many events and, times four, how many moves are kept */
export function createLog(limit: number): LogWriter {
  let number = 0;
  let events: LoggedEvent[] = [];
  let moves: Move[] = [];
  // Trimmed when twice as long as asked for: a constant cost an entry, and never more than the double in memory.
  const trimmed = <T>(list: T[], keep: number): T[] => (list.length > 2 * keep ? list.slice(-keep) : list);
  return {
    event(at, event) {
      events.push({ number: ++number, at, event });
      events = trimmed(events, limit);
    },
    move(at, what, id, from, to, why) {
      moves.push({ cause: number, at, what, id, from, to, why });
      moves = trimmed(moves, 4 * limit);
    },
    read: () => ({ dropped: number - events.length, events: [...events], moves: [...moves] }),
    story(id) {
      const lines = moves
        .filter((m) => m.id.startsWith(id))
        .map((m) => `#${m.cause} at ${m.at} ms: ${m.what} ${m.id} ${m.from} → ${m.to}${m.why ? ` (${m.why})` : ''}`);
      return lines.length > 0 ? lines.join('\n') : '(nothing in the log)';
    },
  };
}
