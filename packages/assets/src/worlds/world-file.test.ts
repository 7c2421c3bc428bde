import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { anyRotation, seeded } from './builtin/random.js';
import { told } from './fixtures.js';
import type { ShownBody, ShownWorld } from './shown-world.js';
import { readWorld, writeWorld } from './world-file.js';

const BALL = { shape: 'sphere', radius: 0.5, position: [0, 0, 0] };
const file = (...bodies: readonly unknown[]) => ({ version: 1, bodies });
const refusal = (json: unknown) => told(() => readWorld(typeof json === 'string' ? json : JSON.stringify(json)));

describe('readWorld', () => {
  it('fills in what is usual', () => {
    const world = readWorld(JSON.stringify({ ...file(BALL), planes: [{ offset: -1 }] }));
    const surface = { friction: 0.5, restitution: 0.1 };
    expect(world).toEqual({
      gravity: [0, -9.81, 0],
      bodies: [
        {
          shape: { kind: 'sphere', radius: 0.5 },
          mass: 1000 * (4 / 3) * Math.PI * 0.125,
          position: [0, 0, 0],
          rotation: [0, 0, 0, 1],
          velocity: [0, 0, 0],
          spin: [0, 0, 0],
          ...surface,
        },
      ],
      planes: [{ normal: [0, 1, 0], offset: -1, ...surface }],
      statics: [],
    });
  });

  it('takes text and bytes, with a byte order mark or without', () => {
    const text = JSON.stringify(file(BALL));
    const bytes = new TextEncoder().encode(text);
    expect(readWorld(bytes)).toEqual(readWorld(text));
    expect(readWorld(Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes))).toEqual(readWorld(text));
  });

  it('takes a mass from a density and the size', () => {
    const box = { shape: 'box', half: [0.5, 1, 2], density: 500, position: [9, 0, 0] };
    const [first, second] = readWorld(JSON.stringify(file({ ...BALL, mass: 3000 }, box))).bodies;
    expect(first?.mass).toBe(3000);
    expect(second?.mass).toBe(4000);
  });

  it.each([
    ['', /^AssetError: The world’s file is empty\. Give a JSON object/],
    ['{"version":1,', /^AssetError: The world’s JSON is broken \(.*\)\. Mend it there\.$/],
    ['{"version":1,"bodies":[{"radius":NaN}]}', /JSON is broken .* JSON knows no NaN and no Infinity\./],
    ['[]', /This is not a world: a world is a JSON object with "version": 1 and "bodies"/],
    ['null', /This is not a world/],
    [{ bodies: [] }, /This is not a world/],
    [{ version: 2, bodies: [] }, /This world is of version 2; version 1 can be read/],
    [{ version: 1 }, /The world has no "bodies": add it/],
    [{ version: 1, bodies: {} }, /The world: "bodies" has to be a list/],
    [file(), /The world is empty: it has no bodies that move/],
    [{ ...file(BALL), grvity: [0, 0, 0] }, /The world has a "grvity", which is not known here/],
    [{ ...file(BALL), gravity: [0, 1] }, /The world: "gravity" has too few numbers: give all of them/],
    [file(3), /Body 0 has to be an object in braces/],
    [file({ ...BALL, shape: 'cone' }), /Body 0: "shape" has to be "sphere" or "box"/],
    [file({ radius: 1, position: [0, 0, 0] }), /Body 0 has no "shape": add it/],
    [file(BALL, { name: 'crate', shape: 'box', position: [5, 0, 0] }), /Body 1 \("crate"\) has no "half": add it/],
    [file({ ...BALL, name: 'crate', masss: 1 }), /Body 0 \("crate"\) has a "masss", which is not known here/],
    [file({ ...BALL, radius: null }), /Body 0: "radius" has to be a number, and is null/],
    [file({ ...BALL, radius: '1' }), /Body 0: "radius" has to be a number, and is "1"/],
    [JSON.stringify(file(BALL)).replace('0.5', '1e999'), /Body 0: "radius" has to be a finite number/],
    [file({ ...BALL, position: [0, null, 0] }), /Body 0: "position.1" has to be a number, and is null/],
    [file({ ...BALL, position: [0, 0] }), /Body 0: "position" has too few numbers/],
    [file({ ...BALL, position: [0, 0, 0, 0] }), /Body 0: "position" has to be a list of three numbers/],
    [file({ ...BALL, rotation: 1 }), /Body 0: "rotation" has to be a list of four numbers, x, y, z, w/],
    [file({ ...BALL, name: 'x'.repeat(65) }), /Body 0 .*"name" can have 64 characters/],
    [file({ ...BALL, mass: 1, density: 1 }), /Body 0 has both a mass and a density: leave one of them out/],
    [file({ ...BALL, density: -1 }), /Body 0 has a density of -1 kg\/m³: it has to be more than 0/],
    [{ ...file(BALL), planes: [{ offset: 'x' }] }, /Plane 0: "offset" has to be a number, and is "x"/],
    [{ ...file(BALL), statics: [{ half: [1, 1, 1] }] }, /Static box 0 has no "position": add it/],
    [file({ ...BALL, radius: -1 }), /Body 0 has no size: its radius is -1 m/],
    [file({ ...BALL, mass: 0 }), /Body 0 has a mass of 0 kg/],
    [file({ ...BALL, position: [0, 2500, 0] }), /In body 0: its position is .* within ±2000 m/],
    [file({ ...BALL, rotation: [0, 0, 0, 2] }), /Body 0 has a rotation of length 2/],
    [file(BALL, { ...BALL, mass: 1e9, position: [9, 0, 0] }), /Body 1 is heavier than body 0 by a factor of/],
    [file(BALL, BALL), /At the start, body 0 overlaps body 1 by 1.00 m/],
  ])('refuses %j', (json, message) => {
    expect(refusal(json)).toMatch(message);
  });

  it('says at once that ten million bodies are too many', () => {
    expect(refusal(`{"version":1,"bodies":[${'0,'.repeat(9_999_999)}0]}`)).toBe(
      'AssetError: The world has 10,000,000 bodies; there can be 1,000,000. Leave some out.',
    );
  });

  it('reads any JSON, or refuses it with an AssetError', () => {
    const body = fc.oneof(fc.constant(BALL), fc.anything(), fc.record({ ...BALL_PARTS }, { requiredKeys: [] }));
    const world = fc.record(
      { version: fc.constant(1), bodies: fc.array(body), planes: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(world, fc.anything()), (value) => {
        try {
          readWorld(JSON.stringify(value) ?? '');
        } catch (error) {
          expect(error).toBeInstanceOf(AssetError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const BALL_PARTS = {
  shape: fc.constantFrom('sphere', 'box', 'cone'),
  radius: fc.oneof(fc.double(), fc.string()),
  half: fc.array(fc.double()),
  position: fc.array(fc.double(), { minLength: 2, maxLength: 4 }),
  mass: fc.double(),
  name: fc.anything(),
};

describe('writeWorld', () => {
  it('writes what is read back to the same world', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        const world = randomWorld(seed, count);
        expect(readWorld(writeWorld(world))).toEqual(world);
      }),
    );
  });

  it('leaves out what is usual, a body a line', () => {
    expect(writeWorld(readWorld(JSON.stringify(file({ ...BALL, mass: 2 }))))).toBe(`{
  "version": 1,
  "gravity": [0,-9.81,0],
  "bodies": [
    {"shape":"sphere","radius":0.5,"mass":2,"position":[0,0,0]}
  ],
  "planes": [],
  "statics": []
}
`);
  });
});

/** Apart from each other, anything else at random. */
function randomWorld(seed: number, count: number): ShownWorld {
  const random = seeded(seed);
  const maybe = <T>(value: T): T | undefined => (random() < 0.5 ? value : undefined);
  const triple = () => [random(), random(), random()] as const;
  const surface = () => ({ friction: maybe(random()) ?? 0.5, restitution: maybe(random()) ?? 0.1 });
  const look = () => {
    const [name, color] = [maybe(`thing "${seed}"`), maybe(triple())];
    return { ...(name !== undefined && { name }), ...(color && { color }) };
  };
  const bodies = Array.from(
    { length: count },
    (_, i): ShownBody => ({
      ...look(),
      shape:
        random() < 0.5
          ? { kind: 'sphere', radius: 0.2 + random() }
          : { kind: 'box', half: [0.2 + random(), 0.3 + random(), 0.4 + random()] },
      mass: 1 + 99 * random(),
      position: [5 * i, random(), random()],
      rotation: maybe(anyRotation(random)) ?? [0, 0, 0, 1],
      velocity: maybe(triple()) ?? [0, 0, 0],
      spin: maybe(triple()) ?? [0, 0, 0],
      ...surface(),
    }),
  );
  return {
    gravity: triple(),
    bodies,
    planes: maybe([{ ...look(), normal: [0, 0, 1] as const, offset: -9, ...surface() }]) ?? [],
    statics:
      maybe([
        {
          ...look(),
          half: [1, 2, 3] as const,
          position: [0, -9, 0] as const,
          rotation: anyRotation(random),
          ...surface(),
        },
      ]) ?? [],
  };
}

describe('docs/WORLDS.md', () => {
  const text = readFileSync(new URL('../../../../docs/WORLDS.md', import.meta.url), 'utf8');

  it('shows a world that can be read, just as it says', () => {
    const example = /```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const world = readWorld(example);
    expect(world.bodies.map(({ name, shape }) => [name, shape.kind])).toEqual([
      ['ball', 'sphere'],
      ['crate', 'box'],
      [undefined, 'sphere'],
    ]);
    expect(world.bodies[0]?.mass).toBeCloseTo(700 * (4 / 3) * Math.PI * 0.2 ** 3, 9);
    expect(world.bodies[1]).toMatchObject({ mass: 40, color: [0.6, 0.3, 0.1], friction: 0.5 });
    expect(world.statics).toMatchObject([{ name: 'wall', friction: 0.8, restitution: 0.1 }]);
    expect(world.planes).toHaveLength(1);
  });

  it('names every property that a file can have', () => {
    const [, rest = ''] = text.split('## A world as JSON');
    const [section = ''] = rest.split('## A glTF model');
    const world = readWorld(writeWorld(randomWorld(1, 1)));
    const properties = [
      ...Object.keys(world),
      ...Object.keys(world.bodies[0] ?? {}),
      ...['version', 'density', 'radius', 'half', 'color', 'name', 'normal', 'offset'],
    ];
    for (const property of properties) expect(section).toContain(`\`${property}\``);
  });
});
