/** Counts the sockets of each address, so that one address cannot take all. */
export interface Admission {
  /**
   * Books a place. `refused`: this one is over the bound of its address and is to be told so, which takes a socket too;
   * `turnedAway`: not even that, because refused sockets pile up or the server is full.
   */
  enter(address: string): 'admitted' | 'refused' | { readonly turnedAway: 'server' | 'address' };
  /** Gives the place of an admitted or refused socket back. */
  leave(address: string): void;
}

export function createAdmission(limits: {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}): Admission {
  const places = new Map<string, number>();
  let total = 0;
  return {
    enter(address) {
      const taken = places.get(address) ?? 0;
      if (total >= limits.maxConnections) return { turnedAway: 'server' };
      if (taken >= 2 * limits.maxConnectionsPerAddress) return { turnedAway: 'address' };
      places.set(address, taken + 1);
      total += 1;
      return taken < limits.maxConnectionsPerAddress ? 'admitted' : 'refused';
    },
    leave(address) {
      const left = (places.get(address) ?? 0) - 1;
      total -= 1;
      if (left > 0) places.set(address, left);
      else places.delete(address);
    },
  };
}
