import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BuiltinScene, RenderSpec, ToneCurve } from '@tabgrid/coordinator/api';
import { FIRST_SAMPLES } from '@tabgrid/coordinator/bounds';
import { type ChaosAction, parseChaos } from './chaos.js';
import { checkReplicas, decimal, existingFile, integer, verification } from './option-values.js';
import { UsageError } from './usage-error.js';

/** What the shell asks the grid to render. */
export interface RenderOptions {
  readonly scene:
    | { readonly kind: 'builtin'; readonly name: BuiltinScene }
    | { readonly kind: 'files'; readonly paths: readonly string[] };
  readonly spec: RenderSpec;
  /** Seconds of the scene's animation; null for the rest pose. */
  readonly time: number | null;
  /** Of the PNG. */
  readonly tone: { readonly curve: ToneCurve; readonly exposure: number };
  readonly volunteers: number;
  readonly environment: string | null;
  readonly relayOnly: boolean;
  readonly chaos: readonly ChaosAction[];
  readonly headed: boolean;
  readonly out: string;
  readonly exr: string | null;
  readonly report: string | null;
}

/** As the dashboard has them; the first is the default. */
const TONE_CURVES: readonly [ToneCurve, ...ToneCurve[]] = ['aces', 'agx', 'neutral', 'linear'];

export const BUILTIN_SCENES: readonly BuiltinScene[] = ['cornell', 'spheres', 'bunny'];

export const RENDER_HELP = `Renders a glTF scene over volunteers' browser tabs on this machine.

  npm run render -- SCENE [options]

SCENE is the path of a .glb or .gltf file, or a built-in scene: ${BUILTIN_SCENES.join(', ')}.

  --width N           picture width in pixels, 1 to 16384        (480)
  --height N          picture height in pixels, 1 to 16384       (270)
  --spp N             camera samples a pixel                     (16)
  --bounces N         longest path, in bounces                   (5)
  --seed N            seed of the random numbers                 (1)
  --camera NAME       one of the scene's cameras                 (the first)
  --time S            the scene at second S of its first animation  (the rest pose)
  --aperture N        f-number of the lens, as on a 35 mm camera: the smaller, the
                      more is blurred; scenes are in metres         (all is sharp)
  --focus METRES      distance at which things are sharp, or auto: what stands in
                      the middle of the picture                     (auto)
  --noise N           go on where the picture is noisier than N (standard error relative
                      to the light around, 0.02 for example); --spp is then the most
                      that a pixel gets                         (4096 with --noise)
  --clamp RADIANCE    cut off what one sample may bring over more than one surface: fewer
                      fireflies, a little less light            (off)
  --denoise           take the noise out of the finished picture; the .exr and .png are
                      then without it, and the report has both hashes
  --environment FILE  light from a Radiance .hdr file
  --volunteers N      volunteer tabs to open                     (2)
  --tile N            tile side in pixels                        (chosen by the planner)
  --verify HOW        how results are checked: none; spot – others compute a few secret pixels
                      of a newcomer's tiles; replicate – all of them   (spot)
  --relay-only        no direct links: everything through the server
  --chaos LIST        faults, comma-separated, each when the share F (0 to 1) of the work is accepted:
                      kill=K@F     closes K volunteer tabs
                      freeze=K@F   freezes K tabs, as a crash would
                      lie=K@F      K tabs return wrong results from then on
                      reload@F     reloads the dashboard and goes on with the job
                      signaling@F  kills the server and starts it again
  --tonemap CURVE     aces, agx, neutral or linear: how bright light is shown in
                      the .png                                      (aces)
  --exposure EV       stops, for the .png: 1 is twice as bright     (0)
  --out FILE.png      the picture, tone-mapped                   (out/SCENE.png)
  --exr FILE.exr      the picture, linear 32-bit float
  --report FILE.json  what happened, as JSON
  --headed            show the browser windows
  --help              this text

Environment: TABGRID_BROWSER is the path of the Chromium-family browser to use.`;

