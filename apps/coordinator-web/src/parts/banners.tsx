import type { JSX } from 'preact';
import type { Page } from '../page.js';

/** What the owner has to know about the page as a whole: another dashboard has the room, and the coordinator's notices. */
export function Banners(props: { readonly page: Page }): JSX.Element | null {
  const { signaling, notices } = props.page.view.value;
  if (signaling !== 'replaced' && notices.length === 0) return null;
  return (
    <div class="banners">
      {signaling === 'replaced' ? (
        <div class="notice notice-warn row spread" role="status" data-testid="banner-replaced">
          <p>
            <strong>Another dashboard took over this room.</strong> New volunteers go there. Close it, then take the
            room back here.
          </p>
          <button type="button" class="button button-small" onClick={() => window.location.reload()}>
            Take the room back
          </button>
        </div>
      ) : null}
      {notices.map((notice) => (
        <p key={notice} class="notice notice-warn" role="status" data-testid="notice">
          {notice}
        </p>
      ))}
    </div>
  );
}
