import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createContributions } from './contributions.js';

it('counts what each volunteer gave and what was taken back', () => {
  const contributions = createContributions();
  const [a, b] = ['v1', 'v2'].map((id) => v.parse(VolunteerId, id));
  if (!a || !b) throw new Error('two were named');
  contributions.add({ volunteer: a, kernelMs: 10 });
  contributions.add({ volunteer: a, kernelMs: 5 });
  contributions.add({ volunteer: b, kernelMs: 1 });
  contributions.takeBack({ volunteer: a, kernelMs: 10 });
  expect(contributions.of(a)).toEqual({ tiles: 1, kernelMs: 5 });
  expect(contributions.of(b)).toEqual({ tiles: 1, kernelMs: 1 });
  expect(contributions.of(v.parse(VolunteerId, 'v3'))).toEqual({ tiles: 0, kernelMs: 0 });
});
