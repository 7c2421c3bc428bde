import { describe, expect, it } from 'vitest';
import { GpuLostError } from '../gpu-session.js';
import { tryVariants } from './trial.js';
import { BASE, VARIANTS, type Variant } from './variants.js';

const named = (name: string): Variant => ({ ...BASE, name });
const FILM = Uint8Array.of(1, 2, 3, 4);

/** Variants by their times on a GPU that does not exist; `fail` throws. */
function createGpu(times: Record<string, number>, films: Record<string, Uint8Array> = {}) {
  const runs: string[] = [];
  let wall = 0;
  return {
    runs,
    trial: (candidates: readonly Variant[], more: { rounds?: number; fail?: (name: string) => Error | null } = {}) =>
      tryVariants({
        candidates,
        ...(more.rounds !== undefined && { rounds: more.rounds }),
        now: () => wall,
        async run({ name }) {
          runs.push(name);
          const error = more.fail?.(name);
          if (error) throw error;
          const ms = times[name] ?? 10;
          wall += ms;
          return { ms, film: films[name] ?? FILM };
        },
      }),
  };
}

describe('a trial of variants', () => {
  it('takes the fastest, by the shortest run of each', async () => {
    const gpu = createGpu({ base: 10, b: 7, c: 8 });
    const { chosen, times, refused } = await gpu.trial(['b', 'c'].map(named));
    expect(chosen.name).toBe('b');
    expect(Object.fromEntries(times)).toEqual({ base: 10, b: 7, c: 8 });
    expect(refused).toEqual([]);
  });

  it('stays with the base for less than noise', async () => {
    expect((await createGpu({ base: 10, b: 9.7 }).trial([named('b')])).chosen).toBe(BASE);
  });

  it('refuses what gives other bits, however fast, and what does not run', async () => {
    const gpu = createGpu(
      { base: 10, wrong: 1, short: 1, b: 9 },
      { wrong: Uint8Array.of(1, 2, 3, 5), short: FILM.slice(1) },
    );
    const fail = (name: string) => (name === 'broken' ? new Error('does not compile') : null);
    const trial = await gpu.trial(['wrong', 'short', 'broken', 'b'].map(named), { fail });
    expect(trial.chosen.name).toBe('b');
    expect(trial.refused).toEqual(['wrong', 'short', 'broken']);
    expect(gpu.runs.filter((name) => name === 'wrong')).toHaveLength(1);
  });

  it('only compares what is remembered', async () => {
    const gpu = createGpu({ base: 10, b: 20 });
    expect((await gpu.trial([named('b')], { rounds: 0 })).chosen.name).toBe('b');
    expect(gpu.runs).toEqual(['base', 'b']);
    const wrong = createGpu({}, { b: Uint8Array.of(9) });
    expect((await wrong.trial([named('b')], { rounds: 0 })).chosen).toBe(BASE);
  });

  it('ends when the GPU is lost, or the base itself does not run', async () => {
    const lost = (at: string) => (name: string) => (name === at ? new GpuLostError('driver reset') : null);
    await expect(createGpu({}).trial([named('b')], { fail: lost('b') })).rejects.toBeInstanceOf(GpuLostError);
    const broken = () => new Error('no memory');
    await expect(createGpu({}).trial([named('b')], { fail: broken })).rejects.toThrow('no memory');
  });

  it('takes no longer than it may, and then chooses from what it has seen', async () => {
    const slow = createGpu(Object.fromEntries(VARIANTS.map(({ name }) => [name, name === 'squares' ? 100 : 200])));
    const { chosen, times } = await slow.trial(VARIANTS);
    expect(slow.runs.length).toBeLessThanOrEqual(5);
    expect(chosen).toBe(BASE);
    expect(times.size).toBe(0);
  });

  it('has a table whose first is the base and whose names are each one variant', () => {
    expect(VARIANTS[0]).toBe(BASE);
    expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length);
    const forms = VARIANTS.map(({ name: _, ...form }) => JSON.stringify(form));
    expect(new Set(forms).size).toBe(VARIANTS.length);
  });
});
