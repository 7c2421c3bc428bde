import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Timeline } from './timeline.js';
import { DEAD_AFTER_MS, type Session } from './world.js';

/**
 * The link between a volunteer's page and the coordinator, one after the other. Everything takes half a round trip.
 *
 * Invariants
 *  1. What was sent over a link arrives over that link or never.
 *  2. The coordinator hears `volunteerLeft` once a link: by a goodbye, after 6 s of silence, or because it closed it.
 *  3. Nothing reaches a page that stands still before it moves again, nor one that has left.
 */
export interface Line {
  readonly isOpen: boolean;
  /** A new link, once the old one is gone. */
  open(): void;
  /** To the coordinator; a `volunteerLeft` closes the link when it arrives. @param delay on the way */
  say(event: SchedulerEvent, delay?: Millis): void;
  /** To the page, half a round trip after the function that this returns is called. */
  toPage(happen: () => void): () => void;
  /** The page falls silent now, until then; the coordinator finds out by itself. */
  silent(until: Millis): void;
  /** The coordinator closes it. */
  cut(reason: string): void;
  /** The page has left: nothing reaches it. */
  leave(): void;
}

export interface LineDeps {
  readonly timeline: Timeline;
  readonly session: Session;
  /** Whose link it is now. */
  name(): VolunteerId;
  tell(event: SchedulerEvent): void;
}

export function createLine({ timeline, session, name, tell }: LineDeps): Line {
  const way = session.roundTripMs / 2;
  let left = false;
  /** The present link's number; null when there is none. */
  let link: number | null = null;
  let links = 0;

  const down = (reason: string): void => {
    link = null;
    tell({ type: 'volunteerLeft', volunteer: name(), reason });
  };

  const receive = (over: number | null, happen: () => void): void => {
    if (left || over === null || link !== over) return;
    const now = timeline.now();
    const frozen = session.frozen.find(({ from, until }) => from <= now && now < until);
    if (frozen) timeline.at(frozen.until, () => receive(over, happen));
    else happen();
  };

  return {
    get isOpen() {
      return link !== null;
    },
    open() {
      link = links++;
    },
    say(event, delay = way) {
      const over = link;
      if (over === null) return;
      timeline.at(timeline.now() + delay, () => {
        if (link !== over) return;
        if (event.type === 'volunteerLeft') down(event.reason);
        else tell(event);
      });
    },
    toPage(happen) {
      const over = link;
      return () => timeline.at(timeline.now() + way, () => receive(over, happen));
    },
    silent(until) {
      const over = link;
      if (over === null) return;
      const suspectAt = timeline.now() + session.suspectAfterMs;
      const deadAt = timeline.now() + DEAD_AFTER_MS;
      const at = (time: Millis, happen: () => void) =>
        timeline.at(time, () => {
          if (link === over) happen();
        });
      if (until > suspectAt) {
        at(suspectAt, () => tell({ type: 'linkSuspect', volunteer: name(), reason: 'its link is silent' }));
      }
      if (until > deadAt) at(deadAt, () => down(`silent for ${DEAD_AFTER_MS / 1000} s`));
      else if (until > suspectAt) at(until + way, () => tell({ type: 'linkOpen', volunteer: name() }));
    },
    cut(reason) {
      if (link !== null) down(reason);
    },
    leave() {
      left = true;
    },
  };
}
