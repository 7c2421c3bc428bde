import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from './bytes.js';
import {
  clipText,
  DATA_HEADER_BYTES,
  decodeFrame,
  encodeFrame,
  type Frame,
  firstId,
  laneOf,
  MAX_ACKS_A_FRAME,
  MAX_LINK_FRAME_BYTES,
  MAX_PAYLOAD_BYTES,
  MalformedFrameError,
  messageCost,
  nextId,
} from './frame.js';
import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, MAX_TEXT_LENGTH } from './limits.js';

const u32 = fc.nat({ max: 0xffff_ffff });
const payload = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max }).map(own);
const text = fc.string({ unit: 'grapheme', maxLength: 600 }).map(clipText);

function own(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc
    .record({ id: u32, payload: payload(1, 300), rest: fc.nat({ max: MAX_MESSAGE_BYTES - 300 }) })
    .map(({ id, payload, rest }): Frame => ({ type: 'open', id, total: payload.byteLength + rest, payload })),
  fc
    .record({ id: u32, payload: payload(1, 300), offset: fc.integer({ min: 1, max: MAX_MESSAGE_BYTES - 300 }) })
    .map((f): Frame => ({ type: 'more', ...f })),
  fc.record({ id: u32, hash: payload(32, 32) }).map((f): Frame => ({ type: 'seal', ...f })),
  fc.array(u32, { minLength: 1, maxLength: MAX_ACKS_A_FRAME }).map((ids): Frame => ({ type: 'ack', ids })),
  u32.map((id): Frame => ({ type: 'nack', id })),
  fc
    .record({ lane: fc.constantFrom('bulk' as const, 'urgent' as const), limit: fc.maxSafeNat() })
    .map((f): Frame => ({ type: 'credit', ...f })),
  u32.map((nonce): Frame => ({ type: 'ping', nonce })),
  u32.map((nonce): Frame => ({ type: 'pong', nonce })),
  text.map((text): Frame => ({ type: 'bye', text })),
  fc.constant<Frame>({ type: 'byeAck' }),
);

