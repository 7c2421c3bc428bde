import { createCoordinator } from '@tabgrid/coordinator/create-coordinator';
import { createLearningWorker } from '@tabgrid/coordinator/learning/learning-worker';
import { createSceneWorker } from '@tabgrid/coordinator/scene-client';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { SIGNALING_PATH } from '@tabgrid/protocol/signaling';
import { claimName } from '@tabgrid/store/claim';
import { openStores } from '@tabgrid/store/open-stores';
import { createOwnerSource } from '@tabgrid/transport/owner-source';
import { createWorkerClock } from '@tabgrid/transport/worker-clock';
import { createVolunteer } from '@tabgrid/volunteer/create-volunteer';
import { createPageEnvironment } from '@tabgrid/volunteer/page-environment';
import { takeSessionId } from '@tabgrid/volunteer/session-id';
import { spawnGpuWorker } from '@tabgrid/volunteer/spawn-gpu-worker';
import { createLocalSource } from './local-source.js';
import type { PageDeps } from './page.js';
import { browserStorage, createRemembered } from './remembered.js';
import { saveFile } from './save-file.js';

/** The page's real parts, put together. */

/** What volunteers see as whose job it is; unverified, like every name here. */
const OWNER_NAME = 'The owner of this dashboard';

const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** Which results are checked is drawn from this: from 0 to below 1, and no volunteer can guess it. */
const unguessable = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;

/** Needs a secure context. @param location the page's own address */
export async function wire(location: Location): Promise<PageDeps> {
  const clock = createWorkerClock();
  const wallClock = () => Date.now();
  const remembered = createRemembered(browserStorage());
  const stores = await openStores('tabgrid', wallClock);
  const server = createOwnerSource({
    url: signalingUrl(location),
    clock,
    random: Math.random,
    room: remembered.read('room'),
  });
  server.onStatus((status) => {
    if (status.kind === 'online') remembered.write('room', status.room);
  });
  const worker = createSceneWorker();
  const coordinator = createCoordinator({
    source: server,
    clock,
    wallClock,
    blobs: stores.blobs,
    records: stores.records,
    storeProblem: stores.problem,
    prepare: worker,
    encode: worker,
    worlds: worker,
    random: unguessable,
    learning: createLearningWorker(navigator, new Date().getTimezoneOffset()),
    claim: (name) => claimName('locks' in navigator ? navigator.locks : undefined, clock, name),
    name: OWNER_NAME,
  });
  const session = takeSessionId(window.sessionStorage, randomBytes);
  window.addEventListener('pagehide', () => session.leave());
  const volunteer = createVolunteer({
    connect: () => createLocalSource(clock, (link) => coordinator.addLink(link)),
    spawnWorker: spawnGpuWorker,
    // The coordinator keeps the scene's blobs in the same store: the helper finds them there and fetches nothing. What
    // is thrown away is the coordinator's business.
    blobs: { ...stores.blobs, trim: async () => {} },
    clock,
    session: session.id,
    // The owner asked for this picture: no pause on battery behind their back.
    settings: { intensity: 1, pauseOnBattery: false, name: 'This computer' },
    environment: createPageEnvironment({ document, navigator }),
  });
  return {
    coordinator,
    volunteer,
    remembered,
    clock,
    save: saveFile,
    copy: (text) => navigator.clipboard.writeText(text),
  };
}

/** The server that this page came from, as a WebSocket address. */
function signalingUrl(location: Location): string {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${SIGNALING_PATH}`;
}
