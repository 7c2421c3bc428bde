import { escaped, niceStep } from '../svg.js';

/** A plot of points and lines as SVG, for results that a table cannot show. */
export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A line of reference from one point to another, in the axes' units. */
  readonly reference?: { readonly from: Point; readonly to: Point; readonly label: string };
}

export interface Axis {
  readonly label: string;
  /** Ends; from the points when absent. */
  readonly range?: readonly [low: number, high: number];
  readonly scale?: 'linear' | 'log';
}

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly as: 'points' | 'line';
  readonly points: readonly Point[];
}

const WIDTH_PX = 640;
const HEIGHT_PX = 420;
const LEFT_PX = 64;
const RIGHT_PX = 16;
const TOP_PX = 58;
const BOTTOM_PX = 46;

/** Okabe and Ito's palette (2008), which most kinds of colour blindness tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** @returns SVG; points that are no numbers, or not above 0 on a logarithmic axis, are left out */
export function drawPlot(plot: Plot): string {
  const { title, x: xAxis, y: yAxis } = plot;
  const shows = (value: number, { scale }: Axis) => Number.isFinite(value) && (scale !== 'log' || value > 0);
  const series = plot.series.map((one) => ({
    ...one,
    points: one.points.filter(([x, y]) => shows(x, xAxis) && shows(y, yAxis)),
  }));
  const all = series.flatMap(({ points }) => points);
  const across = scaleOf(
    xAxis,
    all.map(([x]) => x),
    LEFT_PX,
    WIDTH_PX - RIGHT_PX,
  );
  const up = scaleOf(
    yAxis,
    all.map(([, y]) => y),
    HEIGHT_PX - BOTTOM_PX,
    TOP_PX,
  );
  const at = ([x, y]: Point) => `${across.at(x).toFixed(1)} ${up.at(y).toFixed(1)}`;
  const grid = [
    ...across.ticks.map((tick) => {
      const px = across.at(tick).toFixed(1);
      return `<path d="M${px} ${TOP_PX}V${HEIGHT_PX - BOTTOM_PX}" stroke="#d8dce1" stroke-width="0.5"/><text x="${px}" y="${HEIGHT_PX - BOTTOM_PX + 15}" text-anchor="middle">${words(tick)}</text>`;
    }),
    ...up.ticks.map((tick) => {
      const px = up.at(tick).toFixed(1);
      return `<path d="M${LEFT_PX} ${px}H${WIDTH_PX - RIGHT_PX}" stroke="#d8dce1" stroke-width="0.5"/><text x="${LEFT_PX - 6}" y="${(up.at(tick) + 4).toFixed(1)}" text-anchor="end">${words(tick)}</text>`;
    }),
  ];
  const { reference } = plot;
  const names = [...series.map(({ name }) => name), ...(reference ? [reference.label] : [])];
  const colourOf = (i: number) => (i < series.length ? (COLOURS[i % COLOURS.length] ?? '#000') : '#6b7280');
  const legend = names.map(
    (name, i) =>
      `<rect x="${LEFT_PX + i * 150}" y="32" width="12" height="8" fill="${colourOf(i)}"/><text x="${LEFT_PX + i * 150 + 18}" y="40">${escaped(name)}</text>`,
  );
  const drawn = series.map(({ as, points }, i) =>
    as === 'line'
      ? `<path d="${points.map((p, k) => `${k === 0 ? 'M' : 'L'}${at(p)}`).join('')}" fill="none" stroke="${colourOf(i)}" stroke-width="1.5"/>`
      : `<g fill="${colourOf(i)}" fill-opacity="0.5">${points.map(([x, y]) => `<circle cx="${across.at(x).toFixed(1)}" cy="${up.at(y).toFixed(1)}" r="2"/>`).join('')}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${HEIGHT_PX}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="${LEFT_PX}" y="18" font-size="13">${escaped(title)}</text>`,
    ...legend,
    ...grid,
    ...(reference
      ? [`<path d="M${at(reference.from)}L${at(reference.to)}" stroke="#6b7280" stroke-dasharray="4 3" fill="none"/>`]
      : []),
    ...drawn,
    `<text x="${(LEFT_PX + WIDTH_PX - RIGHT_PX) / 2}" y="${HEIGHT_PX - 10}" text-anchor="middle">${escaped(xAxis.label)}</text>`,
    `<text transform="translate(14 ${(TOP_PX + HEIGHT_PX - BOTTOM_PX) / 2}) rotate(-90)" text-anchor="middle">${escaped(yAxis.label)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

function scaleOf(axis: Axis, values: readonly number[], fromPx: number, toPx: number): Scale {
  const log = axis.scale === 'log';
  const found: readonly [number, number] = [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
  let [low, high] = axis.range ?? found;
  if (!(Number.isFinite(low) && Number.isFinite(high))) [low, high] = log ? [1, 10] : [0, 1];
  if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  const to = log ? Math.log10 : (value: number) => value;
  const at = (value: number) =>
    fromPx + ((to(Math.min(high, Math.max(low, value))) - to(low)) / (to(high) - to(low))) * (toPx - fromPx);
  return { at, ticks: log ? decades(low, high) : steps(low, high) };
}

function steps(low: number, high: number): readonly number[] {
  const step = niceStep((high - low) / 6);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

function decades(low: number, high: number): readonly number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const n of high / low > 50 ? [1] : [1, 2, 5]) {
      const tick = n * 10 ** power;
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) found.push(tick);
    }
  }
  return found;
}

const words = (value: number): string =>
  Number(value.toPrecision(6)).toLocaleString('en', { maximumFractionDigits: 4 });
