import type { Outcome, Use } from '@tabgrid/simulator/tally';
import { escaped, niceStep } from '../svg.js';

/** One run as a picture: a line a volunteer, a bar a stretch of computing, coloured by what became of it. */

const WIDTH_PX = 1200;
const LEFT_PX = 60;
const LINE_PX = 9;
const TOP_PX = 46;

const COLOURS: Record<Use, string> = { useful: '#3b7dd8', verification: '#8a8f98', wasted: '#d1495b' };
const WORDS: Record<Use, string> = { useful: 'in an accepted result', verification: 'checking', wasted: 'in vain' };

/** @returns SVG */
export function ganttChart(outcome: Outcome, title: string): string {
  const { runs, makespanMs } = outcome;
  const lines = [...new Set(runs.map((run) => run.session))].sort((a, b) => a - b);
  const line = new Map(lines.map((session, i) => [session, i]));
  const end = Math.max(makespanMs, ...runs.map((run) => run.until));
  const x = (ms: number) => LEFT_PX + (ms / end) * (WIDTH_PX - LEFT_PX - 10);
  const y = (i: number) => TOP_PX + i * LINE_PX;
  const height = y(lines.length) + 24;
  const bars = runs.map((run) => {
    const width = Math.max(0.5, x(run.until) - x(run.from) - 0.5);
    const at = `x="${x(run.from).toFixed(1)}" y="${y(line.get(run.session) ?? 0)}" width="${width.toFixed(1)}"`;
    const dashed = run.purpose === 'first' ? '' : ' stroke="#1b1f24" stroke-width="0.8"';
    const seconds = `${(run.from / 1000).toFixed(1)}–${(run.until / 1000).toFixed(1)} s`;
    const words = `${run.task} (${run.purpose}), ${seconds}, ${WORDS[run.use]}`;
    return `<rect ${at} height="${LINE_PX - 2}" fill="${COLOURS[run.use]}"${dashed}><title>${escaped(words)}</title></rect>`;
  });
  const step = niceStep(end / 10);
  const ticks: string[] = [];
  for (let ms = 0; ms <= end; ms += step) {
    ticks.push(`<path d="M${x(ms).toFixed(1)} ${TOP_PX - 4}V${height - 20}" stroke="#d8dce1" stroke-width="0.5"/>`);
    ticks.push(`<text x="${x(ms).toFixed(1)}" y="${height - 6}" text-anchor="middle">${ms / 1000} s</text>`);
  }
  const legend = Object.entries(WORDS).map(
    ([use, words], i) =>
      `<rect x="${LEFT_PX + i * 180}" y="26" width="12" height="8" fill="${COLOURS[use as Use]}"/>` +
      `<text x="${LEFT_PX + i * 180 + 18}" y="34">${words}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="${LEFT_PX}" y="16" font-size="13">${escaped(title)}: ${(makespanMs / 1000).toFixed(1)} s, ${lines.length} volunteers, outlined: not the task’s first attempt</text>`,
    ...legend,
    ...ticks,
    ...bars,
    `<path d="M${x(makespanMs).toFixed(1)} ${TOP_PX - 4}V${height - 20}" stroke="#1b1f24" stroke-width="1"/>`,
    '</svg>',
    '',
  ].join('\n');
}
