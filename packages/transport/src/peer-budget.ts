/** Chrome makes about 500 RTCPeerConnections in a page's life, closed ones included; some are left for others. */
const MOST_PEERS = 400;

/** Counts the connections that a page makes. Share one among all sources of a page. */
export interface PeerBudget {
  /** Takes one; false when none is left: then only the relay is. */
  take(): boolean;
}

export function createPeerBudget(most: number = MOST_PEERS): PeerBudget {
  let left = most;
  return { take: () => left-- > 0 };
}
