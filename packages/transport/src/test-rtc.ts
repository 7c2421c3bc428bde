import { networkInterfaces } from 'node:os';
import wrtc from '@roamhq/wrtc';
import { createPeerWire, type PeerDial, type PeerWireDeps, type WebRtc } from './simple-peer.js';
import { systemClock } from './system-clock.js';

/** Node's WebRTC, for tests. */
export const nodeRtc: WebRtc = wrtc;

/** Why there can be no WebRTC here; null when there can. */
export const noRtc: string | null = Object.values(networkInterfaces())
  .flat()
  .some((address) => address && !address.internal)
  ? null
  : 'only a loopback interface: WebRTC finds no address to offer';

export interface DialPair {
  readonly near: PeerDial;
  readonly far: PeerDial;
}

/** Two dials whose signals go to each other at once. `near` initiates. */
export function dialPair(near: Partial<PeerWireDeps> = {}, far: Partial<PeerWireDeps> = {}): DialPair {
  const shared = { iceServers: [], clock: systemClock, wrtc: nodeRtc };
  const pair: DialPair = {
    near: createPeerWire({ ...shared, initiator: true, onSignal: (s) => pair.far.signal(s), ...near }),
    far: createPeerWire({ ...shared, initiator: false, onSignal: (s) => pair.near.signal(s), ...far }),
  };
  return pair;
}
