/**
 * How a task is cut into submissions. A lane is one pixel's share of one sample block; a slice lets a range of lanes add
 * a range of samples to their blocks' sums. Since each lane adds its samples one by one in index order, no cut changes a
 * bit of the result.
 */

export interface Slice {
  readonly firstLane: number;
  readonly lanes: number;
  /** Range of samples within each block. */
  readonly from: number;
  readonly to: number;
  readonly last: boolean;
}

/** Lanes come in whole workgroups. */
const WORKGROUP = 64;
/**
 * A budget of U samples goes to U^¾ lanes: many samples a lane let it begin its next path at once when one ends, and a
 * faster GPU, which has the larger budget, also gets the more lanes that it needs to fill up.
 */
const LANE_EXPONENT = 0.75;

interface Segment {
  readonly firstLane: number;
  readonly lanes: number;
  readonly from: number;
}

/**
 * @param lanes pixels × blocks
 * @param samples samples a block (at most)
 * @param units asked before each slice: how many samples it may hold
 */
export function* cutSlices(lanes: number, samples: number, units: () => number): Generator<Slice, void, undefined> {
  const pending: Segment[] = [{ firstLane: 0, lanes, from: 0 }];
  for (;;) {
    const segment = pending.pop();
    if (!segment) return;
    const budget = Math.max(1, units());
    const width = Math.min(
      segment.lanes,
      segment.from === 0 ? freshLanes(budget, samples) : keptLanes(budget, segment.lanes),
    );
    const to = Math.min(samples, segment.from + Math.max(1, Math.floor(budget / width)));
    if (width < segment.lanes) {
      pending.push({ firstLane: segment.firstLane + width, lanes: segment.lanes - width, from: segment.from });
    }
    if (to < samples) pending.push({ firstLane: segment.firstLane, lanes: width, from: to });
    yield { firstLane: segment.firstLane, lanes: width, from: segment.from, to, last: pending.length === 0 };
  }
}

function freshLanes(budget: number, samples: number): number {
  return WORKGROUP * Math.max(1, Math.round(Math.max(budget ** LANE_EXPONENT, budget / samples) / WORKGROUP));
}

/** Lanes that have begun go on together, so that no crumbs are left over, unless the budget fell far below them. */
function keptLanes(budget: number, lanes: number): number {
  return 2 * budget >= lanes ? lanes : WORKGROUP * Math.max(1, Math.ceil(budget / WORKGROUP));
}
