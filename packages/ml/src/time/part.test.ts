import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createTimeModel } from './model.js';
import { NO_TIME, type TimePart, TimePartSchema } from './part.js';
import { row, run, uniform } from './test-kit.js';
import { createTestTrainer } from './test-trainer.js';

async function trained(): Promise<TimePart> {
  const model = createTimeModel({ random: uniform(1) });
  for (let i = 0; i < 60; i++) model.observe(run({ at: i, ms: 800 + 10 * i, features: row(i / 60) }));
  await model.train(createTestTrainer(), 8);
  return model.part();
}

it('reads what it made, as it comes out of a structured clone', async () => {
  const part = await trained();
  expect(v.parse(TimePartSchema, structuredClone(part))).toEqual(part);
  expect(v.parse(TimePartSchema, NO_TIME)).toEqual(NO_TIME);
});

it('refuses what is damaged', async () => {
  const part = await trained();
  const { net } = part;
  if (!net) throw new Error('it was not trained');
  const damaged: unknown[] = [
    null,
    { ...part, samples: -1 },
    { ...part, at: Number.NaN },
    { ...part, more: 1 },
    { ...part, trust: new Float32Array(2) },
    { ...part, net: { ...net, members: net.members.slice(1) } },
    { ...part, net: { ...net, members: net.members.map((weights) => weights.slice(1)) } },
    { ...part, net: { ...net, members: net.members.map((weights) => weights.map(() => Number.NaN)) } },
    { ...part, net: { ...net, scale: net.scale.map(() => 0) } },
    { ...part, overall: { ...part.overall, low: new Float32Array(3) } },
    { ...part, overall: { ...part.overall, marginLow: Number.POSITIVE_INFINITY } },
    { ...part, slices: Array.from({ length: 1000 }, () => ['s', part.overall]) },
  ];
  for (const bad of damaged) expect(v.safeParse(TimePartSchema, bad).success).toBe(false);
});
