import fc from 'fast-check';
import { unzlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeExr } from './exr.js';

/** A reader of just what is written, from the format's description. */
function readExr(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  expect(view.getUint32(0, true)).toBe(20_000_630);
  expect(view.getUint32(4, true)).toBe(2);
  let at = 8;
  const text = () => {
    const start = at;
    while (file[at] !== 0) at++;
    return new TextDecoder().decode(file.subarray(start, at++));
  };
  const attributes = new Map<string, { type: string; value: DataView; text: string }>();
  while (file[at] !== 0) {
    const [name, type] = [text(), text()];
    const length = view.getUint32(at, true);
    const value = file.subarray(at + 4, at + 4 + length);
    attributes.set(name, {
      type,
      value: new DataView(value.buffer, value.byteOffset, length),
      text: new TextDecoder().decode(value),
    });
    at += 4 + length;
  }
  at++;
  const window = attributes.get('dataWindow')?.value;
  const [width, height] = [(window?.getInt32(8, true) ?? 0) + 1, (window?.getInt32(12, true) ?? 0) + 1];
  const rgb = new Float32Array(width * height * 3);
  for (let block = 0; block * 16 < height; block++) {
    const offset = Number(view.getBigUint64(at + block * 8, true));
    const y = view.getInt32(offset, true);
    expect(y).toBe(block * 16);
    const packed = file.subarray(offset + 8, offset + 8 + view.getInt32(offset + 4, true));
    const lines = Math.min(16, height - y);
    const raw = decompress(packed, lines * width * 12);
    for (let i = 0; i < lines * width * 3; i++) {
      const [line, channel, x] = [Math.floor(i / (width * 3)), Math.floor(i / width) % 3, i % width];
      rgb[((y + line) * width + x) * 3 + 2 - channel] = raw.getFloat32(i * 4, true);
    }
  }
  return { width, height, rgb, attributes };
}

function decompress(packed: Uint8Array, length: number): DataView {
  if (packed.byteLength === length) return new DataView(packed.slice().buffer);
  const deltas = unzlibSync(packed);
  expect(deltas.byteLength).toBe(length);
  for (let i = 1; i < length; i++) deltas[i] = (deltas[i - 1] ?? 0) + (deltas[i] ?? 0) - 128;
  const half = Math.ceil(length / 2);
  return new DataView(Uint8Array.from({ length }, (_, i) => deltas[(i & 1) * half + (i >> 1)] ?? 0).buffer);
}

describe('encodeExr', () => {
  it('keeps every bit of any float', () => {
    const sides = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }));
    const picture = sides.chain(([width, height]) =>
      fc.tuple(
        fc.constant(width),
        fc.constant(height),
        fc.array(fc.float(), { minLength: width * height * 3, maxLength: width * height * 3, size: 'max' }),
      ),
    );
    fc.assert(
      fc.property(picture, ([width, height, numbers]) => {
        const rgb = Float32Array.from(numbers);
        const read = readExr(encodeExr(width, height, rgb));
        expect([read.width, read.height]).toEqual([width, height]);
        expect(Buffer.from(read.rgb.buffer).equals(Buffer.from(rgb.buffer))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('compresses what can be compressed', () => {
    const rgb = new Float32Array(64 * 64 * 3).fill(0.5);
    expect(encodeExr(64, 64, rgb).byteLength).toBeLessThan(2000);
    expect(readExr(encodeExr(64, 64, rgb)).rgb.every((x) => x === 0.5)).toBe(true);
  });

  it('has the header that readers need, and what is given', () => {
    const { attributes } = readExr(encodeExr(3, 2, new Float32Array(18), { attributes: { software: 'tabgrid é' } }));
    expect([...attributes].map(([name, { type }]) => `${name}:${type}`)).toEqual([
      'channels:chlist',
      'compression:compression',
      'dataWindow:box2i',
      'displayWindow:box2i',
      'lineOrder:lineOrder',
      'pixelAspectRatio:float',
      'screenWindowCenter:v2f',
      'screenWindowWidth:float',
      'software:string',
    ]);
    expect(attributes.get('software')?.text).toBe('tabgrid é');
    expect(attributes.get('compression')?.value.getUint8(0)).toBe(3);
    expect(attributes.get('channels')?.text.replaceAll(/[^A-Z]/g, '')).toBe('BGR');
  });

  it.each([
    [0, 1, 0, {}],
    [2, 2, 11, {}],
    [1, 1, 3, { '': 'x' }],
    [1, 1, 3, { ['a'.repeat(32)]: 'x' }],
    [1, 1, 3, { 'a b': 'x' }],
    [1, 1, 3, { channels: 'x' }],
  ])('refuses %d×%d, %d numbers, attributes %j', (width, height, numbers, attributes) => {
    expect(() => encodeExr(width, height, new Float32Array(numbers), { attributes })).toThrow(RangeError);
  });
});