const OPTIONS = {
  width: { type: 'string' },
  height: { type: 'string' },
  spp: { type: 'string' },
  bounces: { type: 'string' },
  seed: { type: 'string' },
  camera: { type: 'string' },
  time: { type: 'string' },
  aperture: { type: 'string' },
  focus: { type: 'string' },
  noise: { type: 'string' },
  clamp: { type: 'string' },
  denoise: { type: 'boolean' },
  tonemap: { type: 'string' },
  exposure: { type: 'string' },
  environment: { type: 'string' },
  volunteers: { type: 'string' },
  tile: { type: 'string' },
  'relay-only': { type: 'boolean' },
  verify: { type: 'string' },
  chaos: { type: 'string' },
  out: { type: 'string' },
  exr: { type: 'string' },
  report: { type: 'string' },
  headed: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function lens({ aperture, focus }: { readonly aperture?: string; readonly focus?: string }) {
  if (aperture === undefined) {
    if (focus !== undefined) throw new UsageError('--focus needs a lens: give --aperture too, 2.8 for example.');
    return {};
  }
  return {
    aperture: decimal('aperture', aperture, 0.001, 1000),
    ...(focus !== undefined && focus !== 'auto' && { focus: decimal('focus', focus, 0.001, 1_000_000) }),
  };
}

function samples({ spp, noise }: { readonly spp?: string; readonly noise?: string }): number {
  if (noise === undefined) return integer('spp', spp, 16, 1, 65_536);
  const most = integer('spp', spp, 4096, 1, 65_536);
  if (most >= FIRST_SAMPLES) return most;
  throw new UsageError(`--spp ${spp}: with --noise a pixel gets ${FIRST_SAMPLES} samples at least; allow it so many.`);
}

function toneCurve(name: string): ToneCurve {
  const curve = TONE_CURVES.find((known) => known === name);
  if (!curve) throw new UsageError(`--tonemap ${name}: choose one of ${TONE_CURVES.join(', ')}.`);
  return curve;
}

/** A .gltf and the files beside it that it names; a .glb alone. */
function sceneFiles(path: string): string[] {
  const scene = existingFile('Scene', path);
  if (extname(scene).toLowerCase() !== '.gltf') return [scene];
  const names = [...readFileSync(scene, 'utf8').matchAll(/"uri"\s*:\s*"([^"]+)"/g)]
    .map((match) => decodeURIComponent(match[1] ?? ''))
    .filter((uri) => uri !== '' && !uri.startsWith('data:'));
  const beside = [...new Set(names)].map((name) => join(dirname(scene), name)).filter((file) => existsSync(file));
  return [scene, ...beside];
}

function isBuiltin(name: string): name is BuiltinScene {
  return BUILTIN_SCENES.some((scene) => scene === name);
}

/** `--exposure -2` as `--exposure=-2`: the parser takes what begins with a dash for an option. */
function withSignedNumbers(argv: readonly string[]): string[] {
  return argv.flatMap((arg, i) => {
    if (i > 0 && argv[i - 1] === '--exposure' && /^-[\d.]/.test(arg)) return [];
    const next = argv[i + 1] ?? '';
    return arg === '--exposure' && /^-[\d.]/.test(next) ? [`${arg}=${next}`] : [arg];
  });
}

/** Reads a command line. Returns null for --help. @throws UsageError */
export function parseRenderOptions(
  argv: readonly string[],
  defaults: { readonly scene?: BuiltinScene; readonly name?: string } = {},
): RenderOptions | null {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: withSignedNumbers(argv), options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message.split('. ')[0] : error}. See --help.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  const scene = positionals[0] ?? defaults.scene;
  if (scene === undefined)
    throw new UsageError(`Name a scene: a .glb or .gltf file, or ${BUILTIN_SCENES.join(', ')}. See --help.`);
  if (positionals.length > 1) throw new UsageError(`One scene at a time: what is ${positionals[1]}? See --help.`);
  if (!isBuiltin(scene) && !/\.(glb|gltf)$/i.test(scene)) {
    throw new UsageError(
      `${scene} is neither a built-in scene (${BUILTIN_SCENES.join(', ')}) nor a .glb or .gltf file.`,
    );
  }
  const volunteers = integer('volunteers', values.volunteers, 2, 1, 64);
  const verify = verification(values.verify);
  checkReplicas(verify, volunteers);
  const chaos = parseChaos(values.chaos ?? '', { volunteers, verify });
  const name = defaults.name ?? basename(scene).replace(/\.(glb|gltf)$/i, '');
  return {
    scene: isBuiltin(scene) ? { kind: 'builtin', name: scene } : { kind: 'files', paths: sceneFiles(scene) },
    spec: {
      width: integer('width', values.width, 480, 1, 16_384),
      height: integer('height', values.height, 270, 1, 16_384),
      spp: samples(values),
      bounces: integer('bounces', values.bounces, 5, 0, 64),
      seed: integer('seed', values.seed, 1, 0, 0xffff_ffff),
      camera: values.camera ?? null,
      ...lens(values),
      ...(values.noise !== undefined && { noise: decimal('noise', values.noise, 0.002, 1) }),
      ...(values.clamp !== undefined && { clamp: decimal('clamp', values.clamp, 0.001, 1_000_000) }),
      ...(values.denoise && { denoise: true }),
      tile: values.tile === undefined ? null : integer('tile', values.tile, 64, 8, 512),
      verify,
    },
    time: values.time === undefined ? null : decimal('time', values.time, 0, 1_000_000),
    tone: {
      curve: toneCurve(values.tonemap ?? TONE_CURVES[0]),
      exposure: decimal('exposure', values.exposure ?? '0', -16, 16),
    },
    volunteers,
    environment: values.environment === undefined ? null : existingFile('Environment', values.environment),
    relayOnly: values['relay-only'] ?? false,
    chaos,
    headed: values.headed ?? false,
    out: values.out ?? join('out', `${name}.png`),
    exr: values.exr ?? null,
    report: values.report ?? null,
  };
}
