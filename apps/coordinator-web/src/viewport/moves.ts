import { dolly, type Orbit, pan, turn } from '@tabgrid/assets/math/orbit';

/** What a hand or a key does to the view's camera. Pure. */
export type Move =
  /** Radians around the target. */
  | { readonly kind: 'turn'; readonly yaw: number; readonly pitch: number }
  /** Nearer below 1. */
  | { readonly kind: 'dolly'; readonly factor: number }
  /** Heights of the picture. */
  | { readonly kind: 'pan'; readonly toRight: number; readonly toTop: number }
  /** Back to where the view began. */
  | { readonly kind: 'reset' };

/** @param home where `reset` leads to */
export function moved(orbit: Orbit, move: Move, home: Orbit): Orbit {
  switch (move.kind) {
    case 'turn':
      return turn(orbit, move.yaw, move.pitch);
    case 'dolly':
      return dolly(orbit, move.factor);
    case 'pan':
      return pan(orbit, move.toRight, move.toTop);
    case 'reset':
      return home;
  }
}

/** Dragging over the height of the picture turns it half around: what is under the finger stays near it. */
const TURN_A_HEIGHT = Math.PI;

/** A drag by so many heights of the picture, to the right and downwards: the scene follows the hand. */
export function dragMove(toRight: number, downwards: number, across: boolean): Move {
  return across
    ? { kind: 'pan', toRight: -toRight, toTop: downwards }
    : { kind: 'turn', yaw: -toRight * TURN_A_HEIGHT, pitch: downwards * TURN_A_HEIGHT };
}

/** A wheel's notch is 100 pixels or so: it brings the camera a seventh nearer. */
const DOLLY_A_PIXEL = 1.5e-3;
/** Wheels that tell lines or pages instead of pixels. */
const PIXELS_A_UNIT = [1, 16, 400];
/** A pinch on a trackpad comes as a wheel that is held with Ctrl, in finer steps. */
const PINCH = 8;

export function wheelMove(delta: number, unit: number, pinch: boolean): Move {
  const pixels = delta * (PIXELS_A_UNIT[unit] ?? 1) * (pinch ? PINCH : 1);
  return { kind: 'dolly', factor: Math.exp(Math.max(-400, Math.min(400, pixels)) * DOLLY_A_PIXEL) };
}

const STEP = (5 * Math.PI) / 180;
const PAN_STEP = 0.05;
const DOLLY_STEP = 1.1;

/** What a key does; null for one that is not the view's. @param across with Shift the arrows move instead of turning */
export function keyMove(key: string, across: boolean): Move | null {
  const [toRight, toTop] = ARROWS.get(key) ?? [0, 0];
  if (toRight !== 0 || toTop !== 0) {
    return across
      ? { kind: 'pan', toRight: toRight * PAN_STEP, toTop: toTop * PAN_STEP }
      : { kind: 'turn', yaw: toRight * STEP, pitch: toTop * STEP };
  }
  if (key === '+' || key === '=' || key === 'PageUp') return { kind: 'dolly', factor: 1 / DOLLY_STEP };
  if (key === '-' || key === '_' || key === 'PageDown') return { kind: 'dolly', factor: DOLLY_STEP };
  return key === 'Home' ? { kind: 'reset' } : null;
}

const ARROWS: ReadonlyMap<string, readonly [toRight: number, toTop: number]> = new Map([
  ['ArrowLeft', [-1, 0]],
  ['ArrowRight', [1, 0]],
  ['ArrowUp', [0, 1]],
  ['ArrowDown', [0, -1]],
]);
