import type { JSX } from 'preact';
import type { Peer } from '../peer.js';
import { Mosaic } from './mosaic.js';

/** What a person says yes to, in plain words. */
export function Consent({ peer }: { readonly peer: Peer }): JSX.Element {
  const { to } = peer.invitation.value;
  const relayOnly = peer.settings.value.relayOnly;
  return (
    <div class="stack consent">
      <h1 id="title">{to.kind === 'room' ? 'Somebody asks for a share of your GPU' : 'Lend a share of your GPU'}</h1>
      <p class="lede">
        A big job was cut into small tasks. If you press start, this tab computes some of them on your graphics chip,
        until you stop it or close the tab. Before that, nothing runs and nothing is connected.
      </p>
      <Mosaic />
      {to.kind === 'broken' ? (
        <p class="notice notice-bad" role="alert">
          The link that brought you here names a room that cannot exist. Ask for the whole link again, down to its last
          letter.
        </p>
      ) : null}
      <dl class="facts">
        <div>
          <dt>What runs</dt>
          <dd>
            Only the programs that came with this page; today that is one, which draws pictures. The job’s owner sends
            numbers for them, never code. They run on the GPU, in a Worker of this tab, and cannot reach your files,
            your other tabs, your camera, or this page.
          </dd>
        </div>
        <div>
          <dt>What the owner sees</dt>
          <dd data-testid="sees">
            {relayOnly ? (
              <>
                The model of your GPU, your browser’s version, how fast it computes, whether this tab is in front and
                your battery’s level. <strong>Not your internet address</strong>: relay only is on, so everything goes
                through this site’s servers, which do see it.
              </>
            ) : (
              <>
                <strong>Your internet (IP) address</strong>, because tabs connect to each other directly; relay only
                hides it. Also the model of your GPU, your browser’s version, how fast it computes, whether this tab is
                in front and your battery’s level.
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>Who that is</dt>
          <dd>
            {to.kind === 'room'
              ? 'Whoever made the link that you followed. The name they show is their own choice; nobody has checked it.'
              : 'Whoever has an open job right now: a stranger. The name they show is their own choice; nobody has checked it.'}
          </dd>
        </div>
        <div>
          <dt>What it costs</dt>
          <dd>
            Electricity, warmth, and data: a scene is downloaded once, at most 1 GB a task. Your screen may feel slower;
            then lend less.
          </dd>
        </div>
      </dl>
    </div>
  );
}
