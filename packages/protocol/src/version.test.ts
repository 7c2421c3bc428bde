import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { FromCoordinator, FromVolunteer } from './link.js';
import { FromServer, ToServer } from './signaling.js';
import { LOWEST_SPOKEN_VERSION, PROTOCOL_VERSION, speaks } from './version.js';

/**
 * What the wire looks like, as text: every schema with its literals, bounds and keys. Functions (custom checks) have
 * no stable text and appear by name only.
 */
function describe(value: unknown): unknown {
  if (value instanceof RegExp) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (Array.isArray(value)) return value.map(describe);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('~') && key !== 'reference' && key !== 'message')
      .map(([key, item]) => [key, describe(item)]),
  );
}

const hashOf = (schema: v.GenericSchema) =>
  createHash('sha256')
    .update(JSON.stringify(describe(schema)))
    .digest('hex')
    .slice(0, 16);

/**
 * A line a version, never edited afterwards. When this test fails, the wire has changed: if an older page would
 * misread it, raise PROTOCOL_VERSION with a line in its history; then add or replace the present version's hashes.
 */
const WIRE: Record<
  number,
  readonly [toServer: string, fromServer: string, fromVolunteer: string, fromCoordinator: string]
> = {
  1: ['228976eea83d8847', '5cb80cbebb35900f', '02f773e67dc52680', '94b43b60ec3cbde2'],
  2: ['228976eea83d8847', '5cb80cbebb35900f', '02f773e67dc52680', '4ad12298b7513661'],
  3: ['228976eea83d8847', 'bb57aeed62612275', 'f61d2a56a42b8ee9', '4ad12298b7513661'],
  4: ['228976eea83d8847', 'bb57aeed62612275', 'e8652d0cffde6aaa', '6f469707304ee920'],
};

it('has not changed on the wire without a new version', () => {
  const now = [ToServer, FromServer, FromVolunteer, FromCoordinator].map(hashOf);
  expect(WIRE[PROTOCOL_VERSION]).toEqual(now);
});

it('notices a changed bound, key and literal', () => {
  const base = hashOf(v.strictObject({ a: v.pipe(v.number(), v.maxValue(1)) }));
  expect(hashOf(v.strictObject({ a: v.pipe(v.number(), v.maxValue(2)) }))).not.toBe(base);
  expect(hashOf(v.strictObject({ b: v.pipe(v.number(), v.maxValue(1)) }))).not.toBe(base);
  expect(hashOf(v.literal('x'))).not.toBe(hashOf(v.literal('y')));
});

it('speaks its own version and no other than it says', () => {
  expect(speaks(PROTOCOL_VERSION)).toBe(true);
  expect(speaks(LOWEST_SPOKEN_VERSION)).toBe(true);
  for (const other of [LOWEST_SPOKEN_VERSION - 1, PROTOCOL_VERSION + 1, 1.5, Number.NaN])
    expect(speaks(other)).toBe(false);
});
