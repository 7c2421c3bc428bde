import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { anyRotation, seeded } from './builtin/random.js';
import { told } from './fixtures.js';
import { readTrajectory, type Trajectory, writeTrajectory } from './trajectory.js';
import { readTrajectoryJson, writeTrajectoryJson } from './trajectory-json.js';

function randomTrajectory(seed: number, bodies: number, frames: number): Trajectory {
  const random = seeded(seed);
  return {
    frameSeconds: 1 / 60,
    bodies,
    frames: Array.from({ length: frames }, () => ({
      positions: Float32Array.from({ length: 3 * bodies }, () => (random() - 0.5) * 10 ** (8 * random() - 4)),
      rotations: Float32Array.from(Array.from({ length: bodies }, () => anyRotation(random)).flat()),
    })),
  };
}

const sizes = [fc.integer(), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 5 })] as const;

describe('a trajectory', () => {
  it('is the same bits after writing and reading, in both forms', () => {
    fc.assert(
      fc.property(...sizes, (seed, bodies, frames) => {
        const trajectory = randomTrajectory(seed, bodies, frames);
        expect(readTrajectory(writeTrajectory(trajectory))).toEqual(trajectory);
        expect(readTrajectoryJson(writeTrajectoryJson(trajectory))).toEqual(trajectory);
      }),
    );
  });

  it('is laid out as documented', () => {
    const one = {
      frameSeconds: 0.5,
      bodies: 1,
      frames: [{ positions: Float32Array.of(1, 2, 3), rotations: Float32Array.of(0, 0, 0, 1) }],
    };
    const file = writeTrajectory(one);
    const view = new DataView(file.buffer);
    const text = (from: number, to: number) => new TextDecoder().decode(file.subarray(from, to));
    expect(text(0, 4)).toBe('TGTR');
    expect(view.getUint32(4, true)).toBe(1);
    const header = view.getUint32(8, true);
    expect(header % 4).toBe(0);
    expect(JSON.parse(text(12, 12 + header))).toEqual({ frameSeconds: 0.5, bodies: 1, frames: 1 });
    const floats = Array.from({ length: 7 }, (_, i) => view.getFloat32(12 + header + 4 * i, true));
    expect(floats).toEqual([1, 2, 3, 0, 0, 0, 1]);
    expect(file.byteLength).toBe(12 + header + 28);
    expect(JSON.parse(writeTrajectoryJson(one))).toEqual({
      version: 1,
      frameSeconds: 0.5,
      bodies: 1,
      frames: [{ positions: [1, 2, 3], rotations: [0, 0, 0, 1] }],
    });
  });

  it('can be read from the middle of other bytes', () => {
    const trajectory = randomTrajectory(3, 4, 2);
    const file = writeTrajectory(trajectory);
    const around = new Uint8Array(file.byteLength + 3);
    around.set(file, 1);
    expect(readTrajectory(around.subarray(1, -2))).toEqual(trajectory);
  });
});

