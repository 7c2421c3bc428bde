import '@tabgrid/ui/tokens.css';
import '@tabgrid/ui/fonts.css';
import '@tabgrid/ui/base.css';
import './peer.css';
import { render } from 'preact';
import { App } from './components/app.js';
import { readInvitation } from './invitation.js';
import { lend } from './lend.js';
import { pageStorage } from './page-storage.js';
import { createPeer } from './peer.js';
import { loadSettings, saveSettings } from './settings.js';
import { supportOf } from './support.js';

/** Entry of the peer tab: wiring only. Nothing here touches the network or the GPU. */

const storage = pageStorage(() => localStorage);
const peer = createPeer({
  invitation: readInvitation(location.hash),
  settings: loadSettings(storage),
  lend,
  remember: (settings) => saveSettings(storage, settings),
});

addEventListener('hashchange', () => peer.invite(readInvitation(location.hash)));
// A page that goes into the back-forward cache must not come back as a volunteer: the yes was for this visit.
addEventListener('pagehide', () => void peer.stop());

const support = supportOf({
  isSecureContext,
  hasGpu: 'gpu' in navigator,
  userAgent: navigator.userAgent,
  href: location.href,
});

const root = document.getElementById('app');
if (root) render(<App peer={peer} support={support} />, root);
