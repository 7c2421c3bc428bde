import type { PixelRect } from '@tabgrid/protocol/records';

/** Regions of pixels that are no rectangles, as few rectangles that do not overlap. */

/** What lies in any of these. */
export function unionOf(rects: readonly PixelRect[]): readonly PixelRect[] {
  return sweep(rects, (covered) => covered);
}

/** What of a rectangle lies in none of the others. */
export function uncovered(whole: PixelRect, others: readonly PixelRect[]): readonly PixelRect[] {
  const within = others.flatMap((rect) => intersection(rect, whole) ?? []);
  return sweep([whole, ...within], (covered) => gaps(whole, covered), within);
}

/** The pixels that two rectangles share; null for none. */
export function intersection(a: PixelRect, b: PixelRect): PixelRect | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** From `from` up to, not including, `to`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Walks down the rows at which anything begins or ends. Between two of them every row looks the same: as spans; equal spans of
 * one band and the next become one rectangle.
 * @param edges whose edges are rows to stop at
 * @param wanted the spans of a band that count, from those that are covered
 * @param of what covers, where that is not all of `edges`
 */
function sweep(
  edges: readonly PixelRect[],
  wanted: (covered: readonly Span[]) => readonly Span[],
  of: readonly PixelRect[] = edges,
): readonly PixelRect[] {
  const rows = [...new Set(edges.flatMap(({ y, height }) => [y, y + height]))].sort((a, b) => a - b);
  const pending = [...of].sort((a, b) => a.y - b.y);
  let next = 0;
  let active: PixelRect[] = [];
  const found: PixelRect[] = [];
  /** Rectangles that end at the present row, by their left edge. */
  let open = new Map<number, PixelRect>();
  for (const [i, y] of rows.entries()) {
    const end = rows[i + 1];
    if (end === undefined) break;
    active = active.filter((rect) => rect.y + rect.height > y);
    for (let rect = pending[next]; rect && rect.y <= y; rect = pending[next]) {
      active.push(rect);
      next++;
    }
    const band = new Map<number, PixelRect>();
    for (const { from, to } of wanted(joined(active))) {
      const above = open.get(from);
      const goesOn = above && above.x + above.width === to;
      if (goesOn) open.delete(from);
      const top = goesOn ? above.y : y;
      band.set(from, { x: from, y: top, width: to - from, height: end - top });
    }
    found.push(...open.values());
    open = band;
  }
  found.push(...open.values());
  return found.sort((a, b) => a.y - b.y || a.x - b.x);
}

function joined(rects: readonly PixelRect[]): readonly Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const { x, width } of [...rects].sort((a, b) => a.x - b.x)) {
    const last = spans.at(-1);
    if (last && x <= last.to) last.to = Math.max(last.to, x + width);
    else spans.push({ from: x, to: x + width });
  }
  return spans;
}

function gaps({ x, width }: PixelRect, covered: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  let from = x;
  for (const span of covered) {
    if (span.from > from) found.push({ from, to: span.from });
    from = Math.max(from, span.to);
  }
  if (from < x + width) found.push({ from, to: x + width });
  return found;
}