describe('a broken trajectory', () => {
  const sound = randomTrajectory(1, 3, 2);
  const file = writeTrajectory(sound);
  const refusal = (bytes: Uint8Array) => told(() => readTrajectory(bytes));
  const changed = (change: (view: DataView, bytes: Uint8Array) => void) => {
    const copy = file.slice();
    change(new DataView(copy.buffer), copy);
    return refusal(copy);
  };
  const withHeader = (header: string) => {
    const json = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 4) * 4));
    const copy = new Uint8Array(12 + json.byteLength);
    copy.set(file.subarray(0, 8));
    new DataView(copy.buffer).setUint32(8, json.byteLength, true);
    copy.set(json, 12);
    return refusal(copy);
  };

  it('says what is wrong', () => {
    expect(refusal(new Uint8Array(0))).toMatch(/^AssetError: This is not a trajectory: it does not begin with "TGTR"/);
    expect(refusal(new TextEncoder().encode('glTF and more than that'))).toMatch(/This is not a trajectory/);
    expect(changed((view) => view.setUint32(4, 2, true))).toMatch(
      /This trajectory is of version 2; version 1 can be read/,
    );
    expect(changed((view) => view.setUint32(8, 1e9, true))).toMatch(/header is broken \(it has 1000000000 bytes\)/);
    expect(changed((_, bytes) => bytes.fill(0x21, 12, 16))).toMatch(/header is broken \(.*JSON/);
    expect(withHeader('{"frameSeconds":1,"bodies":1}')).toMatch(/header is broken \(frames: /);
    expect(withHeader('{"frameSeconds":0,"bodies":1,"frames":1}')).toMatch(/header is broken \(frameSeconds: /);
    expect(withHeader('{"frameSeconds":1,"bodies":0,"frames":1}')).toMatch(/header is broken \(bodies: /);
    expect(withHeader('{"frameSeconds":1,"bodies":1e9,"frames":1}')).toMatch(/header is broken \(bodies: /);
    expect(withHeader('{"frameSeconds":1,"bodies":1000000,"frames":1000000}')).toMatch(
      /The trajectory is truncated: it should have 28000000000064 bytes and has 64/,
    );
    expect(refusal(file.subarray(0, -1))).toMatch(/The trajectory is truncated: it should have \d+ bytes and has \d+/);
    expect(refusal(Uint8Array.of(...file, 0))).toMatch(/has \d+ bytes; 2 frames of 3 bodies have \d+\. Save it again/);
    const lastFloat = file.byteLength - 4;
    expect(changed((view) => view.setFloat32(lastFloat, Number.NaN, true))).toMatch(
      /In frame 1 of the trajectory body 2 has no sound place/,
    );
    expect(changed((_, bytes) => bytes.fill(0, lastFloat - 12))).toMatch(/In frame 1 of the trajectory body 2/);
  });

  it('is refused wherever it is cut off', () => {
    for (let length = 0; length < file.byteLength; length++) {
      expect(() => readTrajectory(file.subarray(0, length))).toThrow(AssetError);
    }
  });

  it('is read or refused with bits turned over', () => {
    fc.assert(
      fc.property(fc.nat(file.byteLength - 1), fc.nat(7), (at, bit) => {
        const copy = file.slice();
        copy[at] = (copy[at] ?? 0) ^ (1 << bit);
        try {
          readTrajectory(copy);
        } catch (error) {
          expect(error).toBeInstanceOf(AssetError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('says what is wrong with JSON, too', () => {
    const text = (value: unknown) => told(() => readTrajectoryJson(JSON.stringify(value)));
    const json = JSON.parse(writeTrajectoryJson(sound));
    expect(told(() => readTrajectoryJson('{'))).toMatch(/^AssetError: The trajectory’s JSON is broken/);
    expect(text([])).toMatch(/This is not a trajectory: at /);
    expect(text({ ...json, version: 2 })).toMatch(/This is not a trajectory: at version/);
    expect(text({ ...json, frames: [{ positions: [1] }] })).toMatch(/at frames\.0/);
    expect(text({ ...json, bodies: 2 })).toMatch(
      /Frame 0 of the trajectory has 9 and 12 numbers; 2 bodies have 6 and 8/,
    );
    const { frames } = json;
    expect(text({ ...json, frames: [{ ...frames[0], positions: [1e300, 0, 0, 0, 0, 0, 0, 0, 0] }] })).toMatch(
      /In frame 0 of the trajectory body 0/,
    );
  });

  it('is not written', () => {
    const odd = { ...sound, bodies: 4 };
    expect(told(() => writeTrajectory(odd))).toMatch(/Frame 0 of the trajectory has 9 and 12 numbers; 4 bodies have/);
    expect(told(() => writeTrajectoryJson(odd))).toMatch(/Frame 0 of the trajectory/);
  });
});
