import type { Bytes } from '@tabgrid/protocol/bytes';
import type { ImageSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/**
 * Image decoding in pages and Workers: whatever the browser reads (PNG, JPEG, WebP, AVIF).
 *
 * Two ways, with one difference. WebCodecs' ImageDecoder, where the browser has it and it hands out 8-bit RGBA or BGRA,
 * gives the texels as stored. Else (JPEG frames in YUV, or no WebCodecs) createImageBitmap and a 2D canvas: a canvas
 * keeps its pixels premultiplied, so colours under low alpha are rounded – to a step of 255/alpha, to black where alpha
 * is 0. Opaque images come out the same either way. Colour profiles are ignored in both, as glTF 2.0 wants.
 * @throws Error where the browser cannot read the image
 */
export async function decodeImage(bytes: Bytes, mimeType: string): Promise<ImageSource> {
  return (await decodeStored(bytes, mimeType)) ?? (await decodeByCanvas(bytes, mimeType));
}

/** Null where this browser cannot decode the image without a canvas. */
async function decodeStored(bytes: Bytes, mimeType: string): Promise<ImageSource | null> {
  if (typeof ImageDecoder === 'undefined' || !(await ImageDecoder.isTypeSupported(mimeType))) return null;
  const decoder = new ImageDecoder({ data: bytes, type: mimeType, colorSpaceConversion: 'none' });
  try {
    const { image: frame } = await decoder.decode({ frameIndex: 0 });
    try {
      return await readFrame(frame);
    } finally {
      frame.close();
    }
  } finally {
    decoder.close();
  }
}

/** Byte offsets of red, green, blue and alpha (−1: opaque) in a pixel, by the frame's format. */
const PIXEL_ORDERS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  RGBA: [0, 1, 2, 3],
  RGBX: [0, 1, 2, -1],
  BGRA: [2, 1, 0, 3],
  BGRX: [2, 1, 0, -1],
};

async function readFrame(frame: VideoFrame): Promise<ImageSource | null> {
  const order = PIXEL_ORDERS[frame.format ?? ''];
  const rect = frame.visibleRect;
  if (!order || !rect) return null;
  const { width, height } = rect;
  const raw = new Uint8Array(frame.allocationSize());
  const [plane] = await frame.copyTo(raw);
  if (!plane) return null;
  return { width, height, rgba: reorder(raw.subarray(plane.offset), plane.stride, width, height, order) };
}

/** Rows of `stride` bytes in any channel order, as tight RGBA. */
export function reorder(
  raw: Uint8Array,
  stride: number,
  width: number,
  height: number,
  [r, g, b, a]: readonly [number, number, number, number],
): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = y * stride; from < y * stride + width * 4; from += 4, to += 4) {
      rgba[to] = raw[from + r] ?? 0;
      rgba[to + 1] = raw[from + g] ?? 0;
      rgba[to + 2] = raw[from + b] ?? 0;
      rgba[to + 3] = a < 0 ? 255 : (raw[from + a] ?? 255);
    }
  }
  return rgba;
}

async function decodeByCanvas(bytes: Bytes, mimeType: string): Promise<ImageSource> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: mimeType }), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('no 2D canvas to read the image with');
    context.drawImage(bitmap, 0, 0);
    return { width, height, rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer) };
  } finally {
    bitmap.close();
  }
}
