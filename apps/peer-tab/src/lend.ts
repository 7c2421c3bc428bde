import { openStores } from '@tabgrid/store/open-stores';
import type { LinkSource } from '@tabgrid/transport/source';
import { createVolunteerSource } from '@tabgrid/transport/volunteer-source';
import { createWorkerClock } from '@tabgrid/transport/worker-clock';
import { createVolunteer } from '@tabgrid/volunteer/create-volunteer';
import { createPageEnvironment } from '@tabgrid/volunteer/page-environment';
import { takeSessionId } from '@tabgrid/volunteer/session-id';
import { spawnGpuWorker } from '@tabgrid/volunteer/spawn-gpu-worker';
import { pageStorage } from './page-storage.js';
import type { LendRequest, Lent } from './peer.js';
import { signalingUrl } from './signaling-url.js';

/** Name of the database that blobs are kept in, on this origin. */
const DATABASE = 'tabgrid-volunteer';

/** Taken once a page, so that stop and start is the same volunteer; see `takeSessionId`. */
let session: ReturnType<typeof takeSessionId> | null = null;

function sessionOfThisPage(): ReturnType<typeof takeSessionId> {
  if (session === null) {
    const storage = pageStorage(() => sessionStorage);
    const taken = takeSessionId(storage, (length) => crypto.getRandomValues(new Uint8Array(length)));
    addEventListener('pagehide', () => taken.leave());
    session = taken;
  }
  return session;
}

/** Puts a volunteer together from real parts. Called after the yes, and never before. */
export async function lend({ room, settings }: LendRequest): Promise<Lent> {
  const stores = await openStores(DATABASE, Date.now);
  const clock = createWorkerClock();
  let connected = false;
  const close = () => {
    clock.close();
    stores.close();
  };
  const volunteer = createVolunteer({
    connect() {
      connected = true;
      const source = createVolunteerSource({
        url: signalingUrl(location.href),
        join: room === null ? { kind: 'pool' } : { kind: 'room', room },
        relayOnly: settings.relayOnly,
        clock,
        random: Math.random,
      });
      return closingAfter(source, close);
    },
    spawnWorker: spawnGpuWorker,
    blobs: stores.blobs,
    clock,
    session: sessionOfThisPage().id,
    settings: { intensity: settings.intensity, pauseOnBattery: settings.pauseOnBattery, name: settings.name },
    environment: createPageEnvironment({ document, navigator }),
  });
  return {
    volunteer,
    // With a source, the clock is needed until the goodbye has been said.
    dispose: () => (connected ? undefined : close()),
  };
}

function closingAfter(source: LinkSource, close: () => void): LinkSource {
  return {
    onLink: (listener) => source.onLink(listener),
    onStatus: (listener) => source.onStatus(listener),
    async close() {
      await source.close();
      close();
    },
  };
}
