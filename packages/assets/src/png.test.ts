import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { encodePng } from './png.js';

/** Type, data and place of each chunk, and whether its CRC-32 is right. */
function chunks(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const out: { type: string; data: Uint8Array; sound: boolean }[] = [];
  for (let at = 8; at < png.byteLength; ) {
    const length = view.getUint32(at);
    const body = png.subarray(at + 4, at + 8 + length);
    out.push({
      type: String.fromCharCode(...body.subarray(0, 4)),
      data: body.subarray(4),
      sound: view.getUint32(at + 8 + length) === crc32(body),
    });
    at += 12 + length;
  }
  return out;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe('encodePng', () => {
  const opaque = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) & 255));

  it('writes opaque pictures as RGB that decodes to the same', () => {
    const png = decode(encodePng(5, 3, opaque), { checkCrc: true });
    expect(png).toMatchObject({ width: 5, height: 3, channels: 3, depth: 8 });
    expect([...png.data]).toEqual([...opaque].filter((_, i) => i % 4 !== 3));
  });

  it('keeps alpha where there is any, and colours under it', () => {
    const rgba = opaque.with(7, 0);
    const png = decode(encodePng(5, 3, rgba), { checkCrc: true });
    expect(png.channels).toBe(4);
    expect([...png.data]).toEqual([...rgba]);
  });

  it('writes any picture so that it decodes to the same, whatever filters its rows take', () => {
    const pictures = fc.integer({ min: 1, max: 9 }).chain((width) =>
      fc.integer({ min: 1, max: 9 }).chain((height) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          // Steep and gentle slopes, and noise: every filter has its row.
          rgba: fc
            .tuple(
              fc.uint8Array({ minLength: 4 * width * height, maxLength: 4 * width * height }),
              fc.nat(255),
              fc.nat(9),
            )
            .map(([noise, slope, amount]) => noise.map((n, i) => ((n * amount) >> 3) + slope * (i >> 2))),
        }),
      ),
    );
    fc.assert(
      fc.property(pictures, ({ width, height, rgba }) => {
        const png = decode(encodePng(width, height, rgba), { checkCrc: true });
        const kept = png.channels === 4 ? rgba : rgba.filter((_, i) => i % 4 !== 3);
        expect([...png.data]).toEqual([...kept]);
      }),
    );
  });

  it('packs a gentle slope into a tenth of its bytes', () => {
    const slope = Uint8Array.from({ length: 4 * 64 * 64 }, (_, i) => {
      const [x, y] = [(i >> 2) % 64, i >> 8];
      return i % 4 === 3 ? 255 : x + 2 * y + 9 * (i % 4);
    });
    expect(encodePng(64, 64, slope).byteLength).toBeLessThan((3 * 64 * 64) / 10);
  });

  it('says that it is sRGB, before the pixels', () => {
    const list = chunks(encodePng(5, 3, opaque));
    expect(list.map(({ type }) => type)).toEqual(['IHDR', 'sRGB', 'IDAT', 'IEND']);
    expect([...(list[1]?.data ?? [])]).toEqual([0]);
    expect(list.every(({ sound }) => sound)).toBe(true);
  });

  it.each([
    [0, 3, 0],
    [5, 0, 0],
    [5, 3, 59],
    [Number.NaN, 3, 60],
  ])('refuses %d×%d with %d bytes', (width, height, bytes) => {
    expect(() => encodePng(width, height, new Uint8Array(bytes))).toThrow(RangeError);
  });
});
