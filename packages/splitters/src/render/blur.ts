import type { Cells } from './cost-sample.js';

/** A Gaussian blur over a grid's cells; beyond the edges there is nothing. @param sigma standard deviation in cells */
export function blurred(
  values: readonly number[],
  { columns, rows }: Pick<Cells, 'columns' | 'rows'>,
  sigma: number,
): readonly number[] {
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-((k - reach) ** 2) / (2 * sigma ** 2)));
  const along = (list: readonly number[], count: number, lines: number, step: number, across: number): number[] => {
    const out = Array<number>(list.length).fill(0);
    for (let line = 0; line < lines; line++) {
      for (let at = 0; at < count; at++) {
        let all = 0;
        for (let k = Math.max(0, at - reach); k <= Math.min(count - 1, at + reach); k++) {
          all += (kernel[k - at + reach] ?? 0) * (list[line * across + k * step] ?? 0);
        }
        out[line * across + at * step] = all;
      }
    }
    return out;
  };
  return along(along(values, columns, rows, 1, columns), rows, columns, columns, 1);
}
