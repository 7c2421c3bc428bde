import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { simulateInPlain } from './reference-kernel.js';
import {
  encodePart,
  encodeWorld,
  MARK_WORDS,
  MARKS,
  OWN,
  PLACE,
  PLACE_WORDS,
  placesOf,
  sumListed,
  wordsOf,
} from './state.js';
import { cutResult, PhysicsParams, physicsTask } from './task.js';
import { type Body, worldWords } from './world.js';

const BALL = { friction: 0.5, restitution: 0.2, mass: 1, rotation: [0, 0, 0, 1], spin: [0, 3, 0] } as const;
const ball = (x: number): Body => ({
  ...BALL,
  shape: { kind: 'sphere', radius: 0.1 },
  position: [x, 0.1, 0],
  velocity: [0, 0, 1],
});

describe('two results of one task', () => {
  const words = worldWords(
    {
      bodies: [ball(0), ball(0.19), ball(1)],
      planes: [{ normal: [0, 1, 0], offset: 0, friction: 0.5, restitution: 0.2 }],
      statics: [],
      gravity: [0, -9.81, 0],
    },
    1 / 480,
  );
  const ids = Int32Array.of(0, 1, 2);
  const from = placesOf(words);
  const params = v.parse(PhysicsParams, {
    ...{ bodies: 3, own: 3, contacts: sumListed(from.places), room: 64, boxes: false, substeps: 8, halvings: 0 },
    ...{ every: 8, neighbours: 0, hop: 1, fastest: 2 ** 30, only: null },
  });
  const part = encodePart({ ...from, ids, owned: new Uint8Array(3).fill(OWN), watches: [] });
  const honest = simulateInPlain([encodeWorld(words), part], params).slice(0, physicsTask.outputs(params).length);

  /** The same, but for a word of a body. */
  const off = (body: number, at: number, by: number): readonly Bytes[] =>
    honest.map((bytes, k) => {
      if (k !== honest.length - 1) return bytes;
      const copy = bytes.slice();
      const states = wordsOf(copy);
      states[PLACE_WORDS * body + at] = (states[PLACE_WORDS * body + at] ?? 0) + by;
      return copy;
    });

  it('are equal to the bit where one kind of adapter made them, or they are different', () => {
    expect(physicsTask.compare(honest, off(1, PLACE.position, 0), true).kind).toBe('equal');
    expect(physicsTask.compare(honest, off(1, PLACE.position, 1), true).kind).toBe('different');
  });

  it.each([
    ['position', PLACE.position + 2, 3, 20_000],
    ['momentum', PLACE.momentum + 2, 3, 2 ** 24],
    ['spin', PLACE.spin + 1, 3, 2 ** 24],
    ['rotation', PLACE.rotation + 1, 3, 2 ** 24],
  ] as const)('of other kinds may lie next to each other, but not apart: %s', (_, at, little, much) => {
    expect(physicsTask.compare(honest, off(2, at, little), false).kind).toBe('within');
    expect(physicsTask.compare(honest, off(2, at, much), false).kind).toBe('different');
  });

  /** The same, but for words of its marks. */
  const marked = (words: Readonly<Record<number, number>>): readonly Bytes[] =>
    honest.map((bytes, k) => {
      const copy = bytes.slice();
      if (k === 0) for (const [at, word] of Object.entries(words)) wordsOf(copy)[Number(at)] = word;
      return copy;
    });

  it.each([
    ['that something was too fast', { [MARKS.fastest]: -1, [MARKS.unsure]: 1 }],
    ['that a frame was too coarse', { [MARK_WORDS]: 1 }],
  ])('are different where one says, and the other does not, %s', (_, words) => {
    for (const sameClass of [true, false]) {
      expect(physicsTask.compare(honest, marked(words), sameClass).kind).toBe('different');
      expect(physicsTask.compare(marked(words), marked(words), sameClass).kind).toBe('equal');
    }
  });

  it('say nothing of each other in a probe of what was too fast', () => {
    const whole = concatBytes(marked({ [MARKS.fastest]: -1, [MARKS.unsure]: 1 }));
    const probe = physicsTask.probe(params, 1);
    const [right, wrong] = [cutResult(params, concatBytes(honest), probe), cutResult(params, whole, probe)].map(
      (bytes) => [bytes.slice(0, 4 * MARK_WORDS), new Uint8Array(), new Uint8Array(), bytes.slice(4 * MARK_WORDS)],
    );
    expect(physicsTask.compare(right ?? [], wrong ?? [], true).kind).toBe('within');
    expect(physicsTask.compare(right ?? [], right ?? [], true).kind).toBe('equal');
  });

  it('do not say that something was too fast without saying how fast', () => {
    expect(physicsTask.fault(params, honest)).toBeNull();
    expect(physicsTask.fault(params, marked({ [MARKS.fastest]: -1, [MARKS.unsure]: 1 }))).toBeNull();
    for (const words of [{ [MARKS.unsure]: 1 }, { [MARKS.fastest]: -1 }]) {
      expect(physicsTask.fault(params, marked(words))).toBe('steps that are not as long as it says');
    }
  });
});
