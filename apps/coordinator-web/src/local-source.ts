import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';
import type { Link } from '@tabgrid/transport/link';
import { createMemoryLinkPair } from '@tabgrid/transport/memory';
import type { LinkSource, SourceStatus } from '@tabgrid/transport/source';

/**
 * The way from the dashboard's own volunteer into its room, without a network.
 *
 * Invariants:
 * 1. Nothing is linked before somebody listens for links.
 * 2. There is at most one link; when it is lost, a new one follows after `AGAIN_MS`, until `close`.
 */

/** How long a lost link stays away: whatever held up the page for so long may still go on. */
const AGAIN_MS: Millis = 1000;

/** @param admit takes the coordinator's end of each new link */
export function createLocalSource(clock: Clock, admit: (link: Link) => void): LinkSource {
  const links = new Set<(link: Link) => void>();
  const statuses = new Set<(status: SourceStatus) => void>();
  let status: SourceStatus = { kind: 'connecting' };
  let current: Link | null = null;
  let cancel: (() => void) | null = null;
  let closed = false;

  function enter(next: SourceStatus): void {
    status = next;
    for (const listener of statuses) listener(next);
  }

  function link(): void {
    cancel = null;
    const [theirs, ours] = createMemoryLinkPair(clock);
    current = ours;
    admit(theirs);
    enter({ kind: 'linked' });
    for (const listener of links) listener(ours);
    void ours.closed.then((reason) => {
      if (closed) return;
      current = null;
      enter({ kind: 'retrying', inMs: AGAIN_MS, why: reason.text });
      cancel = clock.after(AGAIN_MS, link);
    });
  }

  return {
    onLink(listener) {
      links.add(listener);
      if (current !== null) listener(current);
      else if (cancel === null && !closed) link();
      return () => links.delete(listener);
    },
    onStatus(listener) {
      statuses.add(listener);
      listener(status);
      return () => statuses.delete(listener);
    },
    async close() {
      closed = true;
      cancel?.();
      await current?.close('this computer stopped helping');
    },
  };
}
