import { FromServer, SignalingErrorCode } from '@tabgrid/protocol/signaling';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { CLOSE_CODES, errorText } from './refusal.js';

it('is a message of the family, however long its words', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SignalingErrorCode.options), fc.string({ maxLength: 2000 }), (code, why) => {
      const message = v.parse(FromServer, JSON.parse(errorText(code, why)));
      expect(message).toMatchObject({ type: 'error', code });
    }),
  );
});

it('has a close code for every error that an endpoint may send', () => {
  for (const code of SignalingErrorCode.options) {
    expect(CLOSE_CODES[code]).toBeGreaterThanOrEqual(1001);
    expect([1004, 1005, 1006, 1015]).not.toContain(CLOSE_CODES[code]);
  }
});
