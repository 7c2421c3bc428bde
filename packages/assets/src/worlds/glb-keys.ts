import type { Accessor, Animation, Buffer, Document, Node } from '@gltf-transform/core';
import { keptFrames, type Samples } from './keyframes.js';

interface KeysDeps {
  readonly document: Document;
  /** For the data. */
  readonly buffer: Buffer;
  /** From one frame to the next. */
  readonly frameSeconds: number;
}

/** Adds channels to one animation; keys at the same frames share their times. */
export function createKeys({ document, buffer, frameSeconds }: KeysDeps) {
  const times = new Map<string, Accessor>();
  let animation: Animation | null = null;
  const timesOf = (frames: readonly number[]): Accessor => {
    const key = frames.join();
    const known = times.get(key);
    if (known) return known;
    const seconds = Float32Array.from(frames, (frame) => frame * frameSeconds);
    const accessor = document.createAccessor().setType('SCALAR').setArray(seconds).setBuffer(buffer);
    times.set(key, accessor);
    return accessor;
  };
  return (node: Node, path: 'translation' | 'rotation', samples: Samples): void => {
    const { values, size } = samples;
    const [a = 0, b = 0, c = 0, d = 1] = values;
    if (path === 'translation') node.setTranslation([a, b, c]);
    else node.setRotation([a, b, c, d]);
    const frames = keptFrames(samples);
    if (frames.length < 2) return;
    const kept = new Float32Array(frames.length * size);
    frames.forEach((frame, k) => {
      kept.set(values.subarray(frame * size, (frame + 1) * size), k * size);
    });
    const output = document
      .createAccessor()
      .setType(size === 3 ? 'VEC3' : 'VEC4')
      .setArray(kept)
      .setBuffer(buffer);
    const sampler = document.createAnimationSampler().setInput(timesOf(frames)).setOutput(output);
    const channel = document.createAnimationChannel().setTargetNode(node).setTargetPath(path).setSampler(sampler);
    animation ??= document.createAnimation('simulation');
    animation.addSampler(sampler).addChannel(channel);
  };
}
