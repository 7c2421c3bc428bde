import type { LinkPath } from '@tabgrid/transport/link';
import { Readouts } from '@tabgrid/ui/components/controls';
import type { VolunteerView } from '@tabgrid/volunteer/api';
import type { JSX } from 'preact';
import { bytesFigure, percent, spanFigure } from '../format.js';
import type { Peer } from '../peer.js';
import type { StatusWords } from '../status-words.js';
import { TileTape } from './tile-tape.js';

const PATHS: Record<LinkPath, string> = {
  direct: 'Directly, tab to tab. The owner can see your address.',
  turn: 'Through a TURN server. That server can see your address.',
  relay: 'Through this site’s server. The owner cannot see your address.',
  local: 'Inside this page.',
};

/** What runs now, for whom, and what it came to. */
export function Running({ peer, words }: { readonly peer: Peer; readonly words: StatusWords }): JSX.Element {
  const view = peer.view.value;
  const status = peer.status.value;
  const now = status.kind === 'running' ? status.now : null;
  return (
    <div class="stack running">
      <h1 id="title">{now === null ? words.headline : now.info.title || 'A job without a name'}</h1>
      <p class="lede">
        {now === null ? (
          words.detail
        ) : (
          <>
            Computing for <strong class="owner">{now.owner || 'somebody without a name'}</strong>{' '}
            <span class="chip">name not verified</span>
          </>
        )}
      </p>
      <TileTape tiles={view?.contributed.tasks ?? 0} share={now?.share ?? null} />
      {view === null ? null : <Contributed view={view} />}
      <dl class="facts facts-short">
        <div>
          <dt>Your GPU</dt>
          <dd>{gpuWords(view)}</dd>
        </div>
        <div>
          <dt>Connection</dt>
          <dd>{view?.path ? PATHS[view.path] : 'None at the moment.'}</dd>
        </div>
        <div>
          <dt>In the background</dt>
          <dd>You may use other tabs and windows. It goes on at the speed that the browser then allows.</dd>
        </div>
      </dl>
    </div>
  );
}

function Contributed({ view }: { readonly view: VolunteerView }): JSX.Element {
  const { bytesIn, bytesOut, gpuMs, tasks } = view.contributed;
  const time = spanFigure(gpuMs);
  const received = bytesFigure(bytesIn);
  const sent = bytesFigure(bytesOut);
  return (
    <Readouts
      items={[
        { name: 'Tiles accepted', value: tasks.toLocaleString('en'), testid: 'tiles' },
        { name: 'GPU time given', value: time.value, unit: time.unit, testid: 'gpu-time' },
        { name: 'Received', value: received.value, unit: received.unit, testid: 'bytes-in' },
        { name: 'Sent', value: sent.value, unit: sent.unit, testid: 'bytes-out' },
      ]}
    />
  );
}

function gpuWords(view: VolunteerView | null): string {
  if (view?.adapter == null) return 'Not known yet.';
  const { architecture, description, vendor } = view.adapter;
  const name =
    description || [vendor, architecture].filter((word) => word !== '').join(' ') || 'The browser does not name it';
  const share = `${percent(view.settings.intensity)} of its time is lent.`;
  return view.software
    ? `${name}: this browser offers only a software GPU, so the processor does the work. ${share}`
    : `${name}. ${share}`;
}
