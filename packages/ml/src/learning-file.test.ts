import { VolunteerId } from '@tabgrid/protocol/ids';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Brain } from './brain.js';
import { createLearnedOracle } from './learned-oracle.js';
import { createLearner } from './learner.js';
import { LearningFileError, readLearningFile, writeLearningFile } from './learning-file.js';
import { createModels } from './models.js';
import { createTfjsTrainer } from './nn/tfjs-trainer.js';
import { FEATURE_VERSION, type RunObservation } from './observation.js';
import { timeFeatures } from './time/features.js';
import { CONTEXT, volunteerView } from './view-kit.js';

const NOTHING = { run: [], presence: [], trip: [], conditions: [] };
const TASK = { kernel: { kind: 'k', version: '1' }, workUnits: 5000, inputBytes: 100, outputBytes: 1000 };
const PLAIN = createPlainOracle(() => 1000);

/** A page whose volunteers take three times what the plain oracle says. */
function runs(count: number): RunObservation[] {
  const view = volunteerView();
  const plain = PLAIN.duration(view, TASK);
  return Array.from({ length: count }, (_, i) => ({
    ...{ type: 'run', at: i + 1, volunteer: v.parse(VolunteerId, `v${i % 7}`), kernel: 'k@1' },
    ...{ features: timeFeatures(view, TASK, CONTEXT), plain, said: plain },
    ...{ ms: plain.median * (2.7 + 0.1 * (i % 7)), end: 'done', results: 5, ageMs: 60_000 },
  }));
}

async function trained(): Promise<Brain> {
  const trainer = await createTfjsTrainer('cpu');
  const learner = await createLearner({ models: createModels(1), context: { wallAtZero: 5, timeZoneMinutes: -60 } });
  for (let i = 0; i < 15; i++) {
    learner.observe(runs(200).slice(10 * i, 10 * i + 10));
    await learner.round(trainer);
  }
  learner.close();
  return learner.brain();
}

const edited = (change: (file: Record<string, unknown>) => void): Uint8Array<ArrayBuffer> => {
  const file: unknown = JSON.parse(new TextDecoder().decode(writeLearningFile({ brain: null, kept: NOTHING })));
  if (typeof file !== 'object' || file === null) throw new Error('no file');
  const copy: Record<string, unknown> = { ...file };
  change(copy);
  return new TextEncoder().encode(JSON.stringify(copy));
};

describe('a file of what was learned', () => {
  it('gives the same predictions again', async () => {
    const learned = await trained();
    const brain: Brain = { ...learned, deciding: { ...learned.deciding, time: 'learned' } };
    const kept = { ...NOTHING, run: runs(20) };
    const read = readLearningFile(writeLearningFile({ brain, kept }));
    expect(read).toEqual({ brain, kept });
    if (!read.brain) throw new Error('no brain');
    const view = volunteerView({ ageMs: 123_456 });
    const before = createLearnedOracle(brain, PLAIN);
    const after = createLearnedOracle(read.brain, PLAIN);
    expect(after.duration(view, TASK)).toEqual(before.duration(view, TASK));
    expect(after.failure(view, 30_000)).toBe(before.failure(view, 30_000));
    expect(after.roundTrip(view)).toEqual(before.roundTrip(view));
    // And it has learned something: the plain oracle says 5 s.
    expect(after.duration(view, TASK)).not.toMatchObject(PLAIN.duration(view, TASK));
  });

  it('may hold nothing yet', () => {
    expect(readLearningFile(writeLearningFile({ brain: null, kept: NOTHING }))).toEqual({ brain: null, kept: NOTHING });
  });

  it.each([
    ['no JSON', new TextEncoder().encode('Hello'), /not a file/],
    ['no text', Uint8Array.of(0xff, 0xfe, 0x00), /not a file/],
    ['something else', new TextEncoder().encode('{"format":"tabgrid-scene"}'), /not a file/],
    ['nested without end', new TextEncoder().encode('['.repeat(1_000_000)), /not a file/],
    [
      'of another version',
      edited((file) => Object.assign(file, { version: 2 })),
      new RegExp(`version 2\\.${FEATURE_VERSION}`),
    ],
    ['of other features', edited((file) => Object.assign(file, { features: 99 })), /version 1\.99/],
    ['without outcomes', edited((file) => Object.assign(file, { kept: {} })), /damaged \(kept/],
    ['with more than it should have', edited((file) => Object.assign(file, { more: 1 })), /damaged/],
    ['with a brain that is none', edited((file) => Object.assign(file, { brain: { features: 1 } })), /damaged \(brain/],
    ['too large', new Uint8Array(65 * 1024 * 1024), /too large/],
  ])('says what is wrong with one that is %s', (_, bytes, message) => {
    expect(() => readLearningFile(bytes)).toThrow(LearningFileError);
    expect(() => readLearningFile(bytes)).toThrow(message);
  });

  it('fails in no other way, however it was damaged', async () => {
    const whole = writeLearningFile({ brain: await trained(), kept: { ...NOTHING, run: runs(2) } });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        try {
          readLearningFile(whole.with(at, byte));
        } catch (error) {
          expect(error).toBeInstanceOf(LearningFileError);
        }
      }),
      { numRuns: 60 },
    );
  });
});
