/**
 * The wire protocol's version: one integer for both families (signaling and link).
 *
 * History
 *  1  rooms, pool, relay; blobs in 1 MiB chunks; tasks, results, telemetry
 *  2  tasks may ask for a class of GPU
 *  3  volunteers tell benchmark scores; owners see a volunteer's country and provider
 *  4  inputs come along with tasks, as patches of what volunteers keep; results come back as patches of inputs
 */
export const PROTOCOL_VERSION = 4;

/** The oldest version that this build still speaks. */
export const LOWEST_SPOKEN_VERSION = 4;

/** Whether a side that announces `version` can talk to this build. */
export function speaks(version: number): boolean {
  return Number.isInteger(version) && version >= LOWEST_SPOKEN_VERSION && version <= PROTOCOL_VERSION;
}
