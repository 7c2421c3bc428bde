import { type Bytes, bytesOf, concatBytes } from '@tabgrid/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssetError } from './asset-error.js';
import { readHdr } from './hdr.js';

const ascii = (text: string) => bytesOf(Uint8Array.from(text, (c) => c.charCodeAt(0)));
const HEAD = '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n';

function hdr(resolution: string, pixels: readonly number[], head = HEAD): Bytes {
  return concatBytes([ascii(`${head}${resolution}\n`), Uint8Array.from(pixels)]);
}

/** A row of the new run-length encoding: planes of runs and literals. */
function newStyleRow(pixels: readonly (readonly number[])[]): number[] {
  const width = pixels.length;
  const out = [2, 2, width >> 8, width & 255];
  for (let c = 0; c < 4; c++) {
    const plane = pixels.map((pixel) => pixel[c] ?? 0);
    for (let x = 0; x < width; ) {
      let run = 1;
      while (run < 127 && plane[x + run] === plane[x]) run++;
      if (run > 2) out.push(128 + run, plane[x] ?? 0);
      else out.push(run, ...plane.slice(x, x + run));
      x += run;
    }
  }
  return out;
}

const expected = (pixels: readonly (readonly number[])[]) =>
  pixels.flatMap(([r = 0, g = 0, b = 0, e = 0]) =>
    [r, g, b].map((mantissa) => (e === 0 ? 0 : Math.fround(mantissa * 2 ** (e - 136)))),
  );

describe('readHdr', () => {
  it('reads flat pixels: mantissa · 2^(exponent − 136), an exponent of 0 is black', () => {
    const map = readHdr(hdr('-Y 1 +X 3', [128, 64, 32, 129, 255, 255, 255, 0, 200, 100, 50, 140]));
    expect(map).toMatchObject({ kind: 'map', width: 3, height: 1 });
    expect([...map.rgb]).toEqual([1, 0.5, 0.25, 0, 0, 0, 3200, 1600, 800]);
  });

  it('keeps rows from the top', () => {
    expect([...readHdr(hdr('-Y 2 +X 1', [128, 0, 0, 129, 0, 128, 0, 129])).rgb]).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it('reads old-style runs, of more than 255 too', () => {
    const map = readHdr(hdr('-Y 1 +X 301', [128, 0, 0, 129, 1, 1, 1, 44, 1, 1, 1, 1]));
    expect(map.rgb).toHaveLength(903);
    expect(map.rgb.every((x, i) => x === (i % 3 === 0 ? 1 : 0))).toBe(true);
  });

  it('reads the new run-length encoding, whatever the pixels', () => {
    const byte = fc.constantFrom(0, 1, 2, 127, 128, 129, 200, 255);
    const rows = fc.integer({ min: 8, max: 300 }).chain((width) =>
      fc.array(fc.array(fc.tuple(byte, byte, byte, byte), { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 3,
      }),
    );
    fc.assert(
      fc.property(rows, (pixels) => {
        const file = hdr(`-Y ${pixels.length} +X ${pixels[0]?.length}`, pixels.flatMap(newStyleRow));
        expect([...readHdr(file).rgb]).toEqual(expected(pixels.flat()));
      }),
      { numRuns: 60 },
    );
  });

  it('reads wide and narrow pictures, which have no new-style rows', () => {
    // Two pixels that would look like the head of a new-style row of width 513.
    expect([...readHdr(hdr('-Y 1 +X 2', [2, 2, 2, 136, 1, 2, 3, 136])).rgb]).toEqual([2, 2, 2, 1, 2, 3]);
  });

  it.each([
    ['#?RGBE\nFORMAT=32-bit_rle_rgbe\n\n'],
    ['#?RADIANCE\n# made by hand\nEXPOSURE=2.0\nSOFTWARE=x\nFORMAT=32-bit_rle_rgbe\nVIEW= -vtv\n\n'],
    ['#?RADIANCE\r\nFORMAT=32-bit_rle_rgbe\r\n\r\n'],
    ['#?RADIANCE\n\n'],
  ])('reads the header %j', (head) => {
    expect([...readHdr(hdr('-Y 1 +X 1', [128, 128, 128, 129], head)).rgb]).toEqual([1, 1, 1]);
  });

  it.each([
    ['a PNG', Uint8Array.of(0x89, 0x50), /not a Radiance HDR picture/],
    ['nothing', new Uint8Array(0), /not a Radiance HDR picture/],
    [
      'XYZE',
      hdr('-Y 1 +X 1', [1, 1, 1, 1], '#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n'),
      /"32-bit_rle_xyze"; only 32-bit_rle_rgbe/,
    ],
    ['a picture upside down', hdr('+Y 1 +X 1', [1, 1, 1, 1]), /orientation "\+Y \+X"; only "-Y \+X"/],
    ['a picture by columns', hdr('+X 4 -Y 2', []), /orientation "\+X -Y"/],
    ['a mirrored picture', hdr('-Y 4 -X 2', []), /orientation "-Y -X"/],
    ['no resolution', hdr('hello', []), /no resolution line/],
    ['no pixels', hdr('-Y 0 +X 4', []), /it has 4×0 pixels/],
    ['too many pixels', hdr('-Y 9000 +X 9000', []), /9000×9000 pixels; up to 8192×4096/],
    ['a header without end', ascii('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n'), /header does not end/],
    ['a file cut short', hdr('-Y 2 +X 2', [1, 2, 3, 4, 5, 6, 7, 8]), /truncated: it ends in row 1/],
    ['a run before any pixel', hdr('-Y 1 +X 2', [1, 1, 1, 2]), /row 0 has a run past its end/],
    ['a run past the row', hdr('-Y 1 +X 2', [9, 9, 9, 9, 1, 1, 1, 9]), /row 0 has a run past its end/],
    ['a run past a plane', hdr('-Y 1 +X 8', [2, 2, 0, 8, 128 + 9, 0]), /row 0 has a run past its end/],
    ['a run of nothing', hdr('-Y 1 +X 8', [2, 2, 0, 8, 0, 0]), /row 0 has a run past its end/],
    ['a row of another width', hdr('-Y 1 +X 8', [2, 2, 0, 9, 0, 0]), /row 0 is 9 pixels wide instead of 8/],
  ])('refuses %s', (_, file, message) => {
    expect(() => readHdr(file)).toThrow(AssetError);
    expect(() => readHdr(file)).toThrow(message);
  });

  it('reads or refuses anything, and what it reads is finite and not negative', () => {
    const row = newStyleRow(Array.from({ length: 16 }, (_, i) => [i, 200, 7, 130]));
    const file = hdr('-Y 2 +X 16', [...row, ...row]);
    fc.assert(
      fc.property(
        fc.nat(file.byteLength),
        fc.array(fc.tuple(fc.nat(file.byteLength - 1), fc.nat(255))),
        (length, changes) => {
          const bent = file.slice(0, length);
          for (const [at, value] of changes) if (at < length) bent[at] = value;
          try {
            expect(readHdr(bent).rgb.every((x) => x >= 0 && Number.isFinite(x))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(AssetError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
