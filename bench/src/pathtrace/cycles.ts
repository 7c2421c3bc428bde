import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Frame, Tracer } from '@tabgrid/bench-page/pathtrace/tracer';
import * as v from 'valibot';
import type { SceneFiles } from './scenes.js';

/** Blender's Cycles on all processor cores, as a process that takes orders (see cycles.py). */

const SCRIPT = join(import.meta.dirname, 'cycles.py');
const MARK = '@cycles ';
/** For the first guess at what fits a measurement. */
const FIRST_SPP = 8;
const MOST_SPP = 4096;

const Answer = v.union([
  v.strictObject({ error: v.string() }),
  v.strictObject({ ms: v.number() }),
  v.strictObject({ threads: v.number(), triangles: v.number() }),
]);
type Answer = v.InferOutput<typeof Answer>;

/** `Blender 3.4.1`, or null where there is none. */
export function blenderVersion(): string | null {
  const { status, stdout } = spawnSync('blender', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '').trim() : null;
}

/** @throws Error with what Blender said */
export async function startCycles(scene: SceneFiles, frame: Frame): Promise<Tracer> {
  let { width, height } = frame;
  const folder = await mkdtemp(join(tmpdir(), 'tabgrid-cycles-'));
  const blender = await startBlender();
  let seed = 0;
  const render = async (spp: number, floats: string | null): Promise<number> => {
    seed++;
    const exr = join(folder, 'picture.exr');
    const answer = await blender.ask({ order: 'render', spp, seed, width, height, exr, floats });
    if (!('ms' in answer)) throw new Error('Blender did not say how long it took');
    return answer.ms;
  };
  const close = async () => {
    blender.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { glb, hdr, camera } = scene;
    await blender.ask({ order: 'open', glb, hdr, camera, bounces: frame.bounces });
    const firstPixelMs = await render(1, null);
    const laterMs = await render(1, null);
    /** A render's own start and end take as long as several samples; the difference to a short one leaves them out. */
    const timed = async (spp: number) => {
      const short = await render(1, null);
      return Math.max(1, (await render(1 + spp, null)) - short);
    };
    let msASample = (await timed(FIRST_SPP)) / FIRST_SPP;
    return {
      start: { buildMs: Math.max(0, firstPixelMs - laterMs), compileMs: 0, firstPixelMs },
      async measure(budgetMs) {
        const spp = Math.max(2, Math.min(MOST_SPP, Math.round(budgetMs / msASample)));
        const ms = await timed(spp);
        msASample = ms / spp;
        return { cameraSamples: spp * width * height, ms };
      },
      async picture(spp) {
        const floats = join(folder, 'picture.floats');
        await render(spp, floats);
        const bytes = await readFile(floats);
        return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      },
      async resize(w, h) {
        [width, height] = [w, h];
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startBlender() {
  const child = spawn('blender', ['-b', '--factory-startup', '-noaudio', '-P', SCRIPT], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // Nobody else would end it when this process ends in a hurry.
  const take = () => child.kill('SIGKILL');
  process.once('exit', take);
  child.once('exit', () => process.off('exit', take));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** @throws Error with what went wrong in Blender */
    async ask(order: Readonly<Record<string, unknown>>): Promise<Exclude<Answer, { error: string }>> {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('Blender ended before it answered');
        if (!value.startsWith(MARK)) continue;
        const answer = v.parse(Answer, JSON.parse(value.slice(MARK.length)));
        if ('error' in answer) throw new Error(`Blender: ${answer.error}`);
        return answer;
      }
    },
    end() {
      child.stdin.end(`${JSON.stringify({ order: 'quit' })}\n`);
    },
  };
}
