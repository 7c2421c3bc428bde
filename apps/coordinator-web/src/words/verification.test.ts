import { Verification } from '@tabgrid/protocol/task';
import { expect, it } from 'vitest';
import { VERIFICATIONS, verificationCaution, verificationHelp, verificationOf } from './verification.js';

it('has words for every way to check, and one line of help each', () => {
  expect(VERIFICATIONS.map(({ value }) => value)).toEqual(Verification.options);
  const lines = VERIFICATIONS.map(({ value }) => verificationHelp(value));
  expect(new Set(lines).size).toBe(lines.length);
  for (const line of lines) expect(line).not.toBe('');
});

it('reads a form’s value back as a way to check, and nothing else', () => {
  for (const { value } of VERIFICATIONS) expect(verificationOf(value)).toBe(value);
  expect(verificationOf('toString')).toBeNull();
});

it('warns of strangers who are not checked, and of invited ones who check each other', () => {
  expect(verificationCaution('none', true)).toContain('Strangers');
  expect(verificationCaution('none', false)).toBeNull();
  expect(verificationCaution('replicate', false)).toContain('prove more');
  expect(verificationCaution('replicate', true)).toBeNull();
});
