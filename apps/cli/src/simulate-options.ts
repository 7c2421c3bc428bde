import { parseArgs } from 'node:util';
import { SIMULATION_BOUNDS as BOUNDS, BUILTIN_WORLDS } from '@tabgrid/coordinator/bounds';
import type { SimulationSpec } from '@tabgrid/coordinator/simulation/api';
import { type ChaosAction, parseChaos } from './chaos.js';
import { checkReplicas, decimal, existingFile, integer, mergeWay, verification } from './option-values.js';
import { UsageError } from './usage-error.js';

/** What the shell asks the grid to simulate. */
export interface SimulateOptions {
  readonly world:
    | { readonly kind: 'builtin'; readonly name: string }
    | { readonly kind: 'file'; readonly path: string };
  /** null: as many as the world has by itself. */
  readonly bodies: number | null;
  readonly spec: SimulationSpec;
  readonly volunteers: number;
  readonly relayOnly: boolean;
  readonly chaos: readonly ChaosAction[];
  readonly headed: boolean;
  /** An animated model. */
  readonly out: string | null;
  /** A trajectory: JSON by its name, else binary. */
  readonly trajectory: string | null;
  readonly report: string | null;
}

export const SIMULATE_HELP = `Simulates a world of rigid bodies over volunteers' browser tabs on this machine.

  npm run simulate -- WORLD [options]

WORLD is a built-in world (${BUILTIN_WORLDS.join(', ')}), a world as .json (docs/WORLDS.md), or a .glb
or .gltf file whose nodes become bodies.

  --bodies N          bodies of a built-in world                 (its own number)
  --seconds S         how long, in the world's time              (2)
  --substeps N        substeps of a frame of 1/60 s              (8)
  --regions N         regions that the world is cut into         (as many as pay)
  --margin M          metres around a region whose bodies it sees too, at least;
                      more where that is not safe                (2)
  --merge HOW         what becomes of bodies that two regions simulated: owner – what their own region
                      says, the same bits however the world is cut; average – the mean, so that
                      the margin may be too small                (owner)
  --real-time         each window is wanted within a frame's time: its tasks go before others
  --volunteers N      volunteer tabs to open                     (2)
  --verify HOW        how results are checked beyond what neighbours see of each other: none; spot –
                      others compute a secret body again; replicate – all of them   (spot)
  --relay-only        no direct links: everything through the server
  --chaos LIST        faults, comma-separated, each when the share F (0 to 1) of the frames is there:
                      kill=K@F     closes K volunteer tabs
                      freeze=K@F   freezes K tabs, as a crash would
                      lie=K@F      K tabs return wrong results from then on
                      reload@F     reloads the dashboard and goes on with the simulation
                      signaling@F  kills the server and starts it again
  --out FILE.glb      the frames as an animated model
  --trajectory FILE   the frames as a trajectory: JSON for FILE.json, else binary
  --report FILE.json  what happened, as JSON
  --headed            show the browser windows
  --help              this text

Environment: TABGRID_BROWSER is the path of the Chromium-family browser to use.`;

const OPTIONS = {
  bodies: { type: 'string' },
  seconds: { type: 'string' },
  substeps: { type: 'string' },
  regions: { type: 'string' },
  margin: { type: 'string' },
  merge: { type: 'string' },
  'real-time': { type: 'boolean' },
  volunteers: { type: 'string' },
  verify: { type: 'string' },
  'relay-only': { type: 'boolean' },
  chaos: { type: 'string' },
  out: { type: 'string' },
  trajectory: { type: 'string' },
  report: { type: 'string' },
  headed: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Reads a command line. Returns null for --help. @throws UsageError */
export function parseSimulateOptions(argv: readonly string[]): SimulateOptions | null {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message.split('. ')[0] : error}. See --help.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  const [name, more] = positionals;
  if (name === undefined) {
    throw new UsageError(`Name a world: ${BUILTIN_WORLDS.join(', ')}, or a .json, .glb or .gltf file. See --help.`);
  }
  if (more !== undefined) throw new UsageError(`One world at a time: what is ${more}? See --help.`);
  const world = worldOf(name);
  if (values.bodies !== undefined && world.kind === 'file') {
    throw new UsageError('--bodies is for built-in worlds: a file has the bodies that it names.');
  }
  const volunteers = integer('volunteers', values.volunteers, 2, 1, 64);
  const verify = verification(values.verify);
  checkReplicas(verify, volunteers);
  const chaos = parseChaos(values.chaos ?? '', { volunteers, verify });
  return {
    world,
    bodies: values.bodies === undefined ? null : integer('bodies', values.bodies, 1, 1, 100_000),
    spec: {
      seconds: decimal('seconds', values.seconds ?? '2', BOUNDS.seconds.min, BOUNDS.seconds.max),
      substeps: integer('substeps', values.substeps, 8, BOUNDS.substeps.min, BOUNDS.substeps.max),
      regions:
        values.regions === undefined
          ? null
          : integer('regions', values.regions, 1, BOUNDS.regions.min, BOUNDS.regions.max),
      margin: decimal('margin', values.margin ?? '2', BOUNDS.margin.min, BOUNDS.margin.max),
      merge: mergeWay(values.merge),
      realTime: values['real-time'] ?? false,
      verify,
    },
    volunteers,
    relayOnly: values['relay-only'] ?? false,
    chaos,
    headed: values.headed ?? false,
    out: values.out ?? null,
    trajectory: values.trajectory ?? null,
    report: values.report ?? null,
  };
}

function worldOf(name: string): SimulateOptions['world'] {
  if (BUILTIN_WORLDS.some((known) => known === name)) return { kind: 'builtin', name };
  if (/\.(json|glb|gltf)$/i.test(name)) return { kind: 'file', path: existingFile('World', name) };
  throw new UsageError(
    `${name} is neither a built-in world (${BUILTIN_WORLDS.join(', ')}) nor a .json, .glb or .gltf file.`,
  );
}
