import type { JSX } from 'preact';
import type { Page } from '../page.js';
import { type JoinLink, joinLink } from '../words/join-link.js';
import { ProblemNote } from './problem-note.jsx';
import { Qr } from './qr.jsx';

/** The link that others open to help, as text, as a button that copies it, and as a QR code. */
export function Invite(props: { readonly page: Page; readonly origin: string }): JSX.Element {
  const { page } = props;
  const { room, signaling } = page.view.value;
  if (room === null) {
    return (
      <p class="small soft">
        {signaling === 'offline'
          ? 'The link appears when the server can be reached again.'
          : 'Asking the server for a room…'}
      </p>
    );
  }
  const link = joinLink(props.origin, room.publicUrl, room.id);
  return (
    <div class="invite">
      <div class="invite-words">
        <p class="small">Others help by opening this link on a device with WebGPU:</p>
        <a class="join-link" href={link.url} target="_blank" rel="noopener" data-testid="join-link">
          {link.url}
        </a>
        <div class="row">
          <button
            type="button"
            class="button button-small"
            data-testid="copy-link"
            onClick={() => void page.copyLink(link.url)}
          >
            {page.copied.value ? 'Copied' : 'Copy link'}
          </button>
        </div>
      </div>
      <Qr text={link.url} label="The join link as a QR code" />
      <Reach link={link} />
      <ProblemNote page={page} place="invite" />
    </div>
  );
}

function Reach(props: { readonly link: JoinLink }): JSX.Element | null {
  if (props.link.reach !== 'thisComputer') return null;
  return (
    <div class="notice notice-warn small invite-reach" data-testid="link-local-only">
      <p>
        <strong>This link works only on this computer.</strong> To let other devices in, start the server with{' '}
        <code>npm start -- --host 0.0.0.0 --https</code> and open the dashboard by this computer’s network address, or
        tell it the address that others reach it by: <code>--public-url https://…</code>
      </p>
    </div>
  );
}
