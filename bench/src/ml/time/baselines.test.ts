import { VolunteerId } from '@tabgrid/protocol/ids';
import { createRandom } from '@tabgrid/scheduler/random';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createBaselines } from './baselines.js';
import type { Asked } from './stream.js';

const asked = (volunteer: string, units = 1): Asked => ({
  ...{
    kind: 'asked',
    id: 0,
    volunteer: v.parse(VolunteerId, volunteer),
    kernel: 'k@1',
    features: [],
    units,
    scene: null,
  },
  plain: { p025: 500, median: 1000, p975: 2000 },
  ...{ results: 0, ageMs: 0 },
});

it('averages over all, and over each, by work', () => {
  const baselines = createBaselines();
  for (const [who, ms] of [
    ['a', 100],
    ['a', 200],
    ['b', 900],
  ] as const) {
    const question = asked(who);
    baselines.learn(question, baselines.say(question), ms);
  }
  expect(baselines.say(asked('a', 2))).toMatchObject({ globalMean: 800, boinc: 300 });
  expect(baselines.say(asked('new'))).toMatchObject({ globalMean: 400, boinc: 400 });
});

it('lets one outlier move a long average little', () => {
  const baselines = createBaselines();
  const question = asked('a');
  for (let i = 0; i < 30; i++) baselines.learn(question, baselines.say(question), 100);
  baselines.learn(question, baselines.say(question), 1e9);
  // A hundredth of ten times the mean.
  expect(baselines.say(question).boinc).toBeCloseTo(109);
});

it('has an ACI that covers 95 % of what drifts', () => {
  const baselines = createBaselines();
  const random = createRandom(1);
  let within = 0;
  for (let i = 0; i < 5000; i++) {
    const question = asked('a');
    const said = baselines.say(question);
    const ms = 1000 * Math.exp((0.2 + i / 5000) * (random.next() - 0.5));
    if (ms >= said.aci[0] && ms <= said.aci[1]) within++;
    baselines.learn(question, said, ms);
  }
  expect(Math.abs(within / 5000 - 0.95)).toBeLessThan(0.01);
});
