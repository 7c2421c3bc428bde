import { mountBadge } from './badge.js';
import { isRoom } from './messages.js';

/**
 * The embed: a badge on a site that asks its visitors to lend their GPU.
 *
 *     <script src="https://GRID/embed.js" data-room="ROOM" async></script>
 *
 * Without `data-room` visitors lend to the public pool. `data-corner` is one of `bottom-right` (default),
 * `bottom-left`, `top-right`, `top-left`.
 *
 * Before the visitor's yes nothing happens: no socket, no Worker, no GPU probe, no storage, no request but this script.
 * After it, a frame of the grid's origin does the lending; the badge shows that it runs and ends it.
 *
 * A site with a Content-Security-Policy needs
 *
 *     script-src https://GRID      (or this script's hash or a nonce; it loads no other script)
 *     frame-src  https://GRID      (the frame that lends)
 *
 * and nothing for styles, for the badge's are a constructed sheet in a shadow root. The site must be served over https,
 * or the frame has no WebGPU. With `Cross-Origin-Embedder-Policy`, the frame needs to be let in as any other.
 *
 * To pin the script, name its versioned address and its hash:
 *
 *     <script src="https://GRID/embed/v1/embed.js" integrity="sha384-…" crossorigin="anonymous" …></script>
 *
 * A single-page site that takes the badge away calls `window.tabgrid.destroy()`, which also ends the lending.
 */
export interface TabgridEmbed {
  readonly version: 1;
  /** Ends the lending, if there is one, and takes the badge off the page. Idempotent. */
  destroy(): void;
}

/** The embed's name on `window`. */
const NAME = 'tabgrid';

function run(): void {
  // Only while the script itself is evaluated does the browser say which element it is.
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || NAME in window) return;
  const { corner, room } = script.dataset;
  const grid = new URL(script.src, location.href).origin;
  let unmount: (() => void) | null = null;
  let destroyed = false;

  const mount = () => {
    if (destroyed) return;
    unmount = mountBadge({
      grid,
      room: room === undefined ? null : room,
      broken: room !== undefined && !isRoom(room),
      corner,
    });
  };
  const embed: TabgridEmbed = {
    version: 1,
    destroy() {
      destroyed = true;
      unmount?.();
      unmount = null;
      Reflect.deleteProperty(window, NAME);
    },
  };
  Reflect.set(window, NAME, embed);
  if (document.body) mount();
  else addEventListener('DOMContentLoaded', mount, { once: true });
}

run();
