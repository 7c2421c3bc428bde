import { envelope, type FrameState, readFromFrame, type ToFrame } from './messages.js';

/**
 * The frame that lends, seen from the site.
 *
 * Invariants
 *  1. There is no frame before `start` and after `stop`.
 *  2. Only messages of that frame's window and of the grid's origin are read.
 *  3. `stop` removes the frame in any case: with it go its Worker, its socket and its GPU, whether it answers or not.
 */
export interface Lender {
  /** The visitor's yes. */
  start(): void;
  stop(): void;
}

export interface LenderDeps {
  /** The grid's origin. */
  readonly grid: string;
  readonly room: string | null;
  /** Share of GPU time, 0.1 to 1. */
  readonly intensity: number;
  readonly relayOnly: () => boolean;
  /** Where the frame is put. */
  readonly host: ParentNode;
  readonly onState: (state: FrameState, text: string, tiles: number) => void;
}

export function createLender(deps: LenderDeps): Lender {
  let frame: HTMLIFrameElement | null = null;

  const say = (message: ToFrame) => frame?.contentWindow?.postMessage(envelope(message), deps.grid);

  const onMessage = ({ data, origin, source }: MessageEvent) => {
    if (frame === null || origin !== deps.grid || source !== frame.contentWindow) return;
    const message = readFromFrame(data);
    if (message?.type === 'ready') {
      say({ type: 'start', room: deps.room, intensity: deps.intensity, relayOnly: deps.relayOnly() });
    } else if (message?.type === 'state') {
      deps.onState(message.state, message.text, message.tiles);
    }
  };

  return {
    start() {
      if (frame !== null) return;
      addEventListener('message', onMessage);
      frame = document.createElement('iframe');
      frame.title = 'tabgrid, lending the GPU';
      frame.tabIndex = -1;
      frame.className = 'frame';
      frame.setAttribute('aria-hidden', 'true');
      frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
      frame.src = `${deps.grid}/embed/frame`;
      frame.addEventListener('error', () => deps.onState('failed', 'The grid cannot be reached.', 0));
      deps.host.append(frame);
      deps.onState('starting', 'Starting.', 0);
    },
    stop() {
      if (frame === null) return;
      const leaving = frame;
      say({ type: 'stop' });
      removeEventListener('message', onMessage);
      frame = null;
      leaving.remove();
    },
  };
}
