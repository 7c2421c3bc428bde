import { concatBytes, sha256Hex } from '@tabgrid/protocol/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { versionOn } from '../known-answer.js';
import { nodeGpu } from '../node-gpu.js';
import { isDialect } from '../task-kind.js';
import { testSession } from '../test-gpu.js';
import { EDGES } from './geometry.js';
import { physicsKernel } from './kernel.js';
import { physicsAnswer } from './known-answer.js';
import { simulateInPlain } from './reference-kernel.js';
import { CONTACT_WORDS, readResult } from './state.js';
import { framesOf, physicsTask } from './task.js';

async function inPlain() {
  const tasks = await physicsAnswer.tasks();
  return await Promise.all(
    tasks.map(async ({ params, inputs }) => {
      const made = simulateInPlain(await Promise.all(inputs.map((input) => input.bytes())), params);
      return { params, outputs: made.slice(0, physicsTask.outputs(params).length) };
    }),
  );
}

describe('the known answer', { timeout: 120_000 }, () => {
  it('is that of plain JavaScript, with contacts of all kinds in it', async () => {
    const answers = await inPlain();
    expect(await sha256Hex(concatBytes(answers.flatMap(({ outputs }) => outputs)))).toBe(physicsAnswer.sha256);
    const met = answers.map(({ params, outputs }) => {
      const { contacts } = readResult(outputs, framesOf(params));
      const kinds = Array.from({ length: contacts.length / CONTACT_WORDS }, (_, k) => {
        const [other = 0, feature = 0] = contacts.subarray(CONTACT_WORDS * k).map(Number);
        const place = feature % 0x80 === 0 ? 'round' : feature < 2 * EDGES ? 'edges or corner' : 'faces';
        return `${other < 0 ? 'plane' : other < params.bodies ? 'body' : 'beam'}, ${place}`;
      });
      return [...new Set(kinds)].sort();
    });
    expect(met).toEqual([
      ['body, round', 'plane, round'],
      ['beam', 'body', 'plane'].flatMap((other) =>
        ['edges or corner', 'faces', 'round'].flatMap((place) =>
          other === 'plane' && place === 'faces' ? [] : [`${other}, ${place}`],
        ),
      ),
    ]);
  });
});

describe.runIf((await nodeGpu()) !== null)('an adapter', { timeout: 120_000 }, () => {
  let gpu: OwnedGpuSession;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
  });
  afterAll(() => gpu?.close());

  it('that gives it has the kernel’s version; one that rounds otherwise has a dialect', async () => {
    expect(await versionOn(physicsKernel, gpu)).toBe(physicsTask.version);
    const other = await versionOn({ ...physicsKernel, knownAnswer: { ...physicsAnswer, sha256: '' } }, gpu);
    expect(other).toBe(`${physicsTask.version}+${physicsAnswer.sha256.slice(0, 12)}`);
    expect([isDialect(other, physicsTask.version), isDialect(physicsTask.version, physicsTask.version)]).toEqual([
      true,
      false,
    ]);
  });
});
