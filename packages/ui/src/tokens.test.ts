import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VOLUNTEER_COLOURS, volunteerColour } from './volunteer-colours.js';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

type Scheme = 'light' | 'dark';
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name,
    { light: light ?? '', dark: dark ?? '' },
  ]),
);

function token(name: string, scheme: Scheme): string {
  const found = tokens.get(name);
  if (!found) throw new Error(`tokens.css has no colour --${name}`);
  return found[scheme];
}

/** WCAG 2.2 relative luminance of `#rrggbb`. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ['ground', 'surface', 'surface-raised', 'well'];

describe.each(['light', 'dark'] as const)('%s scheme', (scheme) => {
  it.each(['ink', 'ink-soft', 'accent-text', 'good', 'warn', 'bad'])('%s is readable on every ground', (name) => {
    for (const ground of GROUNDS) {
      expect(contrast(token(name, scheme), token(ground, scheme)), ground).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(['accent', 'good', 'warn', 'bad'])('words are readable on the %s wash', (name) => {
    const wash = token(`${name}-wash`, scheme);
    for (const text of ['ink', 'ink-soft']) {
      expect(contrast(token(text, scheme), wash), text).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each([
    ['accent-ink', 'accent'],
    ['accent-ink', 'accent-hover'],
    ['bad-solid-ink', 'bad-solid'],
  ])('%s is readable on %s', (text, ground) => {
    expect(contrast(token(text, scheme), token(ground, scheme))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['control-line', 'focus'])('%s can be seen against every ground', (name) => {
    for (const ground of GROUNDS) {
      expect(contrast(token(name, scheme), token(ground, scheme)), ground).toBeGreaterThanOrEqual(3);
    }
  });

  it('shows every volunteer colour against surfaces and ground', () => {
    for (const colour of VOLUNTEER_COLOURS) {
      for (const ground of ['surface', 'ground']) {
        expect(contrast(colour, token(ground, scheme)), `${colour} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

describe('volunteer colours', () => {
  it('are the same list in tokens.css', () => {
    const listed = [...css.matchAll(/--volunteer-\d+: (#[0-9a-f]{6})/g)].map(([, hex]) => hex);
    expect(listed).toEqual([...VOLUNTEER_COLOURS]);
  });

  it('are at least twelve different ones, and repeat', () => {
    expect(new Set(VOLUNTEER_COLOURS).size).toBeGreaterThanOrEqual(12);
    expect(volunteerColour(0)).toBe(VOLUNTEER_COLOURS[0]);
    expect(volunteerColour(VOLUNTEER_COLOURS.length + 3)).toBe(VOLUNTEER_COLOURS[3]);
  });
});
