import { type Orbit, orbitOf } from '@tabgrid/assets/math/orbit';
import { describe, expect, it } from 'vitest';
import { dragMove, keyMove, type Move, moved, wheelMove } from './moves.js';

const HOME = orbitOf(
  { position: [0, 0, 5], right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1], yfov: 0.7 },
  { low: [-1, -1, -1], high: [1, 1, 1] },
);
const after = (move: Move | null, from: Orbit = HOME) => {
  if (!move) throw new Error('it is a move');
  return moved(from, move, HOME);
};

describe('dragging', () => {
  it('takes the scene along: to the right, and downwards, which shows its top', () => {
    expect(after(dragMove(0.1, 0, false)).camera.position[0]).toBeLessThan(0);
    expect(after(dragMove(0, 0.1, false)).camera.position[1]).toBeGreaterThan(0);
  });

  it('moves it across with Shift, by just as much as the hand', () => {
    const { camera, target } = after(dragMove(0.5, 0.25, true));
    const height = 2 * 5 * Math.tan(0.35);
    expect(target[0]).toBeCloseTo(-0.5 * height);
    expect(target[1]).toBeCloseTo(0.25 * height);
    expect(camera.forward).toEqual(HOME.camera.forward);
  });
});

describe('the wheel', () => {
  it('brings nearer when it is turned away, whatever unit it tells', () => {
    for (const unit of [0, 1, 2]) {
      expect(after(wheelMove(-3, unit, false)).distance).toBeLessThan(HOME.distance);
      expect(after(wheelMove(3, unit, false)).distance).toBeGreaterThan(HOME.distance);
    }
    expect(after(wheelMove(-3, 0, true)).distance).toBeLessThan(after(wheelMove(-3, 0, false)).distance);
  });

  it('leads back by the same way', () => {
    const near = after(wheelMove(-120, 0, false));
    expect(after(wheelMove(120, 0, false), near).distance).toBeCloseTo(HOME.distance);
  });

  it('is bounded, however fast it turns', () => {
    expect(after(wheelMove(-1e9, 2, true)).distance).toBeGreaterThan(HOME.distance / 3);
  });
});

describe('keys', () => {
  it('turn with arrows, and move across with Shift', () => {
    expect(after(keyMove('ArrowRight', false)).camera.position[0]).toBeGreaterThan(0);
    expect(after(keyMove('ArrowUp', false)).camera.position[1]).toBeGreaterThan(0);
    expect(after(keyMove('ArrowLeft', true)).target[0]).toBeLessThan(0);
    expect(after(keyMove('ArrowDown', true)).target[1]).toBeLessThan(0);
  });

  it('bring nearer and farther, and home', () => {
    for (const key of ['+', '=', 'PageUp']) expect(after(keyMove(key, false)).distance).toBeLessThan(HOME.distance);
    for (const key of ['-', 'PageDown']) expect(after(keyMove(key, false)).distance).toBeGreaterThan(HOME.distance);
    expect(after(keyMove('Home', false), after(keyMove('ArrowLeft', false)))).toBe(HOME);
  });

  it('leave all others to the page', () => {
    for (const key of ['Tab', 'Enter', 'a', 'Escape', 'toString']) expect(keyMove(key, false)).toBeNull();
  });
});
