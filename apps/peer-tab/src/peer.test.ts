import type { VolunteerSettings, VolunteerStatus, VolunteerView } from '@tabgrid/volunteer/api';
import { describe, expect, it } from 'vitest';
import { readInvitation } from './invitation.js';
import { createPeer, type LendRequest, type Lent } from './peer.js';
import type { PeerSettings } from './settings.js';

const ROOM = 'abcdefghijklmnopqrstuv';
const SETTINGS: PeerSettings = { intensity: 0.5, pauseOnBattery: true, name: '', relayOnly: false };

/** A volunteer that only keeps a status. */
function createFakeLent(log: string[]) {
  let status: VolunteerStatus = { kind: 'idle' };
  const listeners = new Set<() => void>();
  const become = (next: VolunteerStatus) => {
    status = next;
    for (const listener of listeners) listener();
  };
  const view = (): VolunteerView => ({
    status,
    settings: SETTINGS,
    adapter: null,
    software: false,
    path: null,
    contributed: { tasks: 3, gpuMs: 0, bytesIn: 0, bytesOut: 0 },
  });
  const configured: Partial<VolunteerSettings>[] = [];
  const lent: Lent = {
    volunteer: {
      view,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      async start() {
        log.push('start');
        become({ kind: 'running', source: { kind: 'linked' }, now: null });
      },
      async stop() {
        log.push('stop');
        become({ kind: 'idle' });
        return 4;
      },
      pause: () => become({ kind: 'paused', why: 'person', source: { kind: 'linked' } }),
      resume: () => become({ kind: 'running', source: { kind: 'linked' }, now: null }),
      configure: (settings) => void configured.push(settings),
    },
    dispose: () => void log.push('dispose'),
  };
  return { lent, become, configured };
}

function setUp(hash = `#room=${ROOM}`, settings = SETTINGS) {
  const log: string[] = [];
  const requests: LendRequest[] = [];
  const remembered: PeerSettings[] = [];
  const fakes: ReturnType<typeof createFakeLent>[] = [];
  const peer = createPeer({
    invitation: readInvitation(hash),
    settings,
    async lend(request) {
      requests.push(request);
      const fake = createFakeLent(log);
      fakes.push(fake);
      return fake.lent;
    },
    remember: (kept) => remembered.push(kept),
  });
  return { peer, log, requests, remembered, fakes };
}

describe('the page’s state', () => {
  it('makes no volunteer before the yes, whatever is set', () => {
    const t = setUp();
    t.peer.configure({ intensity: 0.2 });
    t.peer.togglePause();
    t.peer.invite(readInvitation(''));
    expect(t.requests).toHaveLength(0);
    expect(t.peer.status.value).toEqual({ kind: 'idle' });
  });

  it('lends to the room of the link, or to the pool', async () => {
    const room = setUp();
    await room.peer.start();
    expect(room.requests[0]?.room).toBe(ROOM);
    const pool = setUp('');
    await pool.peer.start();
    expect(pool.requests[0]?.room).toBeNull();
  });

  it('does not start with a broken link', async () => {
    const t = setUp('#room=short');
    await t.peer.start();
    expect(t.requests).toHaveLength(0);
  });

  it('stops the volunteer before it lets go of its parts, and keeps the last view', async () => {
    const t = setUp();
    await t.peer.start();
    expect(t.peer.status.value.kind).toBe('running');
    await t.peer.stop();
    expect(t.log).toEqual(['start', 'stop', 'dispose']);
    expect(t.peer.status.value).toEqual({ kind: 'idle' });
    expect(t.peer.stoppedInMs.value).toBe(4);
    expect(t.peer.view.value?.contributed.tasks).toBe(3);
    await t.peer.start();
    expect(t.peer.stoppedInMs.value).toBeNull();
    expect(t.requests).toHaveLength(2);
  });

  it('does not start a volunteer that a stop overtook', async () => {
    const t = setUp();
    const starting = t.peer.start();
    expect(t.peer.status.value).toEqual({ kind: 'starting' });
    await t.peer.stop();
    await starting;
    expect(t.log).toEqual(['dispose']);
    expect(t.peer.status.value).toEqual({ kind: 'idle' });
  });

  it('starts once while it runs, and again after a failure', async () => {
    const t = setUp();
    await Promise.all([t.peer.start(), t.peer.start()]);
    await t.peer.start();
    expect(t.requests).toHaveLength(1);
    t.fakes[0]?.become({ kind: 'failed', message: 'lost' });
    await t.peer.start();
    expect(t.requests).toHaveLength(2);
    expect(t.log).toEqual(['start', 'dispose', 'start']);
  });

  it('toggles the pause', async () => {
    const t = setUp();
    await t.peer.start();
    t.peer.togglePause();
    expect(t.peer.status.value.kind).toBe('paused');
    t.peer.togglePause();
    expect(t.peer.status.value.kind).toBe('running');
  });

  it('remembers settings and hands them on live', async () => {
    const t = setUp();
    await t.peer.start();
    t.peer.configure({ intensity: 0.9 });
    expect(t.remembered.at(-1)?.intensity).toBe(0.9);
    expect(t.fakes[0]?.configured.at(-1)).toEqual({ intensity: 0.9, pauseOnBattery: true, name: '' });
  });

  it('lets a link switch relay only on, never off', () => {
    expect(setUp('#relayOnly=1').peer.settings.value.relayOnly).toBe(true);
    const t = setUp('#relayOnly=0', { ...SETTINGS, relayOnly: true });
    expect(t.peer.settings.value.relayOnly).toBe(true);
    t.peer.invite(readInvitation('#relayOnly=0'));
    expect(t.peer.settings.value.relayOnly).toBe(true);
  });

  it('keeps its room while it runs', async () => {
    const t = setUp();
    await t.peer.start();
    t.peer.invite(readInvitation(''));
    expect(t.peer.invitation.value.to.kind).toBe('room');
    await t.peer.stop();
    t.peer.invite(readInvitation(''));
    expect(t.peer.invitation.value.to.kind).toBe('pool');
  });
});
