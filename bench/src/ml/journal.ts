import {
  BASE_KEY,
  BaseRecord,
  digestOf,
  EMPTY_DIGEST,
  EVENTS,
  EventsRecord,
} from '@tabgrid/coordinator/journal-records';
import { SCHEDULER_CONFIG } from '@tabgrid/coordinator/scheduler-config';
import type { Effect } from '@tabgrid/scheduler/events';
import { restoreScheduler, type Scheduler } from '@tabgrid/scheduler/scheduler';
import * as v from 'valibot';

/**
 * A page's journal, gone through again with the scheduler that the page had: everything that it knew, moment by moment. The page must
 * not have let learned oracles decide meanwhile.
 */
export interface JournalReplay {
  /**
   * What the page wrote, in order; records that are not of the scheduler are passed over.
   * @throws Error for a record of another form, and when the effects are not those that the page had
   */
  record(key: string, value: unknown): void;
}

/** @param handled after each event, at ms since 1970; nothing at an event that the page did not write down before its next state */
export function createJournalReplay(
  handled: (scheduler: Scheduler, at: number, effects: readonly Effect[]) => void,
): JournalReplay {
  let current: { readonly scheduler: Scheduler; upTo: number; wallAtZero: number } | null = null;
  let digest = EMPTY_DIGEST;
  return {
    record(key, value) {
      if (key === BASE_KEY) {
        const { snapshot, upTo, wallAt, at } = v.parse(BaseRecord, value);
        // Events that came between the last ones written and a new state are in that state alone.
        if (current?.upTo !== upTo) {
          current = { scheduler: restoreScheduler(SCHEDULER_CONFIG, snapshot), upTo, wallAtZero: wallAt - at };
        }
        digest = EMPTY_DIGEST;
      } else if (key.startsWith(EVENTS)) {
        const { first, events, digest: expected } = v.parse(EventsRecord, value);
        if (current?.upTo !== first - 1) throw new Error(`events from ${first} on do not follow on what was there`);
        for (const { at, event } of events) {
          const effects = current.scheduler.handle(event, at);
          current.upTo++;
          digest = digestOf(digest, effects);
          handled(current.scheduler, current.wallAtZero + at, effects);
        }
        if (digest !== expected) throw new Error('the same events had other effects than on the page');
      }
    },
  };
}
