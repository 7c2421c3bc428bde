import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeImage, reorder } from './decode-browser.js';

/** The browser's decoders are stood in for: what is tested is which is asked, and what becomes of the answer. */

const closed: string[] = [];

function stubImageDecoder(format: string | null, raw: Uint8Array, stride: number, supported = true) {
  class FakeDecoder {
    static isTypeSupported = async () => supported;
    async decode() {
      return {
        image: {
          format,
          visibleRect: { x: 0, y: 0, width: 2, height: 2 },
          allocationSize: () => raw.byteLength,
          copyTo: async (to: Uint8Array) => {
            to.set(raw);
            return [{ offset: 0, stride }];
          },
          close: () => closed.push('frame'),
        },
      };
    }
    close() {
      closed.push('decoder');
    }
  }
  vi.stubGlobal('ImageDecoder', FakeDecoder);
}

function stubCanvas() {
  const bitmapOptions: unknown[] = [];
  vi.stubGlobal('createImageBitmap', async (_: Blob, options: unknown) => {
    bitmapOptions.push(options);
    return { width: 2, height: 2, close: () => closed.push('bitmap') };
  });
  class FakeCanvas {
    getContext() {
      return { drawImage() {}, getImageData: () => ({ data: new Uint8ClampedArray(16).fill(9) }) };
    }
  }
  vi.stubGlobal('OffscreenCanvas', FakeCanvas);
  return bitmapOptions;
}

afterEach(() => {
  vi.unstubAllGlobals();
  closed.length = 0;
});

describe('decodeImage in a browser', () => {
  const bgra = Uint8Array.of(3, 2, 1, 0, 6, 5, 4, 128, 0, 0, 9, 8, 7, 255, 12, 11, 10, 1, 0, 0);

  it('takes stored texels from ImageDecoder, row by row, and lets go of everything', async () => {
    stubImageDecoder('BGRA', bgra, 10);
    const image = await decodeImage(new Uint8Array(1), 'image/png');
    expect(image).toMatchObject({ width: 2, height: 2 });
    expect([...image.rgba]).toEqual([1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255, 10, 11, 12, 1]);
    expect(closed).toEqual(['frame', 'decoder']);
  });

  it('takes frames without alpha as opaque', async () => {
    stubImageDecoder(
      'RGBX',
      Uint8Array.from({ length: 16 }, () => 5),
      8,
    );
    const { rgba } = await decodeImage(new Uint8Array(1), 'image/png');
    expect([...rgba.subarray(0, 4)]).toEqual([5, 5, 5, 255]);
  });

  it.each([
    ['frames are in YUV', () => stubImageDecoder('I420', new Uint8Array(6), 2)],
    ['it does not know the type', () => stubImageDecoder('RGBA', new Uint8Array(16), 8, false)],
    ['it is not there', () => {}],
  ])('goes over a canvas where %s, without colour conversion', async (_, stub) => {
    stub();
    const options = stubCanvas();
    const { rgba } = await decodeImage(new Uint8Array(1), 'image/jpeg');
    expect([...rgba.subarray(0, 4)]).toEqual([9, 9, 9, 9]);
    expect(options).toEqual([{ premultiplyAlpha: 'none', colorSpaceConversion: 'none' }]);
    expect(closed.at(-1)).toBe('bitmap');
  });
});

describe('reorder', () => {
  it('drops what pads a row', () => {
    expect([...reorder(Uint8Array.of(1, 2, 3, 4, 99, 5, 6, 7, 8), 5, 1, 2, [3, 2, 1, 0])]).toEqual([
      4, 3, 2, 1, 8, 7, 6, 5,
    ]);
  });
});
