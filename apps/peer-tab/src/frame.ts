import { effect } from '@preact/signals';
import { RoomId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { envelope, type FrameState, type FromFrame, readToFrame } from './embed/messages.js';
import type { Invitation } from './invitation.js';
import { lend } from './lend.js';
import { pageStorage } from './page-storage.js';
import { createPeer, type Peer } from './peer.js';
import { loadSettings } from './settings.js';
import { type StatusWords, statusWords } from './status-words.js';
import { supportOf } from './support.js';

/**
 * The embed's frame: it lends on the grid's own origin, so that the site around it reaches neither the GPU's Worker nor
 * the store, and the lending reaches nothing of the site. It has no surface: the badge outside is its face.
 *
 * Invariants
 *  1. It listens to its parent window only, and answers only the origin that said `start` (`ready`, which tells
 *     nothing, goes to whoever the parent is).
 *  2. Nothing starts before a `start`, which the badge sends after the visitor's yes and nothing else.
 *  3. The first `start` decides the origin; another origin is not listened to any more.
 */

let peer: Peer | null = null;
let site: string | null = null;

function say(message: FromFrame, to: string): void {
  parent.postMessage(envelope(message), to);
}

function invitationTo(room: string | null, relayOnly: boolean): Invitation {
  const named = v.safeParse(RoomId, room);
  return { to: named.success ? { kind: 'room', room: named.output } : { kind: 'pool' }, relayOnly };
}

function begin(origin: string, invitation: Invitation, intensity: number): Peer {
  const created = createPeer({
    invitation,
    settings: { ...loadSettings(pageStorage(() => localStorage)), intensity, relayOnly: invitation.relayOnly },
    lend,
    remember: () => {},
  });
  effect(() => {
    const words = statusWords(created.status.value);
    const tiles = created.view.value?.contributed.tasks ?? 0;
    say(
      { type: 'state', state: stateOf(words), text: `${words.headline}. ${words.detail}`.slice(0, 500), tiles },
      origin,
    );
  });
  addEventListener('pagehide', () => void created.stop());
  return created;
}

function stateOf({ state }: StatusWords): FrameState {
  switch (state) {
    case 'idle':
      return 'stopped';
    case 'starting':
    case 'working':
    case 'paused':
    case 'failed':
      return state;
    default:
      return 'waiting';
  }
}

addEventListener('message', ({ data, origin, source }) => {
  if (source !== parent || parent === window || (site !== null && origin !== site)) return;
  const message = readToFrame(data);
  if (message?.type === 'stop') void peer?.stop();
  if (message?.type !== 'start') return;
  site = origin;
  const support = supportOf({
    isSecureContext,
    hasGpu: 'gpu' in navigator,
    userAgent: navigator.userAgent,
    href: location.href,
  });
  if (support.kind !== 'ready') {
    const text =
      support.kind === 'insecure'
        ? 'This site is not served over https, so the browser switches WebGPU off.'
        : `${support.browser} has no WebGPU switched on. ${support.steps.join(' ')}`.slice(0, 500);
    return say({ type: 'state', state: 'failed', text, tiles: 0 }, origin);
  }
  peer ??= begin(origin, invitationTo(message.room, message.relayOnly), message.intensity);
  void peer.start();
});

if (parent !== window) say({ type: 'ready' }, '*');
