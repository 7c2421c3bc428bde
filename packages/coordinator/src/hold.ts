import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { type HoldControl, UserError } from './api.js';

/**
 * Holding assignments at a share of the work.
 *
 * 1. What is called within one turn counts together: `at` beside `release`, in whichever order, ends the present hold and
 *    begins the next one without letting a task through in between.
 * 2. Every promise of `at` settles: when its share is reached, or when it is replaced or released before.
 */
export interface Hold {
  readonly control: HoldControl;
  /** Whether assignments are held now. */
  readonly held: boolean;
  /** The scheduler's word that the share is reached. */
  reached(): void;
}

export function createHold(tell: (event: SchedulerEvent) => void): Hold {
  let waiting: { readonly resolve: () => void; readonly reject: (error: UserError) => void } | null = null;
  let held = false;
  let turn: { share: number | null } | null = null;

  const abandon = (why: string): void => {
    waiting?.reject(new UserError(why));
    waiting = null;
  };

  const act = (share: number | null): void => {
    if (turn) {
      turn.share = share ?? turn.share;
      return;
    }
    turn = { share };
    queueMicrotask(() => {
      const last = turn?.share ?? null;
      turn = null;
      held = false;
      if (last === null) {
        abandon('The hold was released before its share was reached.');
        tell({ type: 'released' });
      } else {
        tell({ type: 'held', share: last });
      }
    });
  };

  return {
    control: {
      at(share) {
        if (!(share >= 0 && share <= 1)) return Promise.reject(new UserError(`A share is from 0 to 1, not ${share}.`));
        abandon('Another hold took its place before its share was reached.');
        const promise = new Promise<void>((resolve, reject) => {
          waiting = { resolve, reject };
        });
        // Whoever waits hears of a rejection; without anybody waiting it is no unhandled one.
        promise.catch(() => {});
        act(share);
        return promise;
      },
      release: () => act(null),
    },
    get held() {
      return held;
    },
    reached() {
      held = true;
      waiting?.resolve();
      waiting = null;
    },
  };
}
