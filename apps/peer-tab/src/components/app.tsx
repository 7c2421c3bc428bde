import { Wordmark } from '@tabgrid/ui/components/mark';
import type { JSX } from 'preact';
import type { Peer } from '../peer.js';
import { statusWords } from '../status-words.js';
import type { Support } from '../support.js';
import { Blocked } from './blocked.js';
import { Consent } from './consent.js';
import { Console, Settings } from './instrument.js';
import { Running } from './running.js';

/** The whole page: what to know on one side, the instrument on the other. */
export function App({ peer, support }: { readonly peer: Peer; readonly support: Support }): JSX.Element {
  const { kind } = peer.status.value;
  const runs = kind !== 'idle' && kind !== 'failed';
  const words = statusWords(peer.status.value);
  return (
    <>
      <header class="top">
        <div class="page row spread">
          <Wordmark />
          <span class="small soft">{roomWords(peer)}</span>
        </div>
      </header>
      <main class="page">
        {support.kind === 'ready' ? (
          <div class={runs ? 'bench bench-runs' : 'bench'}>
            <section class="bench-words" aria-labelledby="title">
              {runs ? <Running peer={peer} words={words} /> : <Consent peer={peer} />}
            </section>
            <aside class="instrument" aria-label="Controls">
              <Console peer={peer} words={words} />
              <Settings peer={peer} />
            </aside>
          </div>
        ) : (
          <Blocked support={support} />
        )}
      </main>
      <footer class="page small soft foot">
        This page keeps your settings and downloaded scenes on this device. It sets no cookies and counts no visitors.
      </footer>
    </>
  );
}

function roomWords(peer: Peer): string {
  switch (peer.invitation.value.to.kind) {
    case 'room':
      return 'By invitation';
    case 'pool':
      return 'Public pool';
    case 'broken':
      return 'Broken link';
  }
}
