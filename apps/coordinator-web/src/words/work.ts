import type { JobView, JobWork } from '@tabgrid/coordinator/api';
import { isActive } from './eta.js';
import { formatCount, plural } from './format.js';

/**
 * What the grid did so that the picture is whole and right, in words that need no word of ours explained: a *try* is one
 * volunteer computing one tile. Pure.
 */
export interface WorkWords {
  /** One line that says it all, roughly. */
  readonly summary: string;
  /** What was wrong and what was done about it; null when nothing was. */
  readonly wrong: string | null;
  /** What the line is made of, with the reasons; empty when there was nothing but first tries. */
  readonly lines: readonly WorkLine[];
}

export interface WorkLine {
  readonly of: keyof JobWork;
  readonly count: string;
  readonly name: string;
  readonly why: string;
}

interface LineWords {
  readonly of: keyof JobWork;
  readonly one: string;
  readonly many: string;
  readonly why: string;
}

/** In the order in which they are read: what failed, what was done ahead of failing, what was done to be sure. */
const LINES: readonly LineWords[] = [
  {
    of: 'again',
    one: 'tried again',
    many: 'tried again',
    why: 'The volunteer left, failed, or its result was thrown away: somebody else did the tile.',
  },
  {
    of: 'backups',
    one: 'backup',
    many: 'backups',
    why: 'The volunteer was late or silent: somebody else began the same tile, and the first result counted.',
  },
  {
    of: 'clones',
    one: 'doubled at the end',
    many: 'doubled at the end',
    why: 'Volunteers with nothing left to do repeat the last tiles, so that nobody waits for the slowest.',
  },
  {
    of: 'replicas',
    one: 'computed to compare',
    many: 'computed to compare',
    why: 'A second volunteer did the same tile, to see whether both come to the same.',
  },
  {
    of: 'probes',
    one: 'spot check',
    many: 'spot checks',
    why: 'A few secret pixels of a tile, computed again by somebody else.',
  },
  {
    of: 'checking',
    one: 'waiting to be compared',
    many: 'waiting to be compared',
    why: 'Here already; others are asked to compute the same, or a part of it.',
  },
  {
    of: 'unseen',
    one: 'never checked',
    many: 'never checked',
    why: 'Nobody else was there who could look at them: a second volunteer, or this computer, could.',
  },
  {
    of: 'rejected',
    one: 'found wrong',
    many: 'found wrong',
    why: 'Thrown away; whoever returned them gets no work for a while.',
  },
  {
    of: 'retracted',
    one: 'taken out again',
    many: 'taken out again',
    why: 'Earlier results of a volunteer that was caught later: done again by others.',
  },
];

/** null while nothing was tried yet. */
export function workWords(job: Pick<JobView, 'attempts' | 'work' | 'spec' | 'state'>): WorkWords | null {
  const { attempts, work } = job;
  if (attempts === 0) return null;
  const lines = LINES.filter(({ of }) => work[of] > 0).map(({ of, one, many, why }) => ({
    of,
    count: formatCount(work[of]),
    name: work[of] === 1 ? one : many,
    why,
  }));
  const tries = `${plural(attempts, 'try', 'tries')}${isActive(job) ? ' so far' : ''}`;
  const extra = lines.filter(({ of }) => of !== 'rejected' && of !== 'retracted');
  const summary =
    extra.length === 0
      ? `${tries}, each the first at its tile`
      : `${tries}: ${extra.map(({ count, name }) => `${count} ${name}`).join(', ')}`;
  return { summary: `${summary}.${agreement(job)}`, wrong: wrongWords(job), lines };
}

/** Only a comparison says that something is right, so without one nothing is said. */
function agreement({ spec, work }: Pick<JobView, 'spec' | 'work'>): string {
  const compared = work.replicas + work.probes - work.checking;
  return spec.verify !== 'none' && compared > 0 && work.rejected === 0 ? ' All that were compared agreed.' : '';
}

function wrongWords({ state, work: { rejected, retracted } }: Pick<JobView, 'state' | 'work'>): string | null {
  if (rejected === 0 && retracted === 0) return null;
  const verb = (count: number) => (count === 1 ? 'was' : 'were');
  const found = `${plural(rejected, 'result')} ${verb(rejected)} found wrong and thrown away.`;
  const earlier = plural(retracted, 'earlier result');
  const out =
    rejected === 0
      ? `${earlier} ${verb(retracted)} taken out, because their volunteer was caught.`
      : `${earlier} from the same hands ${verb(retracted)} taken out as well.`;
  const redone = isActive({ state }) ? 'Others do' : 'Others did';
  return [
    ...(rejected === 0 ? [] : [found]),
    ...(retracted === 0 ? [] : [out]),
    ...(isActive({ state }) || state === 'done'
      ? [`${redone} these tiles again: nothing of it is in the picture.`]
      : []),
  ].join(' ');
}
