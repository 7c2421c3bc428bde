import type { Orbit } from '@tabgrid/assets/math/orbit';
import type { ShownWorld } from '@tabgrid/assets/worlds/shown-world';
import type { FramePoses, Ownership } from '@tabgrid/coordinator/simulation/api';
import { onSchemeChange } from '../charts/colours.js';
import type { ColourBy } from './instances.js';
import { type Backdrop, createRenderer, type WorldRenderer } from './renderer.js';

/**
 * Keeps a canvas up to date with a world.
 *
 * 1. It is drawn once a display's frame at most, and only when something was said to have changed.
 * 2. Poses and colours go to the graphics card only when they are others.
 * 3. When the browser takes the graphics card away, the world is drawn anew as soon as it is back.
 */
export interface WorldDriver {
  /** Something may have changed: what is drawn is asked for again. */
  request(): void;
  stop(): void;
}

/** What a picture is of. */
export interface WorldShown {
  readonly frame: number;
  readonly orbit: Orbit;
  readonly by: ColourBy;
  readonly ghosts: boolean;
}

export interface WorldSource {
  readonly world: ShownWorld;
  /** null for a frame that is not there: what was shown stays. */
  frame(index: number): FramePoses | null;
  ownership(): Ownership | null;
}

/** What is on the canvas. */
interface Drawn {
  readonly frame: number;
  readonly colours: string;
  readonly ownership: Ownership | null;
  readonly orbit: Orbit | null;
  readonly size: string;
  readonly backdrop: Backdrop | null;
}

const NOTHING: Drawn = { frame: -1, colours: '', ownership: null, orbit: null, size: '', backdrop: null };

/** More pixels than this a screen's point are not seen. */
const MOST_RATIO = 2;

/** @returns null where the browser has no WebGL 2 */
export function driveWorld(
  canvas: HTMLCanvasElement,
  source: WorldSource,
  shown: () => WorldShown,
): WorldDriver | null {
  const gl = canvas.getContext('webgl2', { antialias: true, alpha: false, stencil: true });
  if (gl === null) return null;
  let renderer: WorldRenderer | null = createRenderer(gl, source.world);
  let backdrop = readBackdrop(canvas);
  let asked = 0;
  let drawn: Drawn = NOTHING;

  const draw = (): void => {
    asked = 0;
    if (renderer === null) return;
    const { frame, orbit, by, ghosts } = shown();
    const before = drawn;
    if (frame !== drawn.frame) {
      const poses = source.frame(frame);
      if (poses !== null) {
        renderer.setPoses(poses);
        drawn = { ...drawn, frame };
        canvas.dataset['frame'] = String(frame);
      }
    }
    const ownership = by === 'owner' || ghosts ? source.ownership() : null;
    const colours = `${by} ${ghosts}`;
    if (drawn.colours !== colours || !sameOwnership(drawn.ownership, ownership)) {
      renderer.setColours(ownership, by);
      drawn = { ...drawn, colours, ownership: copyOf(ownership) };
    }
    const size = fit(canvas);
    if (orbit !== drawn.orbit || size !== drawn.size || backdrop !== drawn.backdrop) {
      drawn = { ...drawn, orbit, size, backdrop };
    }
    if (drawn !== before) renderer.draw({ orbit, backdrop, ghosts });
  };
  const request = (): void => {
    if (asked === 0) asked = requestAnimationFrame(draw);
  };

  const ending = new AbortController();
  const { signal } = ending;
  canvas.addEventListener(
    'webglcontextlost',
    (event) => {
      event.preventDefault();
      renderer = null;
    },
    { signal },
  );
  canvas.addEventListener(
    'webglcontextrestored',
    () => {
      renderer = createRenderer(gl, source.world);
      drawn = NOTHING;
      request();
    },
    { signal },
  );
  const resized = new ResizeObserver(request);
  resized.observe(canvas);
  const unscheme = onSchemeChange(() => {
    backdrop = readBackdrop(canvas);
    request();
  });
  request();
  return {
    request,
    stop() {
      ending.abort();
      resized.disconnect();
      unscheme();
      cancelAnimationFrame(asked);
      // A browser gives a page a handful of these: the next world's is not to wait for a collector.
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** Gives the canvas the pixels that it has on the screen. @returns their numbers */
function fit(canvas: HTMLCanvasElement): string {
  const ratio = Math.min(MOST_RATIO, window.devicePixelRatio);
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return `${width}x${height}`;
}

/** Owners may be changed in place: what was drawn is kept apart. */
function copyOf(ownership: Ownership | null): Ownership | null {
  return (
    ownership && {
      owners: ownership.owners.slice(),
      volunteers: [...ownership.volunteers],
      ghosts: ownership.ghosts.slice(),
    }
  );
}

function sameOwnership(a: Ownership | null, b: Ownership | null): boolean {
  if (a === null || b === null) return a === b;
  return a.volunteers.join() === b.volunteers.join() && sameBytes(a.owners, b.owners) && sameBytes(a.ghosts, b.ghosts);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

type Rgb = readonly [number, number, number];

const TOKENS: Readonly<Record<keyof Backdrop, string>> = {
  back: 'var(--well)',
  ground: 'color-mix(in srgb, var(--well) 82%, var(--ink-soft))',
  line: 'color-mix(in srgb, var(--well) 62%, var(--ink-soft))',
};

/** The page's colours of the moment, as numbers: a canvas of one pixel reads any form that CSS has. */
function readBackdrop(host: HTMLElement): Backdrop {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.parentElement?.append(probe);
  const spot = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const read = (token: string): Rgb => {
    probe.style.color = token;
    if (spot === null) return [0, 0, 0];
    spot.fillStyle = getComputedStyle(probe).color;
    spot.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0] = spot.getImageData(0, 0, 1, 1).data;
    return [r / 255, g / 255, b / 255];
  };
  const backdrop = { back: read(TOKENS.back), ground: read(TOKENS.ground), line: read(TOKENS.line) };
  probe.remove();
  return backdrop;
}
