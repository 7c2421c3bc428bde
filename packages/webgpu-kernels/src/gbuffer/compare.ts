import { type Bytes, equalBytes } from '@tabgrid/protocol/bytes';
import type { Verdict } from '../task-kind.js';

/** Difference that rounding explains, relative to what lies around 1 and absolute below. */
const TOLERANCE = 1e-3;
/** Share of numbers that must lie within it: at an edge a ray may meet the neighbour. */
const SHARE_WITHIN = 0.9;

/** Compares two results of one task. Within one adapter class only equal bits acquit; across classes the share of close numbers decides. */
export function compareResults(a: Bytes, b: Bytes, sameClass: boolean): Verdict {
  if (equalBytes(a, b)) return { kind: 'equal' };
  if (a.byteLength !== b.byteLength) return { kind: 'different', detail: `${a.byteLength} and ${b.byteLength} bytes` };
  if (sameClass) return { kind: 'different', detail: 'other bits from the same adapter class' };
  const [left, right] = [viewOf(a), viewOf(b)];
  const numbers = Math.floor((a.byteLength - 4) / 4);
  let close = 0;
  for (let at = 0; at < 4 * numbers; at += 4) {
    const x = left.getFloat32(at, true);
    const y = right.getFloat32(at, true);
    if (Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.abs(x), Math.abs(y))) close++;
  }
  const share = numbers === 0 ? 1 : close / numbers;
  const detail = `${(100 * share).toFixed(1)} % of the numbers within ${TOLERANCE}`;
  return share >= SHARE_WITHIN ? { kind: 'within', detail } : { kind: 'different', detail };
}

const viewOf = (bytes: Bytes): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
