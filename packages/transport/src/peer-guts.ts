import type SimplePeer from 'simple-peer';
import * as v from 'valibot';

/**
 * What simple-peer 9.11.1 has inside and offers no door to: its RTCPeerConnection (for statistics, its signaling state
 * and ICE restarts) and its data channel (for the event that the buffer has drained). Kept in one place, read with
 * guards, so that another build of the library costs a feature and not a crash.
 */

/** The data channel, once there is one. */
export function channelOf(peer: SimplePeer.Instance): EventTarget | null {
  const channel: unknown = Reflect.get(peer, '_channel');
  return isListenable(channel) ? channel : null;
}

function isListenable(value: unknown): value is EventTarget {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'addEventListener') === 'function';
}

/** Asks the channel to tell when no more than `bytes` wait; false where it cannot (Node's WebRTC). */
export function tellWhenLow(channel: EventTarget, bytes: number): boolean {
  if (typeof Reflect.get(channel, 'bufferedAmountLowThreshold') !== 'number') return false;
  return Reflect.set(channel, 'bufferedAmountLowThreshold', bytes);
}

/** Whether the connection waits for an answer to an offer. */
export function awaitsAnswer(peer: SimplePeer.Instance): boolean {
  const connection = connectionOf(peer);
  return connection !== null && Reflect.get(connection, 'signalingState') === 'have-local-offer';
}

/** Offers anew with fresh ICE credentials; only the initiator may. @returns false when it cannot now. */
export function restartIce(peer: SimplePeer.Instance): boolean {
  const connection = connectionOf(peer);
  const negotiate: unknown = Reflect.get(peer, 'negotiate');
  if (!connection || Reflect.get(connection, 'signalingState') !== 'stable' || typeof negotiate !== 'function') {
    return false;
  }
  Reflect.set(peer, 'offerOptions', { iceRestart: true });
  Reflect.apply(negotiate, peer, []);
  return true;
}

function connectionOf(peer: SimplePeer.Instance): object | null {
  const connection: unknown = Reflect.get(peer, '_pc');
  return typeof connection === 'object' ? connection : null;
}

const Transport = v.object({ type: v.literal('transport'), selectedCandidatePairId: v.string() });
const Pair = v.object({
  type: v.literal('candidate-pair'),
  id: v.string(),
  localCandidateId: v.string(),
  remoteCandidateId: v.string(),
  /** Firefox marks the pair itself. */
  selected: v.optional(v.boolean()),
});
const Candidate = v.object({
  type: v.picklist(['local-candidate', 'remote-candidate']),
  id: v.string(),
  candidateType: v.string(),
});

/** Whether a TURN server carries the connection, by the selected pair of candidates; null while nobody can tell. */
export async function isRelayed(peer: SimplePeer.Instance): Promise<boolean | null> {
  const connection = connectionOf(peer);
  const getStats: unknown = connection && Reflect.get(connection, 'getStats');
  if (!connection || typeof getStats !== 'function') return null;
  const report: unknown = await Reflect.apply(getStats, connection, []);
  return report instanceof Map || isForEachable(report) ? relayedIn(report) : null;
}

interface ForEachable {
  forEach(callback: (entry: unknown) => void): void;
}

function isForEachable(value: unknown): value is ForEachable {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'forEach') === 'function';
}

/** The same of a statistics report (an RTCStatsReport). */
export function relayedIn(report: ForEachable): boolean | null {
  const pairs = new Map<string, v.InferOutput<typeof Pair>>();
  const kinds = new Map<string, string>();
  let selected: string | null = null;
  report.forEach((entry) => {
    const candidate = v.safeParse(Candidate, entry);
    if (candidate.success) kinds.set(candidate.output.id, candidate.output.candidateType);
    const transport = v.safeParse(Transport, entry);
    if (transport.success) selected = transport.output.selectedCandidatePairId;
    const pair = v.safeParse(Pair, entry);
    if (pair.success) {
      pairs.set(pair.output.id, pair.output);
      if (pair.output.selected) selected ??= pair.output.id;
    }
  });
  const pair = selected === null ? undefined : pairs.get(selected);
  if (!pair) return null;
  return kinds.get(pair.localCandidateId) === 'relay' || kinds.get(pair.remoteCandidateId) === 'relay';
}
