import { VOLUNTEER_COLOURS } from '@tabgrid/ui/volunteer-colours';
import { describe, expect, it } from 'vitest';
import { A_WORLD, AN_OWNERSHIP, posesAt } from '../testing/simulation-samples.js';
import { bytesOfLinear, coloursOf, firstPoses, groupsOf, NEUTRAL, posesOf, sharesOf } from './instances.js';

const { world } = A_WORLD;
const { spheres, boxes } = groupsOf(world);
const hex = (colours: Uint8Array, k: number) =>
  `#${[...colours.subarray(4 * k, 4 * k + 3)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

describe('bodies for the graphics card', () => {
  it('are spheres and boxes, each with its size', () => {
    expect([...spheres.bodies]).toEqual([0, 2]);
    expect([...spheres.halves]).toEqual([0.5, 0.5, 0.5, 1, 1, 1]);
    expect([...boxes.bodies]).toEqual([1]);
    expect([...boxes.halves]).toEqual([1, 0.5, 0.25]);
  });

  it('stand where a frame has them', () => {
    expect([...posesOf(spheres, posesAt(9))]).toEqual([-2, 9, 0, 0, 0, 0, 0, 1, 3, 9, 1, 0, 0, 0, 0, 1]);
    expect([...posesOf(boxes, firstPoses(world))]).toEqual([0, 2, 0, 0, 0, 0, 0, 1]);
  });

  it('have the colours of their volunteers, as in the table, or none while nobody has them', () => {
    const colours = coloursOf(spheres, world, AN_OWNERSHIP, 'owner');
    expect(hex(colours, 0)).toBe(VOLUNTEER_COLOURS[4]);
    expect([...colours.subarray(4, 7)]).toEqual([...NEUTRAL]);
  });

  it('repeat the volunteers’ colours after twelve', () => {
    const late = { ...AN_OWNERSHIP, volunteers: [4 + VOLUNTEER_COLOURS.length, -1] };
    expect(hex(coloursOf(spheres, world, late, 'owner'), 0)).toBe(VOLUNTEER_COLOURS[4]);
  });

  it('have their own colours when asked for, and while no owner is known', () => {
    for (const colours of [coloursOf(spheres, world, AN_OWNERSHIP, 'body'), coloursOf(spheres, world, null, 'owner')]) {
      expect([hex(colours, 0), hex(colours, 1)]).toEqual(['#ff0000', '#0000ff']);
    }
    expect([...coloursOf(boxes, world, null, 'body')]).toEqual([...NEUTRAL, 0]);
  });

  it('are marked where a neighbour has them too', () => {
    expect(coloursOf(boxes, world, AN_OWNERSHIP, 'body')[3]).toBe(255);
    expect(coloursOf(spheres, world, AN_OWNERSHIP, 'body')[3]).toBe(0);
  });
});

it('linear colours become bytes that are as bright, within what there is', () => {
  expect(bytesOfLinear([0, 1, 0.2158])).toEqual([0, 255, expect.closeTo(127, -0.5)]);
  expect(bytesOfLinear([-1, 2, 0])).toEqual([0, 255, 0]);
});

it('shares are counted by volunteer, whatever regions they have', () => {
  expect(sharesOf(AN_OWNERSHIP)).toEqual([
    { volunteer: -1, bodies: 1, regions: 1 },
    { volunteer: 4, bodies: 2, regions: 1 },
  ]);
  expect(sharesOf({ ...AN_OWNERSHIP, volunteers: [2, 2] })).toEqual([{ volunteer: 2, bodies: 3, regions: 2 }]);
});
