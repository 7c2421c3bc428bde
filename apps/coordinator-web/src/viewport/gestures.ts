import { dragMove, keyMove, type Move, wheelMove } from './moves.js';

/**
 * Hands, wheels and keys on the view. One finger or the mouse turns; with Shift or another button than the first it moves
 * across; two fingers move across and pinch; the wheel brings nearer; a double click leads home.
 */

interface Point {
  readonly x: number;
  readonly y: number;
}

/** @returns what takes all of it away again */
export function bindGestures(element: HTMLElement, move: (move: Move) => void): () => void {
  const down = new Map<number, Point>();
  const ending = new AbortController();
  const { signal } = ending;

  const pointerDown = (event: PointerEvent): void => {
    if (down.size >= 2) return;
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    event.preventDefault();
  };

  const pointerMove = (event: PointerEvent): void => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const [other] = [...down].flatMap(([id, point]) => (id === event.pointerId ? [] : [point]));
    down.set(event.pointerId, now);
    const height = Math.max(1, element.clientHeight);
    // Of two fingers each moves their middle by half.
    const part = other ? 0.5 : 1;
    const across = other !== undefined || event.shiftKey || (event.buttons & 1) === 0;
    move(dragMove((part * (now.x - before.x)) / height, (part * (now.y - before.y)) / height, across));
    if (other) move({ kind: 'dolly', factor: apart(before, other) / Math.max(1, apart(now, other)) });
  };

  const pointerUp = (event: PointerEvent): void => void down.delete(event.pointerId);

  element.addEventListener('pointerdown', pointerDown, { signal });
  element.addEventListener('pointermove', pointerMove, { signal });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    element.addEventListener(end, pointerUp, { signal });
  }
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      move(wheelMove(event.deltaY, event.deltaMode, event.ctrlKey));
    },
    { signal, passive: false },
  );
  element.addEventListener('dblclick', () => move({ kind: 'reset' }), { signal });
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  element.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const wanted = keyMove(event.key, event.shiftKey);
      if (!wanted) return;
      event.preventDefault();
      move(wanted);
    },
    { signal },
  );
  return () => ending.abort();
}

function apart(a: Point, b: Point): number {
  return Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
}
