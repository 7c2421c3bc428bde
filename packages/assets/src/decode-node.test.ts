import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode-node.js';

const png = (image: Parameters<typeof encode>[0]) => decodeImage(new Uint8Array(encode(image)), 'image/png');

describe('decodeImage in Node', () => {
  it('reads RGBA, with colours under no alpha', async () => {
    const data = Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 255);
    expect(await png({ width: 2, height: 1, channels: 4, depth: 8, data })).toEqual({
      width: 2,
      height: 1,
      rgba: data,
    });
  });

  it('widens grey, grey with alpha, and RGB', async () => {
    const grey = await png({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(7, 9) });
    expect([...grey.rgba]).toEqual([7, 7, 7, 255, 9, 9, 9, 255]);
    const veiled = await png({ width: 1, height: 1, channels: 2, depth: 8, data: Uint8Array.of(7, 9) });
    expect([...veiled.rgba]).toEqual([7, 7, 7, 9]);
    const rgb = await png({ width: 1, height: 1, channels: 3, depth: 8, data: Uint8Array.of(7, 8, 9) });
    expect([...rgb.rgba]).toEqual([7, 8, 9, 255]);
  });

  it('takes the upper half of 16 bits', async () => {
    const deep = await png({
      width: 1,
      height: 1,
      channels: 3,
      depth: 16,
      data: Uint16Array.of(0x12ff, 0x3400, 0xffff),
    });
    expect([...deep.rgba]).toEqual([0x12, 0x34, 0xff, 255]);
  });

  it('resolves palettes, of few bits too', async () => {
    const palette = [
      [10, 20, 30],
      [40, 50, 60],
    ];
    const data = Uint8Array.of(0b0100_0000, 0b1000_0000);
    const image = await png({ width: 3, height: 2, channels: 1, depth: 1, palette, data });
    expect([...image.rgba].filter((_, i) => i % 4 === 0)).toEqual([10, 40, 10, 40, 10, 10]);
  });

  it('reads JPEG', async () => {
    const data = Buffer.alloc(16 * 16 * 4, 128);
    const { width, height, rgba } = await decodeImage(
      new Uint8Array(jpeg.encode({ width: 16, height: 16, data }, 90).data),
      'image/jpeg',
    );
    expect([width, height]).toEqual([16, 16]);
    expect([...rgba.subarray(0, 4)]).toEqual([128, 128, 128, 255]);
  });

  it('rejects what it cannot read', async () => {
    await expect(decodeImage(Uint8Array.of(1, 2, 3), 'image/webp')).rejects.toThrow(/no decoder for image\/webp/);
    await expect(decodeImage(Uint8Array.of(1, 2, 3), 'image/png')).rejects.toThrow();
    await expect(decodeImage(Uint8Array.of(1, 2, 3), 'image/jpeg')).rejects.toThrow();
  });
});
