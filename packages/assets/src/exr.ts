import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import { zlibSync } from 'fflate';

/**
 * OpenEXR 2, after "OpenEXR File Layout" and "Technical Introduction to OpenEXR" (openexr.com): one part, scan lines from
 * the top, channels B, G, R of 32-bit floats, ZIP compression in blocks of 16 lines.
 */

export interface ExrOptions {
  /** Text attributes of the header (renderer, samples…). Names of 1 to 31 characters. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const MAGIC_AND_VERSION = Uint8Array.of(0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0);
const LINES_A_BLOCK = 16;
const ZIP_COMPRESSION = 3;
const PIXEL_TYPE_FLOAT = 2;
/** Sorted by name, as the format wants; with each channel's place in the film's RGB. */
const CHANNELS = [
  ['B', 2],
  ['G', 1],
  ['R', 0],
] as const;
const CHANNEL_BYTES = 4;

/** Header attributes that are written here; others may be given. */
const OWN_ATTRIBUTES = new Set([
  'channels',
  'compression',
  'dataWindow',
  'displayWindow',
  'lineOrder',
  'pixelAspectRatio',
  'screenWindowCenter',
  'screenWindowWidth',
]);

/**
 * @param rgb linear RGB (Rec. 709), row-major from the top
 * @throws RangeError when the length is not width × height × 3, a side is 0, or an attribute's name will not do
 */
export function encodeExr(width: number, height: number, rgb: Float32Array, options: ExrOptions = {}): Bytes {
  if (!(width >= 1 && height >= 1) || rgb.length !== width * height * 3) {
    throw new RangeError(`a picture of ${width}×${height} pixels does not have ${rgb.length} numbers`);
  }
  const blocks: Bytes[] = [];
  for (let y = 0; y < height; y += LINES_A_BLOCK) {
    const data = compress(blockBytes(width, rgb, y, Math.min(height, y + LINES_A_BLOCK)));
    blocks.push(concatBytes([int32(y), int32(data.byteLength), data]));
  }
  const head = concatBytes([MAGIC_AND_VERSION, header(width, height, options.attributes ?? {})]);
  const offsets = new DataView(new ArrayBuffer(blocks.length * 8));
  let at = head.byteLength + offsets.byteLength;
  blocks.forEach((block, i) => {
    offsets.setBigUint64(i * 8, BigInt(at), true);
    at += block.byteLength;
  });
  return concatBytes([head, new Uint8Array(offsets.buffer), ...blocks]);
}

function header(width: number, height: number, attributes: Readonly<Record<string, string>>): Bytes {
  const window = concatBytes([int32(0), int32(0), int32(width - 1), int32(height - 1)]);
  const extra = Object.entries(attributes).map(([name, value]) => {
    if (!/^[\x21-\x7e]{1,31}$/.test(name) || OWN_ATTRIBUTES.has(name)) {
      throw new RangeError(`"${name}" cannot name an attribute of an EXR file`);
    }
    return attribute(name, 'string', new TextEncoder().encode(value));
  });
  return concatBytes([
    attribute('channels', 'chlist', channelList()),
    attribute('compression', 'compression', Uint8Array.of(ZIP_COMPRESSION)),
    attribute('dataWindow', 'box2i', window),
    attribute('displayWindow', 'box2i', window),
    attribute('lineOrder', 'lineOrder', Uint8Array.of(0)),
    attribute('pixelAspectRatio', 'float', float32(1)),
    attribute('screenWindowCenter', 'v2f', concatBytes([float32(0), float32(0)])),
    attribute('screenWindowWidth', 'float', float32(1)),
    ...extra,
    Uint8Array.of(0),
  ]);
}

function attribute(name: string, type: string, value: Uint8Array): Bytes {
  return concatBytes([text(name), text(type), int32(value.byteLength), value]);
}

/** Each: name, pixel type, perceptual-linearity flag and padding, x and y sampling. */
function channelList(): Bytes {
  const entries = CHANNELS.map(([name]) =>
    concatBytes([text(name), int32(PIXEL_TYPE_FLOAT), int32(0), int32(1), int32(1)]),
  );
  return concatBytes([...entries, Uint8Array.of(0)]);
}

/** Line by line, channel by channel. */
function blockBytes(width: number, rgb: Float32Array, fromLine: number, toLine: number): Uint8Array {
  const out = new DataView(new ArrayBuffer((toLine - fromLine) * width * CHANNELS.length * CHANNEL_BYTES));
  let at = 0;
  for (let y = fromLine; y < toLine; y++) {
    for (const [, channel] of CHANNELS) {
      for (let x = 0; x < width; x++, at += CHANNEL_BYTES) {
        out.setFloat32(at, rgb[(y * width + x) * 3 + channel] ?? 0, true);
      }
    }
  }
  return new Uint8Array(out.buffer);
}

/** Even bytes before odd ones, each as its difference to the one before, then zlib; raw where that is not smaller. */
function compress(raw: Uint8Array): Uint8Array {
  const half = Math.ceil(raw.byteLength / 2);
  const split = new Uint8Array(raw.byteLength);
  raw.forEach((byte, i) => {
    split[(i & 1) * half + (i >> 1)] = byte;
  });
  for (let i = split.byteLength - 1; i > 0; i--) split[i] = (split[i] ?? 0) - (split[i - 1] ?? 0) + 128;
  const packed = zlibSync(split, { level: 4 });
  return packed.byteLength < raw.byteLength ? packed : raw;
}

function text(value: string): Bytes {
  return concatBytes([new TextEncoder().encode(value), Uint8Array.of(0)]);
}

function int32(value: number): Bytes {
  const out = new DataView(new ArrayBuffer(4));
  out.setInt32(0, value, true);
  return new Uint8Array(out.buffer);
}

function float32(value: number): Bytes {
  const out = new DataView(new ArrayBuffer(4));
  out.setFloat32(0, value, true);
  return new Uint8Array(out.buffer);
}
