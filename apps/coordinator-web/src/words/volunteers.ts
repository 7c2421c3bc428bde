import type { VolunteerView } from '@tabgrid/coordinator/api';
import type { LinkPath } from '@tabgrid/transport/link';
import { formatCount, formatRate, formatRoundTrip } from './format.js';
import { quarantineText, trustHint, trustText } from './trust.js';

/** A volunteer as the table shows it. Pure. */

export interface VolunteerRow {
  readonly id: string;
  readonly ordinal: number;
  readonly name: string;
  readonly gpu: string;
  readonly state: VolunteerView['state'];
  readonly stateText: string;
  readonly speed: string;
  readonly roundTrip: string;
  readonly path: LinkPath | null;
  readonly pathText: string;
  readonly pathHint: string;
  readonly tiles: number;
  readonly tilesRunning: number;
  /** What it would take over if others failed; empty when nothing. */
  readonly standsBy: string;
  readonly trustText: string;
  readonly trustHint: string;
}

const STATES: Readonly<Record<VolunteerView['state'], string>> = {
  joining: 'Joining',
  ready: 'Ready',
  paused: 'Paused',
  suspect: 'Silent',
  quarantined: 'Excluded',
  gone: 'Left',
};

const PATHS: Readonly<Record<LinkPath, readonly [string, string]>> = {
  direct: ['Direct', 'The two browsers talk to each other directly.'],
  turn: ['TURN', 'A TURN server passes the (encrypted) data on.'],
  relay: ['Relayed', 'This grid’s server passes the data on.'],
  local: ['In this page', 'Inside this page: no network at all.'],
};

const DASH = '–';

/** Those who are here first, then those who left; each in the order in which they came. */
export function volunteerRows(volunteers: readonly VolunteerView[]): readonly VolunteerRow[] {
  return [...volunteers]
    .sort((a, b) => Number(a.state === 'gone') - Number(b.state === 'gone') || a.ordinal - b.ordinal)
    .map(rowOf);
}

function rowOf(v: VolunteerView): VolunteerRow {
  const [pathText, pathHint] = v.path === null ? [DASH, 'Not linked.'] : PATHS[v.path];
  return {
    id: v.id,
    ordinal: v.ordinal,
    name: v.path === 'local' ? 'This computer' : v.name === '' ? `Volunteer ${v.ordinal + 1}` : v.name,
    gpu: gpuText(v),
    state: v.state,
    stateText: stateText(v),
    speed: v.samplesPerSecond === null ? DASH : formatRate(v.samplesPerSecond),
    roundTrip: v.roundTripMs === null ? DASH : formatRoundTrip(v.roundTripMs),
    path: v.path,
    pathText,
    pathHint,
    tiles: v.tilesAccepted,
    tilesRunning: v.tilesRunning,
    standsBy: v.backupFor === 0 ? '' : `stands by for ${formatCount(v.backupFor)}`,
    trustText: trustText(v),
    trustHint: trustHint(v),
  };
}

/** What the browser calls the GPU, as far as it tells. */
export function gpuText(v: Pick<VolunteerView, 'adapter' | 'software'>): string {
  if (v.adapter === null) return DASH;
  const { description, vendor, architecture } = v.adapter;
  const name = description === '' ? [vendor, architecture].filter((part) => part !== '').join(' ') : description;
  const known = name === '' ? 'GPU (not named)' : name;
  return v.software ? `${known}, in software` : known;
}

function stateText(v: VolunteerView): string {
  if (v.state === 'quarantined') return quarantineText(v);
  const state = v.state === 'ready' && v.tilesRunning > 0 ? 'Rendering' : STATES[v.state];
  const hidden = v.hidden && v.state === 'ready' ? ', in the background' : '';
  return v.reason === '' ? `${state}${hidden}` : `${state}: ${v.reason}`;
}

/** Volunteers that are here, split into this page's own and the others, who fetch the scene over a network. */
export function countHere(volunteers: readonly VolunteerView[]): { readonly own: number; readonly others: number } {
  const here = volunteers.filter((v) => v.state !== 'gone' && v.state !== 'quarantined');
  const own = here.filter((v) => v.path === 'local').length;
  return { own, others: here.length - own };
}
