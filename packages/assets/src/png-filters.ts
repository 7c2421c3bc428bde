/** PNG's filters (3rd edition §9): what is left of a row when its neighbours have foretold it. Deflate packs that better. */

type Forecast = (left: number, above: number, corner: number) => number;

/** In the order of their numbers: none, sub, up, average, Paeth. */
const FILTERS: readonly Forecast[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

/**
 * Each row behind the number of its filter: the one whose bytes, taken as signed, have the smallest sum of sizes (§12.7).
 * @param pixels rows of `rowBytes` each
 * @param pixelBytes from one pixel to the next
 */
export function filterRows(pixels: Uint8Array, rowBytes: number, pixelBytes: number): Uint8Array {
  const rows = pixels.length / rowBytes;
  const out = new Uint8Array(pixels.length + rows);
  const tries = FILTERS.map(() => new Uint8Array(rowBytes));
  for (let y = 0; y < rows; y++) {
    const row = pixels.subarray(y * rowBytes, (y + 1) * rowBytes);
    const above = y > 0 ? pixels.subarray((y - 1) * rowBytes, y * rowBytes) : null;
    let [best, least] = [0, Infinity];
    FILTERS.forEach((forecast, f) => {
      const tried = tries[f];
      if (!tried) return;
      const size = filterRow(row, above, pixelBytes, forecast, tried);
      if (size < least) [best, least] = [f, size];
    });
    out[y * (rowBytes + 1)] = best;
    out.set(tries[best] ?? row, y * (rowBytes + 1) + 1);
  }
  return out;
}

/** @returns the sum of sizes */
function filterRow(
  row: Uint8Array,
  above: Uint8Array | null,
  pixelBytes: number,
  forecast: Forecast,
  out: Uint8Array,
): number {
  let size = 0;
  for (let i = 0; i < row.length; i++) {
    const left = i < pixelBytes ? 0 : (row[i - pixelBytes] ?? 0);
    const corner = i < pixelBytes ? 0 : (above?.[i - pixelBytes] ?? 0);
    const rest = ((row[i] ?? 0) - forecast(left, above?.[i] ?? 0, corner)) & 255;
    out[i] = rest;
    size += rest < 128 ? rest : 256 - rest;
  }
  return size;
}

/** Whichever neighbour is nearest to left + above − corner (§9.4). */
function paeth(left: number, above: number, corner: number): number {
  const [dLeft, dAbove, dCorner] = [
    Math.abs(above - corner),
    Math.abs(left - corner),
    Math.abs(left + above - 2 * corner),
  ];
  if (dLeft <= dAbove && dLeft <= dCorner) return left;
  return dAbove <= dCorner ? above : corner;
}
