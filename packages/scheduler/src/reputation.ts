import type { KernelVersion } from '@tabgrid/protocol/task';
import type { Core } from './core.js';
import type { VolunteerRecord } from './state.js';

/** How far a volunteer is believed, and who is somebody else. */

/** Trust is earned on one adapter with one kernel: another GPU, browser or build begins anew. */
export function trustKey({ capabilities }: VolunteerRecord, { kind, version }: KernelVersion): string {
  const { vendor, architecture, browser } = capabilities.adapter;
  return JSON.stringify([kind, version, vendor, architecture, browser]);
}

export function verifiedOf(v: VolunteerRecord, kernel: KernelVersion): number {
  return v.verified.get(trustKey(v, kernel)) ?? 0;
}

/**
 * The chance that a volunteer's next result is checked. After `trustAfter` verified results it falls as their number
 * grows, so that trust costs as many honest results as it could hide wrong ones (adaptive replication, as in BOINC).
 */
export function checkShare(core: Core, v: VolunteerRecord, verified: number): number {
  if (v.tags.trusted) return 0;
  const { trustAfter, checkFloor } = core.config;
  return verified < trustAfter ? 1 : Math.max(checkFloor, trustAfter / (verified + 1));
}

/** Whether so many of a volunteer's results were confirmed that its word about others counts in full. */
export function isKnown({ config }: Core, v: VolunteerRecord, kernel: KernelVersion): boolean {
  return v.tags.trusted || verifiedOf(v, kernel) >= config.trustAfter;
}

/** Whether two volunteers are likely to be two people: an equal lie of both is then no accident. */
export function apart(a: VolunteerRecord, b: VolunteerRecord): boolean {
  if (a === b) return false;
  if (a.tags.trusted || b.tags.trusted) return true;
  if (a.tags.owner !== null && a.tags.owner === b.tags.owner) return false;
  if (a.tags.invited && b.tags.invited) return true;
  return a.tags.network === null || b.tags.network === null || a.tags.network !== b.tags.network;
}

/** One more of its results was confirmed. @param weight how much that says, up to 1 */
export function credit(v: VolunteerRecord, kernel: KernelVersion, weight = 1): void {
  const key = trustKey(v, kernel);
  v.verified.set(key, (v.verified.get(key) ?? 0) + weight);
  v.failuresInRow = 0;
}
