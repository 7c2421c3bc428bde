import type { Candidate } from './policy.js';

/** The candidate that was handed something longest ago; the first of equals. */
export function longestWaiting(candidates: readonly Candidate[]): Candidate | null {
  let longest: Candidate | null = null;
  for (const c of candidates) if (!longest || c.sinceAssignedMs > longest.sinceAssignedMs) longest = c;
  return longest;
}
