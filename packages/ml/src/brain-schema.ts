import * as v from 'valibot';
import { AssignmentPartSchema } from './assignment/part.js';
import { BalancePartSchema } from './balance/part.js';
import type { Brain } from './brain.js';
import { FailurePartSchema } from './failure/part.js';
import { LatencyPartSchema } from './latency/part.js';
import { FEATURE_VERSION } from './observation.js';
import { TimePartSchema } from './time/part.js';

const Finite = v.pipe(v.number(), v.finite());
const Decider = v.picklist(['learned', 'baseline']);
const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A brain as it comes out of a store or a file. */
export const BrainSchema: v.GenericSchema<unknown, Brain> = v.strictObject({
  features: v.literal(FEATURE_VERSION),
  revision: v.pipe(v.number(), v.integer(), v.minValue(0)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  context: v.strictObject({
    wallAtZero: Finite,
    timeZoneMinutes: v.pipe(Finite, v.minValue(-1440), v.maxValue(1440)),
    usualLoad: v.pipe(v.array(v.nullable(Share)), v.length(24)),
  }),
  time: TimePartSchema,
  failure: FailurePartSchema,
  latency: LatencyPartSchema,
  assignment: AssignmentPartSchema,
  balance: BalancePartSchema,
  deciding: v.strictObject({
    time: Decider,
    assignment: Decider,
    balance: Decider,
    failure: Decider,
    latency: Decider,
  }),
});
