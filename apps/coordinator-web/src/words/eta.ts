import type { JobState, JobView } from '@tabgrid/coordinator/api';
import type { Millis } from '@tabgrid/protocol/ids';
import { titleOf } from './builtin-scenes.js';
import { formatDuration, percentOf, plural } from './format.js';
import { noiseFigure } from './noise.js';

/** Words for how a job stands. Pure: from a view to text. */

const STATES: Readonly<Record<JobState, string>> = {
  preparing: 'Preparing',
  running: 'Rendering',
  paused: 'Paused',
  done: 'Done',
  cancelled: 'Stopped',
  failed: 'Failed',
};

/** A job's state in a word. */
export function stateText(state: JobState): string {
  return STATES[state];
}

/** Whether a running job stands still, because nobody is here or because it is held. */
export function isWaiting(job: Pick<JobView, 'state' | 'held' | 'notice' | 'tasks'>): boolean {
  return job.state === 'running' && job.tasks.running === 0 && (job.held || job.notice !== null);
}

/** Whether the job is not over: it runs, or it waits to. */
export function isActive(job: Pick<JobView, 'state'> | null): boolean {
  return job?.state === 'preparing' || job?.state === 'running' || job?.state === 'paused';
}

/** Time to go; a dash when nobody knows, nothing when the job is over. */
export function etaText(job: Pick<JobView, 'state' | 'etaMs' | 'held'>): string {
  if (!isActive(job)) return '';
  if (job.state === 'paused') return 'paused';
  if (job.held) return 'on hold';
  return job.etaMs === null ? '–' : etaSpan(job.etaMs);
}

/** Time to go with its 95 % interval, `about 3 min, 2–5`; as `etaText` where there is none. */
export function etaWithin(job: Pick<JobView, 'state' | 'etaMs' | 'etaInterval' | 'held'>): string {
  const text = etaText(job);
  if (job.etaMs === null || job.etaInterval === null || text !== etaSpan(job.etaMs) || job.etaMs < 1000) return text;
  const range = etaRange(job.etaInterval.low, job.etaInterval.high);
  if (range === text) return `about ${text}`;
  const [, unit] = /^\d+ (\w+)$/.exec(text) ?? [];
  const short = unit !== undefined && range.endsWith(` ${unit}`) ? range.slice(0, -unit.length - 1) : range;
  return `about ${text}, ${short}`;
}

/**
 * Two spans in one unit, that of the longer: `2–5 min`. Rounded outwards, so that it promises no more than it knows; one
 * figure where both round to the same.
 */
export function etaRange(low: Millis, high: Millis): string {
  const [unit, name] = high < 120_000 ? [1000, 's'] : high < 7_200_000 ? [60_000, 'min'] : [3_600_000, 'h'];
  const step = high >= 20_000 && high < 120_000 ? 5 * unit : unit;
  const from = (Math.floor(Math.max(0, low) / step) * step) / unit;
  const to = (Math.ceil(Math.max(0, high) / step) * step) / unit;
  if (to === 0) return 'a moment';
  if (from === 0) return `up to ${to} ${name}`;
  return from === to ? `${to} ${name}` : `${from}–${to} ${name}`;
}

/** A span that counts down, rounded so that it does not twitch: by 1 s under 20 s, by 5 s under 2 min, by minutes above. */
export function etaSpan(ms: Millis): string {
  const seconds = ms / 1000;
  if (seconds < 1) return 'a moment';
  const step = seconds < 20 ? 1 : seconds < 120 ? 5 : 60;
  return formatDuration(Math.ceil(seconds / step) * step * 1000);
}

/** One sentence for a screen reader: where the job is now. */
export function jobSentence(job: JobView): string {
  const title = titleOf(job.title);
  if (job.state === 'failed') return `${title} failed. ${job.notice ?? ''}`.trim();
  if (job.state === 'done') return `${title} is done, in ${formatDuration(job.wallMs)}.`;
  if (job.state === 'cancelled') return `${title} was stopped at ${percentOf(job.share)} per cent.`;
  if (job.state === 'preparing') return `${title} is being prepared.`;
  if (job.state === 'paused') return `${title} is paused at ${percentOf(job.share)} per cent.`;
  const left = job.etaMs === null || job.held ? '' : `, about ${etaText(job)} left`;
  const sentence = `${title}: ${percentOf(job.share)} per cent${left}.`;
  return job.notice === null ? sentence : `${sentence} ${job.notice}`;
}

/** What a finished or stopped job came to, for the summary under the picture. */
export function resultSentence(job: JobView, volunteers: number): string {
  const helpers = volunteers === 0 ? '' : ` by ${plural(volunteers, 'computer')}`;
  const mean = job.noise === null ? '' : ' on average';
  const samples = `${plural(job.spp, 'sample')} a pixel${mean}`;
  const noise = job.noise?.level == null ? '' : ` Noise: ${noiseFigure(job.noise.level)}.`;
  if (job.state === 'done') return `${samples}${helpers} in ${formatDuration(job.wallMs)}.${noise}`;
  return `${percentOf(job.share)} % of ${samples}${helpers} in ${formatDuration(job.wallMs)}; what is there stays.`;
}