describe('frames', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const bytes = encodeFrame(frame);
        expect(bytes.byteLength).toBeLessThanOrEqual(MAX_LINK_FRAME_BYTES);
        expect(decodeFrame(bytes)).toEqual(frame);
      }),
      { numRuns: 500 },
    );
  });

  it('have one encoding each: what decodes encodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 11 }), fc.uint8Array({ maxLength: 60 }), (type, rest) => {
        const bytes = own(Uint8Array.of(type, ...rest));
        let frame: Frame;
        try {
          frame = decodeFrame(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFrameError);
          return;
        }
        expect(encodeFrame(frame)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('fail with the typed error, and no other, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(anyFrame, fc.nat(), fc.nat({ max: 255 })).map(([frame, at, value]) => {
        const bytes = encodeFrame(frame);
        bytes[at % bytes.byteLength] = value;
        return bytes;
      }),
      fc.tuple(anyFrame, fc.nat()).map(([frame, cut]) => {
        const bytes = encodeFrame(frame);
        return bytes.subarray(0, cut % (bytes.byteLength + 1));
      }),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        try {
          decodeFrame(own(some));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFrameError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('are read where they lie: a view in the middle of a buffer works, and payloads are views into it', () => {
    const frame = encodeFrame({ type: 'open', id: 7, total: 3, payload: Uint8Array.of(1, 2, 3) });
    const room = new Uint8Array(frame.byteLength + 20);
    room.set(frame, 11);
    const read = decodeFrame(room.subarray(11, 11 + frame.byteLength));
    expect(read).toEqual({ type: 'open', id: 7, total: 3, payload: Uint8Array.of(1, 2, 3) });
    expect(read.type === 'open' && read.payload.buffer).toBe(room.buffer);
  });

  it('fill a wire frame, less the adapter’s header, at most', () => {
    const full = encodeFrame({
      type: 'open',
      id: 0,
      total: MAX_MESSAGE_BYTES,
      payload: new Uint8Array(MAX_PAYLOAD_BYTES),
    });
    expect(full.byteLength).toBe(MAX_LINK_FRAME_BYTES);
    expect(full.byteLength).toBeLessThan(MAX_FRAME_BYTES);
    expect(DATA_HEADER_BYTES + MAX_PAYLOAD_BYTES).toBe(MAX_LINK_FRAME_BYTES);
    const longer = new Uint8Array(MAX_LINK_FRAME_BYTES + 1);
    longer.set(full);
    expect(() => decodeFrame(longer)).toThrow(MalformedFrameError);
  });

  it.each<[string, Frame]>([
    ['no payload', { type: 'open', id: 0, total: 5, payload: new Uint8Array(0) }],
    ['a payload over a frame', { type: 'open', id: 0, total: 99_999, payload: new Uint8Array(MAX_PAYLOAD_BYTES + 1) }],
    ['more payload than the message', { type: 'open', id: 0, total: 2, payload: new Uint8Array(3) }],
    ['a message over the bound', { type: 'open', id: 0, total: MAX_MESSAGE_BYTES + 1, payload: new Uint8Array(3) }],
    ['a message of nothing', { type: 'open', id: 0, total: 0, payload: new Uint8Array(1) }],
    ['more at the start', { type: 'more', id: 0, offset: 0, payload: new Uint8Array(1) }],
    ['more beyond the longest message', { type: 'more', id: 0, offset: MAX_MESSAGE_BYTES, payload: new Uint8Array(1) }],
    ['an id that is no u32', { type: 'nack', id: 2 ** 32 }],
    ['a negative nonce', { type: 'ping', nonce: -1 }],
    ['a short hash', { type: 'seal', id: 0, hash: new Uint8Array(31) }],
    ['no acknowledgement', { type: 'ack', ids: [] }],
    ['too many acknowledgements', { type: 'ack', ids: new Array<number>(MAX_ACKS_A_FRAME + 1).fill(0) }],
    ['a credit beyond integers', { type: 'credit', lane: 'bulk', limit: 2 ** 53 }],
    ['a negative credit', { type: 'credit', lane: 'bulk', limit: -1 }],
    ['a text too long', { type: 'bye', text: 'x'.repeat(MAX_TEXT_LENGTH + 1) }],
  ])('are not written with %s', (_, frame) => {
    expect(() => encodeFrame(frame)).toThrow(RangeError);
  });

  it.each<[string, number[]]>([
    ['nothing', []],
    ['type 0', [0]],
    ['type 11', [11]],
    ['an open without payload', [1, 0, 0, 0, 0, 5, 0, 0, 0]],
    ['an open longer than its message', [1, 0, 0, 0, 0, 1, 0, 0, 0, 7, 7]],
    ['an open of 4 GiB', [1, 0, 0, 0, 0, 255, 255, 255, 255, 7]],
    ['more at offset 0', [2, 0, 0, 0, 0, 0, 0, 0, 0, 7]],
    ['more beyond the bound', [2, 0, 0, 0, 0, 255, 255, 255, 255, 7]],
    ['a seal without hash', [3, 0, 0, 0, 0]],
    ['an ack of nothing', [4]],
    ['an ack of a part of an id', [4, 1, 2]],
    ['a nack too long', [5, 0, 0, 0, 0, 0]],
    ['a third lane', [6, 2, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a credit beyond integers', [6, 0, 255, 255, 255, 255, 255, 255, 255, 255]],
    ['a short ping', [7, 0]],
    ['a text that is not UTF-8', [9, 0xff, 0xfe]],
    ['a byeAck with more', [10, 0]],
  ])('are not read from %s', (_, bytes) => {
    expect(() => decodeFrame(Uint8Array.from(bytes))).toThrow(MalformedFrameError);
  });

  it('refuse a text of too many characters or bytes', () => {
    const long = new TextEncoder().encode('x'.repeat(MAX_TEXT_LENGTH + 1));
    const huge = new Uint8Array(3 * MAX_TEXT_LENGTH + 2).fill(120);
    for (const bytes of [long, huge]) {
      expect(() => decodeFrame(Uint8Array.of(9, ...bytes))).toThrow(MalformedFrameError);
    }
  });
});

describe('message ids', () => {
  it('tell their lane, and stay in it for ever', () => {
    fc.assert(
      fc.property(u32, (id) => {
        expect(laneOf(nextId(id))).toBe(laneOf(id));
        expect(nextId(id)).toBeLessThan(2 ** 32);
        expect(nextId(id)).not.toBe(id);
      }),
    );
    expect(laneOf(firstId('urgent'))).toBe('urgent');
    expect(laneOf(firstId('bulk'))).toBe('bulk');
    expect(nextId(0xffff_fffe)).toBe(0);
    expect(nextId(0xffff_ffff)).toBe(1);
  });
});

describe('clipText', () => {
  it('makes any text fit into a bye, and leaves short well-formed ones alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1200 }), (some) => {
        const frame: Frame = { type: 'bye', text: clipText(some) };
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
      }),
    );
    expect(clipText('leaving – früh')).toBe('leaving – früh');
    expect(clipText('\ud800')).toBe('\ufffd');
  });
});

it('a message costs more than its bytes, so that empty ones are bounded', () => {
  expect(messageCost(1)).toBeGreaterThan(1);
  expect(messageCost(1000) - messageCost(0)).toBe(1000);
});
