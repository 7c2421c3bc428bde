import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from './bytes.js';
import { isJson, type Json } from './json.js';
import { MAX_HEAD_BYTES, MAX_MESSAGE_BYTES } from './limits.js';
import { decodeMessage, encodeMessage, MalformedMessageError, message } from './message.js';

const body = fc.uint8Array({ maxLength: 500 }).map((b): Bytes => new Uint8Array(b));
/** JSON keeps no -0 and no undefined; what it keeps comes back. */
const head = fc.jsonValue().map((value): Json => {
  const kept: unknown = JSON.parse(JSON.stringify(value));
  if (!isJson(kept)) throw new Error('fast-check makes JSON');
  return kept;
});

function raw(headLength: number, ...rest: number[]): Bytes {
  const bytes = new Uint8Array(4 + rest.length);
  new DataView(bytes.buffer).setUint32(0, headLength, true);
  bytes.set(rest, 4);
  return bytes;
}

describe('a message', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(head, body, (head, body) => {
        expect(decodeMessage(encodeMessage(message(head, body)))).toEqual({ head, body });
      }),
    );
  });

  it('has an empty body unless it is given one', () => {
    expect(message({ type: 'x' })).toEqual({ head: { type: 'x' }, body: new Uint8Array(0) });
  });

  it('is its head’s encoding and then its body, so that both can be encoded apart', () => {
    fc.assert(
      fc.property(head, body, (head, body) => {
        const apart = Uint8Array.of(...encodeMessage(message(head)), ...body);
        expect(encodeMessage(message(head, body))).toEqual(apart);
      }),
    );
  });

  it('is a copy when encoded, and a view when decoded', () => {
    const given = Uint8Array.of(1, 2, 3);
    const bytes = encodeMessage(message('x', given));
    given[0] = 9;
    const back = decodeMessage(bytes);
    expect([...back.body]).toEqual([1, 2, 3]);
    expect(back.body.buffer).toBe(bytes.buffer);
  });

  it('decodes from the middle of a buffer', () => {
    const bytes = encodeMessage(message({ a: 'ü' }, Uint8Array.of(7)));
    const room = new Uint8Array(bytes.byteLength + 9);
    room.set(bytes, 5);
    expect(decodeMessage(room.subarray(5, 5 + bytes.byteLength))).toEqual({ head: { a: 'ü' }, body: Uint8Array.of(7) });
  });

  it('has a bound, to the byte', () => {
    const most = MAX_MESSAGE_BYTES - encodeMessage(message(0)).byteLength;
    const longest = encodeMessage(message(0, new Uint8Array(most)));
    expect(longest.byteLength).toBe(MAX_MESSAGE_BYTES);
    expect(decodeMessage(longest).body.byteLength).toBe(most);
    expect(() => encodeMessage(message(0, new Uint8Array(most + 1)))).toThrow(RangeError);
    expect(() => decodeMessage(new Uint8Array(MAX_MESSAGE_BYTES + 1))).toThrow(MalformedMessageError);
  });

  it('has a bound on its head, in bytes', () => {
    const most = MAX_HEAD_BYTES - 2;
    expect(decodeMessage(encodeMessage(message('x'.repeat(most)))).head).toHaveLength(most);
    expect(() => encodeMessage(message('x'.repeat(most + 1)))).toThrow(RangeError);
    expect(() => encodeMessage(message('ü'.repeat(most / 2 + 1)))).toThrow(RangeError);
  });

  it.each<[string, Bytes]>([
    ['nothing', new Uint8Array(0)],
    ['a part of a length', Uint8Array.of(1, 0, 0)],
    ['no head', raw(0)],
    ['a head longer than the message', raw(5, 34, 34)],
    ['a head over its bound', raw(MAX_HEAD_BYTES + 1, ...new Array<number>(100).fill(32))],
    ['a head of 4 GiB', raw(0xffff_ffff, 34, 34)],
    ['a head that is not JSON', raw(1, 123)],
    ['a head that is not UTF-8', raw(3, 34, 0xff, 34)],
    ['more after the JSON', raw(3, 49, 32, 50)],
  ])('is not read from %s', (_, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(MalformedMessageError);
  });

  it.each([33, 1000, 100_000])('is not read with a head nested %i deep', (depth) => {
    const text = '['.repeat(depth) + ']'.repeat(depth);
    const bytes = new Uint8Array(4 + text.length);
    bytes.set(raw(text.length));
    new TextEncoder().encodeInto(text, bytes.subarray(4));
    expect(() => decodeMessage(bytes)).toThrow(MalformedMessageError);
  });

  it('fails with the typed error, and no other, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(fc.nat({ max: 20 }), fc.uint8Array({ maxLength: 40 })).map(([n, rest]) => raw(n, ...rest)),
      fc
        .tuple(fc.nat({ max: 20 }), fc.string({ maxLength: 20 }))
        .map(([n, text]) => raw(n, ...new TextEncoder().encode(text))),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        try {
          decodeMessage(new Uint8Array(some));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
