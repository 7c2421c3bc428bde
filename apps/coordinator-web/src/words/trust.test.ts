import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aVolunteer } from '../testing/samples.js';
import { quarantineText, trustHint, trustText } from './trust.js';

const checked = (checkShare: number) => trustText(aVolunteer(0, { trust: { verified: 3, checkShare } }));

describe('trustText', () => {
  it('goes from new to trusted', () => {
    expect(checked(1)).toBe('new: every result is checked');
    expect(checked(0.6)).toBe('known: 60 % are checked');
    expect(checked(0.25)).toBe('trusted: 1 in 4 is checked');
    expect(checked(0.05)).toBe('trusted: 1 in 20 is checked');
    expect(checked(0)).toBe('trusted: none is checked');
  });

  it('knows the owner’s own machine', () => {
    expect(trustText(aVolunteer(0, { trust: null }))).toBe('yours: taken as right');
  });

  it('says nothing good of one that is excluded, and nothing of one that is not here', () => {
    expect(trustText(aVolunteer(0, { state: 'quarantined' }))).toContain('lost');
    expect(trustText(aVolunteer(0, { state: 'gone' }))).toBe('');
    expect(trustText(aVolunteer(0, { state: 'joining' }))).toBe('');
  });

  it('never says that one in one is checked', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => !checked(share).includes('1 in 1 ')));
  });
});

it('trustHint says what the trust rests on', () => {
  expect(trustHint(aVolunteer(0, { trust: null }))).toContain('own machine');
  expect(trustHint(aVolunteer(0))).toContain('None of its results');
  expect(trustHint(aVolunteer(0, { trust: { verified: 1, checkShare: 1 } }))).toBe(
    '1 result in a row agreed with somebody else’s.',
  );
});

it('quarantineText says why and until when, as far as it knows', () => {
  expect(quarantineText({ reason: 'wrong result', quarantineMs: 299_000 })).toBe('Excluded for 5 min: wrong result');
  expect(quarantineText({ reason: 'wrong result', quarantineMs: null })).toBe('Excluded: wrong result');
  expect(quarantineText({ reason: '', quarantineMs: null })).toBe('Excluded');
});
